"""Prove the balance: raw plus changes is clean, clean reshaped is processed, nothing is lost."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from analysis.cleaning.export import REDCAP
from analysis.cleaning.fields import Field, list_columns
from analysis.cleaning.reshape import (
    RECORDED_TABLES,
    convert_column,
    convert_item,
    name_source,
)
from analysis.cleaning.structure import KEY_COLUMNS, SYSTEM_COLUMNS
from analysis.errors import DataError

_HINT = "This is a fault of the cleaning, not of the export; please report it"


def reconcile_export(
    raw: dict[str, pd.DataFrame],
    wide: dict[str, pd.DataFrame],
    tables: dict[str, pd.DataFrame],
    fields: dict[str, dict[str, Field]],
) -> pd.DataFrame:
    """Balance the cleaning of an export.

    Parameters
    ----------
    raw, wide
        Every raw file as received and as cleaned; the index is the key of the row.
    tables
        The processed tables, changes among them.
    fields
        By file, then by column.

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
    lines = []
    for source, frame in raw.items():
        changes = tables["changes"]
        changes = changes[changes["source"] == source]
        _check_same(replay_changes(frame, changes, file=source), wide[source], source)
        lines.append(_account(frame, changes, wide[source], fields[source], source))
    _check_items(wide, tables["items"], fields)
    _check_tables(wide[REDCAP], tables, fields[REDCAP])
    return pd.DataFrame(lines)


def replay_changes(
    raw: pd.DataFrame, changes: pd.DataFrame, *, file: str | Path, hint: str = _HINT
) -> pd.DataFrame:
    """Return a raw file with its changes carried out, without the rows that were set aside.

    Parameters
    ----------
    raw
        All cells of the file as received; the index is the key of the row.
    changes
        Those of this file, from the table of that name.
    file, hint
        For the message.

    Raises
    ------
    DataError
        A change names a cell or a row that does not exist, or replaces another value than the
        one it finds: the changes are not those of this export.
    """
    aside, cells = changes[changes["field"] == ""], changes[changes["field"] != ""]
    changed = {}
    for name, part in cells.groupby("field"):
        known = name in raw.columns and part["row"].isin(raw.index).all()
        if not known or (raw[str(name)].loc[part["row"]].to_numpy() != part["raw_value"]).any():
            raise _misfit(raw, part, str(name), file, hint)
        column = raw[name].copy()
        column.loc[part["row"]] = part["clean_value"].to_numpy()
        changed[str(name)] = column
    if not aside["row"].isin(raw.index).all():
        raise _misfit(raw, aside, "", file, hint)
    return raw.assign(**changed).drop(index=list(aside["row"]))


def _misfit(
    raw: pd.DataFrame, changes: pd.DataFrame, field: str, file: str | Path, hint: str
) -> DataError:
    """Return an error about the first change that does not fit."""
    for row, value in changes[["row", "raw_value"]].itertuples(index=False):
        known = row in raw.index and (not field or field in raw.columns)
        if not known or (field and raw.at[row, field] != value):
            break
    return DataError(
        f"row {row} does not hold what the change log gives as received",
        file=file,
        participant=_name_participant(row),
        field=field,
        hint=hint,
    )


def _name_participant(row: str) -> str:
    return ascii(row.partition("|")[0])[1:-1]


def _check_same(replayed: pd.DataFrame, wide: pd.DataFrame, source: str) -> None:
    if not replayed.index.equals(wide.index) or list(replayed) != list(wide):
        raise DataError(
            "raw plus changes has other rows than the cleaned table", file=source, hint=_HINT
        )
    for name in wide.columns:
        differs = (replayed[name] != wide[name]).to_numpy()
        if differs.any():
            raise DataError(
                "a cell differs from raw plus changes",
                file=source,
                participant=_name_participant(str(wide.index[differs][0])),
                field=name,
                hint=_HINT,
            )


