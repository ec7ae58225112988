"""Spread long items to one row per visit, and make rows of scores from the numbers of a visit."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import DataError

VISIT_KEY = ["participant_id", "visit"]
# The item that holds the total as written on a form.
RECORDED_TOTAL = "recorded_total"
SCORE_COLUMNS = [
    *(*VISIT_KEY, "variant", "component", "score", "status"),
    *("missing_reason", "n_items", "n_missing", "rule"),
]
# Why a value is missing: there is no row, or a blank row without a reason.
_NO_ROW = "not_done"
_NO_REASON = "unknown"


def name_key(item: str, location: str = "", occasion: str = "") -> str:
    """Return ``item/location/occasion`` without the empty parts at its end."""
    return f"{item}/{location}/{occasion}".rstrip("/")


@dataclass(frozen=True)
class Answers:
    """Values of an instrument, one row per participant and visit.

    Parameters
    ----------
    visits
        `VISIT_KEY` columns, one row per participant and visit.
    columns
        Keys of the items, in the order of the definition.
    values
        Array (visits, columns), NaN where missing.
    reasons
        Array of text, "" where there is a value.
    recorded
        Array of booleans: whether the items table has a row.
    """

    visits: pd.DataFrame
    columns: tuple[str, ...]
    values: np.ndarray
    reasons: np.ndarray
    recorded: np.ndarray

    def select(self, columns: Sequence[str]) -> np.ndarray:
        """Return the values of some columns, (visits, columns)."""
        return self.values[:, self._locate(columns)]

    def keep_due(self, columns: Sequence[str]) -> "Answers":
        """Keep the visits at which anyone has a row of these columns.

        If nobody has one, the form was not due at that visit, and nothing is missing.
        """
        visit = self.visits["visit"]
        held = self.recorded[:, self._locate(columns)].any(axis=1)
        due = visit.isin(visit.to_numpy()[held]).to_numpy()
        kept = self.visits[due].reset_index(drop=True)
        arrays = (array[due] for array in (self.values, self.reasons, self.recorded))
        return Answers(kept, self.columns, *arrays)

    def find_reasons(self, columns: Sequence[str]) -> np.ndarray:
        """Return why the first missing of these columns is empty, "" if none is."""
        at = self._locate(columns)
        if not at:
            return np.full(len(self.visits), "")
        missing = np.isnan(self.values[:, at])
        first = self.reasons[:, at][np.arange(len(missing)), missing.argmax(axis=1)]
        return np.where(missing.any(axis=1), first, "")

    def _locate(self, columns: Sequence[str]) -> list[int]:
        place = {column: index for index, column in enumerate(self.columns)}
        return [place[column] for column in columns]


def list_visits(items: pd.DataFrame) -> pd.DataFrame:
    """Return the participants and visits of items, sorted, one row each."""
    visits = items[VISIT_KEY].astype("object").drop_duplicates()
    return visits.sort_values(VISIT_KEY, ignore_index=True)


def spread_items(items: pd.DataFrame, columns: Sequence[str]) -> Answers:
    """Spread long items over one row per participant and visit.

    Parameters
    ----------
    items
        Checked items of one instrument (or of several that are scored together).
    columns
        Keys as `name_key` makes them; other items are left out.
    """
    parts = items[["location", "occasion"]].astype("str")
    key = items["item"].astype("str").str.cat(parts, sep="/").str.rstrip("/")
    cells = (
        items[VISIT_KEY]
        .astype("object")
        .assign(
            key=key,
            value=items["value"].to_numpy(dtype=float, na_value=np.nan),
            reason=items["missing_reason"].astype("object"),
        )
    )
    cells = cells[key.isin(columns)]
    visits = list_visits(items)
    values, reasons = (
        cells.pivot(index=VISIT_KEY, columns="key", values=name).reindex(
            pd.MultiIndex.from_frame(visits), columns=list(columns)
        )
        for name in ("value", "reason")
    )
    given = np.where(values.isna() & (reasons == ""), _NO_REASON, reasons)
    recorded = reasons.notna().to_numpy()
    return Answers(
        visits,
        tuple(columns),
        values.to_numpy(dtype=float),
        np.where(recorded, given, _NO_ROW),
        recorded,
    )


def find_first_reasons(items: pd.DataFrame, visits: pd.DataFrame) -> np.ndarray:
    """Return the reason of each visit's first missing value by place and item, else `_NO_ROW`."""
    missing = items[items["value"].isna()].astype(dict.fromkeys(VISIT_KEY, "object"))
    missing = missing.sort_values([*VISIT_KEY, "location", "item", "occasion"], kind="stable")
    first = missing.drop_duplicates(VISIT_KEY).set_index(VISIT_KEY)["missing_reason"]
    given = first.astype("object").where(first != "", _NO_REASON)
    return given.reindex(pd.MultiIndex.from_frame(visits)).fillna(_NO_ROW).to_numpy()


