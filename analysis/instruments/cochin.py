"""Cochin hand function scale (Duruoz hand index): 18 items of 0 to 5 in five groups."""

import numpy as np

from analysis.errors import UsageError
from analysis.instruments.answers import spread_items
from analysis.instruments.consistency import is_sum
from analysis.instruments.definition import Component, Instrument, Item, Source, Threshold, Variant
from analysis.instruments.score_rows import score_answers, sum_answers

TOP = 5
SHORT = 6
GROUPS = {
    "kitchen": (
        "hold a bowl",
        "lift a full bottle",
        "hold a plate of food",
        "pour from a bottle",
        "unscrew a jar opened before",
        "cut meat",
        "spear food with a fork",
        "peel fruit",
    ),
    "dressing": ("button a shirt", "open and close a zip"),
    "hygiene": ("squeeze a new tube of toothpaste", "hold a toothbrush"),
    "office": ("write a short sentence", "write a letter"),
    "other": ("turn a round doorknob", "cut paper", "pick up coins", "turn a key"),
}
LABELS = {
    f"{group}_{number}": label
    for group, labels in GROUPS.items()
    for number, label in enumerate(labels, start=1)
}
ITEMS = tuple(LABELS)


def find_group(group):
    """Return the items of a group."""
    return tuple(item for item in ITEMS if item.rsplit("_", 1)[0] == group)


def score_cochin(items, scoring):
    """Add the items; up to two missing ones take the mean of their group's answers.

    Parameters
    ----------
    items : pandas.DataFrame
        18 items of 0 to 5.
    scoring : analysis.study.Scoring
        Most missing items for proration, items of the short form.

    Returns
    -------
    list of pandas.DataFrame
        0 to 90 points in all; groups 40, 10, 10, 10 and 20; short form 0 to 30.

    References
    ----------
    Items, groups and range: Duruoz 1996. No missing rule is official: the analysts decided.
    """
    answers = spread_items(items, ITEMS).keep_due(ITEMS)
    few = np.isnan(answers.of(ITEMS)).sum(axis=1) <= scoring.cochin_max_missing.value
    short_form = read_short_form(scoring)
    groups = {group: _prorate(answers.of(find_group(group)), few) for group in GROUPS}
    total = sum(groups.values())
    blocks = [_score_prorated(answers, ITEMS, total, few, component="total")]
    blocks += [
        _score_prorated(answers, find_group(group), score, few, component=group)
        for group, score in groups.items()
    ]
    blocks.append(sum_answers(answers, ITEMS, variant="complete_only"))
    blocks += [
        sum_answers(answers, find_group(group), variant="complete_only", component=group)
        for group in GROUPS
    ]
    return [*blocks, sum_answers(answers, short_form, variant="chfs_6")]


def read_short_form(scoring):
    """Return the items of the short form that study.yml names, none if it names none.

    Raises
    ------
    UsageError
        Not six different items of the scale.
    """
    names = tuple(scoring.cochin_short_form_items.value)
    if names and (len(set(names)) != SHORT or len(names) != SHORT or not set(names) <= set(ITEMS)):
        raise UsageError(
            f"cochin_short_form_items in study.yml names {', '.join(map(str, names))}",
            hint=f"Name {SHORT} different items out of {', '.join(ITEMS)}, or none",
        )
    return names


def _prorate(values, few):
    """Sum a group; where items are missing, the mean of its answers times their number."""
    answered = (~np.isnan(values)).sum(axis=1)
    mean = np.nansum(values, axis=1) / np.where(answered > 0, answered, np.nan)
    whole = answered == values.shape[1]
    return np.where(whole | few, mean * values.shape[1], np.nan)


def _score_prorated(answers, needs, score, few, *, component):
    missing = np.isnan(answers.of(needs)).any(axis=1)
    without = np.isnan(score)
    return score_answers(
        answers,
        needs,
        score,
        variant="prorated",
        component=component,
        too_few_items=without & ~few,
        group_unanswered=without & few,
        prorated_within_group=missing & ~without,
    )


def check_cochin(scores, items):
    """The groups add up to the total."""
    return {
        f"Cochin {variant} is the sum of its groups": is_sum(
            scores, variant, [f"{variant}/{group}" for group in GROUPS]
        )
        for variant in ("prorated", "complete_only")
    }


COMPONENTS = tuple(
    Component(group, f"{group} ({len(labels)} items)", 0, TOP * len(labels))
    for group, labels in GROUPS.items()
)
INSTRUMENT = Instrument(
    name="cochin",
    label="Cochin hand function scale",
    measures="what the hands can do without help or device, in 18 tasks",
    items=(
        *(Item(name, label, 0, TOP, integer=True) for name, label in LABELS.items()),
        Item("recorded_total", "total as written on the form", 0, 90, integer=True),
    ),
    better="lower",
    rated_by="participant, both hands together",
    recall="none specified",
    anchors="0 without difficulty, 5 impossible",
    scoring_rule="plain sum of 18 items; groups are sums of their own",
    missing_rule=(
        "up to 2 missing items take the mean of the answers in their group; "
        "with more, or with a group unanswered, the total is missing"
    ),
    variants=(
        Variant("prorated", "18 items, prorated within the group", 0, 90, COMPONENTS),
        Variant("complete_only", "18 items, all answered", 0, 90, COMPONENTS),
        Variant(
            "chfs_6",
            "short form; absent until study.yml names its six items, which no source at hand lists",
            0,
            TOP * SHORT,
        ),
    ),
    score=score_cochin,
    total_of=ITEMS,
    check=check_cochin,
    thresholds=(
        Threshold(
            "MCII",
            "3.38 points (SD 9.87)",
            "group",
            "systemic sclerosis, SCLEREDUC; lies inside the measurement error",
            "Daste 2019, PubMed 29685482",
        ),
        Threshold(
            "PASS",
            "26.0 points (95 % CI 17 to 37)",
            "group",
            "systemic sclerosis, SCLEREDUC",
            "Daste 2019, PubMed 29685482",
        ),
    ),
    licence="free to use with citation of Duruoz 1996; the wording is not reproduced here",
    sources=(
        Source(
            "rehabilitation measures database, Duruoz hand index: groups, range, licence", "found"
        ),
        Source("PubMed 31703022: existence of a six-item form, 0 to 30", "found"),
        Source("Brower and Poole 2004, art.20701: test-retest reliability", "found"),
        Source(
            "Duruoz 1996, J Rheumatol 23:1167-72: order of the items, anchors 1 to 4", "recalled"
        ),
        Source("proration: the analysts' rule, none is official", "decided"),
        Source("items of the short form: read in no source, so none is taken", "decided"),
    ),
)
