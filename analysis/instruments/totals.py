"""Totals as written on a form, where a site records nothing else of it."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.instruments.answers import RECORDED_TOTAL, Answers, score_answers

# A variant and a component of it.
Part = tuple[str, str]


def has_total_only(answers: Answers, parts: Sequence[str]) -> bool:
    """Say whether nobody has a row of any part, and somebody one of the total on the form."""
    some = np.flatnonzero(answers.recorded.any(axis=0))
    held = {answers.columns[place] for place in some}
    return RECORDED_TOTAL in held and held.isdisjoint(parts)


def take_totals(
    answers: Answers, parts: Sequence[str], *, total: Sequence[str], others: Sequence[Part]
) -> list[pd.DataFrame]:
    """Score a form of which only the total was recorded.

    Parameters
    ----------
    parts
        Items that the total adds up; nobody has any.
    total
        Variants whose whole score is the total.
    others
        Variants with a component that need the items, and are missing.
    """
    due = answers.keep_due([RECORDED_TOTAL])
    recorded, nothing = due.select([RECORDED_TOTAL])[:, 0], np.full(len(due.visits), np.nan)
    without, every = np.isnan(recorded), np.full(len(due.visits), True)
    taken = [
        score_answers(
            due,
            [RECORDED_TOTAL],
            recorded,
            variant=variant,
            item_missing=without,
            recorded_total_taken=~without,
        )
        for variant in total
    ]
    return taken + [
        score_answers(
            due, parts, nothing, variant=variant, component=component, items_not_recorded=every
        )
        for variant, component in others
    ]
