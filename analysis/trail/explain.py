"""The trail of a result: from the printed number to the cells as received."""

import difflib
from dataclasses import dataclass

import pandas as pd

from analysis.errors import UsageError
from analysis.trail.counted import find_counted
from analysis.trail.items import find_items
from analysis.trail.raw import locate_columns, locate_items
from analysis.trail.scores import find_outcome, find_pairs, find_scores

NEAREST = 5
PERSON = "participant_id"
CHANGE = ["clean_value", "missing_reason", "rule", "query_id"]
# Computed from no participant of the trial.
BEFOREHAND = ".design."


@dataclass(frozen=True)
class Step:
    """One step of a trail: what it is, and its rows."""

    title: str
    rows: pd.DataFrame


@dataclass(frozen=True)
class Trail:
    """All steps from a result to the raw cells.

    Parameters
    ----------
    result
        The row of results.csv.
    steps
        From the result towards the raw cells; the last are `changes` and `queries`.
    """

    result: pd.Series
    steps: tuple[Step, ...]

    def step(self, title):
        """Return the rows of one step, as ``trail.step("pairs")``."""
        for each in self.steps:
            if each.title == title:
                return each.rows
        titles = ", ".join(each.title for each in self.steps)
        raise UsageError(f"this trail has no step {title!r}", hint=f"It has: {titles}")

    def __str__(self):
        from analysis.trail.text import format_trail

        return format_trail(self)

    __repr__ = __str__


def explain_result(trial, result_id, *, participant=""):
    """Follow a result back to the raw cells that it was computed from.

    Parameters
    ----------
    trial : analysis.trail.trial.Trial
    result_id : str
        As in results.csv.
    participant : str, optional
        Keep the rows of one participant only.

    Returns
    -------
    Trail
        For a score the steps are pairs, scores, items (each beside its raw cell), changes and
        queries; for any other result the rows that it counts stand in place of the first three.

    Raises
    ------
    UsageError
        No such result or participant; the hint gives the nearest.
    """
    result = find_result(trial.results, result_id)
    if participant:
        check_participant(trial, participant)
    if BEFOREHAND in result_id:
        return Trail(result, ())
    outcome = find_outcome(result, trial.study)
    steps = _follow_scores(result, trial) if outcome else _follow_rows(result, trial)
    if participant:
        steps = [Step(each.title, _keep(each.rows, participant)) for each in steps]
    cells = steps[-1].rows
    changes = find_changes(cells, trial.changes)
    asked = trial.queries
    asked = asked[asked["query_id"].isin(set(changes["query_id"]) - {""})]
    told = ["query_id", PERSON, "field", "raw_value", "severity", "message", "action"]
    return Trail(result, (*steps, Step("changes", changes), Step("queries", asked[told])))


def find_result(results, result_id):
    """Return the row of one result.

    Raises
    ------
    UsageError
        No result bears that id; the hint gives the nearest names.
    """
    found = results[results["result_id"] == result_id]
    if len(found) == 1:
        return found.iloc[0]
    ids = results["result_id"].tolist()
    near = [each for each in ids if each.startswith(f"{result_id}.")][:NEAREST]
    near = near or difflib.get_close_matches(result_id, ids, n=NEAREST, cutoff=0.5)
    raise UsageError(
        f"{result_id!r} is no result",
        hint=f"Nearest: {', '.join(near)}" if near else "The names stand in results.csv",
    )


def check_participant(trial, participant):
    """Raise a UsageError with the known ones if there is no such participant."""
    known = trial.participants[PERSON].tolist()
    if participant not in known:
        raise UsageError(f"{participant!r} is no participant", hint=f"Known: {', '.join(known)}")


def find_changes(cells, changes):
    """Return the changes of raw cells given by `file, row, field`."""
    key = ["file", "row", "field"]
    told = changes.rename(columns={"source": "file"})
    wanted = cells[key].drop_duplicates()
    return told.merge(wanted, on=key)[[*key, "raw_value", *CHANGE]]


def _follow_scores(result, trial):
    study = trial.study
    pairs, scores = find_pairs(result, trial), find_scores(result, trial)
    used = scores[scores["score"].notna()]
    if len(pairs):
        used = used[used[PERSON].isin(pairs[PERSON])]
    items = find_items(used, trial.items, study)
    located = locate_items(items, trial.rows, trial.participants, trial.visits, study)
    return [Step("pairs", pairs), Step("scores", scores), Step("items", located)]


def _follow_rows(result, trial):
    counted = find_counted(result, trial)
    if counted.table == "items":
        cells = locate_items(
            counted.rows, trial.rows, trial.participants, trial.visits, trial.study
        )
        return [Step("items", cells)]
    cells = locate_columns(counted.rows, counted.table, counted.columns, trial.rows)
    return [Step(counted.table, counted.rows), Step("raw cells", cells)]


def _keep(frame, participant):
    return frame[frame[PERSON] == participant]
