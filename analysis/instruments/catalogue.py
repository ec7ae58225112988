"""The instruments of the library: look up instruments and items, and refuse items that fit none."""

import re
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from analysis.errors import DataError, UsageError, suggest_name
from analysis.instruments.answers import VISIT_KEY, name_key
from analysis.instruments.capillaroscopy import NAILFOLD_CAPILLAROSCOPY
from analysis.instruments.cochin import COCHIN
from analysis.instruments.definition import Instrument, Item, Variant
from analysis.instruments.digital_ulcers import DIGITAL_ULCERS
from analysis.instruments.finger_circumference import FINGER_CIRCUMFERENCE
from analysis.instruments.hand_pain import HAND_PAIN
from analysis.instruments.haq import HAQ
from analysis.instruments.kapandji import KAPANDJI
from analysis.instruments.mrss import MRSS
from analysis.instruments.raynaud import RAYNAUD
from analysis.instruments.shaq import SHAQ
from analysis.study import Scoring

# A new instrument needs a module and a name here.
INSTRUMENTS = [
    *(NAILFOLD_CAPILLAROSCOPY, COCHIN, DIGITAL_ULCERS, FINGER_CIRCUMFERENCE, HAND_PAIN),
    *(HAQ, KAPANDJI, MRSS, RAYNAUD, SHAQ),
]
ITEM_KEY = [*VISIT_KEY, "instrument", "item", "location", "occasion"]
# A user's frame may lack these columns.
_OPTIONAL = ("occasion", "missing_reason", "unit", "source")
CLEANING = "Correct it in the export's corrections.csv, or let cleaning make a query of it"


def find_instrument(name: str) -> Instrument:
    """Return the instrument of that name.

    Raises
    ------
    UsageError
        No instrument has this name; the hint suggests the nearest.
    """
    known = {instrument.name: instrument for instrument in INSTRUMENTS}
    if name not in known:
        hint = suggest_name(name, known)
        raise UsageError(f"{name!r} is not an instrument of the library", hint=hint)
    return known[name]


def find_variant(instrument: Instrument, name: str) -> Variant:
    """Return one scoring variant of an instrument.

    Raises
    ------
    UsageError
        The instrument has no such variant.
    """
    known = {variant.name: variant for variant in instrument.variants}
    if name not in known:
        hint = f"Known: {', '.join(known)}"
        raise UsageError(f"{instrument.name} has no variant {name!r}", hint=hint)
    return known[name]


def find_item(instrument: str, item: str) -> Item | None:
    """Return an item by its names in the items table, None if the library has no such item."""
    listed = (each.items for each in INSTRUMENTS if each.name == instrument)
    return next((each for items in listed for each in items if each.name == item), None)


def find_range(instrument: str, item: str, scoring: Scoring) -> tuple[float | None, float | None]:
    """Return the lowest and the highest value of an item, None where it is open or unknown.

    Parameters
    ----------
    instrument, item
        Their names in the items table.
    scoring
        Settings of study.yml, which bound some items.
    """
    found = find_item(instrument, item)
    if found is None:
        return None, None
    high = found.high
    return found.low, getattr(scoring, high).value if isinstance(high, str) else high


def is_single(instrument: str, item: str) -> bool:
    """Return whether an item has one value per visit, even if its form repeats."""
    found = find_item(instrument, item)
    return found is not None and not re.fullmatch(found.occasion, "01")


