"""The trail of a result, from the printed number to the cells as received, also as text."""

import difflib
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import paths
from analysis.errors import UsageError
from analysis.trail.cells import CELL, locate_columns, locate_items
from analysis.trail.counted import find_counted
from analysis.trail.scores import find_items, find_outcome, find_pairs, find_scores
from analysis.trail.trial import PERSON, TrialTables

NEAREST = 5
CHANGE = ["clean_value", "missing_reason", "rule", "query_id"]
_ASKED = ["query_id", PERSON, "field", "raw_value", "severity", "message", "action"]
# Results computed from no participant of the trial.
BEFOREHAND = ".design."
PRINTED = ("value", "unit", "n", "method", "warning", "population", "variant", "visit", "group")
_WIDTH = 100
WIDEST = 46
_HIDDEN = {
    "pairs": ("outcome", "variant", "component", "visit"),
    "scores": ("outcome", "variant", "component"),
    "items": ("source", "instrument"),
}
ABOUT = {
    "pairs": "The changes that enter it.",
    "scores": "The scores of both visits, missing ones with their reason.",
    "items": "The items behind the scores, each beside the cell it came from.",
    "raw cells": "The cells that the rows came from; a derived column has none of its own.",
    "changes": "Which of these cells were changed.",
    "queries": "What the site was asked about those.",
}


@dataclass(frozen=True)
class TrailStep:
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
    steps: tuple[TrailStep, ...]

    def step(self, title: str) -> pd.DataFrame:
        """Return the rows of one step, as ``trail.step("pairs")``."""
        for each in self.steps:
            if each.title == title:
                return each.rows
        titles = ", ".join(each.title for each in self.steps)
        raise UsageError(f"this trail has no step {title!r}", hint=f"It has: {titles}")

    def __str__(self) -> str:
        return format_trail(self)

    __repr__ = __str__


class OpenTrial(TrialTables):
    """The tables of a run, and the trail of each of its results."""

    def explain(self, result_id: str, *, participant: str = "") -> Trail:
        """Return the trail of a result; see `explain_result`."""
        return explain_result(self, result_id, participant=participant)


def load(
    processed: str | Path = "data/processed",
    *,
    raw: str | Path = "data/raw",
    study: str | Path = "study.yml",
) -> OpenTrial:
    """Open the tables of a run; relative paths start at the repository.

    Parameters
    ----------
    processed, raw, study
        The processed tables, the export that they were made from, the plan.

    Examples
    --------
    >>> from analysis import load
    >>> trial = load()  # tables are read when they are asked for
    >>> trial.describe("pairs")["column"].tolist()[:3]
    ['participant_id', 'outcome', 'variant']
    """
    find = paths.resolve_path
    return OpenTrial(find(processed), find(raw), find(study))


def explain_result(trial: TrialTables, result_id: str, *, participant: str = "") -> Trail:
    """Follow a result back to the raw cells that it was computed from.

    Parameters
    ----------
    trial
        The tables of a run.
    result_id
        As in results.csv.
    participant
        Keep the rows of one participant only.

    Returns
    -------
    For a score the steps are pairs, scores, items (each with its raw cell), changes and
    queries; for any other result, the rows that it counts replace the first three.

    Raises
    ------
    UsageError
        No such result or participant; the hint gives the nearest names.
    """
    result = find_result(trial.results, result_id)
    if participant:
        check_participant(trial, participant)
    if BEFOREHAND in result_id:
        return Trail(result, ())
    follow = _follow_scores if find_outcome(result, trial.study) else _follow_rows
    steps = follow(result, trial)
    if participant:
        steps = {title: rows[rows[PERSON] == participant] for title, rows in steps.items()}
    changes = find_changes(list(steps.values())[-1], trial.changes)
    queries = trial.queries
    asked = queries["query_id"].isin(set(changes["query_id"]) - {""})
    steps = {**steps, "changes": changes}
    # The counted rows may be the queries themselves.
    steps.setdefault("queries", queries.loc[asked, _ASKED])
    return Trail(result, tuple(TrailStep(*step) for step in steps.items()))


