"""The cleaned files as tables, before anything is derived: a pure reshape, cell by cell.

A field of fields.csv goes to a column of a table with one row per participant, visit or
instance, or to the table items, which has one row per recorded value.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from analysis.cleaning.export import REDCAP
from analysis.cleaning.fields import DURATIONS, Field, list_columns
from analysis.cleaning.state import CleaningState, Finding, find_together
from analysis.cleaning.structure import FORM, KEY_COLUMNS, SYSTEM_COLUMNS
from analysis.instruments.catalogue import is_single
from analysis.tables import shape_table, table_schemas

RECORDED_TABLES = (
    "participants", "visits", "adverse_events", "procedures", "medications", "disposition",
)  # fmt: skip
ONE_PER_PARTICIPANT = ("participants", "procedures", "disposition")
NUMBERED = {"adverse_events": "event_number", "medications": "medication_number"}
ITEM_COLUMNS = (
    "participant_id", "visit", "instrument", "item", "location", "occasion", "value", "text",
    "unit", "missing_reason", "source",
)  # fmt: skip


def reshape_table(state: CleaningState, table: str) -> pd.DataFrame:
    """Return one table as recorded.

    Returns
    -------
    pandas.DataFrame
        Text columns with `participant_id` and `missing_reasons`, beside them `visit` for
        visits, or the number of the instance for tables that are numbered.
    """
    file, opened = state.redcap, state.opened
    columns = list_columns(state.fields[REDCAP], table)
    forms = sorted({field.form for field in columns.values()} & set(opened.columns))
    kept = file.frame.index.difference(file.aside, sort=False)
    held = opened.loc[kept, forms].any(axis=1)
    if table == "visits":
        # A planned visit took place where any form of it was filled in.
        planned = file.keys.loc[kept, "visit"].ne(state.study.unscheduled)
        held |= opened.loc[kept].any(axis=1) & planned & file.frame.loc[kept, FORM].eq("")
    rows = kept[held.to_numpy()]
    keys = file.keys.loc[rows]
    cells, reasons = {}, {}
    for name, field in columns.items():
        column = file.frame.loc[rows, field.name]
        given = state.explain_blanks(REDCAP, field.name, column)
        cells[name] = convert_column(column, field)
        reasons[name] = given.where(opened.loc[rows, field.form], "")
    frame, why = pd.DataFrame(cells, index=rows), pd.DataFrame(reasons, index=rows)
    # A site that does not record a column has an empty one, and no reason to give in each row.
    described = [field["name"] for field in table_schemas()[table]["fields"]]
    frame = frame.assign(**{name: "" for name in described[1:] if name not in frame.columns})
    if table in ONE_PER_PARTICIPANT:
        return _make_one_row(frame, why, keys["participant"])
    frame = frame.assign(
        participant_id=keys["participant"], missing_reasons=_join_reasons(frame, why)
    )
    if table == "visits":
        frame = frame.assign(visit=keys["visit"])
    else:
        frame[NUMBERED[table]] = _number_instances(keys)
    return frame.reset_index(drop=True)


def convert_column(cells: pd.Series, field: Field) -> pd.Series:
    """Return the cells of a field as its table holds them, "" where empty."""
    if field.kind in ("choice", "checkbox"):
        return cells.map(field.codes).fillna("")
    if field.kind == "datetime" and field.place.column.endswith("_date"):
        return cells.str.slice(0, 10)
    if field.kind == "datetime":
        return cells.str.replace(" ", "T")
    if field.kind in ("date", "partial_date") and field.place.column.endswith("_year"):
        return cells.str.slice(0, 4)
    if field.place.column in DURATIONS:
        return cells.str.replace(r"\..*$", "", regex=True)
    return cells


def _number_instances(keys: pd.DataFrame) -> pd.Series:
    """Return the instance, or where a person's instances start again at each visit, a count."""
    number = pd.to_numeric(keys["instance"].where(keys["instance"] != "", "1"))
    ordered = keys.assign(number=number).sort_values(["participant", "visit", "number"])
    count = ordered.groupby("participant").cumcount() + 1
    repeated = keys.assign(number=number).duplicated(["participant", "number"])
    people = keys["participant"].isin(keys.loc[repeated, "participant"])
    return number.where(~people, count.reindex(keys.index))


