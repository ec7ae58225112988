"""A page for each participant: scores, items, and every raw cell with its changes and queries."""

import re
from collections.abc import Iterator
from html import escape
from typing import Any

import pandas as pd

from analysis.instruments.catalogue import find_instrument
from analysis.reporting.pages import format_table
from analysis.study import Outcome, Study
from analysis.trail.cells import CELL, locate_columns, locate_items
from analysis.trail.scores import TOTAL, find_items
from analysis.trail.trial import PERSON, TrialTables

PEOPLE = "people"
_TABLES = (
    *("participants", "visits", "procedures", "adverse_events", "medications"),
    *("intercurrent_events", "disposition"),
)
_PLACE = [PERSON, "visit", "instrument", "item", "location"]
_ENTERS = "enters"
_SCORED = ("pairs", "scores")
_ITEM = ["visit", "item", "location", "occasion", "value", "text", "unit", "missing_reason"]
_SCORE = ["visit", "variant", "component", "score", "status", "missing_reason", "n_missing", "rule"]
_PAIR = ["visit", "variant", "component", "baseline", "followup", "change", "rule"]
_QUERY = [
    *("query_id", "visit", "form", "field", "severity", "raw_value", "message", "action"),
    "answer",
]
_TRACED = [*CELL, "changed_to", "query"]
_QUERY_ID = re.compile(r"(\w+)")
# Printed cells by column, one for each row.
Rows = dict[str, list[str]]
_ABOUT_ITEMS = (
    "Each item beside the cell that it came from, as received, with its changes and queries."
)
_ABOUT_ENTERS = " Enters: the outcomes whose primary score would have been another without it."


def name_page(place: int) -> str:
    """Return the file name of a participant's page, by place in the table, counted from 1.

    The ids of a site's participants may not be valid file names.
    """
    return f"{place:04}.html"


