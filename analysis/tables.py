"""Read and write the processed tables as datapackage.json describes them."""

import functools
import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import paths
from analysis.errors import DataError, MissingError, suggest_name

AGAIN = "Run `make notebooks` again"
DTYPES: dict[str, Any] = {"string": "str", "integer": "Int64", "number": "float64"}

# Characters that a terminal, spreadsheet or browser would act on instead of showing: controls
# except the line feed, marks of writing direction, line separators; and the sign that escapes them.
_OBEYED = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\u2426]")
# What no document may hold (XML 1.0) or a reader obeys.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufffe\uffff]")
_ESCAPED = re.compile(r"\u2426\{([0-9a-f]+)\}")
# A spreadsheet takes a text with this beginning for a formula, unless it is a plain number.
_FORMULA = re.compile(r"['=@]|[+-](?![0-9.,]*$)")


@functools.cache
def table_schemas() -> dict[str, dict[str, Any]]:
    """Return the Frictionless schema of every table, by table name."""
    package = json.loads(paths.TABLE_SCHEMAS.read_text(encoding="utf-8"))
    return {resource["title"]: resource["schema"] for resource in package["resources"]}


def shape_table(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Give a frame the columns, types and order of a table.

    Columns are in the order of the schema, with absent optional ones empty; rows are sorted by
    primary key. Text is ``str`` with "" for a missing value, integers are ``Int64``, numbers
    ``float64``.

    Raises
    ------
    DataError
        Unknown columns, an empty required cell, a value outside its list, a repeated key.
    """
    schema = table_schemas()[name]
    fields = schema["fields"]
    unknown = sorted(set(frame.columns) - {field["name"] for field in fields})
    if unknown:
        raise DataError(
            f"table {name} has no column {', '.join(unknown)}",
            hint="Describe it in analysis/datapackage.json first",
        )
    columns = {field["name"]: _shape_column(frame, field, name) for field in fields}
    key = schema["primaryKey"]
    keys = pd.DataFrame({each: columns[each] for each in key}, index=frame.index, copy=False)
    keys = keys.reset_index(drop=True)
    repeated = pd.MultiIndex.from_frame(keys).duplicated()
    if repeated.any():
        first = keys[repeated].iloc[0].to_dict()
        raise DataError(f"table {name} has two rows for {first}", hint="Keep one of the two")
    order = keys.sort_values(key, kind="stable").index
    # One column after the other: a large table is not in memory twice.
    for each in columns:
        columns[each] = columns[each].iloc[order].reset_index(drop=True)
    return pd.DataFrame(columns, copy=False)


def _shape_column(frame: pd.DataFrame, field: dict[str, Any], table: str) -> pd.Series:
    name, dtype = field["name"], DTYPES[field["type"]]
    if name not in frame.columns:
        column = pd.Series("" if dtype == "str" else pd.NA, index=frame.index, dtype="object")
    else:
        column = frame[name]
    if dtype == "str":
        column = column.astype("object").where(column.notna(), "").astype("str")
        empty = column == ""
    else:
        column = pd.to_numeric(column).astype(dtype)
        empty = column.isna()
    limits = field.get("constraints", {})
    if limits.get("required") and empty.any():
        raise DataError(f"table {table} has an empty cell", field=name, hint="Fill it in")
    if "enum" in limits:
        wrong = column[~empty & ~column.isin(limits["enum"])]
        if len(wrong):
            raise DataError(
                f"{wrong.iloc[0]!r} is not allowed in table {table}",
                field=name,
                hint=suggest_name(wrong.iloc[0], limits["enum"]),
            )
    return column


def guard_cell(text: str) -> str:
    """Return a text as it is written to a file, so that no program executes it.

    A text that a spreadsheet would take for a formula gets an apostrophe in front, as does one that
    begins with an apostrophe; a control character becomes ``␦{hexadecimal code}``. `unguard_cell`
    restores the exact text.
    """
    shown = _OBEYED.sub(lambda sign: f"\u2426{{{ord(sign[0]):x}}}", text)
    return "'" + shown if _FORMULA.match(shown) else shown


def unguard_cell(shown: str) -> str:
    """Return the original of a text that `guard_cell` made inert."""
    return _ESCAPED.sub(lambda code: chr(int(code[1], 16)), shown.removeprefix("'"))


def make_readable(text: str) -> str:
    """Return a text of the data as a document prints it, with a sign for each unprintable one."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def _is_active(text: str) -> bool:
    return bool(_FORMULA.match(text) or _OBEYED.search(text))


def _is_guarded(shown: str) -> bool:
    return shown.startswith("'") or "\u2426" in shown


def _apply_to_texts(
    frame: pd.DataFrame,
    texts: list[str],
    change: Callable[[str], str],
    needed: Callable[[str], bool],
) -> pd.DataFrame:
    """Change the texts of some columns, computing each distinct text once."""
    changed = {}
    for name in frame.columns.intersection(texts):
        values = pd.Series(frame[name].unique(), dtype="object").astype("str")
        wanted = values[values.map(needed)]
        if len(wanted):
            new = dict(zip(wanted, wanted.map(change), strict=True))
            mask = frame[name].isin(list(new))
            changed[name] = frame[name].where(~mask, frame.loc[mask, name].map(new))
    return frame.assign(**changed)


def _texts(schema: str) -> list[str]:
    return [f["name"] for f in table_schemas()[schema]["fields"] if f["type"] == "string"]


def read_table(name: str, folder: Path) -> pd.DataFrame:
    """Read one table from a folder.

    The folder has the layout of data/processed; a name such as ``results/04_efficacy`` is read as
    results. The columns have the types of `shape_table`.

    Raises
    ------
    MissingError
        The file does not exist.
    DataError
        The file does not match its description.
    """
    path = folder / f"{name}.csv"
    if not path.exists():
        raise MissingError("this table is not there yet", file=path, hint="Run `make notebooks`")
    schema = "results" if name.startswith("results/") else name
    numeric = [f["name"] for f in table_schemas()[schema]["fields"] if f["type"] != "string"]
    try:
        frame = pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8")
        frame = _apply_to_texts(frame, _texts(schema), unguard_cell, _is_guarded)
        for column in frame.columns.intersection(numeric):
            frame[column] = frame[column].replace("", None)
        return shape_table(frame, schema)
    except (ValueError, TypeError) as error:
        raise DataError(str(error), file=path, hint=AGAIN) from None
    except DataError as error:
        raise DataError(error.problem, file=path, field=error.field, hint=AGAIN) from None


def write_table(frame: pd.DataFrame, name: str, folder: Path) -> Path:
    """Write one table into a folder atomically, by renaming, and return its path.

    The same table gives the same bytes on every platform; every text is inert (`guard_cell`).
    """
    schema = "results" if name.startswith("results/") else name
    shaped = _apply_to_texts(shape_table(frame, schema), _texts(schema), guard_cell, _is_active)
    path = folder / f"{name}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    shaped.to_csv(partial, index=False, lineterminator="\n", encoding="utf-8")
    os.replace(partial, path)
    return path