def find_result(results: pd.DataFrame, result_id: str) -> pd.Series:
    """Return the row of one result.

    Raises
    ------
    UsageError
        No result has that id; the hint gives the nearest names.
    """
    found = results[results["result_id"] == result_id]
    if len(found) == 1:
        return found.iloc[0]
    ids = results["result_id"].tolist()
    near = [each for each in ids if each.startswith(f"{result_id}.")][:NEAREST]
    near = near or difflib.get_close_matches(result_id, ids, n=NEAREST, cutoff=0.5)
    raise UsageError(
        f"{result_id!r} is no result",
        hint=f"Nearest: {', '.join(near)}" if near else "results.csv lists the names",
    )


def check_participant(trial: TrialTables, participant: str) -> None:
    """Raise a UsageError that lists the participants if there is no such participant."""
    known = trial.participants[PERSON].tolist()
    if participant not in known:
        raise UsageError(f"{participant!r} is no participant", hint=f"Known: {', '.join(known)}")


def find_changes(cells: pd.DataFrame, changes: pd.DataFrame) -> pd.DataFrame:
    """Return the changes made to raw cells, which are given by `file, row, field`."""
    key = CELL[:3]
    wanted = cells[key].drop_duplicates()
    return changes.rename(columns={"source": "file"}).merge(wanted, on=key)[[*CELL, *CHANGE]]


def format_trail(trail: Trail) -> str:
    """Return a trail as lines of text: the result, then step by step to the raw cells."""
    result = trail.result
    lines = [result["result_id"], f"  {'text':<11} {result['text']}"]
    for name in PRINTED:
        value = result[name]
        if not pd.isna(value) and value != "":
            lines += _wrap(name, f"{value:.12g}" if name == "value" else str(value))
    lines += _wrap("data", result["data_origin"].upper())
    lines += _wrap("notebook", f"report/notebooks/{result['notebook']}.ipynb")
    if not trail.steps:
        lines += _wrap("made from", "no participant: simulated beforehand, see the notebook")
    for step in trail.steps:
        count = f"{len(step.rows)} row" + ("s" if len(step.rows) != 1 else "")
        title = step.title.replace("_", " ").capitalize()
        about = ABOUT.get(step.title, "The rows that it is made from.")
        lines += ["", f"{title} ({count}). {about}"]
        if len(step.rows):
            lines.append(textwrap.indent(format_rows(step), "  "))
    return "\n".join(lines)


def format_rows(step: TrailStep) -> str:
    """Return the rows of a step as aligned text, without empty columns."""
    rows = step.rows.drop(columns=[*_HIDDEN.get(step.title, ())], errors="ignore")
    texts = pd.DataFrame({name: rows[name].map(_print_cell) for name in rows.columns})
    filled = [name for name in texts.columns if name == "raw_value" or (texts[name] != "").any()]
    return texts[filled].to_string(index=False, justify="left")


def _follow_scores(result: pd.Series, trial: TrialTables) -> dict[str, pd.DataFrame]:
    pairs, scores = find_pairs(result, trial), find_scores(result, trial)
    used = scores[scores["score"].notna()]
    if len(pairs):
        used = used[used[PERSON].isin(pairs[PERSON])]
    items = find_items(used, trial.items, trial.study)
    return {"pairs": pairs, "scores": scores, "items": locate_items(items, trial)}


def _follow_rows(result: pd.Series, trial: TrialTables) -> dict[str, pd.DataFrame]:
    counted = find_counted(result, trial)
    if counted.table == "items":
        return {"items": locate_items(counted.rows, trial)}
    cells = locate_columns(counted.rows, counted.table, counted.columns, trial.raw_rows)
    return {counted.table: counted.rows, "raw cells": cells}


def _print_cell(value: Any) -> str:
    if pd.isna(value):
        return ""
    if isinstance(value, float):
        return f"{value:.6g}".replace("-", "\N{MINUS SIGN}")
    text = " ".join(str(value).split())
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"


def _wrap(name: str, text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=f"  {name:<11} ", subsequent_indent=" " * 14)
