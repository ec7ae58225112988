"""Supplementary strategies for events between the procedure and the follow-up visit."""

import pandas as pd

STRATEGIES = ("excluded", "no_change")


def find_affected(intercurrent_events, visits, *, visit, events):
    """Find who had an intercurrent event before the follow-up visit.

    Parameters
    ----------
    intercurrent_events, visits : pandas.DataFrame
        The tables of these names.
    visit : str
        The follow-up visit; an event on its day or after cannot have changed its scores.
    events : iterable of str
        Kinds that count.

    Returns
    -------
    list of str
        Participants, sorted. An event without a known day counts, and so does everybody's
        whose visit has none.
    """
    days = visits.loc[visits["visit"] == visit].set_index("participant_id")["study_day"]
    counted = intercurrent_events[intercurrent_events["event"].isin(list(events))]
    day = pd.to_numeric(counted["study_day"]).astype("Float64")
    end = pd.to_numeric(counted["participant_id"].map(days)).astype("Float64")
    before = (day < end).fillna(True)
    return sorted(set(counted.loc[before, "participant_id"]))


def apply_strategy(pairs, affected, *, strategy):
    """Take events as a reason to leave somebody out, or to count the change as none.

    Parameters
    ----------
    pairs : pandas.DataFrame
        One row per participant.
    affected : collection of str
        Participants with an event, as `find_affected` returns them.
    strategy : {"excluded", "no_change"}

    Returns
    -------
    pandas.DataFrame
        With fewer rows, or with the follow-up of the affected set to their baseline.
    """
    hit = pairs["participant_id"].isin(list(affected))
    if strategy == "excluded":
        return pairs[~hit]
    return pairs.assign(
        followup=pairs["followup"].mask(hit, pairs["baseline"]),
        change=pairs["change"].mask(hit, 0.0),
        improvement=pairs["improvement"].mask(hit & pairs["improvement"].notna(), 0.0),
    )
