"""Cochin hand function scale (Duruoz hand index): 18 items of 0 to 5 in five groups."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.errors import UsageError
from analysis.instruments.answers import (
    RECORDED_TOTAL,
    Answers,
    score_answers,
    spread_items,
    sum_answers,
)
from analysis.instruments.definition import (
    DASTE,
    SCLEREDUC,
    Component,
    Instrument,
    Item,
    Source,
    Threshold,
    Variant,
    is_sum,
)
from analysis.instruments.locations import has_total_only, take_totals
from analysis.study import Scoring

_TOP = 5
_SHORT = 6
COCHIN_GROUPS = {
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
_LABELS = {
    f"{group}_{number}": label
    for group, labels in COCHIN_GROUPS.items()
    for number, label in enumerate(labels, start=1)
}
COCHIN_ITEMS = tuple(_LABELS)


def find_group(group: str) -> tuple[str, ...]:
    """Return the items of a group."""
    return tuple(item for item in COCHIN_ITEMS if item.rsplit("_", 1)[0] == group)


def score_cochin(items: pd.DataFrame, scoring: Scoring) -> list[pd.DataFrame]:
    """Add the items; up to two missing ones take the mean of their group's answers.

    Parameters
    ----------
    items
        18 items of 0 to 5.
    scoring
        Most missing items for proration, items of the short form.

    Returns
    -------
    0 to 90 points in all; groups 40, 10, 10, 10 and 20; short form 0 to 30.

    References
    ----------
    Items, groups and range: Duruoz 1996. No rule for missing items is official: the analysts chose.
    """
    answers = spread_items(items, (*COCHIN_ITEMS, RECORDED_TOTAL))
    if has_total_only(answers, COCHIN_ITEMS):
        variants = ("prorated", "complete_only")
        parts = [(variant, group) for variant in variants for group in COCHIN_GROUPS]
        return take_totals(answers, COCHIN_ITEMS, total=variants, others=parts)
    answers = answers.keep_due(COCHIN_ITEMS)
    few = np.isnan(answers.select(COCHIN_ITEMS)).sum(axis=1) <= scoring.cochin_max_missing.value
    short_form = read_short_form(scoring)
    groups = {group: _prorate(answers.select(find_group(group)), few) for group in COCHIN_GROUPS}
    total = np.sum(list(groups.values()), axis=0)
    blocks = [sum_answers(answers, short_form, variant="chfs_6")]
    for part, score in {"total": total, **groups}.items():
        needs = COCHIN_ITEMS if part == "total" else find_group(part)
        blocks.append(_score_prorated(answers, needs, score, few, component=part))
        blocks.append(sum_answers(answers, needs, variant="complete_only", component=part))
    return blocks


def read_short_form(scoring: Scoring) -> tuple[str, ...]:
    """Return the items of the short form that study.yml names, none if it names none.

    Raises
    ------
    UsageError
        Not six different items of the scale.
    """
    names = tuple(scoring.cochin_short_form_items.value)
    six = len(names) == len(set(names) & set(COCHIN_ITEMS)) == _SHORT
    if names and not six:
        raise UsageError(
            f"cochin_short_form_items in study.yml names {', '.join(map(str, names))}",
            hint=f"Name {_SHORT} different items out of {', '.join(COCHIN_ITEMS)}, or none",
        )
    return names


def _prorate(values: np.ndarray, few: np.ndarray) -> np.ndarray:
    """Sum a group; if items are missing, multiply the mean of its answers by its size."""
    answered = (~np.isnan(values)).sum(axis=1)
    mean = np.nansum(values, axis=1) / np.where(answered > 0, answered, np.nan)
    whole = answered == values.shape[1]
    return np.where(whole | few, mean * values.shape[1], np.nan)


def _score_prorated(
    answers: Answers, needs: Sequence[str], score: np.ndarray, few: np.ndarray, *, component: str
) -> pd.DataFrame:
    missing = np.isnan(answers.select(needs)).any(axis=1)
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


def check_cochin(
    scores: pd.DataFrame, items: pd.DataFrame, scoring: Scoring
) -> dict[str, pd.Series]:
    """Return whether the groups add up to the total."""
    return {
        f"Cochin {variant} is the sum of its groups": is_sum(
            scores, variant, [f"{variant}/{group}" for group in COCHIN_GROUPS]
        )
        for variant in ("prorated", "complete_only")
    }


_COMPONENTS = tuple(
    Component(group, f"{group} ({len(labels)} items)", 0, _TOP * len(labels))
    for group, labels in COCHIN_GROUPS.items()
)
COCHIN = Instrument(
    name="cochin",
    label="Cochin hand function scale",
    measures="what the hands can do without help or device, in 18 tasks",
    items=(
        *(Item(name, label, 0, _TOP, integer=True) for name, label in _LABELS.items()),
        Item(RECORDED_TOTAL, "total as written on the form", 0, 90, integer=True),
    ),
    better="lower",
    rated_by="participant, both hands together",
    recall="none specified",
    anchors="0 without difficulty, 5 impossible",
    scoring_rule="plain sum of 18 items; groups are sums of their own",
    missing_rule=(
        "up to {cochin_max_missing} missing items take the mean of the answers in their group; "
        "with more, or with a group unanswered, the total is missing"
    ),
    variants=(
        Variant("prorated", "18 items, prorated within the group", 0, 90, _COMPONENTS),
        Variant("complete_only", "18 items, all answered", 0, 90, _COMPONENTS),
        Variant(
            "chfs_6",
            "short form; absent until study.yml names its six items, which no source at hand lists",
            0,
            _TOP * _SHORT,
        ),
    ),
    score=score_cochin,
    total_of=COCHIN_ITEMS,
    check=check_cochin,
    thresholds=(
        Threshold(
            "MCII",
            "3.38 points (SD 9.87)",
            "systemic sclerosis, SCLEREDUC; lies inside the measurement error",
            DASTE,
        ),
        Threshold("PASS", "26.0 points (95 % CI 17 to 37)", SCLEREDUC, DASTE),
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
