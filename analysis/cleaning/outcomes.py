"""What becomes of each registered outcome: mapped, readable, scored at both visits, paired."""

from collections.abc import Iterable

import pandas as pd

from analysis.cleaning.fields import Field
from analysis.instruments.catalogue import find_instrument
from analysis.study import Outcome, Study

OUTCOME_COLUMNS = ["outcome", "mapped", "readable", "baseline", "followup", "paired"]


def list_mapped(outcome: Outcome, fields: Iterable[Field]) -> list[Field]:
    """Return the fields that hold a value of which an outcome may be made."""
    instrument = find_instrument(outcome.instrument)
    wanted = {
        (each.name, item.name)
        for each in (instrument, *map(find_instrument, instrument.reads))
        for item in each.items
        if not item.text
    }
    return [field for field in fields if (field.place.instrument, field.place.item) in wanted]


def summarise_outcomes(
    fields: dict[str, dict[str, Field]],
    items: pd.DataFrame,
    scores: pd.DataFrame,
    pairs: pd.DataFrame,
    study: Study,
) -> pd.DataFrame:
    """Follow every registered outcome from its fields to its pairs.

    Parameters
    ----------
    fields
        By file, then by column.
    items, scores, pairs
        The tables of these names.
    study
        The primary variant counts, at the two visits of the primary analysis.

    Returns
    -------
    pandas.DataFrame
        `OUTCOME_COLUMNS`, one row per outcome: number of fields; values among the rows of items,
        as ``140 of 144``; participants with a score at baseline and at follow-up, and with a pair.
    """
    every = [field for columns in fields.values() for field in columns.values()]
    visits = (study.analysis.baseline_visit.value, study.analysis.followup_visit.value)
    rows = []
    for outcome in study.outcomes:
        mapped = list_mapped(outcome, every)
        sources = {(field.place.instrument, field.place.item) for field in mapped}
        held = pd.MultiIndex.from_frame(items[["instrument", "item"]]).isin(list(sources))
        known = items.loc[held, "value"].notna()
        scored = _select_primary(scores, outcome)
        scored = scored[scored["score"].notna()]
        counts = [
            scored.loc[scored["visit"] == visit, "participant_id"].nunique() for visit in visits
        ]
        paired = _select_primary(pairs, outcome)
        paired = paired[paired["visit"] == visits[1]]
        readable = f"{known.sum()} of {len(known)}"
        people = paired["participant_id"].nunique()
        rows.append((outcome.name, len(mapped), readable, *counts, people))
    return pd.DataFrame(rows, columns=OUTCOME_COLUMNS)


def _select_primary(table: pd.DataFrame, outcome: Outcome) -> pd.DataFrame:
    return table[
        (table["outcome"] == outcome.name)
        & (table["variant"] == "primary")
        & (table["component"] == "total")
    ]