def check_items(items: pd.DataFrame, scoring: Scoring) -> pd.DataFrame:
    """Check the items, and return those of the scored instruments with categories as keys.

    Parameters
    ----------
    items
        The items table.
    scoring
        Settings that bound items and name the instruments without a score.

    Returns
    -------
    `ITEM_KEY`, ``value``, ``missing_reason`` and ``unit``. Left out are the instruments that
    study.yml declares without a score, and fields of the export that are not mapped (their
    item is the name of the field, their instrument that of its form).

    Raises
    ------
    DataError
        An unknown instrument, item, place or repeat, another unit, a value out of range or not
        whole where it must be, a value given twice; it names the first and counts all.
    """
    absent = [name for name in _OPTIONAL if name not in items.columns]
    frame = items.assign(**dict.fromkeys(absent, ""))[[*ITEM_KEY, "value", *_OPTIONAL[1:]]].copy()
    for column in [*ITEM_KEY, *_OPTIONAL[1:]]:
        frame[column] = frame[column].fillna("").astype("category")
    described = ["instrument", "item", "location", "occasion", "unit", "source"]
    groups = frame.groupby(described, observed=True)
    kinds = groups.size().index.to_frame(index=False).astype("object")
    kind = groups.ngroup().to_numpy()
    known = [find_item(*names) for names in zip(kinds["instrument"], kinds["item"], strict=True)]
    unknown = np.array([item is None for item in known], dtype=bool)
    if unknown.any():
        ignored = (unknown & _find_unscored(kinds, scoring))[kind]
        frame, kind = frame[~ignored], kind[~ignored]
    problems = list(map(_find_problem, known, kinds["location"], kinds["occasion"], kinds["unit"]))
    for problem, hint in sorted({*problems} - {("", "")}):
        wrong = np.array([each == (problem, hint) for each in problems])
        _refuse(frame, wrong[kind], problem, hint)
    value = frame["value"].to_numpy(dtype=float, na_value=np.nan)
    for problem, hint, wrong in _find_wrong_values(value, kinds, kind, known, scoring):
        _refuse(frame, wrong, problem, hint)
    twice = frame.duplicated(ITEM_KEY, keep=False).to_numpy()
    fields = sorted({text.rpartition(":")[2] for text in frame.loc[twice, "source"].astype("str")})
    hint = f"Of {', '.join(fields[:6])} only one can have this place in fields.csv at a visit"
    _refuse(frame, twice, "it is given more than once", hint)
    return frame.drop(columns="source")


def _find_unscored(kinds: pd.DataFrame, scoring: Scoring) -> np.ndarray:
    """Return a mask of the kinds that need no instrument: declared unscored, or not mapped."""
    place = kinds["source"].str.split(":", n=2, expand=True).reindex(columns=[1, 2])
    declared = kinds["instrument"].isin(scoring.unscored_instruments.value)
    unmapped = (place[1] == kinds["instrument"]) & (place[2] == kinds["item"])
    return (declared | unmapped).to_numpy(dtype=bool)


def _find_problem(item: Item | None, location: str, occasion: str, unit: str) -> tuple[str, str]:
    """Return what is wrong with a kind of row and what to do about it, both "" if nothing is."""
    if item is None:
        return (
            "no instrument of the library has such an item",
            "Correct fields.csv, or name the instrument under unscored_instruments in study.yml",
        )
    if item.locations and location not in item.locations:
        return "the item has no such place", "Correct the location in fields.csv"
    if not re.fullmatch(item.occasion, occasion):
        return "the item has no such repeat", "Correct the occasion in fields.csv"
    if item.unit and unit not in ("", item.unit):
        return (
            "the unit is not the one that the instrument takes",
            "Convert it in cleaning by a logged rule",
        )
    return "", ""


def _find_wrong_values(
    value: np.ndarray,
    kinds: pd.DataFrame,
    kind: np.ndarray,
    known: Sequence[Item | None],
    scoring: Scoring,
) -> Iterator[tuple[str, str, np.ndarray]]:
    names = zip(kinds["instrument"], kinds["item"], strict=True)
    ranges = [find_range(instrument, item, scoring) for instrument, item in names]
    low, high = np.array(ranges, dtype=float).reshape(-1, 2).T
    beyond = (value < low[kind]) | (value > high[kind])
    for number in np.unique(kind[beyond]):
        hint = known[number].hint or CLEANING
        bounds = f"{low[number]:g} to {high[number]:g}"
        yield f"the value is outside {bounds}", hint, beyond & (kind == number)
    whole = np.array([bool(item and item.integer) for item in known], dtype=bool)
    broken = whole[kind] & (value != np.floor(value)) & ~np.isnan(value)
    yield "the value must be a whole number", CLEANING, broken


def _refuse(frame: pd.DataFrame, wrong: np.ndarray, problem: str, hint: str) -> None:
    if not wrong.any():
        return
    first = frame[wrong].sort_values(ITEM_KEY, kind="stable").iloc[0]
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
