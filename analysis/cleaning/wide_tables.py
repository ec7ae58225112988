"""Columns of the tables with one row per participant, visit or instance; a pure reshape."""

import pandas as pd

from analysis.tables import shape_table, table_schemas

NUMBERED = {"adverse_events": "event_number", "medications": "medication_number"}
RECORDED = (
    "participants", "visits", "adverse_events", "procedures", "medications", "disposition",
)  # fmt: skip
ONE_PER_PARTICIPANT = ("participants", "procedures", "disposition")


def list_columns(fields, table):
    """Return the fields that go into a table, by column; the participant is the key."""
    return {
        field.place.column: field
        for field in fields.values()
        if field.place.table == table and field.place.column != "participant_id"
    }


def read_column(cells, field):
    """Return the cells of a field as the table holds them, "" where empty."""
    if field.kind in ("choice", "checkbox"):
        return cells.map(field.codes).fillna("")
    if field.kind == "datetime":
        return cells.str.replace(" ", "T")
    return cells


def reshape_table(sheet, fields, table, reasons, *, opened):
    """Return one table as recorded, before anything is derived.

    Parameters
    ----------
    sheet : Sheet
        The REDCap export.
    fields : dict of str to Field
    table : str
    reasons : Reasons
    opened : pandas.DataFrame of bool
        Rows by form.

    Returns
    -------
    pandas.DataFrame
        Text columns with `missing_reasons`; the index is `participant`, beside it `visit` for
        visits, or the instance for tables that are numbered.
    """
    columns = list_columns(fields, table)
    forms = sorted({field.form for field in columns.values()} & set(opened.columns))
    kept = sheet.frame.index.difference(sheet.aside, sort=False)
    rows = kept[opened.loc[kept, forms].any(axis=1).to_numpy()]
    keys = sheet.keys.loc[rows]
    cells, why = {}, {}
    for name, field in columns.items():
        column = sheet.frame.loc[rows, field.name]
        cells[name] = read_column(column, field)
        why[name] = reasons.tell(field.name, column).where(opened.loc[rows, field.form], "")
    frame, why = pd.DataFrame(cells, index=rows), pd.DataFrame(why, index=rows)
    # A site that does not record a column has an empty one, and no reason to give in each row.
    absent = [field["name"] for field in table_schemas()[table]["fields"]]
    frame = frame.assign(**{name: "" for name in absent[1:] if name not in frame.columns})
    if table in ONE_PER_PARTICIPANT:
        return _one_row(frame, why, keys["participant"])
    frame = frame.assign(
        participant_id=keys["participant"], missing_reasons=join_reasons(frame, why)
    )
    if table == "visits":
        frame = frame.assign(visit=keys["visit"])
    else:
        frame[NUMBERED[table]] = _number(keys)
    return frame.reset_index(drop=True)


def _number(keys):
    """Return the instance, or where a person's instances start again at each visit, a count."""
    number = pd.to_numeric(keys["instance"].where(keys["instance"] != "", "1"))
    ordered = keys.assign(number=number).sort_values(["participant", "visit", "number"])
    count = ordered.groupby("participant").cumcount() + 1
    repeated = keys.assign(number=number).duplicated(["participant", "number"])
    people = keys["participant"].isin(keys.loc[repeated, "participant"])
    return number.where(~people, count.reindex(keys.index))


def _one_row(frame, why, participant):
    """Put what different rows hold of one participant into one row; every fact stands once."""
    filled = frame.where(frame != "").groupby(participant.to_numpy()).first().fillna("")
    reasons = why.where(why != "").groupby(participant.to_numpy()).first().fillna("")
    filled["missing_reasons"] = join_reasons(filled, reasons)
    return filled.rename_axis("participant_id").reset_index()


def join_reasons(frame, why):
    """Return ``column=reason;column=reason`` for the empty cells of every row."""
    joined = pd.Series("", index=frame.index, dtype="object")
    for name in why.columns:
        part = (";" + name + "=" + why[name]).where((frame[name] == "") & (why[name] != ""), "")
        joined = joined + part
    return joined.str.removeprefix(";")


def finish_table(frame, table):
    """Give a table its types and order; "" is a missing number."""
    numeric = [f["name"] for f in table_schemas()[table]["fields"] if f["type"] != "string"]
    texts = frame.columns.intersection(numeric)
    texts = [name for name in texts if not pd.api.types.is_numeric_dtype(frame[name])]
    return shape_table(
        frame.assign(**{name: frame[name].replace("", None) for name in texts}), table
    )