def make_people(trial: TrialTables, *, few: bool) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield each participant's page: its name, title, body and the path up to the documents.

    They are made one at a time, since all pages of a large trial would not fit into memory.

    Parameters
    ----------
    few
        Whether to find the items that enter each score, which means scoring many times.
    """
    study, people = trial.study, trial.participants[PERSON]
    items = trial.items.assign(**{_ENTERS: ""})
    if few:
        items[_ENTERS] = _name_entered(trial)
    frames = {"items": _trace_cells(locate_items(items, trial), trial)}
    frames |= {name: getattr(trial, name) for name in (*_TABLES, *_SCORED, "queries")}
    for name in _TABLES:
        columns = [str(column) for column in frames[name].columns]
        cells = locate_columns(frames[name], name, columns, trial.raw_rows)
        frames[f"{name} cells"] = _trace_cells(cells, trial)
    places = {name: frame.groupby(PERSON).indices for name, frame in frames.items()}
    printed = {name: _print_columns(frame) for name, frame in frames.items()}
    for place, who in enumerate(people, 1):
        of = {
            name: {
                column: [cells[at] for at in places[name].get(who, ())]
                for column, cells in columns.items()
            }
            for name, columns in printed.items()
        }
        body = "".join(_format_sections(of, study, few=few))
        yield f"{PEOPLE}/{name_page(place)}", {"title": who, "body": body, "up": "../../"}


def _print_columns(frame: pd.DataFrame) -> Rows:
    """Return the cells of each column as HTML; each distinct value is formatted once."""
    printed = {}
    for name, column in frame.items():
        codes, values = pd.factorize(column, use_na_sentinel=False)
        texts = [format_cell(value) for value in values]
        if name == "query":
            texts = [_QUERY_ID.sub(r'<a href="#\1">\1</a>', text) for text in texts]
        printed[str(name)] = [texts[code] for code in codes]
    return printed


def _group_rows(rows: Rows, column: str) -> dict[str, Rows]:
    """Return the rows with each value of a column, by value, sorted."""
    places: dict[str, list[int]] = {}
    for at, value in enumerate(rows[column]):
        places.setdefault(value, []).append(at)
    return {
        value: {name: [cells[at] for at in places[value]] for name, cells in rows.items()}
        for value in sorted(places)
    }


def _name_entered(trial: TrialTables) -> pd.Series:
    """Return for each item the outcomes whose primary score it enters."""
    items, scores = trial.items, trial.scores
    entered = pd.Series("", index=items.index)
    places = pd.MultiIndex.from_frame(items[_PLACE])
    for outcome in trial.study.outcomes:
        asked = scores[
            (scores["outcome"] == outcome.name)
            & (scores["variant"] == "primary")
            & (scores["component"] == TOTAL)
            & scores["score"].notna()
        ]
        behind = pd.MultiIndex.from_frame(find_items(asked, items, trial.study)[_PLACE])
        hit = places.isin(behind) & (items["text"] == "").to_numpy()
        entered[hit] += f", {outcome.label}"
    return entered.str.removeprefix(", ")


def _trace_cells(cells: pd.DataFrame, trial: TrialTables) -> pd.DataFrame:
    """Add to raw cells what they were changed to, and the queries about them."""
    key, changes = CELL[:3], trial.changes.rename(columns={"source": "file"})
    new = changes["clean_value"].where(changes["clean_value"] != "", changes["missing_reason"])
    changes = changes.assign(changed_to=new + " (" + changes["rule"] + ")")
    changes = changes.groupby(key, as_index=False).agg(changed_to=("changed_to", "; ".join))
    asked = trial.queries[["query_id", "cells"]].assign(cell=trial.queries["cells"].str.split(";"))
    asked = asked.explode("cell")
    named = asked["cell"].str.rpartition(":")
    asked = asked.assign(row=named[0], field=named[2]).drop_duplicates(["row", "field", "query_id"])
    asked = asked.groupby(key[1:], as_index=False).agg(query=("query_id", ", ".join))
    traced = cells.merge(changes, on=key, how="left").merge(asked, on=key[1:], how="left")
    return traced.fillna({"changed_to": "", "query": ""})


def _format_sections(of: dict[str, Rows], study: Study, *, few: bool) -> Iterator[str]:
    instruments = _group_rows(of["items"], "instrument")
    recorded = set(instruments)
    scored = [_group_rows(of[name], "outcome") for name in _SCORED]
    for outcome in study.outcomes:
        pairs, scores = (rows.get(outcome.name, {}) for rows in scored)
        yield f'<section>\n<h2 id="{outcome.name}">{escape(outcome.label)}</h2>\n'
        yield f"<p>Its items: {_link_instruments(outcome, recorded)}</p>\n"
        yield _format_frame(pairs, _PAIR, f"Changes: {outcome.label}")
        yield _format_frame(scores, _SCORE, f"Scores: {outcome.label}")
        yield "</section>\n"
    yield '<section>\n<h2 id="items">Items</h2>\n'
    yield f"<p>{_ABOUT_ITEMS}{_ABOUT_ENTERS if few else ''}</p>\n"
    for instrument, rows in instruments.items():
        words = name_words(instrument)
        yield f'<h3 id="items-{instrument}">{escape(words)}</h3>\n'
        yield _format_frame(rows, [*_ITEM, _ENTERS, *_TRACED], f"Items: {words}")
    yield "</section>\n"
    for name in _TABLES:
        words = name_words(name)
        columns = [column for column in of[name] if column != PERSON]
        yield f'<section>\n<h2 id="{name}">{words}</h2>\n'
        yield _format_frame(of[name], columns, words)
        yield _format_frame(of[f"{name} cells"], ["visit", "column", *_TRACED], f"Cells: {words}")
        yield "</section>\n"
    yield '<section>\n<h2 id="queries">Queries</h2>\n'
    yield _format_frame(of["queries"], _QUERY, "Queries")
    yield "</section>\n"


def _link_instruments(outcome: Outcome, recorded: set[str]) -> str:
    instrument = find_instrument(outcome.instrument)
    names = [name for name in (instrument.name, *instrument.reads) if name in recorded]
    return ", ".join(f'<a href="#items-{name}">{name_words(name)}</a>' for name in names) or "none"


def _format_frame(rows: Rows, columns: list[str], label: str) -> str:
    """Return some columns of rows as a table, without empty columns."""
    filled = [name for name in columns if any(rows.get(name, ()))]
    if not filled:
        return ""
    labels = [name_words(name) for name in filled]
    # Cells link to the rows of the queries.
    ids = rows["query_id"] if "query_id" in columns else [""] * len(rows[filled[0]])
    cells = zip(*(rows[name] for name in filled), strict=True)
    return format_table(
        [(dict(zip(labels, row, strict=True)), name) for row, name in zip(cells, ids, strict=True)],
        label=label,
    )


def name_words(name: str) -> str:
    """Return a name as words."""
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def format_cell(value: Any) -> str:
    """Return a value as HTML, empty where it is missing."""
    if isinstance(value, str):
        return escape(value)
    if pd.isna(value):
        return ""
    text = f"{value:.6g}".replace("-", "\N{MINUS SIGN}") if isinstance(value, float) else str(value)
    return escape(text)
