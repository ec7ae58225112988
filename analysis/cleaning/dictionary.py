"""The export's own description: fields from the data dictionary, their places from fields.csv.

Limits that the dictionary does not state are those of the instrument (`analysis.instruments`).
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pandas as pd

from analysis.cleaning.anchors import check_anchors, find_limits
from analysis.cleaning.export import CAPILLAROSCOPY, DIARY, DICTIONARY, MAP, REDCAP, RawExport
from analysis.cleaning.fields import DURATIONS, Choice, Field, Place, parse_codes
from analysis.cleaning.mapping import parse_places, refuse_repeated, require_columns
from analysis.errors import DataError, suggest_name
from analysis.instruments.catalogue import find_item
from analysis.study import Scoring, Study
from analysis.tables import table_schemas

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
FIELD_TYPES = {
    "radio": "choice",
    "dropdown": "choice",
    "yesno": "choice",
    "truefalse": "choice",
    "checkbox": "checkbox",
    "calc": "number",
    "slider": "integer",
    "notes": "notes",
}
# By the beginning of REDCap's validations: number_2dp_comma_decimal, datetime_seconds_dmy.
VALIDATIONS = {
    "integer": "integer",
    "number": "number",
    "datetime_": "datetime",
    "date_": "date",
    "time_mm_ss": "text",
    "time": "time",
}
_YES_NO = (("1", "Yes"), ("0", "No"))
# What every diary and every file of readings has, whatever a site adds: who, when, which finger.
FILE_KEYS = {
    DIARY: (
        Field("record_id", DIARY, "notes"),
        Field("entry_date", DIARY, "date"),
        Field("entry_time", DIARY, "time"),
    ),
    CAPILLAROSCOPY: (
        Field("record_id", CAPILLAROSCOPY, "notes"),
        Field("event", CAPILLAROSCOPY, "notes"),
        Field("image_id", CAPILLAROSCOPY, "notes"),
        Field("reader", CAPILLAROSCOPY, "text"),
        Field("hand", CAPILLAROSCOPY, "choice", choices=(("R", "Right"), ("L", "Left"))),
        Field("finger", CAPILLAROSCOPY, "integer", low=1, high=5),
        Field("field", CAPILLAROSCOPY, "integer", low=1, high=99),
    ),
}
KEY_COLUMNS = {file: tuple(field.name for field in keys) for file, keys in FILE_KEYS.items()}
# Kinds of items in files without a dictionary, where the instrument's definition is wider.
_FILE_KINDS = {
    ("raynaud", "rating"): "integer",
    ("capillaroscopy", "read_order"): "integer",
    ("capillaroscopy", "read_date"): "date",
    ("capillaroscopy", "comment"): "notes",
}


def describe_fields(export: RawExport, study: Study) -> dict[str, dict[str, Field]]:
    """Return the fields of every file by file name, then by column.

    Raises
    ------
    DataError
        The dictionary or fields.csv is wrong, or codes and anchors are not confirmed.
    """
    places, scoring = parse_places(export.tables[MAP]), study.scoring
    fields = {REDCAP: parse_dictionary(export.tables[DICTIONARY], places, scoring)}
    fields |= {file: list_file_fields(file, places, scoring) for file in FILE_KEYS}
    for columns in fields.values():
        check_anchors(columns.values(), scoring)
    return fields


def forget_texts(fields: dict[str, dict[str, Field]]) -> dict[str, dict[str, Field]]:
    """Require no text of any form, since free text was removed on the way."""
    return {
        file: {
            name: replace(field, required=field.required and field.kind not in ("text", "notes"))
            for name, field in columns.items()
        }
        for file, columns in fields.items()
    }


def parse_dictionary(
    dictionary: pd.DataFrame, places: dict[str, Place], scoring: Scoring
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

    Raises
    ------
    DataError
        A column that is absent, choices that cannot be read, a limit that is no number, a
        repeated field, or a place for a field that does not exist.
    """
    require_columns(dictionary, DICTIONARY_COLUMNS, DICTIONARY)
    described = dictionary.rename(columns=DICTIONARY_COLUMNS)
    repeated = described.loc[described["name"].duplicated(), "name"]
    refuse_repeated(
        repeated, "the field is described twice", DICTIONARY, "Keep one of the two rows"
    )
    fields: dict[str, Field] = {}
    for row in described.itertuples(index=False):
        if row.type != "descriptive":
            fields.update((field.name, field) for field in _expand(row, places, scoring))
    unknown = sorted(name for name in places if ":" not in name and name not in fields)
    if unknown:
        hint = suggest_name(unknown[0], fields, otherwise=f"Describe it in {DICTIONARY}")
        raise DataError(f"{DICTIONARY} has no such field", file=MAP, field=unknown[0], hint=hint)
    return fields


