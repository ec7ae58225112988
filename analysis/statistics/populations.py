"""Choose participants and pairs, give deaths their rank, and apply a strategy for events."""

from collections.abc import Collection, Iterable, Mapping

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.plan import IntercurrentEvent
from analysis.study import Outcome, Study

HANDS = ("right", "left")
EVENT_STRATEGIES = ("excluded", "no_change")
DEATH = "death"
# A death is worse than any change of any score: so far off that only its rank matters.
WORST_RANK = 1e9
_BEYOND_SCALES = 1e6


def select_population(
    frame: pd.DataFrame, participants: pd.DataFrame, population: str
) -> pd.DataFrame:
    """Return the rows of the participants of a population, in the order of the frame.

    Parameters
    ----------
    frame
        Any table with `participant_id`.
    participants
        The table of that name; its column ``in_<population>`` is "yes" or "no".
    population
        A population of study.yml.

    Raises
    ------
    DataError
        No such population, or a row of somebody who is not among the participants.
    """
    column = f"in_{population}"
    if column not in participants.columns:
        known = [name[3:] for name in participants.columns if name.startswith("in_")]
        raise DataError(
            f"{population!r} is not a known population", hint=f"Known: {', '.join(known)}"
        )
    known_people = participants["participant_id"]
    strangers = sorted(set(frame["participant_id"][~frame["participant_id"].isin(known_people)]))
    if strangers:
        raise DataError("scores of somebody not among the participants", participant=strangers[0])
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
    """Return pairs of the mean score per treated hand, if somebody had only one hand treated.

    Parameters
    ----------
    pairs
        The table of that name, of one population.
    participants
        The table of that name; `treated_hands` is both, right, left or none.

    Returns
    -------
    A row per participant with a score of every treated hand. Empty for an outcome that is not
    scored by hand, and if everybody had both hands treated: that gives the outcome itself.
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
    return means[grouped.size() == needed].reset_index().assign(rule="both_visits")


def explain_events(
    intercurrent_events: pd.DataFrame,
    visits: pd.DataFrame,
    kinds: Iterable[IntercurrentEvent],
    *,
    visit: str,
) -> pd.DataFrame:
    """Return whether each intercurrent event may have changed the scores at follow-up.

    Parameters
    ----------
    intercurrent_events, visits
        The tables of these names.
    kinds
        Kinds of event in study.yml; only those under treatment policy count.
    visit
        The follow-up visit; an event on its day or after cannot have changed its scores.

    Returns
    -------
    `participant_id, event, study_day, followup_day, counts, why`. An event counts if its day or
    that of the visit is unknown.
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
    """Leave out participants with an event, or set their change to zero.

    Parameters
    ----------
    pairs
        One row per participant.
    affected
        Participants with an event that counts, by `explain_events`.
    strategy
        One of `EVENT_STRATEGIES`.

    Returns
    -------
    Pairs without the affected, or with their follow-up set to baseline; deaths keep the worst rank.
    """
    hit = pairs["participant_id"].isin(list(affected)) & pairs["rule"].ne(DEATH)
    if strategy == "excluded":
        return pairs[~hit]
    return pairs.assign(
        followup=pairs["followup"].mask(hit, pairs["baseline"]),
        change=pairs["change"].mask(hit, 0.0),
        improvement=pairs["improvement"].mask(hit & pairs["improvement"].notna(), 0.0),
    )


def prepare_pairs(tables: Mapping[str, pd.DataFrame], study: Study) -> pd.DataFrame:
    """Mark pairs seen by one assessor, and give every death before a follow-up the worst rank.

    Parameters
    ----------
    tables
        pairs, scores, visits and intercurrent_events, by name.

    Returns
    -------
    The pairs with `same_assessor` (True only where both visits name the same), and a row with rule
    ``death`` for each total score that a participant had at baseline and, having died, lacks at a
    later visit: `followup` is missing and `change` is `WORST_RANK` in the worse direction.
    Outcomes without a better direction have no such rows.

    References
    ----------
    ICH E9(R1): a terminal event becomes part of the variable, here by a composite strategy.
    """
    pairs, baseline = tables["pairs"], study.analysis.baseline_visit.value
    who = tables["visits"].drop_duplicates(["participant_id", "visit"])
    assessor = who.set_index(["participant_id", "visit"])["assessor"]
    named = [
        assessor.reindex(pd.MultiIndex.from_arrays([pairs["participant_id"], visit])).fillna("")
        for visit in ([baseline] * len(pairs), pairs["visit"])
    ]
    same = (named[0].to_numpy() == named[1].to_numpy()) & (named[0] != "").to_numpy()
    deaths = _list_deaths(pairs, tables["scores"], tables["intercurrent_events"], study)
    marked = pairs.assign(same_assessor=same)
    return pd.concat([marked, deaths], ignore_index=True) if len(deaths) else marked


def _list_deaths(
    pairs: pd.DataFrame, scores: pd.DataFrame, events: pd.DataFrame, study: Study
) -> pd.DataFrame:
    composite = {each.name for each in study.intercurrent_events if each.strategy == "composite"}
    died = events[events["event"].eq(DEATH) & events["event"].isin(composite)]
    day = pd.to_numeric(died["study_day"]).groupby(died["participant_id"]).min()
    baseline = study.visit(study.analysis.baseline_visit.value)
    directions = {outcome.name: outcome.direction for outcome in study.outcomes}
    key = ["participant_id", "outcome", "variant", "component"]
    held = scores[
        scores["participant_id"].isin(day.index)
        & scores["visit"].eq(baseline.name)
        & scores["component"].eq("total")
        & scores["score"].notna()
        & scores["outcome"].map(directions).fillna(0).ne(0)
    ].rename(columns={"score": "baseline"})[[*key, "baseline"]]
    rows = []
    for visit in study.visits:
        if visit.day is None or visit.high is None or visit.day <= (baseline.day or 0):
            continue
        # A death on an unknown day counts as before the visit, since nothing was measured there.
        before = held[held["participant_id"].map(~(day > visit.high)).astype(bool)]
        seen = pairs.loc[pairs["visit"] == visit.name, key]
        before = before.merge(seen, how="left", on=key, indicator=True)
        before = before[before.pop("_merge") == "left_only"]
        rows.append(before.assign(visit=visit.name))
    deaths = pd.concat(rows, ignore_index=True)
    return deaths.assign(
        change=-WORST_RANK * deaths["outcome"].map(directions),
        improvement=-WORST_RANK,
        same_assessor=False,
        rule=DEATH,
    )


def select_survivors(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs with both visits, without deaths, which only have a rank."""
    return pairs[pairs["rule"] != DEATH]


def is_unbounded(value: float) -> bool:
    """Return whether an estimate or limit lies beyond every scale, where only deaths rank."""
    return bool(np.abs(value) > _BEYOND_SCALES)
