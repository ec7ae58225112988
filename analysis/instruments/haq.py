"""Health Assessment Questionnaire disability index: 20 items in 8 categories, aids and help."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.instruments.answers import VISIT_KEY, Answers, score_answers, spread_items
from analysis.instruments.definition import (
    DASTE,
    SCLEREDUC,
    Instrument,
    Item,
    Source,
    Threshold,
    Variant,
)
from analysis.study import Scoring

_RAISED = 2


@dataclass(frozen=True)
class HaqCategory:
    """A category with the name of its aids and help, and its items' paraphrases."""

    name: str
    support: str
    labels: tuple[str, ...]
    has_aids: bool = True

    @property
    def items(self) -> tuple[str, ...]:
        """Names of its items."""
        return tuple(f"{self.name}_{number}" for number in range(1, len(self.labels) + 1))

    @property
    def supports(self) -> tuple[str, ...]:
        """Names of its boxes for aids and for help from a person."""
        aids = (f"aid_{self.support}",) if self.has_aids else ()
        return (*aids, f"help_{self.support}")


HAQ_CATEGORIES = (
    HaqCategory("dress", "dressing", ("dressing, laces and buttons included", "washing the hair")),
    HaqCategory(
        "arise", "arising", ("rising from a chair without arms", "going to bed and getting up")
    ),
    HaqCategory(
        "eat", "eating", ("cutting meat", "lifting a full cup", "opening a carton of milk")
    ),
    HaqCategory("walk", "walking", ("walking outside on the level", "going up five stairs")),
    HaqCategory(
        "hygiene", "hygiene", ("washing and drying oneself", "bathing in a tub", "using the toilet")
    ),
    HaqCategory("reach", "reach", ("taking a weight down from overhead", "picking clothes up")),
    HaqCategory("grip", "grip", ("opening a car", "reopening a jar", "turning taps")),
    HaqCategory(
        "activity",
        "activities",
        ("errands and shopping", "entering and leaving a car", "chores"),
        has_aids=False,
    ),
)
HAQ_ITEMS = tuple(item for category in HAQ_CATEGORIES for item in category.items)
HAQ_SUPPORTS = tuple(box for category in HAQ_CATEGORIES for box in category.supports)


@dataclass(frozen=True)
class CategoryScores:
    """Scores of the categories, and which rules affected them.

    Parameters
    ----------
    values
        Array (visits, 8) of 0 to 3, NaN where not determined.
    raised
        Array of bool (visits,): an aid or help raised a category to 2.
    unsupported
        Array of bool (visits,): aids or help were not recorded, and this matters.
    """

    values: np.ndarray
    raised: np.ndarray
    unsupported: np.ndarray


def score_categories(answers: Answers, *, with_aids: bool) -> CategoryScores:
    """Score each category by its highest answered item; aids or help raise 0 or 1 to 2.

    A category without an answer has no score, even if a box is ticked. A missing box leaves a
    category below 2 undetermined: not recorded does not mean "none".

    References
    ----------
    "Raise to 2": the scoring text of the CLINHAQ. Two other sources add one point; that
    is a different algorithm and is not used.
    """
    values, raised, unsupported = [], [], []
    for category in HAQ_CATEGORIES:
        worst = np.fmax.reduce(answers.select(category.items), axis=1)
        boxes = answers.select(category.supports)
        low = with_aids & (worst < _RAISED)
        lifts = low & (boxes == 1).any(axis=1)
        unsure = low & ~lifts & np.isnan(boxes).any(axis=1)
        values.append(np.where(unsure, np.nan, np.where(lifts, _RAISED, worst)))
        raised.append(lifts)
        unsupported.append(unsure)
    return CategoryScores(
        np.column_stack(values), np.any(raised, axis=0), np.any(unsupported, axis=0)
    )


def merge_boxes(items: pd.DataFrame) -> pd.DataFrame:
    """Merge several boxes for one aid or help: 1 if any is ticked, else missing if any is.

    The form names devices (cane, walker, wheelchair); the score only asks whether there is any.
    """
    boxed = items["item"].isin(HAQ_SUPPORTS)
    if not (boxed & (items["occasion"] != "")).any():
        return items
    boxes = items[boxed].assign(occasion="")
    # Sorted so that a ticked box comes first, then a missing one, then one that is not ticked.
    rank = boxes["value"].map({1: 0, 0: 2}).fillna(1)
    ordered = boxes.assign(rank=rank).sort_values("rank", kind="stable").drop(columns="rank")
    merged = ordered.drop_duplicates([*VISIT_KEY, "item"])
    return pd.concat([items[~boxed], merged], ignore_index=True)


def index_categories(categories: CategoryScores, *, least: int) -> np.ndarray:
    """Return the mean of the answered categories, NaN with fewer than `least` of 8."""
    answered = (~np.isnan(categories.values)).sum(axis=1)
    enough = answered >= max(least, 1)
    total = np.nansum(categories.values, axis=1)
    return np.where(enough, total / np.where(enough, answered, 1), np.nan)


def name_category_rules(
    answers: Answers, categories: CategoryScores, *, least: int
) -> dict[str, np.ndarray]:
    """Return the rules that fired between the items and the index, by name."""
    answered = (~np.isnan(categories.values)).sum(axis=1)
    return {
        "too_few_categories": answered < least,
        "category_left_out": (answered >= least) & (answered < len(HAQ_CATEGORIES)),
        "answered_items_only": np.any(
            [_partly_answered(answers.select(category.items)) for category in HAQ_CATEGORIES],
            axis=0,
        ),
        "aid_raised_to_2": categories.raised,
        "aids_not_recorded": categories.unsupported,
    }