def _make_one_row(frame: pd.DataFrame, why: pd.DataFrame, participant: pd.Series) -> pd.DataFrame:
    """Put what different rows hold of one participant into one row; every fact stands once."""
    filled = frame.where(frame != "").groupby(participant.to_numpy()).first().fillna("")
    reasons = why.where(why != "").groupby(participant.to_numpy()).first().fillna("")
    filled["missing_reasons"] = _join_reasons(filled, reasons)
    return filled.rename_axis("participant_id").reset_index()


def _join_reasons(frame: pd.DataFrame, why: pd.DataFrame) -> pd.Series:
    """Return ``column=reason;column=reason`` for the empty cells of every row."""
    joined = pd.Series("", index=frame.index, dtype="object")
    for name in why.columns:
        part = (";" + name + "=" + why[name]).where((frame[name] == "") & (why[name] != ""), "")
        joined = joined + part
    return joined.str.removeprefix(";")


def reshape_items(state: CleaningState, source: str) -> pd.DataFrame:
    """Return the items of one file.

    Returns
    -------
    pandas.DataFrame
        Columns of the table items. An empty cell has a row where a value was expected or a
        rule set it missing; an empty text has none.
    """
    file = state.files[source]
    kept = file.frame.index.difference(file.aside, sort=False)
    parts = []
    for field in state.fields[source].values():
        if field.place.is_item and field.name not in KEY_COLUMNS.get(source, SYSTEM_COLUMNS):
            rows = kept
            if source == REDCAP:
                rows = kept[state.opened.loc[kept, field.form].to_numpy()]
            parts.append(_reshape_field(state, source, rows, field))
    columns = {name: [part[name] for part in parts if len(part["value"])] for name in ITEM_COLUMNS}
    return pd.DataFrame(
        {
            name: np.concatenate(column) if column else pd.Series(dtype="object")
            for name, column in columns.items()
        }
    )


def _reshape_field(
    state: CleaningState, source: str, rows: pd.Index, field: Field
) -> dict[str, Any]:
    """Return the columns of one field's items; its place comes before that of the row."""
    file, places = state.files[source], state.places[source]
    cells = file.frame.loc[rows, field.name]
    if field.kind in ("text", "notes"):
        cells = cells[(cells != "") | (state.find_reasons(source, field.name, cells) != "")]
    at = file.frame.index.get_indexer(cells.index)

    def take(frame: pd.DataFrame, name: str) -> np.ndarray:
        return frame[name].to_numpy(dtype="object")[at]

    value, text = convert_item(cells, field)
    location = _repeat(field.place.location, len(cells))
    # Of several boxes each keeps a row of its own, and the instrument combines them.
    given = field.name if field.place.rule else field.place.occasion
    occasion = _repeat(given, len(cells))
    if not given:
        occasion[:] = [each and each.zfill(2) for each in take(file.keys, "instance")]
        if is_single(field.place.instrument, field.place.item):
            occasion[take(file.keys, "visit") != state.study.unscheduled] = ""
    by_row = {name: take(places, name) for name in ("location", "occasion")}
    row = {
        "participant_id": take(file.keys, "participant"),
        "visit": take(places, "visit"),
        "instrument": field.place.instrument or field.form.removesuffix(".csv"),
        "item": field.place.item or field.name,
        "location": np.where(by_row["location"] != "", by_row["location"], location),
        "occasion": np.where(by_row["occasion"] != "", by_row["occasion"], occasion),
        "value": value.to_numpy(),
        "text": text.to_numpy(dtype="object"),
        "unit": field.place.unit,
        "missing_reason": state.explain_blanks(source, field.name, cells).to_numpy(),
        "source": name_source(source, field),
    }
    return {
        name: _repeat(part, len(cells)) if isinstance(part, str) else part
        for name, part in row.items()
    }


