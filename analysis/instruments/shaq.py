"""Scleroderma HAQ: the 8 categories of the HAQ and visual analogue scales on 0 to 3."""

import numpy as np
import pandas as pd

from analysis.instruments import haq
from analysis.instruments.answers import Answers, scale_rating, score_answers, spread_items
from analysis.instruments.definition import (
    DASTE,
    SCLEREDUC,
    Component,
    Instrument,
    Item,
    Source,
    Threshold,
    Variant,
)
from analysis.study import Scoring

_TOP = 3
_SCALES = {
    "vas_pain": "pain",
    "vas_raynaud": "Raynaud's phenomenon",
    "vas_ulcers": "finger ulcers",
    "vas_intestinal": "gastrointestinal symptoms",
    "vas_breathing": "breathing",
    "vas_overall": "overall severity",
}
# Pain belongs to the HAQ; the five scleroderma scales enter the composites.
_COMPOSITE = tuple(scale for scale in _SCALES if scale != "vas_pain")
_NEEDS = (*haq.HAQ_ITEMS, *_COMPOSITE)
_N_PARTS = len(haq.HAQ_CATEGORIES) + len(_COMPOSITE)


def score_shaq(items: pd.DataFrame, scoring: Scoring) -> list[pd.DataFrame]:
    """Score the composites, the disability index and each scale.

    Parameters
    ----------
    items
        Items of ``haq`` and of ``shaq``: marks in mm and ``line_length``.
    scoring
        Least numbers of categories and scales, length of the line where none was recorded.

    Returns
    -------
    0 to 3 points. A composite needs a valid index and at least 4 of 5 scales; it is the mean of
    the answered parts.

    Raises
    ------
    DataError
        A mark beyond the end of its line.

    References
    ----------
    Scales to 0 to 3: 15 cm line, cm / 5. Mean of 13: recalled, Georges 2005; mean of
    six: Ann Rheum Dis 2012;71 Suppl 3:237. No missing rule is official.
    """
    answers, ratings = _rate_scales(items, scoring)
    blocks = [
        score_answers(
            answers,
            [scale],
            rating,
            variant="mean_of_13",
            component=scale,
            item_missing=np.isnan(rating),
            declared_line_length=declared,
        )
        for scale, (rating, declared) in ratings.items()
    ]
    five = np.column_stack([ratings[scale][0] for scale in _COMPOSITE])
    for variant, with_aids in (
        ("mean_of_13", True),
        ("mean_of_13_all_available", True),
        ("mean_of_13_without_aids", False),
    ):
        categories = haq.score_categories(answers, with_aids=with_aids)
        parts = np.column_stack([categories.values, five])
        blocks.append(_score_composite(answers, scoring, categories, five, parts, variant))
        if variant != "mean_of_13_all_available":
            blocks.append(
                haq.score_index(
                    answers, scoring, with_aids=with_aids, variant=variant, component="haq_di"
                )
            )
    categories = haq.score_categories(answers, with_aids=True)
    index = haq.index_categories(categories, least=scoring.haq_min_categories.value)
    parts = np.column_stack([index, five])
    return [*blocks, _score_composite(answers, scoring, categories, five, parts, "mean_of_six")]


def _rate_scales(
    items: pd.DataFrame, scoring: Scoring
) -> tuple[Answers, dict[str, tuple[np.ndarray, np.ndarray]]]:
    """Return the answers, and each scale as `scale_rating` returns it."""
    columns = (*haq.HAQ_ITEMS, *haq.HAQ_SUPPORTS, *_SCALES, "line_length")
    answers = spread_items(haq.merge_boxes(items), columns).keep_due((*haq.HAQ_ITEMS, *_SCALES))
    line_mm = scoring.shaq_line_mm.value
    return answers, {
        scale: scale_rating(answers, scale, instrument="shaq", line_mm=line_mm, top=_TOP)
        for scale in _SCALES
    }


def pair_composites(
    items: pd.DataFrame, variant: Variant, scoring: Scoring, baseline_visit: str
) -> pd.DataFrame:
    """Make pairs of a composite from the categories and scales that both visits have.

    Means over all that each visit has could differ without any change. The mean of six uses the
    disability index of each visit as it is.

    Returns
    -------
    ``participant_id, visit, component, baseline, followup, n_locations, rule``; `n_locations`
    counts the categories and scales in common, at least 6 and 4.
    """
    answers, ratings = _rate_scales(items, scoring)
    categories = haq.score_categories(answers, with_aids=variant.name != "mean_of_13_without_aids")
    least = scoring.haq_min_categories.value
    body, needed = categories.values, least
    if variant.name == "mean_of_six":
        body, needed = haq.index_categories(categories, least=least)[:, None], 1
    parts = np.column_stack([body, *(ratings[scale][0] for scale in _COMPOSITE)])
    at_baseline = (answers.visits["visit"] == baseline_visit).to_numpy()
    pairs = answers.visits[~at_baseline].reset_index(drop=True)
    before = pd.DataFrame(parts[at_baseline], answers.visits.loc[at_baseline, "participant_id"])
    first, last = before.reindex(pairs["participant_id"]).to_numpy(), parts[~at_baseline]
    common = ~np.isnan(first) & ~np.isnan(last)
    width = body.shape[1]
    enough = common[:, :width].sum(axis=1) >= needed
    enough &= common[:, width:].sum(axis=1) >= scoring.shaq_min_scales.value
    count = common.sum(axis=1)
    baseline, followup = (
        np.where(common, each, 0).sum(axis=1) / np.where(enough, count, 1) for each in (first, last)
    )
    pairs = pairs.assign(component="total", baseline=baseline, followup=followup, n_locations=count)
    return pairs[enough].assign(rule="matched")


