"""Hold totals as written on a form against the items; no score is ever made from them."""

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.instruments.answers import VISIT_KEY, spread_items
from analysis.instruments.catalogue import list_instruments

TOTAL = "recorded_total"


def compare_totals(items):
    """Set every recorded total beside the sum of its items.

    Parameters
    ----------
    items : pandas.DataFrame
        The items table.

    Returns
    -------
    pandas.DataFrame
        ``participant_id, visit, instrument, recorded, summed, n_missing, agrees``. A total
        agrees if some answers to the missing items could make it.
    """
    frames = []
    for instrument in list_instruments():
        own = items[items["instrument"] == instrument.name]
        if not instrument.total_of:
            continue
        answers = spread_items(own, (*instrument.total_of, TOTAL))
        values = answers.of(instrument.total_of)
        recorded = answers.of([TOTAL])[:, 0]
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


def check_totals(items):
    """Refuse items with a recorded total that contradicts them.

    Raises
    ------
    DataError
        It names the first such total.
    """
    told = compare_totals(items)
    wrong = told[~told["agrees"]]
    if len(wrong):
        first = wrong.iloc[0]
        raise DataError(
            f"the recorded total {first['recorded']:g} contradicts its items, "
            f"which sum to {first['summed']:g}",
            participant=first["participant_id"],
            visit=first["visit"],
            field=f"{first['instrument']}/{TOTAL}",
            hint="Correct it in the export's corrections.csv, or set it aside as 02_score does",
        )


def set_aside_totals(items, told):
    """Empty the recorded totals that contradict their items, for they are queried.

    Parameters
    ----------
    items : pandas.DataFrame
        The items table.
    told : pandas.DataFrame
        What `compare_totals` says of it.
    """
    key = [*VISIT_KEY, "instrument"]
    wrong = pd.MultiIndex.from_frame(told.loc[~told["agrees"], key])
    aside = (items["item"] == TOTAL) & pd.MultiIndex.from_frame(items[key]).isin(wrong)
    return items.assign(
        value=items["value"].mask(aside),
        missing_reason=items["missing_reason"].mask(aside, "pending_query"),
    )