def _repeat(text: str, times: int) -> np.ndarray:
    """Return an array of one repeated text; numpy.full would hold copies."""
    return np.repeat(np.array([text], dtype="object"), times)


def convert_item(cells: pd.Series, field: Field) -> tuple[pd.Series, pd.Series]:
    """Return the cells of an item as numbers and as texts; each cell is in one of the two.

    A choice is the number of its code, or its value in fields.csv.
    """
    if field.kind == "choice" and field.place.processed:
        cells = cells.map(field.codes).fillna("")
    numeric = field.kind in ("number", "integer", "checkbox") or (
        field.kind == "choice" and pd.to_numeric(cells[cells != ""], errors="coerce").notna().all()
    )
    if numeric:
        nothing = pd.Series("", index=cells.index, dtype="object")
        return pd.to_numeric(cells.where(cells != "")).astype("float64"), nothing
    return pd.Series(float("nan"), index=cells.index), cells


def name_source(source: str, field: Field) -> str:
    """Return where an item comes from, as ``file:form:field``."""
    return f"{source}:{field.form.removesuffix('.csv')}:{field.name}"


def finish_table(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    """Give a table its types and order; "" is a missing number."""
    numeric = [f["name"] for f in table_schemas()[table]["fields"] if f["type"] != "string"]
    held = frame.columns.intersection(numeric)
    texts = [name for name in held if not pd.api.types.is_numeric_dtype(frame[name])]
    return shape_table(
        frame.assign(**{name: frame[name].replace("", None) for name in texts}), table
    )


def list_form_rows(state: CleaningState, table: str) -> pd.DataFrame:
    """Return what the forms of a table hold.

    Returns
    -------
    pandas.DataFrame
        One row per row of the export in which any field of the table is filled, under its key;
        every column of the table in the words of the table ("" where the export has none),
        beside them `participant`, `visit` and `instance`.
    """
    columns = list_columns(state.fields[REDCAP], table)
    cells = state.cells[[field.name for field in columns.values()]]
    filled = (cells != "").any(axis=1)
    texts = {
        name: convert_column(cells.loc[filled, field.name], field)
        for name, field in columns.items()
    }
    described = [each["name"] for each in table_schemas()[table]["fields"]]
    absent = {name: "" for name in described if name not in texts}
    frame = pd.DataFrame(texts, index=cells.index[filled]).assign(**absent)
    keys = state.keys.loc[frame.index]
    return frame.assign(**{name: keys[name] for name in ("participant", "visit", "instance")})


def find_visit_dates(state: CleaningState, keys: pd.DataFrame) -> pd.Series:
    """Return the date (ISO) of the visit of every row, "" where it is not known.

    `keys` are those of the rows of a file. A row with a date keeps it: unscheduled visits are many.
    """
    visits = state.tables["visits"].drop_duplicates(["participant_id", "visit"])
    dated = visits.set_index(["participant_id", "visit"])["visit_date"]
    pairs = pd.MultiIndex.from_frame(keys[["participant", "visit"]])
    found = dated.reindex(pairs).fillna("").set_axis(keys.index)
    recorded = state.find_cells_of("visits", "visit_date")
    recorded = found if recorded is None else recorded.str.slice(0, 10).reindex(keys.index)
    return recorded.where(recorded.fillna("") != "", found)


def join_cells(
    state: CleaningState, rows: Iterable[str], table: str, names: Iterable[str]
) -> list[tuple[str, str]]:
    """Return the cells of some columns of a table in some rows; columns without a field are not."""
    columns = list_columns(state.fields[REDCAP], table)
    fields = [columns[name].name for name in names if name in columns]
    return [(row, field) for row in rows for field in fields]


def ask_rows(
    state: CleaningState, rule: str, table: str, rows: Iterable[str], names: Iterable[str]
) -> Iterator[Finding]:
    """Ask one question about some columns of each row."""
    names = tuple(names)
    for row in rows:
        yield from find_together(rule, join_cells(state, [row], table, names), group=row)
