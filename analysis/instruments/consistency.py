"""Relations between scores that the definitions imply, held on every run."""

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.instruments.answers import VISIT_KEY
from analysis.instruments.catalogue import find_instrument, find_variant

TOLERANCE = 1e-9


def check_scores(scores, items, study):
    """Hold the scores against what their definitions imply.

    Parameters
    ----------
    scores : pandas.DataFrame
        The scores table.
    items : pandas.DataFrame
        The items that the scores were made from.
    study : analysis.study.Study

    Returns
    -------
    pandas.DataFrame
        ``instrument, relation, n_checked``: what was checked on how many scores.

    Raises
    ------
    DataError
        A relation does not hold; it names the participant and the visit.
    """
    rows = []
    for instrument, spread in _spread_scores(scores, study):
        relations = {"every score is within its range": _within_range(spread, instrument)}
        if instrument.check is not None:
            read = (instrument.name, *instrument.reads)
            relations |= instrument.check(spread, items[items["instrument"].isin(read)])
        for relation, holds in relations.items():
            _refuse_broken(instrument, relation, holds)
            rows.append((instrument.name, relation, len(holds)))
    return pd.DataFrame(rows, columns=["instrument", "relation", "n_checked"])


def is_sum(scores, whole, parts):
    """Whether a score is the sum of others, for the visits that have all of them.

    Parameters
    ----------
    scores : pandas.DataFrame
        One row per visit, one column per ``variant`` (total) or ``variant/component``.
    whole : str
    parts : sequence of str

    Returns
    -------
    pandas.Series of bool
    """
    held = scores.reindex(columns=[whole, *parts]).dropna()
    return (held[whole] - held[list(parts)].sum(axis=1)).abs() <= TOLERANCE


def at_most(scores, smaller, larger):
    """Whether a score is at most another, for the visits that have both."""
    held = scores.reindex(columns=[smaller, larger]).dropna()
    return held[smaller] <= held[larger] + TOLERANCE


def _spread_scores(scores, study):
    """Yield each instrument with its scores under the instrument's own variant names."""
    variants = {}
    for outcome in (*study.outcomes, *study.supporting):
        for name, variant in outcome.variants.items():
            variants.setdefault(outcome.instrument, {})[outcome.name, name] = variant
    for name, outcomes in variants.items():
        pairs = pd.MultiIndex.from_frame(scores[["outcome", "variant"]])
        own = scores[pairs.isin(list(outcomes))]
        labels = [outcomes[pair] for pair in zip(own["outcome"], own["variant"], strict=True)]
        part = own["component"].where(own["component"] != "total", "")
        column = pd.Series(labels, index=own.index, dtype="object").str.cat(part, sep="/")
        spread = (
            own.assign(column=column.str.rstrip("/"))
            .drop_duplicates([*VISIT_KEY, "column"])
            .pivot(index=VISIT_KEY, columns="column", values="score")
        )
        yield find_instrument(name), spread


def _within_range(spread, instrument):
    holds = pd.Series(True, index=spread.index)
    for column in spread.columns:
        name, _, part = column.partition("/")
        variant = find_variant(instrument, name)
        limits = next((c for c in variant.components if c.name == part), variant)
        high = np.inf if limits.high is None else limits.high
        inside = spread[column].between(limits.low - TOLERANCE, high + TOLERANCE)
        holds &= inside | spread[column].isna()
    return holds


def _refuse_broken(instrument, relation, holds):
    if holds.all():
        return
    participant, visit = holds.index[~holds.to_numpy()][0]
    raise DataError(
        f"a score contradicts its definition: {relation}",
        participant=participant,
        visit=visit,
        field=instrument.name,
        hint="The scores table and the items do not belong together; run 02_score again",
    )
