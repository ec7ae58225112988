"""Choose the participants of an analysis and their pairs, and apply a strategy for events."""

from collections.abc import Collection, Iterable

import pandas as pd

from analysis.errors import DataError
from analysis.statistics.prepared_pairs import DEATH
from analysis.study import IntercurrentEvent, Outcome

HANDS = ("right", "left")
EVENT_STRATEGIES = ("excluded", "no_change")


def select_population(
    frame: pd.DataFrame, participants: pd.DataFrame, population: str
) -> pd.DataFrame:
    """Return the rows of the participants of a population, in the order of the frame.

    Parameters
    ----------
    frame
        Any table with `participant_id`.
    participants
        The table of that name; its column ``in_<population>`` says "yes" or "no".
    population
        A population of study.yml.

    Raises
    ------
    DataError
        No such population, or a pair of somebody who is no participant.
    """
    column = f"in_{population}"
    if column not in participants.columns:
        known = [name[3:] for name in participants.columns if name.startswith("in_")]
        raise DataError(
            f"{population!r} is no population of participants", hint=f"Known: {', '.join(known)}"
        )
    strangers = sorted(set(frame["participant_id"]) - set(participants["participant_id"]))
    if strangers:
        raise DataError("somebody with scores is no participant", participant=strangers[0])
    members = participants.loc[participants[column] == "yes", "participant_id"]
    return frame[frame["participant_id"].isin(members)]


def select_pairs(
    pairs: pd.DataFrame,
    outcome: str,
    *,
    variant: str = "primary",
    component: str = "total",
    visit: str,
) -> pd.DataFrame:
    """Return the pairs of one score at one visit, sorted by participant."""
    chosen = pairs[
        (pairs["outcome"] == outcome)
        & (pairs["variant"] == variant)
        & (pairs["component"] == component)
        & (pairs["visit"] == visit)
    ]
    return chosen.sort_values("participant_id", kind="stable")


def average_treated_hands(
    pairs: pd.DataFrame, participants: pd.DataFrame, outcome: Outcome, *, visit: str
) -> pd.DataFrame:
    """Return pairs of the mean score per treated hand, where somebody had one hand treated.

    Parameters
    ----------
    pairs
        The table of that name, of one population.
    participants
        The table of that name; `treated_hands` is both, right, left or none.

    Returns
    -------
    A row per participant with a score of every treated hand. Empty where everybody in
    `pairs` had both hands treated, since nothing then differs from the outcome itself, and
    for an outcome that is not scored by hand.
    """
    chosen = pairs[
        (pairs["outcome"] == outcome.name)
        & (pairs["variant"] == "primary")
        & (pairs["component"].isin(HANDS))
        & (pairs["visit"] == visit)
    ]
    treated = participants.set_index("participant_id")["treated_hands"]
    hands = chosen["participant_id"].map(treated)
    if not outcome.of_hands or (hands == "both").all():
        return chosen.iloc[:0]
    chosen = chosen[(hands == "both") | (hands == chosen["component"])]
    grouped = chosen.groupby("participant_id")
    needed = grouped["participant_id"].first().map(treated).map({"both": 2}).fillna(1)
    means = grouped[["baseline", "followup", "change", "improvement"]].mean()
    return means[grouped.size() == needed].reset_index()


def explain_events(
    intercurrent_events: pd.DataFrame,
    visits: pd.DataFrame,
    kinds: Iterable[IntercurrentEvent],
    *,
    visit: str,
) -> pd.DataFrame:
    """Say of every intercurrent event whether it may have changed the follow-up's scores.

    Parameters
    ----------
    intercurrent_events, visits
        The tables of these names.
    kinds
        Of events, as study.yml has them; only those under treatment policy count.
    visit
        The follow-up visit; an event on its day or after cannot have changed its scores.

    Returns
    -------
    `participant_id, event, study_day, followup_day, counts, why`. An event without a known day
    counts, and so does everybody's whose visit has none.
    """
    counted = {kind.name for kind in kinds if kind.strategy == "treatment_policy"}
    days = visits.loc[visits["visit"] == visit].set_index("participant_id")["study_day"]
    events = intercurrent_events[["participant_id", "event"]].copy()
    events["study_day"] = pd.to_numeric(intercurrent_events["study_day"]).astype("Int64")
    events["followup_day"] = pd.to_numeric(events["participant_id"].map(days)).astype("Int64")
    other = ~events["event"].isin(counted)
    late = (events["study_day"] >= events["followup_day"]).fillna(False)
    unknown = events[["study_day", "followup_day"]].isna().any(axis=1)
    events["counts"] = (~other & ~late).map({True: "yes", False: "no"})
    events["why"] = "before the follow-up visit"
    events.loc[unknown, "why"] = "a day is not known"
    events.loc[late, "why"] = "not before the follow-up visit"
    events.loc[other, "why"] = "part of the outcome, not under treatment policy"
    return events


def apply_strategy(
    pairs: pd.DataFrame, affected: Collection[str], *, strategy: str
) -> pd.DataFrame:
    """Take events as a reason to leave somebody out, or to count the change as none.

    Parameters
    ----------
    pairs
        One row per participant.
    affected
        Participants with an event, those of `explain_events` that count.
    strategy
        One of `EVENT_STRATEGIES`.

    Returns
    -------
    With fewer rows, or with the follow-up of the affected set to their baseline; who died keeps the
    worst rank.
    """
    hit = pairs["participant_id"].isin(list(affected)) & pairs["rule"].ne(DEATH)
    if strategy == "excluded":
        return pairs[~hit]
    return pairs.assign(
        followup=pairs["followup"].mask(hit, pairs["baseline"]),
        change=pairs["change"].mask(hit, 0.0),
        improvement=pairs["improvement"].mask(hit & pairs["improvement"].notna(), 0.0),
    )
