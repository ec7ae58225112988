"""What a column of a raw file is, and where it goes."""

import re
from dataclasses import dataclass

from analysis.errors import DataError


@dataclass(frozen=True)
class Place:
    """Where a field goes: a column of a table, an item of an instrument, or nowhere of its own."""

    table: str = ""
    column: str = ""
    values: str = ""
    instrument: str = ""
    item: str = ""
    location: str = ""
    occasion: str = ""
    unit: str = ""

    @property
    def is_item(self) -> bool:
        """Whether it is in the table items: with an instrument, or without any other place."""
        return bool(self.instrument) or not self.table or self.table == "items"


@dataclass(frozen=True)
class Field:
    """One column of a raw file.

    Parameters
    ----------
    name
        Column of the file; a checkbox has one per choice.
    form
        As in the dictionary; the form of another file is the file's name.
    kind
        choice, checkbox, integer, number, date, partial_date, datetime, time, text or notes.
    choices
        Pairs of code and label.
    low, high
        Inclusive limits in the field's unit, None where there are none.
    question
        Field of the dictionary, which is the same as the column but for checkboxes.
    label
        As in the dictionary.
    required, identifier
        Flags of the dictionary.
    branching
        Condition under which the field is asked, in REDCap's words.
    place
        Where it goes.
    """

    name: str
    form: str
    kind: str
    choices: tuple[tuple[str, str], ...] = ()
    low: float | None = None
    high: float | None = None
    question: str = ""
    label: str = ""
    required: bool = False
    identifier: bool = False
    branching: str = ""
    place: Place = Place()

    @property
    def codes(self) -> dict[str, str]:
        """Processed value of each code: as fields.csv says, else the label in snake_case."""
        given = dict(part.split("=", 1) for part in self.place.values.split("|") if "=" in part)
        return {code: given.get(code, snake_case(label)) for code, label in self.choices}

    @property
    def limits(self) -> tuple[float, float]:
        """Lowest and highest possible value, infinite where there is no limit."""
        return (
            float("-inf") if self.low is None else self.low,
            float("inf") if self.high is None else self.high,
        )


def snake_case(label: str) -> str:
    """Return a label in the words of the tables: ``PDE5 inhibitor`` is ``pde5_inhibitor``."""
    return re.sub(r"[^0-9a-z]+", "_", label.casefold()).strip("_")


def list_columns(fields: dict[str, Field], table: str) -> dict[str, Field]:
    """Return the fields that go into a table, by its columns; the participant is the key."""
    return {
        field.place.column: field
        for field in fields.values()
        if field.place.table == table and field.place.column != "participant_id"
    }


def find_column(fields: dict[str, Field], table: str, column: str) -> str:
    """Return the name of the field that goes to a column.

    Raises
    ------
    DataError
        No field does.
    """
    for field in fields.values():
        if (field.place.table, field.place.column) == (table, column):
            return field.name
    raise DataError(f"no field goes to {table}.{column}", file="fields.csv", hint="Name one there")
