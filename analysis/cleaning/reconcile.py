"""Prove the balance: raw plus changes is clean, clean reshaped is processed, nothing is lost."""

import pandas as pd

from analysis.cleaning.export import REDCAP
from analysis.cleaning.items import KEY_COLUMNS, goes_to_items, name_source, read_item
from analysis.cleaning.sheets import SYSTEM
from analysis.cleaning.wide_tables import RECORDED, list_columns, read_column
from analysis.errors import DataError

HINT = "This is a fault of the cleaning, not of the export; please report it"


def reconcile(raw, wide, tables, fields):
    """Balance the cleaning of an export.

    Parameters
    ----------
    raw, wide : dict of str to pandas.DataFrame
        Every raw file as received and as cleaned; the index is the key of the row.
    tables : dict of str to pandas.DataFrame
        The processed tables, changes among them.
    fields : dict of str to dict of str to Field

    Returns
    -------
    pandas.DataFrame
        One row per file: `rows` = `rows_kept` + `rows_set_aside`, and `cells` (not empty) =
        `cells_set_aside` + `cells_keys` + `cells_status` + `cells_set_missing` + `cells_carried`
        - `cells_filled` (empty ones that a correction filled).

    Raises
    ------
    DataError
        One cell is changed without an entry, an entry does not fit, a cell did not arrive in
        the processed tables, or a processed cell came from nowhere.
    """
    changes = tables["changes"]
    lines = []
    for source, frame in raw.items():
        entries = changes[changes["source"] == source]
        _same(replay(frame, entries, source), wide[source], source)
        lines.append(_account(frame, entries, wide[source], fields[source], source))
    _check_items(wide, tables["items"], fields)
    _check_tables(wide[REDCAP], tables, fields[REDCAP])
    return pd.DataFrame(lines)


def replay(frame, entries, source):
    """Apply changes to a raw file; every entry must find the value it says it replaced.

    Returns
    -------
    pandas.DataFrame
        The cleaned wide table.
    """
    whole = entries[entries["field"] == ""]
    cells = entries[entries["field"] != ""]
    changed = {}
    for name, part in cells.groupby("field"):
        if name not in frame.columns or not part["row"].isin(frame.index).all():
            raise DataError(
                "a change names a cell that does not exist", file=source, field=name, hint=HINT
            )
        column = frame[name].copy()
        if (column.loc[part["row"]].to_numpy() != part["raw_value"].to_numpy()).any():
            raise DataError(
                "a change does not fit the raw value", file=source, field=name, hint=HINT
            )
        column.loc[part["row"]] = part["clean_value"].to_numpy()
        changed[name] = column
    if not whole["row"].isin(frame.index).all():
        raise DataError("a change names a row that does not exist", file=source, hint=HINT)
    return frame.assign(**changed).drop(index=whole["row"])


def _same(replayed, wide, source):
    if not replayed.index.equals(wide.index) or list(replayed) != list(wide):
        raise DataError(
            "raw plus changes has other rows than the cleaned table", file=source, hint=HINT
        )
    for name in wide.columns:
        differs = (replayed[name] != wide[name]).to_numpy()
        if differs.any():
            row = str(wide.index[differs][0])
            raise DataError(
                "a cell differs from raw plus changes",
                file=source,
                participant=ascii(row.partition("|")[0])[1:-1],
                field=name,
                hint=HINT,
            )


def _account(frame, entries, wide, fields, source):
    aside = entries.loc[entries["field"] == "", "row"]
    cells = entries[entries["field"] != ""]
    kept = frame.drop(index=aside)
    keys = KEY_COLUMNS.get(source, SYSTEM)
    status = [name for name in frame.columns if name not in fields and name not in keys]
    filled = (cells["raw_value"] == "") & (cells["clean_value"] != "")
    emptied = (cells["raw_value"] != "") & (cells["clean_value"] == "")
    carried = [name for name in fields if name not in keys]
    line = {
        "file": source,
        "rows": len(frame),
        "rows_kept": len(wide),
        "rows_set_aside": len(aside),
        "cells": _count(frame, frame.columns),
        "cells_set_aside": _count(frame.loc[aside], frame.columns),
        "cells_keys": _count(kept, keys) - int(emptied[cells["field"].isin(keys)].sum()),
        "cells_status": _count(kept, status),
        "cells_set_missing": int(emptied.sum()),
        "cells_carried": _count(wide, carried),
        "cells_filled": int(filled.sum()),
    }
    total = sum(
        line[f"cells_{part}"] for part in ("set_aside", "keys", "status", "set_missing", "carried")
    )
    if line["rows"] != line["rows_kept"] + line["rows_set_aside"]:
        raise DataError("the rows do not add up", file=source, hint=HINT)
    if line["cells"] != total - line["cells_filled"]:
        raise DataError("the cells do not add up", file=source, hint=HINT)
    return line


def _count(frame, columns):
    held = frame.columns.intersection(list(columns))
    return int((frame[held] != "").to_numpy().sum())


def _check_items(wide, items, fields):
    """Compare every item of the wide tables with the rows that name it as their source."""
    by_source = dict(tuple(items.groupby("source")))
    expected = set()
    for source, own in fields.items():
        for field in own.values():
            if field.name in KEY_COLUMNS.get(source, SYSTEM) or not goes_to_items(field):
                continue
            name = name_source(source, field)
            expected.add(name)
            cells = wide[source][field.name]
            value, text = read_item(cells[cells != ""], field)
            found = by_source.get(name, items.iloc[:0])
            _equal(value.dropna(), found["value"].dropna(), source, field.name)
            _equal(text[text != ""], found.loc[found["text"] != "", "text"], source, field.name)
    if set(by_source) - expected:
        stray = min(set(by_source) - expected)
        raise DataError("items hold values from nowhere", field=stray, hint=HINT)


def _check_tables(wide, tables, fields):
    """Compare every field that goes to a column with that column."""
    for table in RECORDED:
        for column, field in list_columns(fields, table).items():
            cells = read_column(wide[field.name], field)
            held = tables[table][column]
            if pd.api.types.is_numeric_dtype(held):
                cells = pd.to_numeric(cells.where(cells != "")).dropna().astype("float64")
                held = held.dropna().astype("float64")
            else:
                # not_recorded is no cell of the export: it says that there is none.
                cells, held = cells[cells != ""], held[~held.isin(["", "not_recorded"])]
            _equal(cells, held, REDCAP, field.name)


def _equal(sent, arrived, source, field):
    if len(sent) != len(arrived) or sorted(sent.to_numpy()) != sorted(arrived.to_numpy()):
        raise DataError(
            f"of {len(sent)} values {len(arrived)} arrived in the processed tables, or others did",
            file=source,
            field=field,
            hint=HINT,
        )
