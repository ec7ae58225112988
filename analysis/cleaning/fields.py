"""What a column of a raw file is, where it goes, and how units are spelled and converted."""

import math
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import Any

from analysis.errors import DataError
from analysis.tables import table_schemas

# Why a value may be missing; `values` of fields.csv may give one of them for a code of an item.
MISSING_REASONS = ("not_done", "unknown", "not_applicable", "refused", "lost_to_follow_up")
# Columns that count years; a site may record them with decimals, and they hold completed ones.
DURATIONS = ("age", "years_since_raynaud", "years_since_non_raynaud")
_NUMBER = r"[+-]?[0-9]+(?:\.[0-9]+)?"
# A code and its label.
Choice = tuple[str, str]
# Multiply a value in the first unit by the factor to have it in the second.
UNIT_FACTORS = {
    ("cm", "mm"): 10,
    ("m", "cm"): 100,
    ("mm", "cm"): 0.1,
    ("g", "kg"): 0.001,
    ("l", "ml"): 1000,
    ("dl", "ml"): 100,
    ("g", "mg"): 1000,
}
# What fields.csv may name beside these as the unit of a whole field.
FIELD_FACTORS = UNIT_FACTORS | {
    ("in", "mm"): 25.4,
    ("in", "cm"): 2.54,
    ("ft", "cm"): 30.48,
    ("m", "mm"): 1000,
    ("lb", "kg"): 0.45359237,
    ("ml", "l"): 0.001,
    ("mg", "g"): 0.001,
    ("µg", "mg"): 0.001,
    ("g/l", "g/dl"): 0.1,
    ("mg/dl", "mg/l"): 10,
    ("kpa", "mmhg"): 7.50061683,
    ("10^3/µl", "10^9/l"): 1,
    ("/µl", "10^9/l"): 0.001,
}
# Amounts of substance, by the item: its molar mass decides.
MOLAR_FACTORS = {
    ("creatinine", "µmol/l", "mg/dl"): 1 / 88.42,
    ("hb", "mmol/l", "g/dl"): 1.6114,
}
_UNIT_NAMES = {
    "cc": "ml",
    "㏄": "ml",
    "percent": "%",
    "kgs": "kg",
    "밀리미터": "mm",
    "센티미터": "cm",
    "센치": "cm",
    "bpm": "/min",
    "inch": "in",
    "inches": "in",
    "lbs": "lb",
}


