"""Measurements that were copied: from another visit, another period or another person.

Whether equal measurements are a copy is decided by chance. Two vectors agree in a share of their
values, which differs from pair to pair; mean and spread of the share are those of the pairs of this
export that are not equal. The question is asked if fewer equal pairs than the threshold of the rule
are to be expected among all pairs. Values at the end of a scale say nothing, so that vectors of
floors and ceilings never ask, nor do instruments of few items.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.cleaning.export import CAPILLAROSCOPY, DIARY
from analysis.cleaning.rules import read_threshold
from analysis.cleaning.state import CleaningState, Finding, find_together
from analysis.cleaning.visit_checks import find_unplanned, order_visits

# Kapandji has two items and the hand score four: both repeat by themselves.
INSTRUMENTS = ("cochin", "haq", "shaq", "mrss", "finger_circumference", "laboratory")
# The line of a scale and a recorded total are no measurements.
NOT_MEASURED = ("line_length", "recorded_total")
MEASURES = (
    "density", "enlarged", "giants", "haemorrhages", "loss", "disorganisation", "ramified",
    "n_giants", "n_haemorrhages",
)  # fmt: skip
FEWEST = 5
# Standard errors added to the mean, and the least spread of shares, on the scale of the arcsine.
ERRORS, SPREAD = 1.0, 0.01
# Kinds of vectors that share the threshold: the instruments, the diary and the readings.
FAMILIES = len(INSTRUMENTS) + 2
# In a small export few pairs tell how often answers repeat, and the estimate is too high. So many
# difficulties, of three kinds or more, are answered alike by hardly anybody, so that up to SMALL
# people need no estimate.
ANSWERED_ANEW, SMALL = {"cochin": 6, "haq": 11}, 50


@dataclass(frozen=True)
class Vectors:
    """What was measured together, one vector a row.

    Parameters
    ----------
    values
        Numbers, NaN for what is missing, (n, items).
    who, when
        Participant and visit of every vector.
    ends
        Lowest and highest value of each item, (2, items).
    cells
        Row and field of every cell by vector.
    """

    values: np.ndarray
    who: np.ndarray
    when: np.ndarray
    ends: np.ndarray
    cells: list[list[tuple[str, str]]]

    def find_telling(self, at: int) -> np.ndarray:
        """Say which values of a vector are measured and at no end of their scale."""
        one = self.values[at]
        return ~np.isnan(one) & (one > self.ends[0]) & (one < self.ends[1])


def find_copies(state: CleaningState) -> Iterator[Finding]:
    """Questionnaires, skin scores, circumferences and tests that equal those of another visit."""
    for instrument in INSTRUMENTS:
        vectors = _take_instrument(state, instrument)
        yield from _ask_copies(vectors, ANSWERED_ANEW.get(instrument))


def find_copied_days(state: CleaningState) -> Iterator[Finding]:
    """Ratings of the diary that equal those of the other period or of another person."""
    frame = state.files[DIARY].kept[["rating"]].join(state.places[DIARY])
    frame = frame.join(state.files[DIARY].keys["participant"])
    frame = frame[~find_unplanned(state, DIARY).loc[frame.index]]
    yield from _ask_copies(_pivot(frame, ["rating"], ["participant", "visit"], "occasion", (0, 10)))


def find_copied_readings(state: CleaningState) -> Iterator[Finding]:
    """Readings that equal those of another visit or of another person, reader by reader."""
    file = state.files[CAPILLAROSCOPY]
    frame = file.kept.join(file.keys[["participant", "visit"]])
    frame = frame.assign(place=frame["hand"] + frame["finger"] + "/" + frame["field"])
    measures = [name for name in MEASURES if name in frame]
    for _, part in frame.groupby("reader"):
        vectors = _pivot(part, measures, ["participant", "visit"], "place", (0, np.inf))
        yield from _ask_copies(vectors)


def _take_instrument(state: CleaningState, instrument: str) -> Vectors:
    fields = [
        field
        for field in state.list_items(instrument)
        if field.place.item not in NOT_MEASURED and field.kind in ("choice", "number", "integer")
    ]
    single = order_visits(state, state.keys[state.keys["instance"] == ""])
    numbers = state.convert_numbers(fields).loc[single.index].dropna(how="all")
    keys = state.keys.loc[numbers.index]
    ends = []
    for field in fields:
        codes = [float(code) for code, _ in field.choices] or list(field.limits)
        # A circumference is never at an end: the limits are those of a typing error.
        endless = field.place.unit == "mm" and bool(field.low)
        ends.append((-np.inf, np.inf) if endless else (min(codes), max(codes)))
    return Vectors(
        numbers.to_numpy(),
        keys["participant"].to_numpy(),
        keys["visit"].to_numpy(),
        np.array(ends).reshape(-1, 2).T,
        [[(row, field.name) for field in fields] for row in numbers.index],
    )


def _pivot(
    frame: pd.DataFrame,
    measures: list[str],
    group: list[str],
    place: str,
    ends: tuple[float, float],
) -> Vectors:
    """Put the rows of a file side by side: one vector per group, `measures` by place in it."""
    rows = frame.rename_axis("row").reset_index().drop_duplicates([*group, place])
    tall = rows.melt([*group, place, "row"], measures, "measure")
    tall = tall.assign(value=pd.to_numeric(tall["value"].where(tall["value"] != "")))
    wide = tall.pivot(index=group, columns=[place, "measure"], values="value")
    wide = wide.sort_index().sort_index(axis=1)
    held = {key: part["row"] for key, part in rows.groupby(group)}
    return Vectors(
        wide.to_numpy(dtype="float64"),
        wide.index.get_level_values(0).to_numpy(),
        wide.index.get_level_values(1).to_numpy(),
        np.tile(np.array(ends, dtype="float64")[:, None], wide.shape[1]),
        [[(row, name) for row in held[key] for name in measures] for key in wide.index],
    )


def _ask_copies(vectors: Vectors, difficult: int | None = None) -> Iterator[Finding]:
    """Ask about every vector that equals an earlier one, of the person first.

    With `difficult` values above 0, and three different ones, chance need not be estimated.
    """
    most = read_threshold("copied_forward") / FAMILIES
    few = len(np.unique(vectors.who)) <= SMALL
    alike: dict[bytes, list[int]] = {}
    for at, one in enumerate(vectors.values):
        if vectors.find_telling(at).sum() >= FEWEST:
            alike.setdefault(one.tobytes(), []).append(at)
    for equal in alike.values():
        for place, later in enumerate(equal[1:], 1):
            same = [first for first in equal[:place] if vectors.who[first] == vectors.who[later]]
            first = (same or equal)[0]
            one = vectors.values[later]
            sure = few and difficult is not None and (one > 0).sum() >= difficult
            sure = sure and len(np.unique(one)) >= 3 and not np.isnan(one).any()
            if sure or expect_matches(vectors, later, within=bool(same)) < most:
                cells = vectors.cells[later] + ([] if same else vectors.cells[first])
                detail = f"They are those of {vectors.who[first]} at {vectors.when[first]}."
                yield from find_together("copied_forward", cells, group=cells[0][0], detail=detail)


def expect_matches(vectors: Vectors, at: int, *, within: bool) -> float:
    """Return how many pairs of the export would equal each other by chance as this vector does.

    Parameters
    ----------
    vectors
        All of one kind.
    at
        Position of the vector that was met again.
    within
        Whether in the same person: then the pairs of visits of every person tell how often
        values repeat; otherwise the others' agreement with this vector does.
    """
    telling = vectors.find_telling(at)
    if within:
        left, right = _pair_within(vectors.who)
        rows, others = vectors.values[left], vectors.values[right]
        counted = ~np.isnan(rows) & (rows > vectors.ends[0]) & (rows < vectors.ends[1])
        pairs = len(left)
    else:
        apart = vectors.who != vectors.who[at]
        rows, others = vectors.values[[at]], vectors.values[apart]
        counted = np.repeat(telling[None, :], len(others), axis=0)
        size = len(vectors.who)
        pairs = size * (size - 1) // 2
    agree = (rows == others) & counted
    whole = ((rows == others) | (np.isnan(rows) & np.isnan(others))).all(axis=1)
    # Pairs that say much less than this vector tell nothing about it: few values agree easily.
    use = ~whole & (counted.sum(axis=1) >= max(telling.sum() / 2, 1))
    k, a = counted[use].sum(axis=1), agree[use].sum(axis=1)
    people = len(np.unique(vectors.who))
    return pairs * _agree_throughout(int(telling.sum()), k, a, people)


def _pair_within(who: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    left, right = [], []
    for places in pd.Series(range(len(who))).groupby(who).indices.values():
        first, second = np.triu_indices(len(places), 1)
        # Either may be the vector whose values tell something.
        left += [places[first], places[second]]
        right += [places[second], places[first]]
    nothing = np.array([], dtype="int64")
    return np.concatenate(left or [nothing]), np.concatenate(right or [nothing])


def _agree_throughout(items: int, k: np.ndarray, a: np.ndarray, people: int) -> float:
    """Return the chance that all items agree, from pairs of which `a` of `k` did.

    On the scale of the arcsine of the square root the variance of a binomial share hardly depends
    on the share: it is about 1 / (4k + 2). What the shares vary beyond that is how pairs differ.
    One agreement and one difference are added, and the mean is taken one standard error higher (by
    the number of `people`), so that a small export promises nothing.
    """
    angle = np.arcsin(np.sqrt((a + 3 / 8) / (k + 3 / 4)))
    middle = np.arcsin(np.sqrt((a.sum() + 1) / (k.sum() + 2)))
    apart = ((angle - middle) ** 2).mean() if len(k) else 0.0
    spread = apart - (1 / (4 * k + 2)).mean() if len(k) else 0.0
    middle += ERRORS * (apart / people) ** 0.5
    points, weights = np.polynomial.hermite_e.hermegauss(41)
    shares = np.clip(middle + points * max(spread, SPREAD) ** 0.5, 0, np.pi / 2)
    return float((np.sin(shares) ** (2 * items) * weights).sum() / weights.sum())
