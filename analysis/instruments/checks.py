"""Refuse items that cannot be scored, and scores that contradict what they were made from."""

import re
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.instruments.answers import RECORDED_TOTAL, VISIT_KEY, name_key, spread_items
from analysis.instruments.catalogue import (
    INSTRUMENTS,
    find_instrument,
    find_item,
    find_range,
    find_variant,
)
from analysis.instruments.definition import SCORE_TOLERANCE, Instrument, Item
from analysis.study import Outcome, Scoring, Study, SupportingOutcome

ITEM_KEY = [*VISIT_KEY, "instrument", "item", "location", "occasion"]
# A frame of one's own may lack them.
_OPTIONAL = ("occasion", "missing_reason", "unit", "source")
CLEANING = "Correct it in the export's corrections.csv, or let cleaning make a query of it"


def check_items(items: pd.DataFrame, scoring: Scoring) -> pd.DataFrame:
    """Return the items that instruments claim, with categories as keys, or refuse them.

    Parameters
    ----------
    items
        The items table.
    scoring
        Settings that bound items and name the instruments without a score.

    Returns
    -------
    Columns of the key, ``value``, ``missing_reason`` and ``unit``. Left out are the
    instruments that study.yml declares without a score, and fields of the export that
    are mapped nowhere (their item is the field itself, their instrument its form).

    Raises
    ------
    DataError
        An unknown instrument, item, place or repeat, a foreign unit, a value out of range
        or not whole where it must be, a value given twice; it names the first and counts all.
    """
    absent = [name for name in _OPTIONAL if name not in items.columns]
    frame = items.assign(**dict.fromkeys(absent, ""))[[*ITEM_KEY, "value", *_OPTIONAL[1:]]].copy()
    for column in [*ITEM_KEY, "missing_reason", "unit"]:
        frame[column] = frame[column].fillna("").astype("category")
    groups = frame.groupby(["instrument", "item", "location", "occasion", "unit"], observed=True)
    kinds = groups.size().index.to_frame(index=False).astype("object")
    kind = groups.ngroup().to_numpy()
    known = [find_item(*names) for names in zip(kinds["instrument"], kinds["item"], strict=True)]
    unknown = np.array([item is None for item in known], dtype=bool)
    ignored = unknown[kind] & _find_unscored(frame, scoring)
    frame, kind = frame[~ignored], kind[~ignored]
    problems = list(map(_find_problem, known, kinds["location"], kinds["occasion"], kinds["unit"]))
    for problem, hint in sorted({*problems} - {("", "")}):
        wrong = np.array([each == (problem, hint) for each in problems])
        _refuse(frame, wrong[kind], problem, hint)
    value = frame["value"].to_numpy(dtype=float, na_value=np.nan)
    for problem, hint, wrong in _find_wrong_values(value, kinds, kind, known, scoring):
        _refuse(frame, wrong, problem, hint)
    twice = frame.duplicated(ITEM_KEY, keep=False).to_numpy()
    _refuse(frame, twice, "it is given more than once", CLEANING)
    return frame.drop(columns="source")


def compare_totals(items: pd.DataFrame) -> pd.DataFrame:
    """Set every total as written on a form beside the sum of its items.

    Where items were recorded, no score is ever made from such a total.

    Returns
    -------
    ``participant_id, visit, instrument, recorded, summed, n_missing, agrees``. A total
    agrees if some answers to the missing items could make it.
    """
    frames = []
    for instrument in INSTRUMENTS:
        if not instrument.total_of:
            continue
        of_instrument = items[items["instrument"] == instrument.name]
        answers = spread_items(of_instrument, (*instrument.total_of, RECORDED_TOTAL))
        values = answers.select(instrument.total_of)
        recorded = answers.select([RECORDED_TOTAL])[:, 0]
        summed = np.nansum(values, axis=1)
        n_missing = np.isnan(values).sum(axis=1)
        beyond = recorded - summed
        frame = answers.visits.assign(
            instrument=instrument.name,
            recorded=recorded,
            summed=summed,
            n_missing=n_missing,
            agrees=(beyond >= 0) & (beyond <= instrument.items[0].high * n_missing),
        )
        frames.append(frame[~np.isnan(recorded)])
    return pd.concat(frames, ignore_index=True)


def check_totals(items: pd.DataFrame) -> None:
    """Refuse items with a recorded total that contradicts them.

    Raises
    ------
    DataError
        It names the first such total.
    """
    totals = compare_totals(items)
    for wrong in totals[~totals["agrees"]].head(1).to_dict("records"):
        raise DataError(
            f"the recorded total {wrong['recorded']:g} contradicts its items, "
            f"which sum to {wrong['summed']:g}",
            participant=wrong["participant_id"],
            visit=wrong["visit"],
            field=f"{wrong['instrument']}/{RECORDED_TOTAL}",
            hint="Correct it in the export's corrections.csv, or set it aside as 02_score does",
        )


