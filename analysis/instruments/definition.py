"""Definition of an instrument: items, variants, rules, sources and relations as frozen data."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.study import Scoring

SIDES = ("right", "left")
FINGERS = tuple(f"{side}_{finger}" for side in SIDES for finger in (2, 3, 4, 5))
# Scores that differ by no more than this are equal.
SCORE_TOLERANCE = 1e-9
# Sources of published thresholds that several instruments share.
SCLEREDUC = "systemic sclerosis, SCLEREDUC"
DASTE = "Daste 2019, PubMed 29685482"


@dataclass(frozen=True)
class Item:
    """One recorded value.

    Parameters
    ----------
    name, label
        Name in the items table; paraphrase of what is asked or measured.
    low, high
        Allowed range, None where open; `high` may be the name of a setting under
        ``scoring`` in study.yml.
    integer
        Whether only whole numbers are allowed.
    locations
        Where it is recorded: ``""`` for no place; an empty tuple allows any place.
    occasion
        Regular expression of the repeats; ``""`` where there are none.
    unit
        The only unit accepted; ``""`` for a code or a count.
    text
        Whether the item may be text, which no score uses.
    hint
        What a value out of range probably means.
    anchored
        Whether both ends of the range are anchors of a scale, one of them the best state; not so
        for a length or a count.
    better
        ``lower`` or ``higher``; "" means the same as the instrument.
    boxes
        Whether a form may have several boxes for it, any of which may be ticked; each is then a
        separate row, with its name as the occasion.
    """

    name: str
    label: str
    low: float | None = None
    high: float | str | None = None
    integer: bool = False
    locations: tuple[str, ...] = ("",)
    occasion: str = ""
    unit: str = ""
    text: bool = False
    hint: str = ""
    anchored: bool = True
    better: str = ""
    boxes: bool = False


@dataclass(frozen=True)
class Component:
    """A part of a score that is shown with its total.

    `better` is ``lower``, ``higher`` or ``none``; "" means the same as the instrument.
    `n_locations` is the number of fingers that enter, 0 if it is not made of fingers.
    """

    name: str
    label: str
    low: float
    high: float | None
    better: str = ""
    n_locations: int = 0


@dataclass(frozen=True)
class Variant:
    """One way to compute a score.

    `matched` means that a pair of visits uses only the fingers, or other parts, that were
    recorded at both, out of `n_locations`.
    """

    name: str
    label: str
    low: float
    high: float | None
    components: tuple[Component, ...] = ()
    n_locations: int = 0
    matched: bool = False


@dataclass(frozen=True)
class Threshold:
    """A published change or state; never a cut-off for one person."""

    kind: str
    value: str
    population: str
    source: str
    level: str = "group"


@dataclass(frozen=True)
class Source:
    """Where a definition comes from.

    `basis` is ``found`` (in a published source), ``recalled`` (from memory of the
    source, to be verified) or ``decided`` (by the analysts, as no source settles it).
    """

    citation: str
    basis: str


@dataclass(frozen=True)
class Instrument:
    """An instrument and how it is scored.

    Parameters
    ----------
    name
        Name in the items table and of its module.
    label, measures, rated_by, recall, anchors, scoring_rule, missing_rule, licence
        Texts of the card; a setting of study.yml stands in braces, by its name under ``scoring``.
    better
        ``lower``, ``higher`` or ``none``.
    score
        ``score(items, scoring) -> scores`` from checked items to
        `analysis.instruments.answers.SCORE_COLUMNS`, for all variants.
    reads
        Other instruments whose items the score needs.
    pair
        ``pair(items, variant, scoring, baseline_visit) -> pairs`` of a matched variant: the
        total, and the components that are matched too.
    total_of
        Keys of the items that a ``recorded_total`` adds up, all with the range of the first.
    check
        ``check(scores, items, scoring) -> {relation: holds}``; `scores` has a row per visit and a
        column per ``variant`` (total) or ``variant/component``.
    """

    name: str
    label: str
    measures: str
    items: tuple[Item, ...]
    better: str
    rated_by: str
    recall: str
    anchors: str
    scoring_rule: str
    missing_rule: str
    variants: tuple[Variant, ...]
    score: Callable[[pd.DataFrame, Scoring], list[pd.DataFrame]]
    licence: str
    sources: tuple[Source, ...]
    thresholds: tuple[Threshold, ...] = ()
    reads: tuple[str, ...] = ()
    pair: Callable[[pd.DataFrame, "Variant", Scoring, str], pd.DataFrame] | None = None
    total_of: tuple[str, ...] = ()
    check: Callable[[pd.DataFrame, pd.DataFrame, Scoring], dict[str, pd.Series]] | None = None


def is_sum(scores: pd.DataFrame, whole: str, parts: Sequence[str]) -> pd.Series:
    """Return whether a score is the sum of others, for the visits that have all of them."""
    held = scores.reindex(columns=[whole, *parts]).dropna()
    return (held[whole] - held[list(parts)].sum(axis=1)).abs() <= SCORE_TOLERANCE


def is_at_most(scores: pd.DataFrame, smaller: str, larger: str) -> pd.Series:
    """Return whether a score is at most another, for the visits that have both."""
    held = scores.reindex(columns=[smaller, larger]).dropna()
    return held[smaller] <= held[larger] + SCORE_TOLERANCE
