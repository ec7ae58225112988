"""The pairs and scores behind a result of an outcome, and the items behind those."""

import numpy as np
import pandas as pd

from analysis.instruments.catalogue import find_instrument, find_range
from analysis.instruments.scores import score_items
from analysis.statistics.populations import select_population
from analysis.study import Outcome, Study
from analysis.trail.trial import TrialTables

TOTAL = "total"
_KEY = ["participant_id", "visit"]
PLACE = ["instrument", "item", "location"]
_SCORE = ["outcome", "variant", "component"]
# The columns of a score that would differ if an item behind it did.
MADE = ["score", "status", "n_missing", "rule"]
# Scores are made from the items, never from a total that somebody has added up.
NEVER_SCORED = "recorded_total"
# Between a participant and the number of a copy; no identifier holds it.
_COPY = "\x1f"
# No mark may lie beyond the end of its line, so a shorter line is never tried.
_LINE = "line_length"


def find_outcome(result: pd.Series, study: Study) -> Outcome | None:
    """Return the outcome of study.yml that a result is about, None if it is about none."""
    outcomes = {outcome.name: outcome for outcome in study.outcomes}
    return outcomes.get(result["outcome"])


def find_component(result: pd.Series, outcome: Outcome) -> str:
    """Return the component of its outcome that a result is about, ``total`` for the whole score."""
    parts = result["result_id"].split(".")
    return parts[2] if len(parts) > 3 and parts[2] in outcome.components else TOTAL


def find_pairs(result: pd.Series, trial: TrialTables) -> pd.DataFrame:
    """Return the pairs behind a result of an outcome: its population, variant and visit.

    There are none for a result of a single visit.
    """
    return _select(trial.pairs, result, trial, visits={result["visit"]})


def find_scores(result: pd.Series, trial: TrialTables) -> pd.DataFrame:
    """Return the scores behind a result of an outcome, at baseline and at its visit.

    Missing scores are included: they are the reason why a participant is not counted.
    """
    baseline = trial.study.analysis.baseline_visit.value
    return _select(trial.scores, result, trial, visits={baseline, result["visit"]})


def find_items(scores: pd.DataFrame, items: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Return the items behind scores of one outcome, variant and component.

    An item is behind a score if the score, or how it came about, would have been different
    with the item missing or at an end of its range. This is tested with the usual scoring, on
    one copy of the visit for each such change, so that this list cannot contradict it.

    Returns
    -------
    Rows of `items`, in its order. Repeats of one place (days of a diary, fields of a
    finger) are tested together.
    """
    if scores.empty:
        return items.iloc[:0]
    named = {each.name: each.instrument for each in study.outcomes}
    named |= {each.name: each.instrument for each in study.supporting}
    instrument = find_instrument(named[scores["outcome"].iloc[0]])
    used = items[
        items["instrument"].isin((instrument.name, *instrument.reads))
        & (items["item"] != NEVER_SCORED)
    ].merge(scores[_KEY].drop_duplicates(), on=_KEY)
    limits = _find_limits((instrument.name, *instrument.reads), study)
    open_places, behind = used[used["text"] == ""][[*_KEY, *PLACE]].drop_duplicates(), []
    for end in ("missing", "high", "low"):
        moved = _ask(used, open_places, end, limits, scores.iloc[0], study)
        behind.append(open_places[moved])
        open_places = open_places[~moved]
    return used.merge(pd.concat(behind), on=[*_KEY, *PLACE])


def _select(
    frame: pd.DataFrame, result: pd.Series, trial: TrialTables, *, visits: set[str]
) -> pd.DataFrame:
    """Keep the rows of a result's population, outcome, variant and component at some visits."""
    outcome = trial.study.outcome(result["outcome"])
    component = find_component(result, outcome)
    chosen = frame[
        (frame["outcome"] == outcome.name)
        & (frame["variant"] == (result["variant"] or "primary"))
        & (frame["component"] == component)
        & frame["visit"].isin(visits)
    ]
    if result["population"]:
        chosen = select_population(chosen, trial.participants, result["population"])
    return chosen.reset_index(drop=True)


def _find_limits(
    instruments: tuple[str, ...], study: Study
) -> dict[tuple[str, str], dict[str, float | None]]:
    limits = {}
    for instrument in instruments:
        for item in find_instrument(instrument).items:
            low, high = find_range(instrument, item.name, study.scoring)
            ends = {"low": None if item.name == _LINE else low, "high": high}
            limits[(instrument, item.name)] = ends
    return limits


def _ask(
    used: pd.DataFrame,
    places: pd.DataFrame,
    end: str,
    limits: dict[tuple[str, str], dict[str, float | None]],
    score: pd.Series,
    study: Study,
) -> np.ndarray:
    """Return for each place whether moving it to an end changes the score of its visit."""
    places = places.assign(copy=[f"{_COPY}{number}" for number in range(len(places))])
    asked = used.merge(places.rename(columns={name: f"asked_{name}" for name in PLACE}), on=_KEY)
    hit = np.logical_and.reduce([asked[name] == asked[f"asked_{name}"] for name in PLACE])
    value = pd.Series(np.nan, index=asked.index)
    if end != "missing":
        at = zip(asked["instrument"], asked["item"], strict=True)
        ends = [limits.get(place, {}).get(end) for place in at]
        value = pd.Series(ends, dtype="float64").fillna(asked["value"])
    value = value.where(hit, asked["value"].astype("float64"))
    reason = np.where(value.isna(), np.where(hit, "not_done", asked["missing_reason"]), "")
    copies = asked.assign(
        participant_id=asked["participant_id"] + asked["copy"], value=value, missing_reason=reason
    )[used.columns]
    made = score_items(pd.concat([used, copies], ignore_index=True), study)
    made = made[(made[_SCORE] == score[_SCORE]).all(axis=1)]
    names = made["participant_id"].str.partition(_COPY)
    made = made.assign(participant_id=names[0], copy=names[1] + names[2])
    before = made.loc[made["copy"] == "", [*_KEY, *MADE]]
    both = made.merge(before, on=_KEY, suffixes=("", "_was"))
    differs = np.logical_or.reduce(
        [both[name].fillna(-1) != both[f"{name}_was"].fillna(-1) for name in MADE]
    )
    return places["copy"].isin(both.loc[differs, "copy"]).to_numpy()
