"""Instruments and whatever has no place of its own: one row per recorded value."""

import numpy as np
import pandas as pd

from analysis.cleaning.export import CAPILLAROSCOPY, DIARY
from analysis.cleaning.layouts import DIARY_KEYS, READING_KEYS

KEY_COLUMNS = {
    DIARY: tuple(field.name for field in DIARY_KEYS),
    CAPILLAROSCOPY: tuple(field.name for field in READING_KEYS),
}
COLUMNS = (
    "participant_id", "visit", "instrument", "item", "location", "occasion", "value", "text",
    "unit", "missing_reason", "source",
)  # fmt: skip


def goes_to_items(field):
    """Say whether a field is an item: it has an instrument, or no place at all."""
    return bool(field.place.instrument) or not field.place.table or field.place.table == "items"


def reshape_items(sheet, fields, reasons, *, opened=None, places=None):
    """Return the items of one sheet.

    Parameters
    ----------
    sheet : Sheet
    fields : dict of str to Field
    reasons : Reasons
    opened : pandas.DataFrame of bool, optional
        Rows by form; without it every row counts.
    places : pandas.DataFrame, optional
        `visit`, `location` and `occasion` by row, where the row decides.

    Returns
    -------
    pandas.DataFrame
        Columns of the table items. An empty cell has a row where a value was expected or a
        rule set it missing; an empty text has none.
    """
    kept = sheet.frame.index.difference(sheet.aside, sort=False)
    parts = []
    for field in fields.values():
        if goes_to_items(field) and field.name not in KEY_COLUMNS.get(sheet.source, ()):
            rows = kept if opened is None else kept[opened.loc[kept, field.form].to_numpy()]
            parts.append(_reshape_field(sheet, rows, field, reasons, places))
    columns = {name: [part[name] for part in parts if len(part["value"])] for name in COLUMNS}
    return pd.DataFrame(
        {
            name: np.concatenate(own) if own else pd.Series(dtype="object")
            for name, own in columns.items()
        }
    )


def _reshape_field(sheet, rows, field, reasons, places):
    cells = sheet.frame.loc[rows, field.name]
    if field.kind in ("text", "notes"):
        cells = cells[(cells != "") | (reasons.tell_logged(field.name, cells) != "")]
    at = sheet.frame.index.get_indexer(cells.index)

    def take(frame, name):
        return frame[name].to_numpy(dtype="object")[at]

    value, text = read_item(cells, field)
    visit = take(sheet.keys, "visit")
    instance = take(sheet.keys, "instance")
    where = {
        "location": _repeat(field.place.location, len(cells)),
        "occasion": _repeat(field.place.occasion, len(cells)),
    }
    if not field.place.occasion:
        where["occasion"][:] = [each and each.zfill(2) for each in instance]
    if places is not None:
        visit = take(places, "visit")
        for name, own in where.items():
            given = take(places, name)
            where[name] = np.where(given != "", given, own)
    row = {
        "participant_id": take(sheet.keys, "participant"),
        "visit": visit,
        "instrument": field.place.instrument or field.form.removesuffix(".csv"),
        "item": field.place.item or field.name,
        **where,
        "value": value.to_numpy(),
        "text": text.to_numpy(dtype="object"),
        "unit": field.place.unit,
        "missing_reason": reasons.tell(field.name, cells).to_numpy(),
        "source": name_source(sheet.source, field),
    }
    return {
        name: _repeat(own, len(cells)) if isinstance(own, str) else own for name, own in row.items()
    }


def _repeat(text, times):
    """Return an array that holds one and the same text; numpy.full would hold copies."""
    return np.repeat(np.array([text], dtype="object"), times)


def read_item(cells, field):
    """Return the cells of an item as numbers and as texts; each cell is in one of the two.

    A choice is the number of its code, or what fields.csv says for that code.
    """
    if field.kind == "choice" and field.place.values:
        cells = cells.map(field.codes).fillna("")
    numeric = field.kind in ("number", "integer", "checkbox") or (
        field.kind == "choice" and pd.to_numeric(cells[cells != ""], errors="coerce").notna().all()
    )
    nothing = pd.Series("", index=cells.index, dtype="object")
    if numeric:
        return pd.to_numeric(cells.where(cells != "")).astype("float64"), nothing
    return pd.Series(float("nan"), index=cells.index), cells


def name_source(source, field):
    """Return where an item comes from, as ``file:form:field``."""
    return f"{source}:{field.form.removesuffix('.csv')}:{field.name}"


def locate_fingers(sheet, fields):
    """Return finger and side of the rows of forms that hold both as fields, as ``right_2``."""
    parts = {
        field.place.item: sheet.frame[field.name].map(field.codes if field.choices else str)
        for field in fields.values()
        if field.place.instrument == "digital_ulcers" and field.place.item in ("side", "finger")
    }
    location = pd.Series("", index=sheet.frame.index, dtype="object")
    if {"side", "finger"} <= parts.keys():
        side, finger = parts["side"].fillna(""), parts["finger"].fillna("")
        location = location.mask((side != "") & (finger != ""), side + "_" + finger)
    return pd.DataFrame({"visit": sheet.keys["visit"], "location": location, "occasion": ""})


def locate_readings(sheet):
    """Return visit, finger and occasion (``reader_a/field_1``) of every reading."""
    frame = sheet.frame
    side = frame["hand"].map({"R": "right", "L": "left"}).fillna("")
    reader = frame["reader"].str.casefold().str.replace(r"\s+", "_", regex=True)
    return pd.DataFrame(
        {
            "visit": sheet.keys["visit"],
            "location": side + "_" + frame["finger"],
            "occasion": "reader_" + reader + "/field_" + frame["field"],
        }
    )


def find_unplaced(sheet):
    """Return where a reading does not say finger, field or reader."""
    return (sheet.frame[["hand", "finger", "field", "reader"]] == "").any(axis=1)
