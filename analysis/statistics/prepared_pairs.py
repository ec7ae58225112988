"""What the statistics need to know of a pair beside its scores: the assessors, and who died."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.study import Study

DEATH = "death"
# A death is worse than any change of any score: a change so far off that it only has a rank.
WORST_RANK = 1e9
_BEYOND_SCALES = 1e6


def prepare_pairs(tables: Mapping[str, pd.DataFrame], study: Study) -> pd.DataFrame:
    """Mark pairs of one assessor, and give every death before a follow-up the worst rank.

    Parameters
    ----------
    tables
        pairs, scores, visits and intercurrent_events, by name.

    Returns
    -------
        The pairs with `same_assessor` (True only where both visits name the same), and rows with
        rule ``death``: the whole scores that somebody had at baseline and, having died, has at no
        later visit. There `followup` is missing and `change` is `WORST_RANK` in the worse
        direction; an outcome without a better direction has none.

    References
    ----------
    ICH E9(R1): a terminal event is taken into the variable, here by a composite strategy.
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
        # A death of unknown day counts as one before the visit, since nothing was measured there.
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
    """Return the pairs of both visits, without the deaths that only have a rank."""
    return pairs[pairs["rule"] != DEATH]


def is_unbounded(value: float) -> bool:
    """Say whether an estimate or a limit lies where only deaths are."""
    return bool(np.abs(value) > _BEYOND_SCALES)
