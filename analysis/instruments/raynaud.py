"""Raynaud's condition score: a daily rating, averaged over the diary before a visit."""

import numpy as np
import pandas as pd

from analysis.instruments.answers import name_key, score_answers, spread_items
from analysis.instruments.definition import Instrument, Item, Source, Threshold, Variant
from analysis.study import Scoring

_TOP = 10
# The day before a visit is 01; a date is a day that belongs to no visit, and enters no score.
_DAY = r"0[1-9]|[1-9]\d|\d{4}-\d\d-\d\d"


def score_raynaud(items: pd.DataFrame, scoring: Scoring) -> list[pd.DataFrame]:
    """Average the days of the diary; a single rating at the visit is scored separately.

    Parameters
    ----------
    items
        ``rating`` with the day before the visit as occasion (01 is the day before), and
        ``clinic_rating``; on the scale that study.yml declares.
    scoring
        Days of the diary, least number of days, top of the scale.

    Returns
    -------
    Scores of 0 to 10 points. ``scale_to_be_confirmed`` fires where a scale of 0 to 100
    is declared and no rating of the visit exceeds 10.

    References
    ----------
    Mean of two weeks: Merkel 2002. No rule for missing days is official.
    """
    days = scoring.raynaud_diary_days.value
    least = scoring.raynaud_diary_min_days.value
    diary = tuple(name_key("rating", occasion=f"{day:02d}") for day in range(1, days + 1))
    answers = spread_items(items, (*diary, "clinic_rating"))
    kept = answers.keep_due(diary)
    factor = _TOP / scoring.raynaud_scale_max.value
    ratings = kept.select(diary)
    rated = (~np.isnan(ratings)).sum(axis=1)
    mean = factor * np.nansum(ratings, axis=1) / np.where(rated > 0, rated, np.nan)
    doubtful = (factor < 1) & _looks_small(ratings)
    clinic = answers.keep_due(["clinic_rating"])
    single = clinic.select(["clinic_rating"])
    return [
        score_answers(
            kept,
            diary,
            np.where(rated >= least, mean, np.nan),
            variant="diary_mean",
            too_few_days=rated < least,
            mean_of_rated_days=(rated >= least) & (rated < days),
            scale_to_be_confirmed=doubtful,
        ),
        score_answers(
            kept,
            diary,
            mean,
            variant="diary_any_day",
            too_few_days=rated == 0,
            mean_of_rated_days=(rated > 0) & (rated < days),
            scale_to_be_confirmed=doubtful,
        ),
        score_answers(
            clinic,
            ["clinic_rating"],
            factor * single[:, 0],
            variant="single_rating",
            item_missing=np.isnan(single[:, 0]),
            scale_to_be_confirmed=(factor < 1) & _looks_small(single),
        ),
    ]


def _looks_small(ratings: np.ndarray) -> np.ndarray:
    top = np.where(np.isnan(ratings), 0, ratings).max(axis=1, initial=0)
    return (top > 0) & (top <= _TOP)


RAYNAUD = Instrument(
    name="raynaud",
    label="Raynaud's condition score",
    measures="difficulty with Raynaud's phenomenon on a day: frequency, duration, severity, impact",
    items=(
        Item("rating", "rating of a day", 0, "raynaud_scale_max", occasion=_DAY),
        Item("clinic_rating", "rating at the visit", 0, "raynaud_scale_max"),
        Item("device", "device of the diary's entry", occasion=r".*", text=True),
    ),
    better="lower",
    rated_by="participant, one rating for both hands",
    recall="the day; the diary covers two weeks",
    anchors="0 no difficulty, 10 extreme difficulty",
    scoring_rule="mean of the daily ratings before the visit; a 0 to 100 scale is divided by 10",
    missing_rule=(
        "at least {raynaud_diary_min_days} of {raynaud_diary_days} days; a rating at the visit "
        "never stands in for the diary"
    ),
    variants=(
        Variant("diary_mean", "mean of the diary, enough days", 0, _TOP),
        Variant("diary_any_day", "mean of the diary, any day", 0, _TOP),
        Variant("single_rating", "rating at the visit", 0, _TOP),
    ),
    score=score_raynaud,
    thresholds=(
        Threshold(
            "MID, improvement",
            "1.4 to 1.5 points (14 to 15 of 100)",
            "162 people with active Raynaud's phenomenon, not only systemic sclerosis",
            "Khanna 2010, PMC2837770",
        ),
        Threshold(
            "PASS", "3.4 points (34 of 100)", "the same 162 people", "Khanna 2010, PMC2837770"
        ),
    ),
    licence="no fee known",
    sources=(
        Source("Merkel 2002 (abstract): 0 to 10, daily, mean of two weeks", "found"),
        Source("Khanna 2010, PMC2837770: 0 to 100 form, MID, PASS", "found"),
        Source("PubMed 30824643: the diary varies with temperature and season", "found"),
        Source(
            "at least {raynaud_diary_min_days} of {raynaud_diary_days} days: the analysts' rule, "
            "none is official",
            "decided",
        ),
    ),
)
