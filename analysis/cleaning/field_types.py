"""What a field of the data dictionary holds: its kind, its limits, and whether REDCap fills it."""

import re
from dataclasses import replace
from typing import Any

from analysis.cleaning.export import MAP
from analysis.cleaning.fields import (
    DURATIONS,
    MISSING_REASONS,
    Choice,
    Place,
    find_table_column,
    snake_case,
)
from analysis.cleaning.values import find_missing_reason
from analysis.errors import DataError
from analysis.instruments.catalogue import find_item

FIELD_TYPES = {
    "radio": "choice",
    "dropdown": "choice",
    "yesno": "choice",
    "truefalse": "choice",
    "checkbox": "checkbox",
    "calc": "number",
    "slider": "integer",
    "notes": "notes",
    "file": "file",
    "signature": "file",
}
# By the beginning of REDCap's validations: number_2dp_comma_decimal, datetime_seconds_dmy; the
# last ones are of old versions.
VALIDATIONS = {
    "integer": "integer",
    "number": "number",
    "datetime": "datetime",
    "date": "date",
    "time_mm_ss": "text",
    "time": "time",
    "int": "integer",
    "float": "number",
}
# Action tags by which REDCap, and not a person, fills a field or lets nobody fill it.
_AUTOMATIC = re.compile(
    r"@(?:CALCTEXT|CALCDATE|DEFAULT|SETVALUE|PREFILL"
    r"|(?:HIDDEN|READONLY)(?:-FORM|-SURVEY)?)(?![A-Z-])"
)
_CALCULATED_TEXT = re.compile(r"@CALCTEXT\s*\((.*)\)", re.DOTALL)
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
_NUMERIC = ("integer", "number")
_DATED = ("date", "partial_date", "datetime", "time")
_NUMBER = r"[+-]?(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)"
# Limits that are no numbers: of dates and times, of today, or another field's value.
_OTHER_LIMIT = (
    r"(?:today|now)|\[.*\]|[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?"
    r"|.*[0-9]{4}[-/.][0-9]{1,2}.*|[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2,4}.*"
)


def choose_kind(row: Any, place: Place) -> str:
    """Return the kind of a field by its type, its validation, and where it goes.

    A field that goes to a number or a date is one, whatever REDCap checks when it is typed in.

    Raises
    ------
    DataError
        A date or a file cannot be a number.
    """
    kind = FIELD_TYPES.get(row.type, "text")
    if kind == "text":
        starts = (kind for start, kind in VALIDATIONS.items() if row.validation.startswith(start))
        kind = next(starts, "text")
    due = choose_kind_by_place(place)
    if kind in (*_DATED, "file") and due in _NUMERIC and not place.column.endswith("_year"):
        message = f"this field holds a {kind}, and goes to a number"
        raise DataError(message, file=MAP, field=row.name, hint="Give it another place, or none")
    if kind in ("text", "notes"):
        return kind if due == "text" else due
    return due if kind in _NUMERIC and due in (*_DATED, "integer") else kind


def choose_kind_by_place(place: Place) -> str:
    """Return what a value has to be to go where fields.csv says; text where anything may."""
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


def complete_choices(
    place: Place, choices: tuple[Choice, ...], kind: str, name: str
) -> tuple[Place, tuple[Choice, ...], str]:
    """Give every choice its place in the column that a field goes to, or why it has none.

    What is typed for a column that holds certain words is read as a choice among them, and a code
    without a word of its own gives a number to a column of numbers.

    Raises
    ------
    DataError
        A choice that is none of the column's.
    """
    column = find_table_column(place.table, place.column)
    allowed = column.get("constraints", {}).get("enum", ())
    numeric = column.get("type") in ("integer", "number")
    if not choices and allowed and kind in ("text", "integer", "number"):
        given = place.processed or {word: word for word in allowed}
        choices = tuple((code, word.replace("_", " ")) for code, word in given.items())
        kind = "choice"
    if kind not in ("choice", "checkbox") or not (allowed or numeric):
        return place, choices, kind
    values = {}
    for code, label in choices:
        value = place.processed.get(code) or snake_case(label)
        fits = _is_number(value) if numeric else value in allowed
        if not fits and numeric and code not in place.processed and _is_number(code):
            value, fits = code, True
        reason = "" if fits else find_missing_reason(value, label, code)
        if not fits and not reason:
            due = "a number" if numeric else f"one of {', '.join(allowed)}"
            raise DataError(
                f"code {code} ({label}) is {value!r}, and {place.table}.{place.column} holds {due}",
                file=MAP,
                field=name,
                hint="Say in `values` what each code is, as 1=female|2=male, or why it is missing "
                f"({', '.join(MISSING_REASONS)})",
            )
        values[code] = reason or value
    written = "|".join(f"{code}={value}" for code, value in values.items())
    return replace(place, values=written), choices, kind


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(r"-?[0-9]+(?:\.[0-9]+)?", text))


def is_automatic(row: Any) -> bool:
    """Say whether REDCap fills a field, or lets nobody do so."""
    return row.type == "calc" or bool(_AUTOMATIC.search(row.annotation))


def find_formula(row: Any) -> str:
    """Return the calculation behind a field, "" where it has none."""
    text = _CALCULATED_TEXT.search(row.annotation)
    return row.choices if row.type == "calc" else text[1] if text else ""


def parse_limit(text: str, name: str, file: str) -> float | None:
    """Return a limit of the dictionary as a number, None where it is none.

    Limits of dates and times are left to the rules on dates.

    Raises
    ------
    DataError
        It is nothing that REDCap knows.
    """
    plain = text.strip()
    if re.fullmatch(_NUMBER, plain):
        return float(plain.replace(",", "."))
    if not plain or re.fullmatch(_OTHER_LIMIT, plain, re.IGNORECASE):
        return None
    hint = "Write a number as 0.5, or nothing"
    raise DataError(f"the limit {text!r} is no number", file=file, field=name, hint=hint)
