"""The rows of one form as its table reads them, still under the keys of their cells."""

from collections.abc import Iterable, Iterator

import pandas as pd

from analysis.cleaning.export import REDCAP
from analysis.cleaning.fields import list_columns
from analysis.cleaning.reshape import convert_column
from analysis.cleaning.state import CleaningState, Finding, find_together
from analysis.tables import table_schemas


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
