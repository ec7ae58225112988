"""Hold totals as written on a form against the items."""

import numpy as np

from analysis.errors import DataError


def check_total(answers, needs, *, high, item):
    """Refuse a recorded total that no answer to the missing items could explain.

    Parameters
    ----------
    answers : Answers
        With a column ``recorded_total``.
    needs : sequence of str
        The items that add up to it, each from 0 to `high`.
    item : str
        What the error calls the total.

    Raises
    ------
    DataError
        The total is below the sum of the items, or above it by more than the missing allow.
    """
    values = answers.of(needs)
    total = answers.of(["recorded_total"])[:, 0]
    low = np.nansum(values, axis=1)
    top = low + high * np.isnan(values).sum(axis=1)
    refuse_rows(
        answers,
        (total < low) | (total > top),
        lambda at: (
            f"the recorded total {total[at]:g} contradicts its items, which sum to {low[at]:g}"
        ),
        item=item,
        hint="Correct the total or the item in the export's corrections.csv",
    )


def refuse_rows(answers, wrong, describe, *, item, hint):
    """Raise for the first visit marked wrong; `describe(row number)` is the sentence."""
    if wrong.any():
        at = int(np.flatnonzero(wrong)[0])
        visit = answers.visits.iloc[at]
        raise DataError(
            describe(at),
            participant=visit["participant_id"],
            visit=visit["visit"],
            field=item,
            hint=hint,
        )
