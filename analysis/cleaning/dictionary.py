"""The export's own description: fields from the data dictionary, their places from fields.csv.

Limits that the dictionary does not state are those of the instrument (`analysis.instruments`).
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any

import pandas as pd

from analysis.cleaning.columns import add_missing_codes, choose_kind_by_place
from analysis.cleaning.decode import FileFormat
from analysis.cleaning.export import DICTIONARY, MAP, REDCAP, RawExport
from analysis.cleaning.fields import Choice, Field, Place, parse_codes
from analysis.cleaning.logic import name_box
from analysis.cleaning.mapping import (
    check_anchors,
    complete_choices,
    find_limits,
    find_possible,
    make_error,
    parse_places,
    refuse_repeated,
    require_columns,
)
from analysis.cleaning.origin import leave_out_removed
from analysis.cleaning.structure import FILE_KEYS
from analysis.cleaning.values import find_box_reason
from analysis.errors import suggest_name
from analysis.provenance import Manner
from analysis.study import Scoring, Study

DICTIONARY_COLUMNS = {
    "Variable / Field Name": "name",
    "Form Name": "form",
    "Field Type": "type",
    "Field Label": "label",
    "Choices, Calculations, OR Slider Labels": "choices",
    "Text Validation Type OR Show Slider Number": "validation",
    "Text Validation Min": "minimum",
    "Text Validation Max": "maximum",
    "Identifier?": "identifier",
    "Branching Logic (Show field only if...)": "branching",
    "Required Field?": "required",
}
_OPTIONAL_COLUMNS = {"Field Annotation": "annotation"}
_YES_NO = (("1", "Yes"), ("0", "No"))
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
_NUMERIC = ("integer", "number")
_DATED = ("date", "partial_date", "datetime", "time")
_NUMBER = r"[+-]?(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)"
# Limits that are no numbers: of dates and times, of today, or another field's value.
_OTHER_LIMIT = (
    r"(?:today|now)|\[.*\]|[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?"
    r"|.*[0-9]{4}[-/.][0-9]{1,2}.*|[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2,4}.*"
)


def describe_fields(export: RawExport, study: Study) -> dict[str, dict[str, Field]]:
    """Return the fields of every file by file name, then by column.

    Raises
    ------
    DataError
        The dictionary or fields.csv is wrong, or codes and anchors are not confirmed.
    """
    places, scoring = parse_places(export.tables[MAP]), study.scoring
    columns, manner = list(map(str, export.tables[REDCAP])), export.provenance.manner or Manner()
    described = parse_dictionary(export.tables[DICTIONARY], places, scoring, columns)
    described = add_missing_codes(described, columns, export.missing_codes)
    fields = {REDCAP: leave_out_removed(described, columns, manner)}
    fields |= {file: list_file_fields(file, places, scoring) for file in FILE_KEYS}
    for held in fields.values():
        check_anchors(held.values(), scoring)
    return {file: _state_decimals(held, export.formats.get(file)) for file, held in fields.items()}


def _state_decimals(fields: dict[str, Field], form: FileFormat | None) -> dict[str, Field]:
    if form is None or form.decimal == ".":
        return fields
    return {name: replace(field, decimal=form.decimal) for name, field in fields.items()}


def parse_dictionary(
    dictionary: pd.DataFrame,
    places: dict[str, Place],
    scoring: Scoring,
    columns: Collection[str] = (),
) -> dict[str, Field]:
    """Return the fields of the REDCap export by column name, in the order of the dictionary.

    Parameters
    ----------
    dictionary
        redcap_dictionary.csv as text.
    places
        As `parse_places` returns.
    scoring
        Settings that bound items without limits in the dictionary.
    columns
        Of the export, which has boxes for missing-data codes that no dictionary lists.

    Raises
    ------
    DataError
        A column that is absent, choices that cannot be read, a limit that is no number, a
        repeated field, or a place for a field that does not exist.
    """
    require_columns(dictionary, DICTIONARY_COLUMNS, DICTIONARY)
    names = DICTIONARY_COLUMNS | _OPTIONAL_COLUMNS
    described = dictionary.rename(columns=names)
    described = described.reindex(columns=list(names.values()), fill_value="")
    repeated = described.loc[described["name"].duplicated(), "name"]
    refuse_repeated(repeated, "the field is described twice", DICTIONARY, "Keep one of the rows")
    fields: dict[str, Field] = {}
    for row in described.itertuples(index=False):
        if row.type not in ("descriptive", "begin_matrix"):
            fields.update((field.name, field) for field in _expand(row, places, scoring))
            fields |= _list_code_boxes(row, fields, columns)
    unknown = sorted(name for name in places if ":" not in name and name not in fields)
    if unknown:
        hint = suggest_name(unknown[0], fields, otherwise=f"Describe it in {DICTIONARY}")
        raise make_error(unknown[0], f"{DICTIONARY} has no such field", hint)
    return fields


def list_file_fields(file: str, places: dict[str, Place], scoring: Scoring) -> dict[str, Field]:
    """Return the fields of a file without a dictionary by column name.

    Its own keys come first; fields.csv names any other as ``file.csv:column``.
    """
    fields = {field.name: field for field in FILE_KEYS[file]}
    for name, place in places.items():
        source, _, column = name.partition(":")
        if source == file and column not in fields:
            choices = _list_typed_codes(place, name, None, None)
            kind = "choice" if choices else choose_kind_by_place(place)
            limits, ends = find_limits(place, scoring), find_possible(place, scoring)
            fields[column] = Field(column, file, kind, choices, *limits, place=place, possible=ends)
    return fields


def _expand(row: Any, places: dict[str, Place], scoring: Scoring) -> Iterator[Field]:
    """Yield the columns of one field: a checkbox has one for every choice."""
    choices = _parse_choices(row)
    if row.type != "checkbox":
        yield _make_field(row, row.name, choices, places, scoring)
        return
    for code, label in choices:
        box = row._replace(label=f"{row.label}: {label}", required="")
        yield _make_field(box, name_box(row.name, code), _YES_NO, places, scoring)


def _list_code_boxes(
    row: Any, fields: Collection[str], columns: Collection[str]
) -> dict[str, Field]:
    """Return the boxes of a checkbox that say why nothing is ticked (``organ___ni``)."""
    boxes, start = {}, f"{row.name}___"
    for column in columns if row.type == "checkbox" else ():
        reason = find_box_reason(column.removeprefix(start)) if column.startswith(start) else ""
        if reason and column not in fields:
            box = Field(column, row.form, "checkbox", _YES_NO, question=row.name, explains=reason)
            boxes[column] = replace(box, label=f"{row.label}: {reason.replace('_', ' ')}")
    return boxes


def _make_field(
    row: Any,
    name: str,
    choices: tuple[Choice, ...],
    places: dict[str, Place],
    scoring: Scoring,
) -> Field:
    place = places.get(name, Place())
    kind = _choose_kind(row, place)
    low, high = (_parse_limit(text, row.name) for text in (row.minimum, row.maximum))
    if not choices:
        choices = _list_typed_codes(place, row.name, low, high)
        kind = "choice" if choices else kind
    place, choices, kind = complete_choices(place, choices, kind, name)
    lowest, highest = find_limits(place, scoring)
    calculated = _CALCULATED_TEXT.search(row.annotation)
    return Field(
        name=name,
        form=row.form,
        kind=kind,
        choices=choices,
        low=lowest if low is None else low,
        high=highest if high is None else high,
        question=row.name,
        label=row.label,
        required=row.required.strip().casefold() in ("y", "1"),
        identifier=row.identifier.strip().casefold() in ("y", "1"),
        branching=row.branching.strip(),
        place=place,
        decimal="," if row.validation.endswith("comma_decimal") else ".",
        possible=find_possible(place, scoring),
        automatic=row.type == "calc" or bool(_AUTOMATIC.search(row.annotation)),
        formula=row.choices if row.type == "calc" else calculated[1] if calculated else "",
    )


def _parse_choices(row: Any) -> tuple[Choice, ...]:
    if row.type in ("yesno", "truefalse"):
        return _YES_NO
    if row.type not in ("radio", "dropdown", "checkbox"):
        return ()
    return _parse_codes(row.choices, row.name, DICTIONARY)


def _parse_codes(text: str, name: str, file: str) -> tuple[Choice, ...]:
    try:
        return parse_codes(text)
    except ValueError:
        hint = "Write them as REDCap does: 1, Yes | 0, No"
        raise make_error(name, "the choices are not readable", hint, file) from None


def _list_typed_codes(
    place: Place, name: str, low: float | None, high: float | None
) -> tuple[Choice, ...]:
    """Return the codes that fields.csv gives for an item whose field has no choices of its own.

    They may not lie beyond the limits of the dictionary.
    """
    if not place.instrument or not place.codes:
        return ()
    codes = _parse_codes(place.codes, name, MAP)
    least, most = (float("-inf") if low is None else low, float("inf") if high is None else high)
    for code, _ in codes:
        if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", code) and not least <= float(code) <= most:
            limits = " to ".join("any" if end is None else f"{end:g}" for end in (low, high))
            problem = f"code {code} lies beyond the limits of the dictionary ({limits})"
            raise make_error(name, problem, "Give the codes that the form has")
    return codes


def _choose_kind(row: Any, place: Place) -> str:
    """Return the kind of a field by its type, its validation, and where it goes.

    A field that goes to a number or a date is one, whatever REDCap checks when it is typed in.
    """
    kind = FIELD_TYPES.get(row.type, "text")
    if kind == "text":
        starts = (kind for start, kind in VALIDATIONS.items() if row.validation.startswith(start))
        kind = next(starts, "text")
    due = choose_kind_by_place(place)
    other = due in _NUMERIC and not place.column.endswith("_year")
    other |= due in _DATED and "time" in (kind, due) and kind != due
    if kind in (*_DATED, "file") and other:
        problem = f"this field holds a {kind}, and goes to a {due.replace('integer', 'number')}"
        raise make_error(row.name, problem, "Give it another place, or none")
    if kind in ("text", "notes"):
        return kind if due == "text" else due
    return due if kind in _NUMERIC and due in (*_DATED, "integer") else kind


def _parse_limit(text: str, name: str) -> float | None:
    """Return a limit of the dictionary as a number, None where it is none.

    Limits of dates and times are left to the rules on dates.
    """
    plain = text.strip()
    if re.fullmatch(_NUMBER, plain):
        return float(plain.replace(",", "."))
    if not plain or re.fullmatch(_OTHER_LIMIT, plain, re.IGNORECASE):
        return None
    hint = "Write a number as 0.5, or nothing"
    raise make_error(name, f"the limit {text!r} is no number", hint, DICTIONARY)
