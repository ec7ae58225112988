"""Modified Rodnan skin score: 17 sites of 0 to 3, and the scores of the hands alone."""

import pandas as pd

from analysis.instruments.answers import (
    RECORDED_TOTAL,
    name_key,
    spread_items,
    sum_answers,
)
from analysis.instruments.definition import (
    SIDES,
    Instrument,
    Item,
    Source,
    Threshold,
    Variant,
    is_at_most,
    is_sum,
)
from analysis.instruments.locations import has_total_only, take_totals
from analysis.study import Scoring

_MIDLINE = {"face": "face", "anterior_chest": "anterior chest", "abdomen": "abdomen"}
_PAIRED = {
    "upper_arm": "upper arm",
    "forearm": "forearm",
    "hand_dorsum": "hand, dorsum",
    "fingers": "fingers, dorsum of the phalanges as one site",
    "thigh": "thigh",
    "lower_leg": "lower leg",
    "foot_dorsum": "foot, dorsum",
}
MRSS_SITES = (*_MIDLINE, *(name_key(site, side) for site in _PAIRED for side in SIDES))
_HAND_DORSUM = tuple(name_key("hand_dorsum", side) for side in SIDES)
_HAND_FINGERS = tuple(name_key("fingers", side) for side in SIDES)
_HANDS = _HAND_DORSUM + _HAND_FINGERS
_OUTSIDE_HANDS = tuple(site for site in MRSS_SITES if site not in _HANDS)
_SUMS = {
    "total_17_sites": MRSS_SITES,
    "outside_hands_13_sites": _OUTSIDE_HANDS,
    "hand_four_sites": _HANDS,
    "hand_dorsum": _HAND_DORSUM,
    "hand_fingers": _HAND_FINGERS,
}


def score_mrss(items: pd.DataFrame, scoring: Scoring) -> list[pd.DataFrame]:
    """Sum sites; a sum that lacks a site is missing, since no imputation rule is official.

    Parameters
    ----------
    items
        Checked items; each site 0 to 3.

    Returns
    -------
    `SCORE_COLUMNS`: 0 to 51, 0 to 39, 0 to 12, 0 to 6 and 0 to 6 points.

    References
    ----------
    Clements 1995; Khanna 2017.
    """
    answers = spread_items(items, (*MRSS_SITES, RECORDED_TOTAL))
    if has_total_only(answers, MRSS_SITES):
        whole, *others = _SUMS
        parts = [(variant, "total") for variant in others]
        return take_totals(answers, MRSS_SITES, total=[whole], others=parts)
    return [sum_answers(answers, sites, variant=variant) for variant, sites in _SUMS.items()]


def check_mrss(scores: pd.DataFrame, items: pd.DataFrame, scoring: Scoring) -> dict[str, pd.Series]:
    """Return whether the parts add up to the whole, and the hands are at most the whole."""
    return {
        "hand mRSS is at most total mRSS": is_at_most(scores, "hand_four_sites", "total_17_sites"),
        "total mRSS is the hands and the rest": is_sum(
            scores, "total_17_sites", ["hand_four_sites", "outside_hands_13_sites"]
        ),
        "hand mRSS is the dorsum and the fingers": is_sum(
            scores, "hand_four_sites", ["hand_dorsum", "hand_fingers"]
        ),
    }


MRSS = Instrument(
    name="mrss",
    label="Modified Rodnan skin score",
    measures="skin thickness at 17 sites, by palpation",
    items=(
        *(Item(name, label, 0, 3, integer=True) for name, label in _MIDLINE.items()),
        *(
            Item(name, label, 0, 3, integer=True, locations=SIDES)
            for name, label in _PAIRED.items()
        ),
        Item(RECORDED_TOTAL, "total as written on the form", 0, 51, integer=True),
    ),
    better="lower",
    rated_by="physician",
    recall="none, an examination",
    anchors="0 normal, 1 mild, 2 moderate, 3 severe",
    scoring_rule="plain sum of the sites of the variant",
    missing_rule="a variant that lacks a site is missing; no site is imputed",
    variants=(
        Variant("total_17_sites", "all 17 sites", 0, 51),
        Variant("outside_hands_13_sites", "the 13 sites outside the hands", 0, 39),
        Variant("hand_four_sites", "dorsum and fingers of both hands", 0, 12),
        Variant("hand_dorsum", "dorsum of both hands", 0, 6),
        Variant("hand_fingers", "fingers of both hands", 0, 6),
    ),
    score=score_mrss,
    total_of=MRSS_SITES,
    check=check_mrss,
    thresholds=(
        Threshold(
            "MCID, improvement of the total",
            "3 to 4 points",
            "systemic sclerosis, SLS I and II",
            "Arthritis Res Ther 2019, s13075-019-1809-y",
        ),
        Threshold(
            "MCID, improvement of the total",
            "5 points",
            "diffuse cutaneous, SLS I and II",
            "Arthritis Res Ther 2019, s13075-019-1809-y",
        ),
        Threshold(
            "MID, improvement of the total",
            "3.2 to 5.3 points",
            "134 people with diffuse disease, D-penicillamine trial",
            "Khanna 2006, PubMed 16540546",
        ),
        Threshold(
            "within-person SD of the total, same observer",
            "2.45 points",
            "mean total 20.7",
            "Clements 1995, PubMed 7562759",
            level="individual",
        ),
    ),
    licence="no fee known",
    sources=(
        Source("Clements 1995, PubMed 7562759: 17 sites of 0 to 3, error", "found"),
        Source("PubMed 19605370: range, responsiveness by site", "found"),
        Source("Khanna 2017, doi 10.5301/jsrd.5000231: list of sites", "recalled"),
        Source("the hand variants: arithmetic on the 17 sites, no published standard", "decided"),
    ),
)
