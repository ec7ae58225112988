"""Refuse items that cannot be scored, before any arithmetic."""

import re

import numpy as np

from analysis.errors import DataError
from analysis.instruments.answers import VISIT_KEY, name_key, number_rows
from analysis.instruments.catalogue import list_instruments

KEY = [*VISIT_KEY, "instrument", "item", "location", "occasion"]
CLEANING = "Correct it in the export's corrections.csv, or let cleaning make a query of it"


def check_items(items, scoring):
    """Return the items that instruments claim, with categories as keys, or refuse them.

    Parameters
    ----------
    items : pandas.DataFrame
        The items table.
    scoring : analysis.study.Scoring
        Settings that bound items and name the instruments without a score.

    Returns
    -------
    pandas.DataFrame
        Columns of the key, ``value``, ``missing_reason`` and ``unit``. Left out are the
        instruments that study.yml declares without a score, and fields of the export that
        are mapped nowhere (their item is the field itself, their instrument its form).

    Raises
    ------
    DataError
        An unknown instrument, item, place or repeat, a foreign unit, a value out of range
        or not whole where it must be, a value given twice; it names the first and counts all.
    """
    frame = items[[*KEY, "value", "missing_reason", "unit", "source"]].copy()
    for column in [*KEY, "missing_reason", "unit"]:
        frame[column] = frame[column].fillna("").astype("category")
    kinds, kind = number_rows(frame, ["instrument", "item", "location", "occasion", "unit"])
    known = {(i.name, item.name): item for i in list_instruments() for item in i.items}
    specs = [known.get((row.instrument, row.item)) for row in kinds.itertuples(index=False)]
    ignored = _find_unscored(frame, kinds, kind, specs, scoring)
    for problem, hint, wrong in _find_unknown(kinds, specs):
        _refuse(frame, wrong[kind] & ~ignored, problem, hint)
    frame, kind = frame[~ignored], kind[~ignored]
    value = frame["value"].to_numpy(dtype=float, na_value=np.nan)
    for problem, hint, wrong in _find_wrong_values(value, kind, specs, scoring):
        _refuse(frame, wrong, problem, hint)
    repeated = number_rows(frame, KEY)[1]
    twice = np.bincount(repeated)[repeated] > 1 if len(frame) else np.zeros(0, dtype=bool)
    _refuse(frame, twice, "it is given more than once", CLEANING)
    return frame.drop(columns="source")


def _find_unscored(frame, kinds, kind, specs, scoring):
    declared = kinds["instrument"].isin(scoring.unscored_instruments.value).to_numpy()
    unknown = np.array([spec is None for spec in specs], dtype=bool)
    ignored = (declared & unknown)[kind]
    doubtful = np.flatnonzero(unknown[kind] & ~ignored)
    rows = frame.iloc[doubtful]
    place = rows["source"].astype("str").str.split(":", n=2, expand=True).reindex(columns=[1, 2])
    unmapped = (place[1] == rows["instrument"].astype("str")) & (
        place[2] == rows["item"].astype("str")
    )
    ignored[doubtful[unmapped.to_numpy()]] = True
    return ignored


def _find_unknown(kinds, specs):
    rows = list(zip(kinds.itertuples(index=False), specs, strict=True))
    yield (
        "no instrument of the library has such an item",
        "Correct fields.csv, or name the instrument under unscored_instruments in study.yml",
        np.array([spec is None for _, spec in rows], dtype=bool),
    )
    yield (
        "the item has no such place",
        "Correct the location in fields.csv",
        np.array(
            [
                spec is not None and spec.locations != () and row.location not in spec.locations
                for row, spec in rows
            ],
            dtype=bool,
        ),
    )
    yield (
        "the item has no such repeat",
        "Correct the occasion in fields.csv",
        np.array(
            [
                spec is not None and re.fullmatch(spec.occasion, row.occasion) is None
                for row, spec in rows
            ],
            dtype=bool,
        ),
    )
    yield (
        "the unit is not the one that the instrument takes",
        "Convert it in cleaning by a logged rule",
        np.array(
            [
                spec is not None and spec.unit != "" and row.unit not in ("", spec.unit)
                for row, spec in rows
            ],
            dtype=bool,
        ),
    )


def _find_wrong_values(value, kind, specs, scoring):
    def limit(bound, otherwise):
        if bound is None:
            return otherwise
        return getattr(scoring, bound).value if isinstance(bound, str) else bound

    low = np.array([limit(s and s.low, -np.inf) for s in specs], dtype=float)
    high = np.array([limit(s and s.high, np.inf) for s in specs], dtype=float)
    whole = np.array([bool(s and s.integer) for s in specs], dtype=bool)
    beyond = (value < low[kind]) | (value > high[kind])
    for number in np.unique(kind[beyond]):
        spec = specs[number]
        bounds = f"{low[number]:g} to {high[number]:g}"
        yield f"the value is outside {bounds}", spec.hint or CLEANING, beyond & (kind == number)
    broken = whole[kind] & (value != np.floor(value)) & ~np.isnan(value)
    yield "a whole number is due", CLEANING, broken


def _refuse(frame, wrong, problem, hint):
    if not wrong.any():
        return
    first = frame[wrong].sort_values(KEY, kind="stable").iloc[0]
    count = int(wrong.sum())
    more = f", as in {count} rows" if count > 1 else ""
    raise DataError(
        f"{problem}: {first['value']:g}{more}",
        participant=first["participant_id"],
        visit=first["visit"],
        field=f"{first['instrument']}/"
        + name_key(first["item"], first["location"], first["occasion"]),
        hint=hint,
    )