def _score_composite(
    answers: Answers,
    scoring: Scoring,
    categories: haq.CategoryScores,
    five: np.ndarray,
    parts: np.ndarray,
    variant: str,
) -> pd.DataFrame:
    least = scoring.haq_min_categories.value
    rated = (~np.isnan(five)).sum(axis=1)
    enough = rated >= scoring.shaq_min_scales.value
    valid = enough & ~np.isnan(haq.index_categories(categories, least=least))
    count = (~np.isnan(parts)).sum(axis=1)
    mean = np.nansum(parts, axis=1) / np.where(valid, count, 1)
    line = answers.select(["line_length"])[:, 0]
    fired = haq.name_category_rules(answers, categories, least=least) | {
        "too_few_scales": ~enough,
        "scale_left_out": enough & (rated < len(_COMPOSITE)),
        "declared_line_length": np.isnan(line) & (rated > 0),
    }
    score = np.where(valid, mean, np.nan)
    reasons = (*_NEEDS, *haq.HAQ_SUPPORTS)
    return score_answers(
        answers, _NEEDS, score, variant=variant, component="total", reasons=reasons, **fired
    )


def check_shaq(scores: pd.DataFrame, items: pd.DataFrame, scoring: Scoring) -> dict[str, pd.Series]:
    """Return whether the index inside the composite has the steps of the HAQ."""
    columns = ["mean_of_13/haq_di", "mean_of_13_without_aids/haq_di"]
    return haq.check_steps(scores, items, columns, scoring)


HAQ_DI = Component("haq_di", "HAQ disability index", 0, _TOP)
SHAQ = Instrument(
    name="shaq",
    label="Scleroderma Health Assessment Questionnaire",
    measures="disability and the interference of scleroderma's symptoms with daily life",
    items=(
        *(Item(name, f"scale: {label}", 0, unit="mm") for name, label in _SCALES.items()),
        Item("line_length", "length of the lines as printed", 1, unit="mm", anchored=False),
    ),
    better="lower",
    rated_by="participant",
    recall="past week",
    anchors="scales: 0 no interference, end of the line very severe",
    scoring_rule=(
        "scales are 3 x mark / length of the line, the declared length where none is recorded; the "
        "composite is the mean of 8 HAQ categories and 5 scales, without the pain scale; a pair of "
        "visits uses the categories and scales recorded at both"
    ),
    missing_rule=(
        "a valid HAQ-DI and at least {shaq_min_scales} of 5 scales, the mean is over what is "
        "answered; a pair needs at least {haq_min_categories} categories and {shaq_min_scales} "
        "scales in common; a blank scale is not 0"
    ),
    variants=(
        Variant(
            "mean_of_13",
            "mean of 8 categories and 5 scales",
            0,
            _TOP,
            (
                HAQ_DI,
                *(Component(name, f"scale: {label}", 0, _TOP) for name, label in _SCALES.items()),
            ),
            _N_PARTS,
            matched=True,
        ),
        Variant("mean_of_13_all_available", "the same, all that each visit has", 0, _TOP),
        Variant(
            "mean_of_13_without_aids",
            "the same without aids and help",
            0,
            _TOP,
            (HAQ_DI,),
            _N_PARTS,
            matched=True,
        ),
        Variant(
            "mean_of_six",
            "mean of the HAQ-DI and 5 scales",
            0,
            _TOP,
            n_locations=1 + len(_COMPOSITE),
            matched=True,
        ),
    ),
    score=score_shaq,
    pair=pair_composites,
    check=check_shaq,
    reads=("haq",),
    thresholds=(
        Threshold("MCII", "0.13 points (SD 0.45)", SCLEREDUC, DASTE),
        Threshold("PASS", "1.27 points (1.07 to 1.62)", SCLEREDUC, DASTE),
    ),
    licence="copyright Stanford; fees may apply; the wording is not reproduced here",
    sources=(
        Source("rehabilitation measures database, SHAQ: six scales, reported singly", "found"),
        Source("book chapter on the HAQ: 15 cm line, 1 cm is 0.2 points", "found"),
        Source("Daste 2019, PubMed 29685482: composite of 0 to 3, MCII, PASS", "found"),
        Source("Ann Rheum Dis 2012;71 Suppl 3:237: mean of the index and five scales", "found"),
        Source("Georges 2005, Clin Rheumatol 24:3-10: mean of 13 without pain", "recalled"),
        Source(
            "at least {shaq_min_scales} of 5 scales, pairs of what both visits have: the analysts' "
            "rules, none is official",
            "decided",
        ),
    ),
)