def _account(
    frame: pd.DataFrame,
    changes: pd.DataFrame,
    wide: pd.DataFrame,
    fields: dict[str, Field],
    source: str,
) -> dict[str, str | int]:
    aside = list(changes.loc[changes["field"] == "", "row"])
    cells = changes[changes["field"] != ""]
    kept = frame.drop(index=aside)
    keys = KEY_COLUMNS.get(source, SYSTEM_COLUMNS)
    status = [name for name in frame.columns if name not in fields and name not in keys]
    filled = (cells["raw_value"] == "") & (cells["clean_value"] != "")
    emptied = (cells["raw_value"] != "") & (cells["clean_value"] == "")
    counts = {
        "rows": len(frame),
        "rows_kept": len(wide),
        "rows_set_aside": len(aside),
        "cells": _count_filled(frame, frame.columns),
        "cells_set_aside": _count_filled(frame.loc[aside], frame.columns),
        "cells_keys": _count_filled(kept, keys) - int(emptied[cells["field"].isin(keys)].sum()),
        "cells_status": _count_filled(kept, status),
        "cells_set_missing": int(emptied.sum()),
        "cells_carried": _count_filled(wide, [name for name in fields if name not in keys]),
        "cells_filled": int(filled.sum()),
    }
    parts = ("set_aside", "keys", "status", "set_missing", "carried")
    total = sum(counts[f"cells_{part}"] for part in parts)
    if counts["rows"] != counts["rows_kept"] + counts["rows_set_aside"]:
        raise DataError("the rows do not add up", file=source, hint=_HINT)
    if counts["cells"] != total - counts["cells_filled"]:
        raise DataError("the cells do not add up", file=source, hint=_HINT)
    return {"file": source, **counts}


def _count_filled(frame: pd.DataFrame, columns: Iterable[str]) -> int:
    held = frame.columns.intersection(list(columns))
    return int((frame[held] != "").to_numpy().sum())


def _check_items(
    wide: dict[str, pd.DataFrame], items: pd.DataFrame, fields: dict[str, dict[str, Field]]
) -> None:
    """Compare every item of the wide tables with the rows that name it as their source."""
    sources = items["source"].astype("category")
    expected = set()
    for source, columns in fields.items():
        for column, field in columns.items():
            if column in KEY_COLUMNS.get(source, SYSTEM_COLUMNS) or not field.place.is_item:
                continue
            name = name_source(source, field)
            expected.add(name)
            cells = wide[source][column]
            value, text = convert_item(cells[cells != ""], field)
            found = items.loc[(sources == name).to_numpy(), ["value", "text"]]
            _check_arrival(value.dropna(), found["value"].dropna(), source, column)
            arrived = found.loc[found["text"] != "", "text"]
            _check_arrival(text[text != ""], arrived, source, column)
    stray = set(sources.cat.categories) - expected
    if stray:
        raise DataError("items hold values from nowhere", field=min(stray), hint=_HINT)


def _check_tables(
    wide: pd.DataFrame, tables: dict[str, pd.DataFrame], fields: dict[str, Field]
) -> None:
    """Compare every field that goes to a column with that column."""
    for table in RECORDED_TABLES:
        for column, field in list_columns(fields, table).items():
            cells = convert_column(wide[field.name], field)
            held = tables[table][column]
            if pd.api.types.is_numeric_dtype(held):
                cells = pd.to_numeric(cells.where(cells != "")).dropna().astype("float64")
                held = held.dropna().astype("float64")
            else:
                # not_recorded stands for a cell that the export does not have.
                cells, held = cells[cells != ""], held[~held.isin(["", "not_recorded"])]
            _check_arrival(cells, held, REDCAP, field.name)


def _check_arrival(sent: pd.Series, arrived: pd.Series, source: str, field: str) -> None:
    if len(sent) != len(arrived) or sorted(sent.to_numpy()) != sorted(arrived.to_numpy()):
        raise DataError(
            f"of {len(sent)} values {len(arrived)} arrived in the processed tables, or others did",
            file=source,
            field=field,
            hint=_HINT,
        )