def set_aside_totals(items: pd.DataFrame, totals: pd.DataFrame) -> pd.DataFrame:
    """Empty the recorded totals that contradict their items, for they are queried.

    Parameters
    ----------
    items
        The items table.
    totals
        What `compare_totals` finds in it.
    """
    key = [*VISIT_KEY, "instrument"]
    wrong = pd.MultiIndex.from_frame(totals.loc[~totals["agrees"], key])
    aside = (items["item"] == RECORDED_TOTAL) & pd.MultiIndex.from_frame(items[key]).isin(wrong)
    return items.assign(
        value=items["value"].mask(aside),
        missing_reason=items["missing_reason"].mask(aside, "pending_query"),
    )


def check_scores(scores: pd.DataFrame, items: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Hold the scores against what their definitions imply.

    Parameters
    ----------
    scores
        The scores table.
    items
        The items that the scores were made from.

    Returns
    -------
    ``instrument, relation, n_checked``: what was checked on how many scores.

    Raises
    ------
    DataError
        A relation does not hold; it names the participant and the visit.
    """
    rows = []
    for instrument, spread in _spread_scores(scores, study):
        relations = {"every score is within its range": _compare_ranges(spread, instrument)}
        if instrument.check is not None:
            read = (instrument.name, *instrument.reads)
            relations |= instrument.check(spread, items[items["instrument"].isin(read)])
        for relation, holds in relations.items():
            for participant, visit in holds.index[~holds.to_numpy()][:1]:
                raise DataError(
                    f"a score contradicts its definition: {relation}",
                    participant=participant,
                    visit=visit,
                    field=instrument.name,
                    hint="The scores table and the items do not belong together; "
                    "run 02_score again",
                )
            rows.append((instrument.name, relation, len(holds)))
    return pd.DataFrame(rows, columns=["instrument", "relation", "n_checked"])


def _find_unscored(frame: pd.DataFrame, scoring: Scoring) -> np.ndarray:
    """Say which rows would need no instrument: declared without a score, or mapped nowhere."""
    place = frame["source"].astype("str").str.split(":", n=2, expand=True).reindex(columns=[1, 2])
    instrument, item = (frame[name].astype("str") for name in ("instrument", "item"))
    declared = instrument.isin(scoring.unscored_instruments.value)
    return (declared | ((place[1] == instrument) & (place[2] == item))).to_numpy(dtype=bool)


def _find_problem(item: Item | None, location: str, occasion: str, unit: str) -> tuple[str, str]:
    """Return what is wrong with a kind of row and what to do, "" twice where nothing is."""
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
    yield "a whole number is due", CLEANING, broken


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


def _spread_scores(scores: pd.DataFrame, study: Study) -> Iterator[tuple[Instrument, pd.DataFrame]]:
    """Yield each instrument with its scores under the instrument's own variant names."""
    variants: dict[str, dict[tuple[str, str], str]] = {}
    outcomes: tuple[Outcome | SupportingOutcome, ...] = (*study.outcomes, *study.supporting)
    for outcome in outcomes:
        for name, variant in outcome.variants.items():
            variants.setdefault(outcome.instrument, {})[outcome.name, name] = variant
    for name, named in variants.items():
        pairs = pd.MultiIndex.from_frame(scores[["outcome", "variant"]])
        chosen = scores[pairs.isin(list(named))]
        names = zip(chosen["outcome"], chosen["variant"], strict=True)
        labels = pd.Series([named[pair] for pair in names], index=chosen.index, dtype="object")
        part = chosen["component"].where(chosen["component"] != "total", "")
        spread = (
            chosen.assign(column=labels.str.cat(part, sep="/").str.rstrip("/"))
            .drop_duplicates([*VISIT_KEY, "column"])
            .pivot(index=VISIT_KEY, columns="column", values="score")
        )
        yield find_instrument(name), spread


def _compare_ranges(spread: pd.DataFrame, instrument: Instrument) -> pd.Series:
    holds = pd.Series(True, index=spread.index)
    for column in spread.columns:
        name, _, part = column.partition("/")
        variant = find_variant(instrument, name)
        limits = next((c for c in variant.components if c.name == part), variant)
        high = np.inf if limits.high is None else limits.high
        inside = spread[column].between(limits.low - SCORE_TOLERANCE, high + SCORE_TOLERANCE)
        holds &= inside | spread[column].isna()
    return holds
