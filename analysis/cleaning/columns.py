"""What kind of value a column holds, and the rules of each kind.

Each rule sees the different values of a column once. Codes of the whole project for what is
missing, and the spelling of terms, belong here too: they are the same for every column.
"""

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from analysis.cleaning import dates, values
from analysis.cleaning.export import REDCAP
from analysis.cleaning.fields import DURATIONS, Field, Place, find_table_column
from analysis.cleaning.logic import name_box
from analysis.cleaning.mapping import find_limits
from analysis.cleaning.rules import CLEANING_RULES
from analysis.cleaning.state import CleaningState, Finding, as_cells, find_cells
from analysis.instruments.catalogue import find_item
from analysis.study import Scoring

_TIDY = (
    values.trim_cells,
    values.narrow_cells,
    values.parse_missing_words,
    values.parse_missing_numbers,
)
_NUMBER = (
    *_TIDY,
    values.convert_units,
    values.parse_commas,
    values.refuse_unreadable,
    values.convert_centimetres,
    values.parse_integers,
    values.find_out_of_range,
    values.convert_recorded_unit,
)
# The order matters: a later rule sees what the earlier ones made of the cell.
RULES_BY_KIND: dict[str, tuple[Callable[..., Iterator[Finding]], ...]] = {
    "choice": (*_TIDY, values.parse_choices),
    "integer": _NUMBER,
    "number": _NUMBER,
    "date": (*_TIDY, dates.parse_dates, dates.find_impossible_dates),
    "partial_date": (*_TIDY, dates.parse_dates, dates.find_impossible_dates),
    "datetime": (*_TIDY, dates.parse_datetimes, dates.find_impossible_dates),
    "time": (*_TIDY, dates.parse_times),
    "text": (values.trim_cells, values.parse_missing_words),
    "file": (values.note_files,),
    "checkbox": (),
    "notes": (),
}

# A column most of whose dates are in another form is asked about once, by these rules.
REWRITTEN = {"date_format": "rewritten_date", "day_or_month": "rewritten_unclear"}
FEWEST_REWRITTEN = 3

# Columns of the tables that hold exact days and moments; any other date may be partial.
_EXACT_DAYS = ("visit_date", "consent_date")
_MOMENTS = ("anaesthesia_start", "first_injection", "processing_start", "processing_end")
# Kinds of items in files without a dictionary, where the instrument's definition is wider.
_FILE_KINDS = {
    ("raynaud", "rating"): "integer",
    ("capillaroscopy", "read_order"): "integer",
    ("capillaroscopy", "read_date"): "date",
    ("capillaroscopy", "comment"): "notes",
}


def add_missing_codes(
    fields: dict[str, Field], columns: Iterable[str], codes: dict[str, str]
) -> dict[str, Field]:
    """Return fields that know the project's missing-data codes, and the boxes for these.

    Parameters
    ----------
    fields
        Of the REDCap export by column.
    columns
        Of the export, where a checkbox has a box more for every code.
    codes
        Reason by code.
    """
    known = {
        name: replace(field, project_codes=tuple(codes.items())) for name, field in fields.items()
    }
    boxes = {field.question: field for field in fields.values() if field.kind == "checkbox"}
    for question, box in boxes.items():
        for code, reason in codes.items():
            name = name_box(question, code)
            if name in columns and name not in fields:
                label = f"{question}: {reason.replace('_', ' ')}"
                known[name] = replace(box, name=name, label=label, place=Place(), explains=reason)
    return known


def clean_columns(state: CleaningState) -> CleaningState:
    """Apply to every field of every file the rules of its kind."""
    for source, fields in state.fields.items():
        file, findings = state.files[source], list[Finding]()
        for field in fields.values():
            column, latest = file.frame[field.name], state.latest
            rows = [row for row, name in sorted(file.confirmed) if name == field.name]
            if rows:
                allowed = allow_instrument(field, state.study.scoring)
                findings += clean_confirmed(column.loc[rows], field, allowed, latest=latest)
                column = column.drop(rows)
            findings += clean_column(column, field, latest=latest)
        state = state.apply(findings, source)
    return state


def clean_column(column: pd.Series, field: Field, *, latest: str) -> list[Finding]:
    """Return what the rules of the field's kind find in one column, in order.

    No date lies after `latest` (the export's, ISO).
    """
    if not RULES_BY_KIND[field.kind]:
        return []
    cells = values.list_distinct(column)
    cells = cells[~is_tidy(cells, field, latest=latest)]
    if cells.empty:
        return []
    found: list[Finding] = []
    for rule in RULES_BY_KIND[field.kind]:
        if rule is dates.find_impossible_dates:
            rule = partial(rule, latest=latest)
        for finding in rule(cells[cells != ""], field):
            if len(finding.rows):
                cells = cells.copy()
                cells.loc[finding.rows] = as_cells(finding.values)
                found.append(finding)
    if not found:
        return []
    places = column.groupby(column, sort=False).indices
    spread = [_spread(finding, column.index, places) for finding in found]
    dated = field.kind in ("date", "datetime", "partial_date")
    return _ask_once(spread, column) if dated else spread


def _ask_once(found: list[Finding], column: pd.Series) -> list[Finding]:
    """Ask once about a column most of whose dates a spreadsheet has rewritten.

    REDCap stores and exports dates as ISO whatever it displays.
    """
    touched = [row for finding in found if finding.rule in REWRITTEN for row in finding.rows]
    filled = int((column != "").sum())
    if len(touched) < FEWEST_REWRITTEN or 2 * len(touched) <= filled:
        return found
    silent = [replace(each, rule=REWRITTEN.get(each.rule, each.rule)) for each in found]
    detail = f"{len(touched)} of {filled} dates are written otherwise."
    first = pd.Index([min(touched)])
    return [*silent, Finding("spreadsheet_dates", found[0].field, first, detail=detail)]