@dataclass(frozen=True)
class Place:
    """A row of fields.csv: where a field goes, and what a person has confirmed about it.

    It goes to a column of a table, to an item of an instrument, or nowhere of its own. `codes`
    are those of an item with their labels, in REDCap's words; `best` and `worst` are the codes (of
    a typed number, the numbers) of the two anchors. `recorded_unit` is the unit in the export where
    that is not `unit`. `rule` is how several fields make one item. `allowed` is the reason why a
    field that REDCap flags as an identifier is needed, and `approved_by` who approved it.
    """

    table: str = ""
    column: str = ""
    values: str = ""
    instrument: str = ""
    item: str = ""
    location: str = ""
    occasion: str = ""
    unit: str = ""
    codes: str = ""
    best: str = ""
    worst: str = ""
    confirmed_by: str = ""
    recorded_unit: str = ""
    rule: str = ""
    allowed: str = ""
    approved_by: str = ""

    @property
    def processed(self) -> dict[str, str]:
        """Processed value of each code that `values` names."""
        pairs = (part.partition("=") for part in self.values.split("|"))
        return {code.strip(): value.strip() for code, sign, value in pairs if sign}

    @property
    def factor(self) -> float:
        """What a recorded number is multiplied by to have it in `unit`."""
        return find_factor(self.recorded_unit, self.unit, self.item) or 1

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
        choice, checkbox, integer, number, date, partial_date, datetime, time, text, notes or file.
    choices
        Pairs of code and label.
    low, high
        Inclusive limits in the unit that is recorded, None where there are none.
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
    decimal
        The decimal sign of its numbers, as the dictionary or provenance.yml states it.
    possible
        What its item can be at all; `low` and `high` are what its form allows.
    automatic
        Whether REDCap fills it (a calculation, a default), or hides or locks it.
    formula
        The calculation behind it, in REDCap's words.
    explains
        Why the boxes of its checkbox are empty, where it is a box for a missing-data code.
    project_codes
        Missing-data codes of the whole project with their reasons; its choices come first.
    """

    name: str
    form: str
    kind: str
    choices: tuple[Choice, ...] = ()
    low: float | None = None
    high: float | None = None
    question: str = ""
    label: str = ""
    required: bool = False
    identifier: bool = False
    branching: str = ""
    place: Place = Place()
    decimal: str = "."
    possible: tuple[float, float] = (float("-inf"), float("inf"))
    automatic: bool = False
    formula: str = ""
    explains: str = ""
    project_codes: tuple[Choice, ...] = ()

    @property
    def codes(self) -> dict[str, str]:
        """Processed value of each code: from fields.csv, else the label in snake_case.

        Labels stay as they are where that leaves nothing of them, or one word for two.
        """
        given, words = self.place.processed, {label: snake_case(label) for _, label in self.choices}
        several = {word for word, count in Counter(words.values()).items() if count > 1 or not word}
        plain = {label: label if word in several else word for label, word in words.items()}
        return {code: given.get(code, plain[label]) for code, label in self.choices}

    @property
    def missing_codes(self) -> dict[str, str]:
        """Codes that give a reason in place of a value."""
        choices = dict(self.choices)
        project = {code: why for code, why in self.project_codes if code not in choices}
        if not (self.place.instrument or self.place.table) or self.kind != "choice":
            return project
        words = {*MISSING_REASONS} - {*list_values(self.place.table, self.place.column)}
        given = {code: word for code, word in self.place.processed.items() if word in words}
        return project | given

    @property
    def numbers(self) -> dict[str, float]:
        """Number of each code, from fields.csv or as it is; a code that is none has none."""
        given = self.place.processed
        texts = {code: given.get(code, code) for code, _ in self.choices}
        return {code: float(text) for code, text in texts.items() if re.fullmatch(_NUMBER, text)}

    @property
    def ends(self) -> tuple[float, float]:
        """Lowest and highest number in the unit of the tables, infinite where there is no end."""
        held = self.numbers.values() or [end * self.place.factor for end in self.limits]
        return min(held), max(held)

    @property
    def is_bounded(self) -> bool:
        """Whether its item has a range of its own, beside what its form allows."""
        return math.isfinite(self.possible[1])

    @property
    def hard_limits(self) -> tuple[float, float]:
        """Lowest and highest number that is taken for a value."""
        return self.possible if self.is_bounded else self.limits

    @property
    def limits(self) -> tuple[float, float]:
        """Lowest and highest possible value, infinite where there is no limit."""
        return (
            float("-inf") if self.low is None else self.low,
            float("inf") if self.high is None else self.high,
        )


def parse_codes(text: str) -> tuple[Choice, ...]:
    """Return the pairs of code and label that REDCap writes as ``1, Yes | 0, No``, composed (NFC).

    Raises
    ------
    ValueError
        They are not written so.
    """
    pairs: list[Choice] = []
    for part in unicodedata.normalize("NFC", text).split("|"):
        code, comma, label = (piece.strip() for piece in part.partition(","))
        if comma and re.fullmatch(r"[\w.+-]+", code):
            pairs.append((code, label))
        elif part.strip():
            # A label may hold the sign that separates the choices.
            if not pairs or comma:
                raise ValueError(text)
            pairs[-1] = (pairs[-1][0], f"{pairs[-1][1]} | {part.strip()}".strip())
    if not pairs:
        raise ValueError(text)
    return tuple(pairs)


def find_table_column(table: str, column: str) -> dict[str, Any]:
    """Return the description of a table's column, empty where there is no such column."""
    fields = table_schemas()[table]["fields"] if table in table_schemas() else ()
    return next((each for each in fields if each["name"] == column), {})


def list_values(table: str, column: str) -> tuple[str, ...]:
    """Return the values that a column of a processed table may hold, none where any may stand."""
    return tuple(find_table_column(table, column).get("constraints", {}).get("enum", ()))


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


def name_unit(text: str) -> str:
    """Return one name for the spellings of a unit: ``cc`` and ``mL`` are ``ml``."""
    name = text.strip().casefold().rstrip(".")
    return _UNIT_NAMES.get(name, name)


def find_factor(recorded: str, wanted: str, item: str = "") -> float | None:
    """Return what a field in one unit is multiplied by to have it in another, None if unknown."""
    start, end = name_unit(recorded), name_unit(wanted)
    if start == end or not start:
        return 1
    # casefold makes a Greek mu of the micro sign.
    start, end = (name.replace("\N{GREEK SMALL LETTER MU}", "µ") for name in (start, end))
    start = start.replace("umol", "µmol").replace("/ul", "/µl")
    return MOLAR_FACTORS.get((item, start, end), FIELD_FACTORS.get((start, end)))
