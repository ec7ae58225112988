"""fields.csv row by row: where each field goes, and what a person has confirmed about it.

Coding and direction are never derived from data: nothing here looks at an observed value.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Any

import pandas as pd

from analysis.cleaning.export import DICTIONARY, MAP
from analysis.cleaning.fields import MISSING_REASONS, Field, Place, find_factor, parse_codes
from analysis.errors import DataError, suggest_name
from analysis.instruments.catalogue import find_instrument, find_item, find_range
from analysis.study import Scoring
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
_FILL_IN = f"Compare form and instrument, and fill in codes, best, worst and confirmed_by in {MAP}"


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


def find_limits(place: Place, scoring: Scoring) -> tuple[float | None, float | None]:
    """Return the range of an item as it is recorded; a mark reaches as far as the planned line."""
    low, high = find_range(place.instrument, place.item, scoring)
    line = getattr(scoring, f"{place.instrument}_line_mm", None)
    if high is None and line is not None and place.item.startswith("vas"):
        high = line.value
    factor = find_factor(place.recorded_unit, place.unit, place.item) or 1
    low, high = (None if end is None else round(end / factor, 6) for end in (low, high))
    return low, high


def find_possible(place: Place, scoring: Scoring) -> tuple[float, float]:
    """Return the range that an item can have whatever its form allows, infinite where open.

    A line may have been printed longer than planned, so that a mark on it has no end.
    """
    ends = find_range(place.instrument, place.item, scoring)
    factor = find_factor(place.recorded_unit, place.unit, place.item) or 1
    low, high = (None if end is None else round(end / factor, 6) for end in ends)
    return float("-inf") if low is None else low, float("inf") if high is None else high


def find_anchors(place: Place, scoring: Scoring) -> tuple[float, float] | None:
    """Return the best and the worst value of an item as recorded, None where it has no anchors.

    A length, a count and a text have none, nor has an instrument of which no end is better.
    """
    item = find_item(place.instrument, place.item)
    low, high = find_limits(place, scoring)
    if item is None or item.text or not item.anchored or low is None or high is None:
        return None
    better = item.better or find_instrument(place.instrument).better
    return {"lower": (low, high), "higher": (high, low)}.get(better)


def check_anchors(fields: Iterable[Field], scoring: Scoring) -> None:
    """Stop unless codes and anchors of every instrument item are those that a person confirmed.

    Parameters
    ----------
    fields
        Of one file; `choices` are the dictionary's.

    Raises
    ------
    DataError
        Codes or labels other than the confirmed ones, an item that nobody confirmed, a code
        without a place in the instrument, an anchor at the wrong end. It names the first field
        and counts the others.
    """
    rated = [(field, find_anchors(field.place, scoring)) for field in fields]
    anchored = [(field, ends) for field, ends in rated if ends is not None]
    unconfirmed = [field.name for field, _ in anchored if not field.place.confirmed_by.strip()]
    if unconfirmed:
        more = f", and those of {len(unconfirmed) - 1} more fields" if unconfirmed[1:] else ""
        raise DataError(
            f"nobody has confirmed the codes and anchors of this item{more}",
            file=MAP,
            field=unconfirmed[0],
            hint=_FILL_IN,
        )
    for field, ends in anchored:
        for problem, hint in _find_contradictions(field, ends):
            raise DataError(problem, file=MAP, field=field.name, hint=hint)


def _find_contradictions(field: Field, ends: tuple[float, float]) -> Iterator[tuple[str, str]]:
    place, (low, high) = field.place, sorted(ends)
    item = f"{place.instrument}/{place.item}"
    if field.kind not in ("choice", "checkbox"):
        yield from _find_wrong_numbers(field, ends)
        return
    yield from _find_other_codes(field)
    values = {code: _parse_value(field, code) for code, _ in field.choices}
    placed = {code: value for code, value in values.items() if value is not None}
    for code, label in field.choices:
        if code in field.missing_codes:
            continue
        if code not in placed or not low <= placed[code] <= high:
            yield (
                f"code {code} ({label}) has no place in {item} ({low:g} to {high:g})",
                f"Say in `values` which value each code has, as 1=0|2=1, or why it is missing "
                f"({', '.join(MISSING_REASONS)})",
            )
    if len(set(placed.values())) < len(placed):
        yield f"two codes have one value of {item}", "Give each code in `values` a value of its own"
    for name, end in zip(("best", "worst"), ends, strict=True):
        anchor = getattr(place, name).strip()
        if anchor not in placed or placed[anchor] != end:
            yield (
                f"the {name} anchor is confirmed as code {anchor or 'none'}, "
                f"and {item} has its {name} state at {end:g}",
                f"Name the code of the {name} state, and say in `values` which value each code has",
            )


def _find_other_codes(field: Field) -> Iterator[tuple[str, str]]:
    """Yield how the dictionary's codes or labels differ from those that were confirmed."""
    try:
        confirmed = dict(parse_codes(field.place.codes))
    except ValueError:
        yield "the codes are missing or not readable", "Write them as REDCap does: 1, Yes | 0, No"
        return
    found = dict(field.choices)
    for code in [*found, *confirmed]:
        here, there = (_show_code(codes, code) for codes in (found, confirmed))
        if here != there:
            yield (
                f"code {code} is {here} in {DICTIONARY}, and was confirmed as {there}",
                "Ask the site which of the two its forms have, and confirm that",
            )


def _find_wrong_numbers(field: Field, ends: tuple[float, float]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a typed number: its anchors, or limits that it cannot have."""
    place, (low, high) = field.place, sorted(ends)
    item = f"{place.instrument}/{place.item}"
    for name, end in zip(("best", "worst"), ends, strict=True):
        anchor = getattr(place, name).strip()
        try:
            same = float(anchor) == end
        except ValueError:
            same = False
        if not same:
            yield (
                f"the {name} anchor is confirmed as {anchor or 'nothing'}, "
                f"and {item} has its {name} state at {end:g}",
                "Where the form is coded otherwise, give `codes` and `values`; how long a line is "
                "and where a scale ends stands in study.yml under scoring",
            )
    beyond = not low <= field.limits[0] <= field.limits[1] <= high
    if beyond and not place.unit:
        yield (
            f"the form allows {field.limits[0]:g} to {field.limits[1]:g}, "
            f"and {item} goes from {low:g} to {high:g}",
            "Where the form is coded otherwise, give `codes` and `values`",
        )


def _parse_value(field: Field, code: str) -> float | None:
    """Return the item's value of a code: what `values` says, else the code itself."""
    given = field.place.processed
    text = given.get(code, "") if given and field.kind == "choice" else code
    try:
        return float(text)
    except ValueError:
        return None


def _show_code(codes: dict[str, str], code: str) -> str:
    return repr(" ".join(codes[code].split())) if code in codes else "absent"