def scale_rating(
    answers: Answers, column: str, *, instrument: str, line_mm: float, top: float
) -> tuple[np.ndarray, np.ndarray]:
    """Scale a mark on a line to 0 to `top` by the recorded length of the line.

    Parameters
    ----------
    answers
        With `column` and ``line_length``, both in mm.
    instrument
        Name for the error message.
    line_mm
        Length that study.yml declares, taken where none was recorded.

    Returns
    -------
    Ratings, and a mask of those where the declared length replaced a missing one.

    Raises
    ------
    DataError
        A mark beyond the end of its line.
    """
    raw, line = answers.select([column, "line_length"]).T
    declared = np.isnan(line)
    line = np.where(declared, line_mm, line)
    for at in np.flatnonzero(raw > line)[:1]:
        visit = answers.visits.iloc[at]
        raise DataError(
            f"the mark at {raw[at]:g} mm lies beyond the line of {line[at]:g} mm",
            participant=visit["participant_id"],
            visit=visit["visit"],
            field=f"{instrument}/{column}",
            hint="Correct the mark or the length of the line in the export's corrections.csv",
        )
    return top * raw / line, declared & ~np.isnan(raw)


def name_rules(size: int, **fired: np.ndarray) -> np.ndarray:
    """Join the names of the rules that fired in each row; ``complete`` where none did.

    Parameters
    ----------
    size
        Number of rows.
    **fired
        One array of booleans per rule, in the order of printing.
    """
    names = np.array(list(fired), dtype=object)
    masks = np.column_stack([np.zeros((size, 0)), *fired.values()]).astype(bool)
    return np.array([";".join(names[row]) or "complete" for row in masks], dtype=object)


def make_scores(visits: pd.DataFrame, score: np.ndarray, **columns: Any) -> pd.DataFrame:
    """Make rows of scores, one per visit.

    A score is complete when nothing is missing, prorated when it was made from fewer items than
    it has, and missing, with the reason, when there is none.

    Parameters
    ----------
    visits
        `VISIT_KEY`.
    score
        NaN where there is none.
    **columns
        The other `SCORE_COLUMNS` except the status; `missing_reason` is used for missing scores.
    """
    score = np.asarray(score, dtype=float)
    without = np.isnan(score)
    present = np.where(
        np.broadcast_to(columns["n_missing"], score.shape) > 0, "prorated", "complete"
    )
    reason = np.where(columns["missing_reason"] == "", _NO_REASON, columns["missing_reason"])
    frame = visits[VISIT_KEY].assign(
        **{"component": "total", **columns},
        score=score,
        status=np.where(without, "missing", present),
    )
    return frame.assign(missing_reason=np.where(without, reason, ""))[SCORE_COLUMNS]


def score_answers(
    answers: Answers,
    needs: Sequence[str],
    score: np.ndarray,
    *,
    variant: str,
    component: str = "total",
    reasons: Sequence[str] | None = None,
    **fired: np.ndarray,
) -> pd.DataFrame:
    """Make rows of scores from answers.

    Parameters
    ----------
    needs
        Items that the score needs; they are counted.
    score
        NaN where there is none.
    reasons
        Items that may explain a missing score; by default `needs`.
    **fired
        Rules, as `name_rules` takes them.
    """
    return make_scores(
        answers.visits,
        score,
        variant=variant,
        component=component,
        rule=name_rules(len(answers.visits), **fired),
        n_items=len(needs),
        n_missing=np.isnan(answers.select(needs)).sum(axis=1),
        missing_reason=answers.find_reasons(needs if reasons is None else reasons),
    )


def sum_answers(
    answers: Answers, needs: Sequence[str], *, variant: str, component: str = "total"
) -> pd.DataFrame:
    """Score a plain sum that needs every item; no item is ever filled in."""
    due = answers.keep_due(needs)
    total = due.select(needs).sum(axis=1)
    return score_answers(
        due, needs, total, variant=variant, component=component, item_missing=np.isnan(total)
    )
