"""Adverse events: counted by class and term, worst grade and relation, and listed singly."""

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any

import pandas as pd

from analysis.describe.coarsen import name_letter
from analysis.reporting.table import Content, Table, TableRow, cell_of, cells_of
from analysis.results import format_percent
from analysis.safety.adverse_events import join_ids, name_grade, slug_texts, slugify
from analysis.safety.counts import count_events, summarise_classes_and_terms
from analysis.safety.listing import list_adverse_events
from analysis.safety.overview import (
    CATEGORIES,
    RELATIONS,
    UNCODED,
    is_fatal,
    is_serious,
    name_coding,
    name_grading,
)
from analysis.safety.phases import PROCEDURE, PRODUCT, select_emergent
from analysis.study import Study

_GRADES = ("1", "2", "3", "4", "5", "")
GRADE_HEADS = (*(f"Grade {grade}" for grade in _GRADES[:-1]), "Not recorded")
_INDENT = "\N{EM SPACE}"
_NONE = "\N{EN DASH}"
_PERIODS = (
    "Procedure: from the start of anaesthesia; product: from the first injection; both to the "
    "end of the follow-up visit's window."
)
ASKED = "Local reactions that were asked for are not among these: the supplement has their table."
ONCE = "A participant counts once per row; a class is not the sum of its terms."
NOBODY = f"{_NONE}: nobody."
INTERVALS = "Intervals are Clopper-Pearson."
LISTED = {
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
# Fields that share a column with another one, so that the listing fits a page.
TOGETHER = {"period": "days", "action": "outcome"}
LISTING_NOTES = (
    "Day 0 is the procedure. Period in which the event began: procedure, from the start of "
    "anaesthesia; product, from the first injection; before and after: listed, not counted.",
    "Liposuction (with anaesthesia), injection, product and disease: the four recorded relations.",
)


def make_overview_table(results: pd.DataFrame, study: Study) -> Table:
    """Make the overview of harms in both periods, with Clopper-Pearson intervals.

    It takes `results` as `analysis.safety.adverse_events.tabulate_adverse_events` returns it.
    """
    rows: list[TableRow] = []
    for category in (each for each in CATEGORIES if each.in_table):
        rows.append((category.label, *_list_cells(results, category.name, "")))
    return Table(
        ("", *_head_periods(study)),
        tuple(rows),
        notes=(
            _PERIODS,
            "Related: possibly, probably or definitely. A planned hospital stay alone is not "
            "serious.",
            ASKED,
            INTERVALS,
        ),
    )


def make_term_table(
    events: pd.DataFrame, participants: pd.DataFrame, results: pd.DataFrame, study: Study
) -> Table:
    """Make the table of events by class and term, sorted by frequency, then name.

    It takes `events` and `participants` as `analysis.safety.phases.assign_phases` returns and takes
    them.
    """
    order, qualify, label = _order_terms(events, participants)
    rows: list[TableRow] = []
    for record in order:
        rows.append((label(record), *_list_cells(results, record["level"], qualify(record))))
    heads = (name_coding(events), *_head_periods(study))
    none = ("No adverse event", *[_NONE] * (len(heads) - 1))
    notes = (_PERIODS, ONCE, ASKED, INTERVALS) if rows else (_PERIODS, ASKED)
    return Table(heads, tuple(rows) or (none,), notes=notes)


def make_grade_table(
    events: pd.DataFrame, participants: pd.DataFrame, results: pd.DataFrame
) -> Table:
    """Make the table of events by worst grade within term, from the start of anaesthesia."""
    order, qualify, label = _order_terms(events, participants)

    def cells(*parts: str) -> Iterator[Content]:
        return (_find(results, join_ids("safety", *parts, name_grade(g), "n")) for g in _GRADES)

    rows: list[TableRow] = [("Any adverse event", *cells("any"))]
    for record in order:
        of_term = record["level"] == "term"
        rows.append((label(record), *(cells("term", qualify(record)) if of_term else ())))
    return Table(
        (name_coding(events), *GRADE_HEADS),
        tuple(rows),
        notes=(
            f"Participants at their worst recorded grade; {name_grading(events)}. {NOBODY}",
            "From the start of anaesthesia to the end of the follow-up visit's window.",
        ),
    )


def make_relation_table(
    events: pd.DataFrame, participants: pd.DataFrame, results: pd.DataFrame
) -> Table:
    """Make the table of events by relation and worst grade, for each relation separately."""
    inside, people = select_emergent(events, participants, PROCEDURE)
    rows: list[TableRow] = []
    for relation, what in RELATIONS.items():
        rows.append((f"Relation to {what}",))
        answers = count_events(inside, people, by=(relation,))[relation]
        for answer in sorted(answers, key=_rank_answer):
            key = ("safety", relation, slugify(answer))
            counts = (_find(results, join_ids(*key, name)) for name in ("n", "events"))
            grades = (_find(results, join_ids(*key, name_grade(g), "n")) for g in _GRADES)
            rows.append((answer.replace("_", " ") or "not recorded", *counts, *grades))
        if not len(answers):
            rows.append(("No adverse event", *[_NONE] * (2 + len(_GRADES))))
    return Table(
        ("Relation", "Participants", "Events", *GRADE_HEADS),
        tuple(rows),
        notes=(
            f"Participants, by grade at their worst recorded grade; {name_grading(events)}. "
            f"{NOBODY}",
            "From the start of anaesthesia to the end of the follow-up visit's window. Who has "
            "events with different answers counts once under each.",
        ),
    )


def _list_cells(results: pd.DataFrame, level: str, qualifier: str) -> list[Content]:
    """Return the cells of both periods."""
    cells: list[Content] = []
    for period in ("", PRODUCT.name):
        start = join_ids("safety", level, period, qualifier)
        n, share, *others = cells_of(results, start, "n", "participants", "interval", "events")
        # For what nobody had, the interval beside it shows the upper bound.
        out_of = share.text.split(";")[0].removeprefix(n.text)
        cells += [(n, out_of) if n.text == "0" else share, *others]
    return cells


def _head_periods(study: Study) -> tuple[str, ...]:
    level = format_percent(study.analysis.confidence.value)
    what = ("participants", f"{level} interval", "events")
    return tuple(f"{period}: {name}" for period in ("Procedure", "Product") for name in what)


TermRecord = dict[Any, Any]


def _order_terms(
    events: pd.DataFrame, participants: pd.DataFrame
) -> tuple[list[TermRecord], Callable[[TermRecord], str], Callable[[TermRecord], str]]:
    classes, terms = slug_texts(events["class"]), slug_texts(events["coded_term"])
    inside, people = select_emergent(events, participants, PROCEDURE)

    def qualify(record: TermRecord) -> str:
        term = terms[record["coded_term"]] if record["level"] == "term" else ""
        return join_ids(classes[record["class"]], term)

    def label(record: TermRecord) -> str:
        if record["level"] == "class":
            return str(record["class"] or f"Class: {UNCODED.lower()}")
        return f"{_INDENT}{record['coded_term'] or UNCODED}"

    return summarise_classes_and_terms(inside, people).to_dict("records"), qualify, label


def _find(results: pd.DataFrame, result_id: str) -> Content:
    found = results.loc[results["result_id"] == result_id, "value"]
    return cell_of(results, result_id) if found.gt(0).any() else _NONE


def _rank_answer(answer: str) -> tuple[int, str]:
    order = ("definite", "probable", "possible", "unlikely", "unrelated", "")
    return (order.index(answer) if answer in order else len(order), answer)


def make_listing_table(events: pd.DataFrame, *, coarsen: bool) -> Table:
    """Make the listing of every adverse event, including those that are not counted.

    It takes `events` as `analysis.safety.phases.assign_phases` returns them; `coarsen` as
    `analysis.safety.listing.list_adverse_events` takes it. The columns of recorded terms and of
    withdrawals are left out if they are empty.
    """
    return _make_listing(events, coarsen, notes=(f"Grades: {name_grading(events)}.",))


def make_serious_table(events: pd.DataFrame, results: pd.DataFrame, *, coarsen: bool) -> Table:
    """Make the listing of serious and fatal events, or "None reported"."""
    chosen = events[is_serious(events) | is_fatal(events)]
    serious, deaths = (_count_people(results, each) for each in ("serious", "deaths"))
    notes = (f"Serious: {serious}. Deaths: {deaths}.",)
    return _make_listing(chosen, coarsen, notes=notes)


def make_withdrawal_table(events: pd.DataFrame, results: pd.DataFrame, *, coarsen: bool) -> Table:
    """Make the listing of events that led to withdrawal, or "None reported"."""
    chosen = events[events["led_to_withdrawal"] == "yes"]
    notes = (f"Leading to withdrawal: {_count_people(results, 'withdrawal')}.",)
    return _make_listing(chosen, coarsen, notes=notes)


def _make_listing(events: pd.DataFrame, coarsen: bool, *, notes: tuple[Content, ...]) -> Table:
    listed = list_adverse_events(events, coarsen=coarsen)
    for name, other in TOGETHER.items():
        listed[name] = listed[name] + ", " + listed[other]
    columns = [name for name in LISTED if _is_listed(name, listed[name])]
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
    heads = (name_coding(events), *(LISTED[name] for name in columns[1:]))
    explained = (f"{mark.strip()} {note}." for note, mark in marks.items())
    notes = (*(() if listed.empty else LISTING_NOTES), *notes, *explained)
    return Table(heads, tuple(rows), notes=notes, numeric=False)


def _is_listed(name: str, texts: pd.Series) -> bool:
    if name == "recorded":
        return bool(texts.ne("").any())
    return name != "withdrawal" or bool(texts.ne("no").any())


def _count_people(results: pd.DataFrame, category: str) -> str:
    return cell_of(results, f"safety.{category}.participants").text
