"""The export's own description: fields from the data dictionary, their places from fields.csv.

Limits that the dictionary does not state are those of the instrument (`analysis.instruments`).
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any

import pandas as pd

from analysis.cleaning.decode import FileFormat
from analysis.cleaning.export import CAPILLAROSCOPY, DIARY, DICTIONARY, MAP, REDCAP, RawExport
from analysis.cleaning.field_types import (
    choose_kind,
    choose_kind_by_place,
    complete_choices,
    find_formula,
    is_automatic,
    parse_limit,
)
from analysis.cleaning.fields import Choice, Field, Place, parse_codes
from analysis.cleaning.logic import name_box
from analysis.cleaning.mapping import (
    check_anchors,
    find_limits,
    find_possible,
    parse_places,
    refuse_repeated,
    require_columns,
)
from analysis.cleaning.origin import leave_out_removed
from analysis.cleaning.values import find_box_reason
from analysis.errors import DataError, suggest_name
from analysis.instruments.catalogue import find_item
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
    described = dictionary.rename(columns=DICTIONARY_COLUMNS | _OPTIONAL_COLUMNS)
    for name in set(_OPTIONAL_COLUMNS.values()) - set(described):
        described = described.assign(**{name: ""})
    repeated = described.loc[described["name"].duplicated(), "name"]
    refuse_repeated(
        repeated, "the field is described twice", DICTIONARY, "Keep one of the two rows"
    )
    fields: dict[str, Field] = {}
    for row in described.itertuples(index=False):
        if row.type not in ("descriptive", "begin_matrix"):
            fields.update((field.name, field) for field in _expand(row, places, scoring))
            fields |= _list_code_boxes(row, fields, columns)
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
            choices = _list_typed_codes(place, name, None, None)
            kind = "choice" if choices else choose_kind_by_place(place)
            possible = find_possible(place, scoring)
            fields[column] = Field(
                column, file, kind, choices, low, high, place=place, possible=possible
            )
    return fields


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
            label = f"{row.label}: {reason.replace('_', ' ')}"
            boxes[column] = Field(
                column,
                row.form,
                "checkbox",
                _YES_NO,
                question=row.name,
                label=label,
                explains=reason,
            )
    return boxes


def _make_field(
    row: Any,
    name: str,
    choices: tuple[Choice, ...],
    places: dict[str, Place],
    scoring: Scoring,
) -> Field:
    place = places.get(name, Place())
    kind = choose_kind(row, place)
    low, high = (parse_limit(text, row.name, DICTIONARY) for text in (row.minimum, row.maximum))
    if not choices:
        choices = _list_typed_codes(place, row.name, low, high)
        kind = "choice" if choices else kind
    place, choices, kind = complete_choices(place, choices, kind, name)
    lowest, highest = find_limits(place, scoring)
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
        automatic=is_automatic(row),
        formula=find_formula(row),
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


def _list_typed_codes(
    place: Place, name: str, low: float | None, high: float | None
) -> tuple[Choice, ...]:
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
    for code, _ in codes:
        number = float(code) if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", code) else None
        if number is not None and (
            (low is not None and number < low) or (high is not None and number > high)
        ):
            limits = " to ".join("any" if end is None else f"{end:g}" for end in (low, high))
            raise DataError(
                f"code {code} lies beyond the limits of the dictionary ({limits})",
                file=MAP,
                field=name,
                hint="Give the codes that the form has",
            )
    return codes
