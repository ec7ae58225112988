"""From long items to one row per visit, with the reason of every blank."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

VISIT_KEY = ["participant_id", "visit"]
# Nothing was recorded where no row exists; a blank row without a reason stays unknown.
NO_ROW = "not_done"
NO_REASON = "unknown"


def name_key(item, location="", occasion=""):
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

    def of(self, columns):
        """Return the values of some columns, (visits, columns)."""
        return self.values[:, self._at(columns)]

    def keep_due(self, columns):
        """Keep the visits at which anyone has a row of these columns.

        Where nobody has one the form was not due, and nothing is missing.
        """
        visit = self.visits["visit"]
        due = visit.isin(visit[self.recorded[:, self._at(columns)].any(axis=1)].unique())
        due = due.to_numpy()
        return Answers(
            self.visits[due].reset_index(drop=True),
            self.columns,
            self.values[due],
            self.reasons[due],
            self.recorded[due],
        )

    def find_reasons(self, columns):
        """Return why the first missing of these columns is empty, "" if none is."""
        at = self._at(columns)
        missing = np.isnan(self.values[:, at])
        reasons = self.reasons[:, at]
        first = missing.argmax(axis=1) if len(at) else np.zeros(len(missing), dtype=int)
        found = reasons[np.arange(len(first)), first] if len(at) else np.full(len(missing), "")
        return np.where(missing.any(axis=1), found, "")

    def _at(self, columns):
        place = {column: index for index, column in enumerate(self.columns)}
        return [place[column] for column in columns]


def spread_items(items, columns):
    """Spread long items over one row per participant and visit.

    Parameters
    ----------
    items : pandas.DataFrame
        Checked items of one instrument (or of those that it reads together).
    columns : sequence of str
        Keys as `name_key` makes them; other items are left out.
    """
    visits, row = number_rows(items, VISIT_KEY)
    kinds, kind = number_rows(items, ["item", "location", "occasion"])
    place = {column: index for index, column in enumerate(columns)}
    keys = [name_key(*parts) for parts in kinds.itertuples(index=False)]
    column = np.array([place.get(key, -1) for key in keys], dtype=int)[kind]
    wanted = column >= 0
    row, column = row[wanted], column[wanted]
    value = items["value"].to_numpy(dtype=float, na_value=np.nan)[wanted]
    reason = items["missing_reason"].astype("object").to_numpy()[wanted]
    shape = (len(visits), len(place))
    values = np.full(shape, np.nan)
    values[row, column] = value
    reasons = np.full(shape, NO_ROW, dtype=object)
    reasons[row, column] = np.where(np.isnan(value) & (reason == ""), NO_REASON, reason)
    recorded = np.zeros(shape, dtype=bool)
    recorded[row, column] = True
    return Answers(visits, tuple(columns), values, reasons, recorded)


def number_rows(frame, columns):
    """Number the distinct rows of some columns.

    Returns
    -------
    (pandas.DataFrame, numpy.ndarray)
        The distinct rows in sorted order, and the number of each row of `frame`.
    """
    code = np.zeros(len(frame), dtype=np.int64)
    levels = []
    for column in columns:
        part = frame[column].astype("category")
        levels.append(part.cat.categories.astype("object"))
        code = code * max(len(levels[-1]), 1) + part.cat.codes.to_numpy()
    distinct, number = np.unique(code, return_inverse=True)
    found = {}
    for column, level in reversed(list(zip(columns, levels, strict=True))):
        distinct, at = np.divmod(distinct, max(len(level), 1))
        found[column] = level.take(at)
    return pd.DataFrame({column: found[column] for column in columns}), number


def find_first_reasons(items, number, size):
    """Return why the first missing value of each visit is missing, by place and item.

    Parameters
    ----------
    items : pandas.DataFrame
        Checked items.
    number : array of int
        The visit of each item, from 0.
    size : int
        Number of visits.

    Returns
    -------
    array of str
        `NO_ROW` where no row is blank.
    """
    value = items["value"].to_numpy(dtype=float, na_value=np.nan)
    missing = items.assign(number=number)[np.isnan(value)]
    missing = missing.sort_values(["number", "location", "item", "occasion"], kind="stable")
    first = missing.drop_duplicates("number")
    given = first["missing_reason"].astype("object")
    reasons = np.full(size, NO_ROW, dtype=object)
    reasons[first["number"].to_numpy()] = given.where(given != "", NO_REASON).to_numpy()
    return reasons
