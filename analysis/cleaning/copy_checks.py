"""Measurements that were copied: from another visit, another period or another person.

Whether equal measurements are a copy is decided by chance. Two vectors agree in a share of their
values, which differs from pair to pair; mean and spread of the share are those of the pairs of this
export that are not equal. A query is raised if chance would give fewer equal pairs than the rule's
threshold. Values at either end of a scale are no evidence: all-floor and all-ceiling vectors never
raise one, nor do instruments with few items. Reversed questionnaires are found by the same
comparison with the person's other visits.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from analysis.cleaning.export import CAPILLAROSCOPY, DIARY
from analysis.cleaning.fields import Field
from analysis.cleaning.state import CleaningState, Finding, find_together
from analysis.cleaning.visit_checks import find_unplanned, order_visits

# Kapandji has two items and the hand score four: both repeat by themselves.
_INSTRUMENTS = ("cochin", "haq", "shaq", "mrss", "finger_circumference", "laboratory")
# The line of a scale and a recorded total are no measurements.
NOT_MEASURED = ("line_length", "recorded_total")
MEASURES = (
    "density", "enlarged", "giants", "haemorrhages", "loss", "disorganisation", "ramified",
    "n_giants", "n_haemorrhages",
)  # fmt: skip
_FEWEST = 3
# Of the mean of the items, 0 to 3: from then on the HAQ has changed.
_HAQ_MOVED = 0.5
# Standard errors added to the mean, and the least spread of shares, on the scale of the arcsine.
ERRORS, SPREAD = 1.0, 0.01
# Kinds of vectors that share the threshold: the instruments, the diary and the readings.
_FAMILIES = len(_INSTRUMENTS) + 2
# In a small export few pairs tell how often answers repeat, and the estimate is too high. So many
# difficulties, of three kinds or more, are answered alike by hardly anybody, and need no estimate:
# in one person, and between two, among up to SMALL people, and among more. Marks of scales are
# such answers in millimetres.
ANSWERED_ANEW = {"cochin": (6, 6), "haq": (11, 6), "mrss": (18, 13), "shaq": (4, 4)}
BY_MANY = {"cochin": (6, 6), "haq": (15, 6), "shaq": (4, 4)}
SMALL, _MILLIMETRES = 50, 100


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

    def find_telling(self, values: np.ndarray) -> np.ndarray:
        """Return which values of vectors are measured and not at an end of their scale."""
        return ~np.isnan(values) & (values > self.ends[0]) & (values < self.ends[1])

    def compare(
        self, rows: np.ndarray, others: np.ndarray, counted: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return how many values of each pair count, how many agree, and whether all do."""
        whole = ((rows == others) | np.isnan(rows) | np.isnan(others)).all(axis=1)
        return counted.sum(axis=1), ((rows == others) & counted).sum(axis=1), whole

    @cached_property
    def columns(self) -> np.ndarray:
        """The values item by item, each one piece of memory: there are many pairs to compare."""
        return np.ascontiguousarray(self.values.T)

    def find_equal(self, at: int) -> np.ndarray:
        """Return the earlier vectors that equal one in all values that both have."""
        one, equal = self.values[at], np.arange(at)
        telling = self.find_telling(one)
        # Values that tell something come first: they leave the fewest vectors to compare.
        rest = ~telling & ~np.isnan(one)
        for item in (*np.flatnonzero(telling), *np.flatnonzero(rest)):
            if not len(equal) or telling.sum() < _FEWEST:
                return equal[:0]
            column = self.columns[item][equal]
            equal = equal[(column == one[item]) | np.isnan(column)]
        both = telling & ~np.isnan(self.values[equal])
        return equal[both.sum(axis=1) >= _FEWEST]

    @cached_property
    def within(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """What `compare` returns of all pairs of visits of one person."""
        places = pd.DataFrame({"who": self.who, "at": np.arange(len(self.who))})
        # Either may be the vector whose values tell something.
        pairs = places.merge(places, on="who").query("at_x != at_y")
        rows, others = self.values[pairs["at_x"]], self.values[pairs["at_y"]]
        return self.compare(rows, others, self.find_telling(rows))


def find_copies(state: CleaningState) -> Iterator[Finding]:
    """Questionnaires, skin scores, circumferences and tests that equal those of another visit."""
    for instrument in _INSTRUMENTS:
        vectors = _take_instrument(state, instrument)
        coarse = instrument == "shaq" and vectors.ends[1].max(initial=0) < _MILLIMETRES
        many = len(pd.unique(vectors.who)) > SMALL
        alike = (BY_MANY if many else ANSWERED_ANEW).get(instrument)
        yield from _ask_copies(state, vectors, None if coarse else alike)


def find_copied_days(state: CleaningState) -> Iterator[Finding]:
    """Ratings of the diary that equal those of the other period or of another person."""
    fields = [field for field in state.fields[DIARY].values() if field.place.item == "rating"]
    names = ["entry_date", *(field.name for field in fields)]
    frame = state.files[DIARY].kept[names].join(state.places[DIARY])
    frame = frame.join(state.files[DIARY].keys["participant"])
    frame = frame[~find_unplanned(state, DIARY).loc[frame.index]]
    group = ["participant", "visit"]
    frame["line"] = frame.sort_values("entry_date", kind="stable").groupby(group).cumcount()
    # Copied line by line, the ratings are those of other days where days are missing.
    for name, ends in ((field.name, field.ends) for field in fields):
        for place in ("occasion", "line"):
            yield from _ask_copies(state, _pivot(frame, [name], group, place, ends))


def find_copied_readings(state: CleaningState) -> Iterator[Finding]:
    """Readings that equal those of another visit or of another person, reader by reader."""
    file = state.files[CAPILLAROSCOPY]
    frame = file.kept.join(file.keys[["participant", "visit"]])
    frame = frame.assign(place=frame["hand"] + frame["finger"] + "/" + frame["field"])
    fields = state.fields[CAPILLAROSCOPY].values()
    measures = [field.name for field in fields if field.place.item in MEASURES]
    for _, part in frame.groupby("reader"):
        vectors = _pivot(part, measures, ["participant", "visit"], "place", (0, np.inf))
        yield from _ask_copies(state, vectors)


def _list_measured(state: CleaningState, instrument: str, kinds: tuple[str, ...]) -> list[Field]:
    held = [field for field in state.list_items(instrument) if field.kind in kinds]
    return [field for field in held if field.place.item not in NOT_MEASURED]


def _take_instrument(state: CleaningState, instrument: str) -> Vectors:
    fields = _list_measured(state, instrument, ("choice", "number", "integer"))
    single = order_visits(state, state.keys[state.keys["instance"] == ""])
    numbers = state.convert_numbers(fields).loc[single.index].dropna(how="all")
    keys = state.keys.loc[numbers.index]
    ends = []
    for field in fields:
        # A circumference is never at an end: the limits are those of a typing error.
        ends.append((-np.inf, np.inf) if field.place.unit == "mm" and field.low else field.ends)
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
    cells = rows.set_index([*group, place])[measures]
    wide = cells.where(cells != "").apply(pd.to_numeric).unstack(place)
    wide = wide.sort_index().swaplevel(axis=1).sort_index(axis=1)
    held = rows.groupby(group)["row"].agg(list)
    return Vectors(
        wide.to_numpy(dtype="float64"),
        wide.index.get_level_values(0).to_numpy(),
        wide.index.get_level_values(1).to_numpy(),
        np.tile(np.array(ends, dtype="float64")[:, None], wide.shape[1]),
        [[(row, name) for row in held[key] for name in measures] for key in wide.index],
    )


def _ask_copies(
    state: CleaningState, vectors: Vectors, difficult: tuple[int, int] | None = None
) -> Iterator[Finding]:
    """Ask about every vector that equals an earlier one; the same person's come first.

    With `difficult` values above 0, and three different ones, chance need not be estimated.
    """
    most = state.study.queries.copied_forward_pairs.value / _FAMILIES
    for later, one in enumerate(vectors.values):
        equal = vectors.find_equal(later)
        same = equal[vectors.who[equal] == vectors.who[later]]
        within = len(same) > 0
        for first in (same if within else equal)[:1]:
            telling = vectors.find_telling(one) & ~np.isnan(vectors.values[first])
            sure = difficult is not None and (one > 0).sum() >= difficult[not within]
            sure = sure and len(np.unique(one)) >= 3 and not np.isnan(one).any()
            if sure or _expect_matches(vectors, later, telling, within=within) < most:
                cells = vectors.cells[later] + ([] if within else vectors.cells[first])
                detail = f"They are those of {vectors.who[first]} at {vectors.when[first]}."
                yield from find_together("copied_forward", cells, group=cells[0][0], detail=detail)


def _expect_matches(vectors: Vectors, at: int, telling: np.ndarray, *, within: bool) -> float:
    """Return how many pairs of the export would equal each other by chance as this vector does.

    `telling` marks the values that are compared and tell something. Within one person, the pairs
    of visits of every person show how often values repeat; otherwise the others' agreement with
    this vector does.
    """
    if within:
        k, a, whole = vectors.within
        pairs = len(whole)
    else:
        others = vectors.values[vectors.who != vectors.who[at]]
        counted = np.repeat(telling[None, :], len(others), axis=0)
        k, a, whole = vectors.compare(vectors.values[[at]], others, counted)
        pairs = math.comb(len(vectors.who), 2)
    # Pairs with far fewer values are left out: few values agree easily.
    use = ~whole & (k >= max(telling.sum() / 2, 1))
    people = len(pd.unique(vectors.who))
    return pairs * _agree_throughout(int(telling.sum()), k[use], a[use], people)


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


def find_reversed_scales(state: CleaningState) -> Iterator[Finding]:
    """Questionnaires whose answers fit the person's other visits only when reversed.

    With x the answers and m their median at the other visits, the distance is the sum of
    \\|x - m\\|, and after reversal the sum of \\|top - x - m\\|. The scales of the SHAQ may
    all fall where the HAQ falls, too.
    """
    level = state.convert_numbers(_list_measured(state, "haq", ("choice", "integer"))).mean(axis=1)
    for instrument in ("cochin", "haq", "mrss", "shaq"):
        fields = _list_measured(state, instrument, ("choice", "integer", "number"))
        if not fields:
            continue
        answers = state.convert_numbers(fields).dropna()
        top = fields[0].ends[1]
        for _, part in answers.groupby(state.keys["participant"]):
            values = part.to_numpy()
            for at, row in enumerate(part.index if len(part) > 1 else ()):
                one, usual = values[at], np.median(np.delete(values, at, axis=0), axis=0)
                as_is, turned = (np.abs(each - usual).sum() for each in (one, top - one))
                # With two visits either may be the one; the one above the middle is asked about.
                high = len(part) > 2 or one.mean() > top / 2
                high &= instrument != "shaq" or not np.ptp(level[part.index]) >= _HAQ_MOVED
                high &= min(len(np.unique(one)), len(np.unique(usual))) > 2
                if high and as_is - turned > top * len(fields) / 4 and turned < as_is / 2:
                    cells = [(row, field.name) for field in fields]
                    yield from find_together("scale_reversed", cells, group=row)


def find_counted_while_absent(state: CleaningState) -> Iterator[Finding]:
    """Capillary changes that a reader counted in images in which the reader graded them absent.

    Counts are of a millimetre and grades of a field, so that few say nothing: the question begins
    at a number in one image, or over all images of a visit.
    """
    file, (one, whole) = state.files[CAPILLAROSCOPY], state.study.queries.counted_while_absent.value
    frame, held = file.kept, {f.place.item: f.name for f in state.fields[CAPILLAROSCOPY].values()}
    by = frame[["reader"]].join(file.keys[["participant", "visit"]])
    for grade, count in (("giants", "n_giants"), ("haemorrhages", "n_haemorrhages")):
        if {grade, count} <= held.keys():
            names = [held[grade], held[count]]
            grades, counts = (pd.to_numeric(frame[name], errors="coerce") for name in names)
            number = counts.where(grades.eq(0)).fillna(0)
            sums = number.groupby([by[name] for name in by]).transform("sum")
            asked = by[number.gt(0) & (number.ge(one) | sums.ge(whole))]
            for _, part in asked.groupby(list(by)):
                cells = [(str(row), name) for row in part.index for name in names]
                yield from find_together("counted_while_absent", cells, group=cells[0][0])
