"""The export's own description: fields from the data dictionary, their places from fields.csv.

Limits that the dictionary does not state are those of the instrument (`analysis.instruments`).
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any

import pandas as pd

from analysis.cleaning.export import CAPILLAROSCOPY, DIARY, DICTIONARY, MAP, REDCAP, RawExport
from analysis.cleaning.fields import Field, Place
from analysis.errors import DataError, suggest_name
from analysis.instruments.catalogue import find_item, find_range
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
MAP_COLUMNS = (
    "field", "table", "column", "values", "instrument", "item", "location", "occasion", "unit",
)  # fmt: skip
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
VALIDATIONS = {
    **{kind: kind for kind in ("integer", "number", "time")},
    **{f"date_{order}": "date" for order in ("ymd", "dmy", "mdy")},
    **{f"datetime_{order}": "datetime" for order in ("ymd", "dmy", "mdy")},
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
    """Return the fields of every file by file name, then by column."""
    places, scoring = parse_places(export.tables[MAP]), study.scoring
    fields = {REDCAP: parse_dictionary(export.tables[DICTIONARY], places, scoring)}
    return fields | {file: list_file_fields(file, places, scoring) for file in FILE_KEYS}


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
    _require(dictionary, DICTIONARY_COLUMNS, DICTIONARY)
    described = dictionary.rename(columns=DICTIONARY_COLUMNS)
    repeated = described.loc[described["name"].duplicated(), "name"]
    _refuse(repeated, "the field is described twice", DICTIONARY, "Keep one of the two rows")
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
            low, high = _find_limits(place, scoring)
            fields[column] = Field(
                column, file, _choose_kind(place), low=low, high=high, place=place
            )
    return fields


def _choose_kind(place: Place) -> str:
    item = find_item(place.instrument, place.item)
    if (place.instrument, place.item) in _FILE_KINDS:
        return _FILE_KINDS[place.instrument, place.item]
    if item is None or (item.text and not item.integer):
        return "text"
    return "integer" if item.integer else "number"


def _find_limits(place: Place, scoring: Scoring) -> tuple[float | None, float | None]:
    """Return the range of an item; a mark on a line reaches as far as the planned line."""
    low, high = find_range(place.instrument, place.item, scoring)
    line = getattr(scoring, f"{place.instrument}_line_mm", None)
    if high is None and line is not None and place.item.startswith("vas"):
        high = line.value
    return low, high


def allow_instrument(field: Field, scoring: Scoring) -> Field:
    """Return a field of numbers with the kind and range of its instrument, if it has one."""
    place = field.place
    if field.kind not in ("integer", "number") or find_item(place.instrument, place.item) is None:
        return field
    low, high = _find_limits(place, scoring)
    return replace(
        field,
        kind="integer" if _choose_kind(place) == "integer" else "number",
        low=field.low if low is None else low,
        high=field.high if high is None else high,
    )


def parse_places(table: pd.DataFrame) -> dict[str, Place]:
    """Return the places of fields.csv by field, those of other files as ``file.csv:column``.

    Raises
    ------
    DataError
        A column that is absent, a field with two places, a place that does not exist, or two
        fields that go to one column.
    """
    _require(table, MAP_COLUMNS, MAP)
    repeated = table.loc[table["field"].duplicated(), "field"]
    _refuse(repeated, "the field has two places", MAP, "Keep one of the two rows")
    places = {}
    for row in table[list(MAP_COLUMNS)].itertuples(index=False):
        _check_place(row)
        places[str(row.field)] = Place(*row[1:])
    inside = ~table["field"].str.contains(":", regex=False)
    filled = table[inside & (table["column"] != "")]
    repeated = filled.loc[filled.duplicated(["table", "column"]), "field"]
    hint = "Give one of the two another column, or none"
    _refuse(repeated, "another field goes to the same column", MAP, hint)
    return places


def _refuse(fields: pd.Series, problem: str, file: str, hint: str) -> None:
    if len(fields):
        raise DataError(problem, file=file, field=fields.iloc[0], hint=hint)


def _require(frame: pd.DataFrame, columns: Collection[str], file: str) -> None:
    absent = [column for column in columns if column not in frame.columns]
    if absent:
        raise DataError(
            f"the column {absent[0]!r} is absent",
            file=file,
            field=absent[0],
            hint=f"data/raw/{file} shows all that belong there",
        )


def _check_place(row: Any) -> None:
    if not row.table or row.table == "items":
        return
    schemas = table_schemas()
    if row.table not in schemas:
        hint = suggest_name(row.table, schemas)
        raise DataError(f"there is no table {row.table!r}", file=MAP, field=row.field, hint=hint)
    columns = [field["name"] for field in schemas[row.table]["fields"]]
    if row.column not in columns:
        raise DataError(
            f"table {row.table} has no column {row.column!r}",
            file=MAP,
            field=row.field,
            hint=suggest_name(row.column, columns),
        )


def _expand(row: Any, places: dict[str, Place], scoring: Scoring) -> Iterator[Field]:
    """Yield the columns of one field: a checkbox has one for every choice."""
    kind = (
        VALIDATIONS.get(row.validation) if row.type in ("text", "") else FIELD_TYPES.get(row.type)
    )
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
    choices: tuple[tuple[str, str], ...],
    places: dict[str, Place],
    scoring: Scoring,
) -> Field:
    place = places.get(name, Place())
    if kind == "text" and place.column.endswith("_date"):
        kind = "partial_date"
    low, high = _find_limits(place, scoring)
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


def _parse_choices(row: Any) -> tuple[tuple[str, str], ...]:
    if row.type in ("yesno", "truefalse"):
        return _YES_NO
    if row.type not in ("radio", "dropdown", "checkbox"):
        return ()
    pairs = [part.partition(",") for part in row.choices.split("|")]
    if any(not comma or not code.strip() for code, comma, _ in pairs):
        hint = "Write them as REDCap does: 1, Yes | 0, No"
        raise DataError("the choices are not readable", file=DICTIONARY, field=row.name, hint=hint)
    return tuple((code.strip(), label.strip()) for code, _, label in pairs)


def _parse_limit(text: str, otherwise: float | None, name: str) -> float | None:
    """Return a limit as a number; limits of dates are left to the rules on dates."""
    if re.fullmatch(r"\s*-?[0-9]+(\.[0-9]+)?\s*", text):
        return float(text)
    if not text.strip() or re.search(r"[0-9]{4}-[0-9]{2}", text):
        return otherwise
    hint = "Write a number as 0.5, or nothing"
    raise DataError(f"the limit {text!r} is no number", file=DICTIONARY, field=name, hint=hint)
