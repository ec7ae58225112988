"""From numbers per visit to rows of scores, and how each came about."""

import numpy as np
import pandas as pd

from analysis.instruments.answers import NO_REASON, VISIT_KEY

SCORE_COLUMNS = [
    *VISIT_KEY,
    "variant",
    "component",
    "score",
    "status",
    "missing_reason",
    "n_items",
    "n_missing",
    "rule",
]


def name_rules(size, **fired):
    """Join the names of the rules that fired in each row; ``complete`` where none did.

    Parameters
    ----------
    size : int
        Number of rows.
    **fired : array of bool
        One array per rule, in the order of printing.
    """
    bits = np.zeros(size, dtype=np.int64)
    for place, mask in enumerate(fired.values()):
        bits |= np.asarray(mask).astype(np.int64) << place
    texts = {
        bit: ";".join(name for place, name in enumerate(fired) if bit >> place & 1) or "complete"
        for bit in np.unique(bits).tolist()
    }
    return pd.Series(bits).map(texts).astype("object").to_numpy()


def make_scores(visits, score, *, variant, rule, n_items, n_missing, reason, component="total"):
    """Make rows of scores, one per visit.

    A score is complete when nothing is missing, prorated when it was made from fewer
    items than it has, and missing with the reason when there is none.
    """
    score = np.asarray(score, dtype=float)
    n_missing = np.broadcast_to(n_missing, score.shape)
    without = np.isnan(score)
    present = np.where(n_missing > 0, "prorated", "complete")
    frame = pd.DataFrame(
        {
            **{column: visits[column].to_numpy() for column in VISIT_KEY},
            "variant": variant,
            "component": component,
            "score": score,
            "status": np.where(without, "missing", present),
            "missing_reason": np.where(without, np.where(reason == "", NO_REASON, reason), ""),
            "n_items": n_items,
            "n_missing": n_missing,
            "rule": rule,
        }
    )
    return frame[SCORE_COLUMNS]


def score_answers(answers, needs, score, *, variant, component="total", reasons=None, **fired):
    """Make rows of scores from answers.

    Parameters
    ----------
    answers : Answers
    needs : sequence of str
        Items that the score needs; they are counted.
    score : array of float
        NaN where there is none.
    reasons : sequence of str, optional
        Items that may be why there is no score; by default `needs`.
    **fired : array of bool
        Rules, as `name_rules` takes them.
    """
    return make_scores(
        answers.visits,
        score,
        variant=variant,
        component=component,
        rule=name_rules(len(answers.visits), **fired),
        n_items=len(needs),
        n_missing=np.isnan(answers.of(needs)).sum(axis=1),
        reason=answers.find_reasons(needs if reasons is None else reasons),
    )


def sum_answers(answers, needs, *, variant, component="total"):
    """Score a plain sum that needs every item; no item is ever filled in."""
    due = answers.keep_due(needs)
    total = due.of(needs).sum(axis=1)
    return score_answers(
        due, needs, total, variant=variant, component=component, item_missing=np.isnan(total)
    )
