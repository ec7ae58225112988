"""fields.csv row by row: where each field goes, and what a person has confirmed about it."""

from collections.abc import Collection
from typing import Any

import pandas as pd

from analysis.cleaning.export import MAP
from analysis.cleaning.fields import Place
from analysis.cleaning.units import find_factor
from analysis.errors import DataError, suggest_name
from analysis.instruments.catalogue import find_item
from analysis.tables import table_schemas

MAP_COLUMNS = (
    "field", "table", "column", "values", "instrument", "item", "location", "occasion", "unit",
)  # fmt: skip
# What only some rows need, in the order of `Place`.
OPTIONAL_MAP_COLUMNS = (
    "codes", "best", "worst", "confirmed_by", "recorded_unit", "rule", "allowed", "approved_by",
)  # fmt: skip
# Anything that people want to say about a row; nothing reads it but `analysis.cleaning.draft`.
NOTE = "note"
# How a note begins that nobody has looked at yet.
DRAFT = "draft: "
ANY_TICKED = "any_ticked"


def parse_places(table: pd.DataFrame) -> dict[str, Place]:
    """Return the places of fields.csv by field, those of other files as ``file.csv:column``.

    Raises
    ------
    DataError
        A column that is absent, a field with two places, a place that does not exist, or two
        fields that go to one column.
    """
    require_columns(table, MAP_COLUMNS, MAP)
    repeated = table.loc[table["field"].duplicated(), "field"]
    refuse_repeated(repeated, "the field has two places", MAP, "Keep one of the two rows")
    places = {}
    columns = [*MAP_COLUMNS, *OPTIONAL_MAP_COLUMNS]
    for row in table.reindex(columns=columns, fill_value="").itertuples(index=False):
        _check_place(row)
        places[str(row.field)] = Place(*row[1:])
    inside = ~table["field"].str.contains(":", regex=False)
    filled = table[inside & (table["column"] != "")]
    repeated = filled.loc[filled.duplicated(["table", "column"]), "field"]
    hint = "Give one of the two another column, or none"
    refuse_repeated(repeated, "another field goes to the same column", MAP, hint)
    return places


def refuse_repeated(fields: pd.Series, problem: str, file: str, hint: str) -> None:
    if len(fields):
        raise DataError(problem, file=file, field=fields.iloc[0], hint=hint)


def require_columns(frame: pd.DataFrame, columns: Collection[str], file: str) -> None:
    absent = [column for column in columns if column not in frame.columns]
    if absent:
        raise DataError(
            f"the column {absent[0]!r} is absent",
            file=file,
            field=absent[0],
            hint=f"data/raw/{file} shows all that belong there",
        )


def _check_place(row: Any) -> None:
    if find_factor(row.recorded_unit, row.unit, row.item) is None:
        raise DataError(
            f"{row.recorded_unit!r} cannot be converted to {row.unit or 'no unit'!r}",
            file=MAP,
            field=row.field,
            hint="Give in `unit` the one that the tables hold, and in `recorded_unit` a usual one",
        )
    if row.rule:
        _check_rule(row)
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


def _check_rule(row: Any) -> None:
    """Stop unless the rule is known and the item is a box that several boxes may stand for."""
    item = find_item(row.instrument, row.item)
    if row.rule != ANY_TICKED:
        hint = suggest_name(row.rule, [ANY_TICKED])
        raise DataError(f"there is no rule {row.rule!r}", file=MAP, field=row.field, hint=hint)
    if item is None or not item.boxes:
        raise DataError(
            f"{row.instrument}/{row.item} is not made of several boxes",
            file=MAP,
            field=row.field,
            hint="Leave `rule` empty, or name an item for aids or help",
        )
