"""The export's own description: fields from the data dictionary, their places from fields.csv."""

import re
from dataclasses import dataclass

from analysis.cleaning.limits import KINDS, LIMITS
from analysis.errors import DataError, suggest_name
from analysis.tables import table_schemas

DICTIONARY, MAP = "redcap_dictionary.csv", "fields.csv"
COLUMNS = {
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
PLACE = (
    "field", "table", "column", "values", "instrument", "item", "location", "occasion", "unit",
)  # fmt: skip
TYPES = {
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
    "integer": "integer",
    "number": "number",
    "date_ymd": "date",
    "date_dmy": "date",
    "date_mdy": "date",
    "datetime_ymd": "datetime",
    "datetime_dmy": "datetime",
    "datetime_mdy": "datetime",
    "time": "time",
}
YES_NO = {"1": "Yes", "0": "No"}


@dataclass(frozen=True)
class Place:
    """Where a field goes: a column of a table, an item of an instrument, or nowhere of its own."""

    table: str = ""
    column: str = ""
    values: str = ""
    instrument: str = ""
    item: str = ""
    location: str = ""
    occasion: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Field:
    """One column of a raw file.

    Parameters
    ----------
    name
        Column of the file; a checkbox has one per choice.
    question
        Field of the dictionary, which is the same but for checkboxes.
    form, label
        As in the dictionary; the form of another file is the file's name.
    kind
        choice, checkbox, integer, number, date, partial_date, datetime, time, text or notes.
    choices
        Pairs of code and label.
    low, high
        Inclusive limits in the field's unit, None where there are none.
    required, identifier
        Flags of the dictionary.
    branching
        Condition under which the field is asked, in REDCap's words.
    place
        Where it goes.
    """

    name: str
    question: str
    form: str
    label: str
    kind: str
    choices: tuple[tuple[str, str], ...]
    low: float | None
    high: float | None
    required: bool
    identifier: bool
    branching: str
    place: Place

    @property
    def codes(self):
        """Processed value of each code: as fields.csv says, else the label in snake_case."""
        told = dict(part.split("=", 1) for part in self.place.values.split("|") if "=" in part)
        return {code: told.get(code, snake_case(label)) for code, label in self.choices}


def snake_case(label):
    """Return a label in the words of the tables: ``PDE5 inhibitor`` is ``pde5_inhibitor``."""
    return re.sub(r"[^0-9a-z]+", "_", label.casefold()).strip("_")


def read_fields(dictionary, places):
    """Return the fields of the REDCap export by column name.

    Parameters
    ----------
    dictionary, places : pandas.DataFrame
        redcap_dictionary.csv and fields.csv as text.

    Returns
    -------
    dict of str to Field
        In the order of the dictionary.

    Raises
    ------
    DataError
        A column that is absent, choices that cannot be read, a limit that is no number, a
        repeated field, or a place for a field or a column that does not exist.
    """
    _require(dictionary, COLUMNS, DICTIONARY)
    described = dictionary.rename(columns=COLUMNS)
    if described["name"].duplicated().any():
        twice = described.loc[described["name"].duplicated(), "name"].iloc[0]
        raise DataError(
            "the field is described twice",
            file=DICTIONARY,
            field=twice,
            hint="Keep one of the two rows",
        )
    located = read_places(places)
    fields = {}
    for row in described.itertuples(index=False):
        if row.type != "descriptive":
            fields.update((field.name, field) for field in _expand(row, located))
    unknown = sorted(name for name in located if ":" not in name and name not in fields)
    if unknown:
        raise DataError(
            f"{DICTIONARY} has no such field",
            file=MAP,
            field=unknown[0],
            hint=suggest_name(unknown[0], fields, otherwise=f"Describe it in {DICTIONARY}"),
        )
    return fields


def read_places(places):
    """Return the places of fields.csv by field, those of other files as ``file.csv:column``."""
    _require(places, PLACE, MAP)
    if places["field"].duplicated().any():
        twice = places.loc[places["field"].duplicated(), "field"].iloc[0]
        raise DataError(
            "the field has two places", file=MAP, field=twice, hint="Keep one of the two rows"
        )
    located = {}
    for row in places[list(PLACE)].itertuples(index=False):
        _check_place(row)
        located[row.field] = Place(*row[1:])
    inside = ~places["field"].str.contains(":", regex=False)
    filled = places[inside & (places["column"] != "")]
    if filled.duplicated(["table", "column"]).any():
        twice = filled.loc[filled.duplicated(["table", "column"]), "field"].iloc[0]
        raise DataError(
            "another field goes to the same column",
            file=MAP,
            field=twice,
            hint="Give one of the two another column, or none",
        )
    return located


def _require(frame, columns, file):
    absent = [column for column in columns if column not in frame.columns]
    if absent:
        raise DataError(
            f"the column {absent[0]!r} is absent",
            file=file,
            field=absent[0],
            hint=f"data/raw/{file} shows all that belong there",
        )


def _check_place(row):
    if not row.table or row.table == "items":
        return
    schemas = table_schemas()
    if row.table not in schemas:
        raise DataError(
            f"there is no table {row.table!r}",
            file=MAP,
            field=row.field,
            hint=suggest_name(row.table, schemas),
        )
    columns = [field["name"] for field in schemas[row.table]["fields"]]
    if row.column not in columns:
        raise DataError(
            f"table {row.table} has no column {row.column!r}",
            file=MAP,
            field=row.field,
            hint=suggest_name(row.column, columns),
        )


def _expand(row, located):
    kind = VALIDATIONS.get(row.validation) if row.type in ("text", "") else TYPES.get(row.type)
    choices = _read_choices(row)
    if kind != "checkbox":
        yield _field(row, row.name, kind or "text", choices, located.get(row.name, Place()))
        return
    for code, label in choices:
        name = f"{row.name}___{re.sub('[^0-9a-z]', '_', code.casefold())}"
        yield _field(
            row, name, kind, (("1", "Yes"), ("0", "No")), located.get(name, Place()), label
        )


def _field(row, name, kind, choices, place, option=""):
    if kind == "text" and place.column.endswith("_date"):
        kind = "partial_date"
    limits = LIMITS.get((place.instrument, place.item), (None, None))
    return Field(
        name=name,
        question=row.name,
        form=row.form,
        label=f"{row.label}: {option}" if option else row.label,
        kind=kind,
        choices=choices,
        low=_limit(row.minimum, limits[0], row.name),
        high=_limit(row.maximum, limits[1], row.name),
        required=row.required.strip().casefold() == "y" and kind != "checkbox",
        identifier=row.identifier.strip().casefold() == "y",
        branching=row.branching.strip(),
        place=place,
    )


def _read_choices(row):
    if row.type in ("yesno", "truefalse"):
        return tuple(YES_NO.items())
    if row.type not in ("radio", "dropdown", "checkbox"):
        return ()
    pairs = [part.partition(",") for part in row.choices.split("|")]
    if any(not comma or not code.strip() for code, comma, _ in pairs):
        raise DataError(
            "the choices are not readable",
            file=DICTIONARY,
            field=row.name,
            hint="Write them as REDCap does: 1, Yes | 0, No",
        )
    return tuple((code.strip(), label.strip()) for code, _, label in pairs)


def _limit(text, otherwise, name):
    if not text.strip() or not re.fullmatch(r"\s*-?[0-9]+(\.[0-9]+)?\s*", text):
        if re.search(r"[0-9]{4}-[0-9]{2}", text) or not text.strip():
            return otherwise
        raise DataError(
            f"the limit {text!r} is no number",
            file=DICTIONARY,
            field=name,
            hint="Write a number as 0.5, or nothing",
        )
    return float(text)


def read_file_fields(places, file, keys):
    """Return the fields of a file without a dictionary by column name.

    Parameters
    ----------
    places : pandas.DataFrame
        fields.csv.
    file : str
        Its fields are named ``file.csv:column`` there.
    keys : tuple of Field
        What every such file has: who, when, which finger.
    """
    fields = {field.name: field for field in keys}
    for name, place in read_places(places).items():
        told, _, column = name.partition(":")
        if told == file and column not in fields:
            what = (place.instrument, place.item)
            low, high = LIMITS.get(what, (None, None))
            fields[column] = make_key(
                column, file, KINDS.get(what, "text"), low=low, high=high, place=place
            )
    return fields


def make_key(name, file, kind, *, choices=(), low=None, high=None, place=None):
    """Describe a column that no dictionary describes."""
    return Field(
        name=name,
        question=name,
        form=file,
        label=name,
        kind=kind,
        choices=choices,
        low=low,
        high=high,
        required=False,
        identifier=False,
        branching="",
        place=place or Place(),
    )


def find_column(fields, table, column):
    """Return the name of the field that goes to a column.

    Raises
    ------
    DataError
        No field does.
    """
    for field in fields.values():
        if (field.place.table, field.place.column) == (table, column):
            return field.name
    raise DataError(f"no field goes to {table}.{column}", file=MAP, hint="Name one there")
