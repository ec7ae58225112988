"""Refuse scores that contradict what their definitions imply."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.instruments.answers import VISIT_KEY
from analysis.instruments.catalogue import find_instrument, find_variant
from analysis.instruments.definition import SCORE_TOLERANCE, Instrument
from analysis.study import Outcome, Study, SupportingOutcome


def check_scores(scores: pd.DataFrame, items: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Check the scores against what their definitions imply.

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
            relations |= instrument.check(
                spread, items[items["instrument"].isin(read)], study.scoring
            )
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


def _spread_scores(scores: pd.DataFrame, study: Study) -> Iterator[tuple[Instrument, pd.DataFrame]]:
    """Yield each instrument with its scores under the instrument's own variant names."""
    variants: dict[str, dict[tuple[str, str], str]] = {}
    outcomes: tuple[Outcome | SupportingOutcome, ...] = (*study.outcomes, *study.supporting)
    for outcome in outcomes:
        for name, variant in outcome.variants.items():
            variants.setdefault(outcome.instrument, {})[outcome.name, name] = variant
    pairs = pd.MultiIndex.from_frame(scores[["outcome", "variant"]])
    for name, named in variants.items():
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