def list_file_fields(file: str, places: dict[str, Place], scoring: Scoring) -> dict[str, Field]:
    """Return the fields of a file without a dictionary by column name.

    Its own keys come first; fields.csv names any other as ``file.csv:column``.
    """
    fields = {field.name: field for field in FILE_KEYS[file]}
    for name, place in places.items():
        source, _, column = name.partition(":")
        if source == file and column not in fields:
            low, high = find_limits(place, scoring)
            choices = _list_typed_codes(place, name, "", "")
            kind = "choice" if choices else _choose_kind(place)
            fields[column] = Field(column, file, kind, choices, low, high, place=place)
    return fields


def _choose_kind_by_place(place: Place) -> str:
    """Return what a field without a validation is: what the column or the item wants."""
    if place.column.endswith("_date"):
        return "partial_date"
    if place.column in DURATIONS:
        return "number"
    columns = table_schemas()[place.table]["fields"] if place.table not in ("", "items") else []
    types = [column["type"] for column in columns if column["name"] == place.column]
    if types and types[0] in ("integer", "number"):
        return str(types[0])
    return _choose_kind(place)


def _choose_kind(place: Place) -> str:
    item = find_item(place.instrument, place.item)
    if (place.instrument, place.item) in _FILE_KINDS:
        return _FILE_KINDS[place.instrument, place.item]
    if item is None or (item.text and not item.integer):
        return "text"
    return "integer" if item.integer else "number"


def _expand(row: Any, places: dict[str, Place], scoring: Scoring) -> Iterator[Field]:
    """Yield the columns of one field: a checkbox has one for every choice."""
    kind = FIELD_TYPES.get(row.type)
    if row.type in ("text", ""):
        known = (kind for start, kind in VALIDATIONS.items() if row.validation.startswith(start))
        kind = next(known, None)
    choices = _parse_choices(row)
    if kind != "checkbox":
        yield _make_field(row, row.name, kind or "text", choices, places, scoring)
        return
    for code, label in choices:
        name = f"{row.name}___{re.sub('[^0-9a-z]', '_', code.casefold())}"
        box = row._replace(label=f"{row.label}: {label}", required="")
        yield _make_field(box, name, kind, _YES_NO, places, scoring)


def _make_field(
    row: Any,
    name: str,
    kind: str,
    choices: tuple[Choice, ...],
    places: dict[str, Place],
    scoring: Scoring,
) -> Field:
    place = places.get(name, Place())
    if kind == "text":
        kind = _choose_kind_by_place(place)
    if not choices:
        choices = _list_typed_codes(place, row.name, row.minimum, row.maximum)
        kind = "choice" if choices else kind
    low, high = find_limits(place, scoring)
    return Field(
        name=name,
        form=row.form,
        kind=kind,
        choices=choices,
        low=_parse_limit(row.minimum, low, row.name),
        high=_parse_limit(row.maximum, high, row.name),
        question=row.name,
        label=row.label,
        required=row.required.strip().casefold() == "y",
        identifier=row.identifier.strip().casefold() == "y",
        branching=row.branching.strip(),
        place=place,
    )


def _parse_choices(row: Any) -> tuple[Choice, ...]:
    if row.type in ("yesno", "truefalse"):
        return _YES_NO
    if row.type not in ("radio", "dropdown", "checkbox"):
        return ()
    try:
        return parse_codes(row.choices)
    except ValueError:
        hint = "Write them as REDCap does: 1, Yes | 0, No"
        message = "the choices are not readable"
        raise DataError(message, file=DICTIONARY, field=row.name, hint=hint) from None


def _list_typed_codes(place: Place, name: str, minimum: str, maximum: str) -> tuple[Choice, ...]:
    """Return the codes that fields.csv gives for an item whose field has no choices of its own.

    They may not lie beyond the limits of the dictionary.
    """
    if not place.instrument or not place.codes:
        return ()
    try:
        codes = parse_codes(place.codes)
    except ValueError:
        hint = "Write them as REDCap does: 1, Yes | 0, No"
        raise DataError("the codes are not readable", file=MAP, field=name, hint=hint) from None
    low, high = _parse_limit(minimum, None, name), _parse_limit(maximum, None, name)
    for code, _ in codes:
        number = float(code) if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", code) else None
        if number is not None and (
            (low is not None and number < low) or (high is not None and number > high)
        ):
            raise DataError(
                f"code {code} lies beyond the limits of the dictionary ({minimum} to {maximum})",
                file=MAP,
                field=name,
                hint="Give the codes that the form has",
            )
    return codes


def _parse_limit(text: str, otherwise: float | None, name: str) -> float | None:
    """Return a limit as a number; limits of dates are left to the rules on dates."""
    if re.fullmatch(r"\s*-?[0-9]+(\.[0-9]+)?\s*", text):
        return float(text)
    if not text.strip() or re.search(r"[0-9]{4}-[0-9]{2}", text):
        return otherwise
    hint = "Write a number as 0.5, or nothing"
    raise DataError(f"the limit {text!r} is no number", file=DICTIONARY, field=name, hint=hint)