def clean_confirmed(
    column: pd.Series, field: Field, allowed: Field, *, latest: str
) -> list[Finding]:
    """Return what the rules find in confirmed cells.

    They are queried like any other. A value that would be set missing stays where the instrument
    allows it: `allowed` is the field with the instrument's range.
    """
    found = clean_column(column, allowed, latest=latest)
    lost = {row for each in found if _sets_missing(each) for row in each.rows}
    for finding in clean_column(column, field, latest=latest):
        kept = ~finding.rows.isin(list(lost))
        if _sets_missing(finding) and kept.any():
            detail = finding.detail[kept] if np.ndim(finding.detail) else finding.detail
            kept_rows = finding.rows[kept]
            found.append(Finding(finding.rule, field.name, kept_rows, detail=detail))
    return found


def _sets_missing(finding: Finding) -> bool:
    return CLEANING_RULES[finding.rule].action == "set_missing"


def choose_kind_by_place(place: Place) -> str:
    """Return what a value has to be to go to its place in fields.csv; text where anything may."""
    if place.table and place.table != "items":
        if place.column.endswith("_date"):
            return "date" if place.column in _EXACT_DAYS else "partial_date"
        if place.column in _MOMENTS:
            return "datetime"
        if place.column == "start_time":
            return "time"
        if place.column in DURATIONS:
            return "number"
        kind = str(find_table_column(place.table, place.column).get("type"))
        return kind if kind in ("integer", "number") else "text"
    if (place.instrument, place.item) in _FILE_KINDS:
        return _FILE_KINDS[place.instrument, place.item]
    item = find_item(place.instrument, place.item)
    if item is None or (item.text and not item.integer):
        return "text"
    return "integer" if item.integer else "number"


def allow_instrument(field: Field, scoring: Scoring) -> Field:
    """Return a field of numbers with the kind and range of its instrument, if it has one."""
    place = field.place
    if field.kind not in ("integer", "number") or find_item(place.instrument, place.item) is None:
        return field
    low, high = find_limits(place, scoring)
    return replace(
        field,
        kind="integer" if choose_kind_by_place(place) == "integer" else "number",
        low=field.low if low is None else low,
        high=field.high if high is None else high,
    )


def is_tidy(cells: pd.Series, field: Field, *, latest: str) -> pd.Series:
    """Return which values no rule of their kind would change."""
    return _is_plain(cells, field, latest=latest) & ~cells.isin(list(field.missing_codes))


def _is_plain(cells: pd.Series, field: Field, *, latest: str) -> pd.Series:
    if field.kind == "file":
        return cells == values.FILE_THERE
    if field.kind == "text":
        return cells.str.fullmatch(r"[!-~](?:.*\S)?") & ~values.is_missing_word(cells)
    if field.kind in ("date", "datetime", "partial_date", "time"):
        return dates.is_plain_date(cells, field, latest=latest)
    if field.kind == "choice":
        return cells.isin([code for code, _ in field.choices])
    decimals = "" if field.kind == "integer" else r"(?:\.[0-9]+)?"
    plain = cells.str.fullmatch(rf"-?[0-9]+{decimals}")
    number = pd.to_numeric(cells.where(plain))
    inside = number.between(*field.limits) & number.between(*field.hard_limits)
    doubtful = cells.str.fullmatch(r"-?[0-9]{1,3}\.[0-9]{3}") & (field.decimal == ",")
    return plain & inside & ~doubtful & (field.place.factor == 1)


def _spread(finding: Finding, index: pd.Index, places: dict[Any, Any]) -> Finding:
    """Carry a finding about different values over to every row that holds one of them."""
    at = [places[value] for value in finding.rows]
    repeats = [len(place) for place in at]

    def repeat(given: Any) -> Any:
        if np.ndim(given) == 0:
            return given
        return np.repeat(np.asarray(given, dtype="object"), repeats)

    return replace(
        finding,
        rows=index[np.concatenate(at)],
        values=repeat(finding.values),
        reason=repeat(finding.reason),
        detail=repeat(finding.detail),
    )


def find_marks_beyond_lines(state: CleaningState) -> Iterable[Finding]:
    """Set marks beyond the end of their line missing; the length of the line is recorded in mm."""
    cells, fields = state.redcap.frame, state.fields[REDCAP].values()
    for line in fields:
        if line.place.item != "line_length":
            continue
        length = pd.to_numeric(cells[line.name].where(cells[line.name] != ""))
        for field in fields:
            if field.place.instrument == line.place.instrument and "vas" in field.place.item:
                mark = pd.to_numeric(cells[field.name].where(cells[field.name] != ""))
                beyond = pd.Series(np.greater(mark, length), index=mark.index)
                yield find_cells("beyond_line", field.name, beyond, "", reason="out_of_range")


def unify_terms(state: CleaningState) -> Iterator[Finding]:
    """Spell each term as most events do, so that it counts once."""
    for column in ("term", "coded_term"):
        terms = state.find_cells_of("adverse_events", column)
        if terms is not None:
            terms = terms[terms != ""]
            counts = terms.value_counts().rename_axis("text").reset_index()
            counts = counts.assign(folded=counts["text"].map(fold_words))
            counts = counts.sort_values(["count", "text"], ascending=[False, True])
            usual = counts.drop_duplicates("folded").set_index("folded")["text"]
            spelled = terms.map(fold_words).map(usual)
            yield find_cells("term_spelling", str(terms.name), spelled != terms, spelled)


def fold_words(text: str) -> str:
    """Return a term without differences of case, spaces and composition (NFC)."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())