def _partly_answered(values: np.ndarray) -> np.ndarray:
    missing = np.isnan(values)
    return missing.any(axis=1) & ~missing.all(axis=1)


def score_index(
    answers: Answers, scoring: Scoring, *, with_aids: bool, variant: str, component: str = "total"
) -> pd.DataFrame:
    """Score the disability index, standard (aids and help count) or alternative."""
    least = scoring.haq_min_categories.value
    categories = score_categories(answers, with_aids=with_aids)
    return score_answers(
        answers,
        HAQ_ITEMS,
        index_categories(categories, least=least),
        variant=variant,
        component=component,
        reasons=(*HAQ_ITEMS, *HAQ_SUPPORTS) if with_aids else HAQ_ITEMS,
        **name_category_rules(answers, categories, least=least),
    )


def score_haq(items: pd.DataFrame, scoring: Scoring) -> list[pd.DataFrame]:
    """Score the standard and the alternative disability index.

    Parameters
    ----------
    items
        20 items of 0 to 3, boxes of 0 or 1 for aids (7 categories) and help (8).
    scoring
        Least number of categories.

    Returns
    -------
    0 to 3 points, in steps of 1/8 (1/7, 1/6 with categories left out).

    References
    ----------
    CLINHAQ scoring text; the 6 of 8 rule is recalled from the ARAMIS instructions.
    """
    answers = spread_items(merge_boxes(items), (*HAQ_ITEMS, *HAQ_SUPPORTS)).keep_due(HAQ_ITEMS)
    return [
        score_index(answers, scoring, with_aids=True, variant="index"),
        score_index(answers, scoring, with_aids=False, variant="index_without_aids"),
    ]


def check_haq(scores: pd.DataFrame, items: pd.DataFrame, scoring: Scoring) -> dict[str, pd.Series]:
    """Return whether both indices times the number of their categories are whole numbers."""
    return check_steps(scores, items, ["index", "index_without_aids"], scoring)


def check_steps(
    scores: pd.DataFrame, items: pd.DataFrame, columns: Sequence[str], scoring: Scoring
) -> dict[str, pd.Series]:
    """Return whether each index times the number of its categories is a whole number.

    The categories are counted from the items: those with any answer, or fewer, down to the least
    number that study.yml names, where boxes for aids were not recorded and the index takes aids
    into account.
    """
    held = items.loc[items["value"].notna(), [*VISIT_KEY, "item"]].astype("str")
    answered = held[held["item"].isin(HAQ_ITEMS)]
    answered = answered.assign(item=answered["item"].str.rsplit("_", n=1).str[0])
    counts = answered.groupby(VISIT_KEY)["item"].nunique()
    boxes = held[held["item"].isin(HAQ_SUPPORTS)].groupby(VISIT_KEY)["item"].nunique()
    relations, least = {}, scoring.haq_min_categories.value
    for column in columns:
        index = scores.reindex(columns=[column])[column].dropna()
        count = counts.reindex(index.index)
        whole = _is_whole(index * count)
        if not column.endswith("without_aids"):
            open_boxes = boxes.reindex(index.index, fill_value=0) < len(HAQ_SUPPORTS)
            for fewer in range(max(least, 1), len(HAQ_CATEGORIES)):
                whole |= open_boxes & (fewer < count) & _is_whole(index * fewer)
        relations[f"HAQ {column} times its categories is a whole number"] = whole
    return relations


def _is_whole(values: pd.Series) -> pd.Series:
    return (values - values.round()).abs() <= 1e-9


HAQ = Instrument(
    name="haq",
    label="Health Assessment Questionnaire, disability index",
    measures="difficulty in 20 activities of daily life, in 8 categories",
    items=(
        *(
            Item(name, label, 0, 3, integer=True)
            for category in HAQ_CATEGORIES
            for name, label in zip(category.items, category.labels, strict=True)
        ),
        *(
            Item(
                box,
                box.replace("_", " for ", 1),
                0,
                1,
                integer=True,
                occasion=r"\w*",
                boxes=True,
            )
            for box in HAQ_SUPPORTS
        ),
    ),
    better="lower",
    rated_by="participant",
    recall="past week",
    anchors="0 without any difficulty, 1 some, 2 much, 3 unable",
    scoring_rule=(
        "a category is its highest item; an aid or help from a person raises 0 or 1 to 2 "
        "(not: adds 1); the index is the sum over the answered categories by their number"
    ),
    missing_rule=(
        "at least {haq_min_categories} of 8 categories; one answered item answers its category, "
        "but one below 2 whose box for aids or help is blank is missing"
    ),
    variants=(
        Variant("index", "standard index, aids and help count", 0, 3),
        Variant("index_without_aids", "alternative index, without aids and help", 0, 3),
    ),
    score=score_haq,
    check=check_haq,
    thresholds=(
        Threshold(
            "MID, improvement",
            "0.10 to 0.14 points",
            "diffuse cutaneous systemic sclerosis, D-penicillamine trial",
            "Khanna 2006, PubMed 16540546",
        ),
        Threshold("MCII", "0.21 points (SD 0.48)", SCLEREDUC, DASTE),
        Threshold("PASS", "1.41 points (1.13 to 1.63)", SCLEREDUC, DASTE),
    ),
    licence="copyright Stanford; fees may apply; the wording is not reproduced here",
    sources=(
        Source("CLINHAQ scoring text: aids and help raise to 2, dividing by the answered", "found"),
        Source("PubMed 18085737: name the index with or without aids", "found"),
        Source("ARAMIS instructions 2009: at least 6 of 8 categories", "recalled"),
        Source("a blank category with an aid ticked is missing: the analysts' rule", "decided"),
    ),
)
