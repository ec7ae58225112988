"""Adverse events one by one: all, the serious ones, those that led to withdrawal."""

from itertools import groupby

import pandas as pd

from analysis.describe.coarsen import name_letter
from analysis.reporting.table import Content, Table, TableRow, cell_of
from analysis.safety.listing import list_adverse_events
from analysis.safety.overview import is_fatal, is_serious, name_coding, name_grading

HEADS = {
    "event": "Event",
    "recorded": "As recorded",
    "period": "Period, study days",
    "grade": "Grade",
    "serious": "Serious",
    "related_liposuction": "Liposuction",
    "related_injection": "Injection",
    "related_product": "Product",
    "related_disease": "Disease",
    "action": "Action, outcome",
    "withdrawal": "Withdrawal",
}
# What shares a column with another, so that the listing fits a page.
TOGETHER = {"period": "days", "action": "outcome"}
NOTES = (
    "Day 0 is the procedure. Period in which the event began: procedure, from the start of "
    "anaesthesia; product, from the first injection; before and after: listed, not counted.",
    "Liposuction (with anaesthesia), injection, product and disease: the four recorded relations.",
)


def make_listing_table(events: pd.DataFrame, *, coarsen: bool) -> Table:
    """Make the listing of every adverse event, also of those that are counted nowhere.

    It takes `events` as `analysis.safety.phases.assign_phases` returns them; `coarsen` as
    `analysis.safety.listing.list_adverse_events` takes it.

    Returns
    -------
    Table
        Grouped by participant; columns in which nothing is printed are left out, and so is
        the column of withdrawals if there was none.
    """
    return _make_table(events, coarsen, notes=(f"Grades: {name_grading(events)}.",))


def make_serious_table(events: pd.DataFrame, results: pd.DataFrame, *, coarsen: bool) -> Table:
    """Make the listing of serious and fatal events; it says so if there was none."""
    chosen = events[is_serious(events) | is_fatal(events)]
    notes = (f"Serious: {_count(results, 'serious')}. Deaths: {_count(results, 'deaths')}.",)
    return _make_table(chosen, coarsen, notes=notes)


def make_withdrawal_table(events: pd.DataFrame, results: pd.DataFrame, *, coarsen: bool) -> Table:
    """Make the listing of events that led to withdrawal; it says so if there was none."""
    chosen = events[events["led_to_withdrawal"] == "yes"]
    notes = (f"Leading to withdrawal: {_count(results, 'withdrawal')}.",)
    return _make_table(chosen, coarsen, notes=notes)


def _make_table(events: pd.DataFrame, coarsen: bool, *, notes: tuple[Content, ...]) -> Table:
    listed = list_adverse_events(events, coarsen=coarsen)
    for name, other in TOGETHER.items():
        listed[name] = listed[name] + ", " + listed[other]
    columns = [name for name in HEADS if _is_shown(name, listed[name])]
    remarks = list(dict.fromkeys(note for note in listed["note"] if note))
    marks = {note: f" [{name_letter(number).lower()}]" for number, note in enumerate(remarks)}
    rows: list[TableRow] = []
    for person, mine in groupby(listed.to_dict("records"), key=lambda row: row["participant_id"]):
        rows.append((person,))
        for row in mine:
            event = row["event"] + marks.get(row["note"], "")
            rows.append((event, *(row[name] for name in columns[1:])))
    if not rows:
        rows = [("None reported", *[""] * (len(columns) - 1))]
    heads = (name_coding(events), *(HEADS[name] for name in columns[1:]))
    explained = (f"{mark.strip()} {note}." for note, mark in marks.items())
    notes = (*(() if listed.empty else NOTES), *notes, *explained)
    return Table(heads, tuple(rows), notes=notes, numeric=False)


def _is_shown(name: str, texts: pd.Series) -> bool:
    if name == "recorded":
        return bool(texts.ne("").any())
    return name != "withdrawal" or bool(texts.ne("no").any())


def _count(results: pd.DataFrame, category: str) -> str:
    return cell_of(results, f"safety.{category}.participants").text
