"""fields.csv row by row: where each field goes, and what a person has confirmed about it.

Coding and direction are never derived from data: nothing here looks at an observed value.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import Any

import pandas as pd

from analysis.cleaning.export import DICTIONARY, MAP
from analysis.cleaning.fields import (
    MISSING_REASONS,
    Choice,
    Field,
    Place,
    find_factor,
    find_table_column,
    parse_codes,
    snake_case,
)
from analysis.cleaning.values import find_missing_reason
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
# Free remarks about a row; only `analysis.cleaning.draft` reads them.
NOTE = "note"
# How a note begins that nobody has reviewed yet.
DRAFT = "draft: "
ANY_TICKED = "any_ticked"
_FILL_IN = f"Compare form and instrument, and fill in codes, best, worst and confirmed_by in {MAP}"
_GIVE_VALUES = "Name the code of that state, and say in `values` which value each code has"
_GIVE_CODES = "Where the form is coded otherwise, give `codes` and `values`"
_GIVE_ENDS = "how long a line is and where a scale ends stands in study.yml under scoring"


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
    for _, names in filled.groupby(["table", "column"], sort=False)["field"]:
        hint = "Give one another column or none; in `visits`, name in `visit` when each is filled"
        refuse_repeated(names[1:], f"{names.iloc[0]} goes to the same column", MAP, hint)
    return places


def make_error(field: str, problem: str, hint: str, file: str = MAP) -> DataError:
    """Return the error to raise about a field in fields.csv or in the dictionary."""
    return DataError(problem, file=file, field=field, hint=hint)


def refuse_repeated(fields: pd.Series, problem: str, file: str, hint: str) -> None:
    """Stop if any field is named."""
    if len(fields):
        raise make_error(fields.iloc[0], problem, hint, file)


def require_columns(frame: pd.DataFrame, columns: Collection[str], file: str) -> None:
    """Stop unless all columns are there."""
    hint = f"data/raw/{file} shows all that belong there"
    for column in columns:
        if column not in frame.columns:
            raise make_error(column, f"the column {column!r} is absent", hint, file)


def _check_place(row: Any) -> None:
    if find_factor(row.recorded_unit, row.unit, row.item) is None:
        problem = f"{row.recorded_unit!r} cannot be converted to {row.unit or 'no unit'!r}"
        hint = "Give in `unit` the one that the tables hold, and in `recorded_unit` a usual one"
        raise make_error(row.field, problem, hint)
    if row.rule:
        _check_rule(row)
    if not row.table or row.table == "items":
        return
    schemas = table_schemas()
    if row.table not in schemas:
        problem, hint = f"there is no table {row.table!r}", suggest_name(row.table, schemas)
        raise make_error(row.field, problem, hint)
    columns = [field["name"] for field in schemas[row.table]["fields"]]
    if row.column not in columns:
        problem = f"table {row.table} has no column {row.column!r}"
        raise make_error(row.field, problem, suggest_name(row.column, columns))


def _check_rule(row: Any) -> None:
    """Stop unless the rule is known and the item is a box that several boxes may stand for."""
    item = find_item(row.instrument, row.item)
    if row.rule != ANY_TICKED:
        hint = suggest_name(row.rule, [ANY_TICKED])
        raise make_error(row.field, f"there is no rule {row.rule!r}", hint)
    if item is None or not item.boxes:
        problem = f"{row.instrument}/{row.item} is not made of several boxes"
        raise make_error(row.field, problem, "Leave `rule` empty, or name an item for aids or help")


def complete_choices(
    place: Place, choices: tuple[Choice, ...], kind: str, name: str
) -> tuple[Place, tuple[Choice, ...], str]:
    """Give every choice its place in the column that a field goes to, or why it has none.

    What is typed for a column that holds certain words is read as a choice among them, and a code
    without a word of its own gives a number to a column of numbers.

    Raises
    ------
    DataError
        A choice that is none of the column's.
    """
    column = find_table_column(place.table, place.column)
    allowed = column.get("constraints", {}).get("enum", ())
    numeric = column.get("type") in ("integer", "number")
    if not choices and allowed and kind in ("text", "integer", "number"):
        given = place.processed or {word: word for word in allowed}
        choices = tuple((code, word.replace("_", " ")) for code, word in given.items())
        kind = "choice"
    if kind not in ("choice", "checkbox") or not (allowed or numeric):
        return place, choices, kind
    values = {}
    for code, label in choices:
        value = place.processed.get(code) or snake_case(label)
        fits = _is_number(value) if numeric else value in allowed
        if not fits and numeric and code not in place.processed and _is_number(code):
            value, fits = code, True
        reason = "" if fits else find_missing_reason(value, label, code)
        if not fits and not reason:
            due = "a number" if numeric else f"one of {', '.join(allowed)}"
            due = f"{place.table}.{place.column} holds {due}"
            hint = "Say in `values` what each code is, as 1=female|2=male, or why it is missing "
            hint += f"({', '.join(MISSING_REASONS)})"
            raise make_error(name, f"code {code} ({label}) is {value!r}, and {due}", hint)
        values[code] = reason or value
    written = "|".join(f"{code}={value}" for code, value in values.items())
    return replace(place, values=written), choices, kind


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(r"-?[0-9]+(?:\.[0-9]+)?", text))


def find_limits(place: Place, scoring: Scoring) -> tuple[float | None, float | None]:
    """Return the range of an item as it is recorded; a mark reaches as far as the planned line."""
    low, high = _find_recorded_range(place, scoring)
    line = getattr(scoring, f"{place.instrument}_line_mm", None)
    if high is None and line is not None and place.item.startswith("vas"):
        high = round(line.value / place.factor, 6)
    return low, high


def find_possible(place: Place, scoring: Scoring) -> tuple[float, float]:
    """Return the range that an item can have whatever its form allows, infinite where open.

    A line may have been printed longer than planned, so that a mark on it has no end.
    """
    low, high = _find_recorded_range(place, scoring)
    return float("-inf") if low is None else low, float("inf") if high is None else high


def _find_recorded_range(place: Place, scoring: Scoring) -> tuple[float | None, float | None]:
    ends, factor = find_range(place.instrument, place.item, scoring), place.factor
    low, high = (None if end is None else round(end / factor, 6) for end in ends)
    return low, high


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
        problem = f"nobody has confirmed the codes and anchors of this item{more}"
        raise make_error(unconfirmed[0], problem, _FILL_IN)
    for field, ends in anchored:
        for problem, hint in _find_contradictions(field, ends):
            raise make_error(field.name, problem, hint)


def _find_contradictions(field: Field, ends: tuple[float, float]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the codes and anchors of an item, and what to do about it."""
    place, (low, high) = field.place, sorted(ends)
    item = f"{place.instrument}/{place.item}"
    coded = field.kind in ("choice", "checkbox")
    values: dict[str, float] = {}
    if coded:
        yield from _find_other_codes(field)
        values = {code: value for code, value in _list_code_values(field) if low <= value <= high}
        for code, label in field.choices:
            if code not in values and code not in field.missing_codes:
                yield (
                    f"code {code} ({label}) has no place in {item} ({low:g} to {high:g})",
                    f"Say in `values` which value each code has, as 1=0|2=1, or why it is missing "
                    f"({', '.join(MISSING_REASONS)})",
                )
        if len(set(values.values())) < len(values):
            yield f"two codes have one value of {item}", "Give each code a value of its own"
    for name, end in zip(("best", "worst"), ends, strict=True):
        anchor = getattr(place, name).strip()
        shown = f"code {anchor or 'none'}" if coded else anchor or "nothing"
        if (values.get(anchor) if coded else _parse_number(anchor)) != end:
            yield (
                f"the {name} anchor is confirmed as {shown}, "
                f"and {item} has its {name} state at {end:g}",
                _GIVE_VALUES if coded else f"{_GIVE_CODES}; {_GIVE_ENDS}",
            )
    beyond = not low <= field.limits[0] <= field.limits[1] <= high
    if beyond and not coded and not place.unit:
        yield (
            f"the form allows {field.limits[0]:g} to {field.limits[1]:g}, "
            f"and {item} goes from {low:g} to {high:g}",
            _GIVE_CODES,
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


def _list_code_values(field: Field) -> Iterator[tuple[str, float]]:
    """Yield the item's value of each code that has one: from `values`, else the code."""
    given = field.place.processed if field.kind == "choice" else {}
    for code, _ in field.choices:
        value = _parse_number(given.get(code, "") if given else code)
        if value is not None:
            yield code, value


def _parse_number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _show_code(codes: dict[str, str], code: str) -> str:
    return repr(" ".join(codes[code].split())) if code in codes else "absent"
