"""Numbers as people write them: decimal commas, units, bounds, spreadsheet dates."""

from collections.abc import Iterator

import pandas as pd

from analysis.cleaning.fields import Field
from analysis.cleaning.state import Finding, find_cells
from analysis.cleaning.words import EXCEL_DATE

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
_UNIT_NAMES = {
    "cc": "ml",
    "㏄": "ml",
    "percent": "%",
    "kgs": "kg",
    "밀리미터": "mm",
    "센티미터": "cm",
    "센치": "cm",
    "bpm": "/min",
}
_PLAIN = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)"
_QUALIFIED = (
    r"(?:[<>~=≤≥≈±]|약|ca\.?|about|over|under).*[0-9].*|[0-9].*(?:이상|이하|미만|초과|[?+~<>])"
)


def convert_units(values: pd.Series, field: Field) -> Iterator[Finding]:
    """Take the unit out of a cell; another unit than the field's is converted if that is exact."""
    parts = values.str.extract(r"^([+-]?[0-9.,]*[0-9])\s*([^0-9\s.,<>=~+?-][^0-9<>=~+?]*|%)$")
    unit = parts[1].map(_name_unit, na_action="ignore")
    due = _name_unit(field.place.unit) if field.place.unit else ""
    yield find_cells("unit_in_cell", field.name, unit.eq(due) & unit.ne(""), parts[0])
    factor = unit.map(
        {start: factor for (start, end), factor in UNIT_FACTORS.items() if end == due}
    )
    plain = (
        parts[0]
        .str.replace(",", ".")
        .where(parts[0].str.fullmatch(r"[+-]?[0-9]+(?:[.,][0-9]{1,2})?"))
    )
    converted = pd.to_numeric(plain, errors="coerce") * factor.astype("float64")
    yield find_cells("unit_converted", field.name, converted.notna(), format_numbers(converted))


def parse_commas(values: pd.Series, field: Field) -> Iterator[Finding]:
    """Read a decimal comma; one comma before exactly three digits may also separate thousands."""
    either = values.str.fullmatch(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")
    yield find_cells("thousands_or_decimal", field.name, either, "", reason="pending_query")
    comma = values.str.fullmatch(r"[+-]?[0-9]+,[0-9]+") & ~either
    yield find_cells("decimal_comma", field.name, comma, values.str.replace(",", "."))


def refuse_unreadable(values: pd.Series, field: Field) -> Iterator[Finding]:
    """Set missing what is no plain number: a bound, a spreadsheet's date, anything else."""
    left = values[~values.str.fullmatch(_PLAIN)]
    bound = left.str.fullmatch(_QUALIFIED, case=False)
    yield find_cells("qualifier", field.name, bound, "", reason="pending_query")
    dated = left.str.fullmatch(EXCEL_DATE, case=False) & ~bound
    yield find_cells("excel_date", field.name, dated, "", reason="pending_query")
    yield find_cells("not_a_number", field.name, ~bound & ~dated, "", reason="pending_query")


def parse_integers(values: pd.Series, field: Field) -> Iterator[Finding]:
    """Drop empty decimals of a whole number; a fraction is a question."""
    if field.kind == "integer":
        whole = values.str.replace(r"\.0*$", "", regex=True)
        yield find_cells("decimal_code", field.name, whole != values, whole)
        fraction = whole.str.contains(".", regex=False)
        yield find_cells("not_an_integer", field.name, fraction, "", reason="pending_query")


def convert_centimetres(values: pd.Series, field: Field) -> Iterator[Finding]:
    """Convert a length that its limits allow in centimetres only.

    Both readings are never possible at once: the rule asks that the value lies below the lower
    limit in millimetres and that ten times the value lies within the limits.
    """
    if field.place.unit == "mm" and field.low:
        number = pd.to_numeric(values)
        tenfold = (number * 10).round(6)
        only = (number < field.low) & tenfold.between(*field.limits)
        yield find_cells("centimetres", field.name, only, format_numbers(tenfold))


def find_out_of_range(values: pd.Series, field: Field) -> Iterator[Finding]:
    """Set a number outside the limits of the dictionary (or of the instrument) missing."""
    number = pd.to_numeric(values)
    limits = f"Possible are {_format_limit(field.low)} to {_format_limit(field.high)}"
    detail = f"{limits} {field.place.unit}.".replace(" .", ".")
    outside = ~number.between(*field.limits)
    yield find_cells("out_of_range", field.name, outside, "", reason="out_of_range", detail=detail)


def format_numbers(numbers: pd.Series) -> pd.Series:
    """Return numbers as texts as short as their 12 significant digits allow; "" for none."""
    return numbers.map("{:.12g}".format, na_action="ignore").astype("object").fillna("")


def _format_limit(limit: float | None) -> str:
    return "any" if limit is None else f"{limit:g}"


def _name_unit(text: str) -> str:
    """Return one name for the spellings of a unit: ``cc`` and ``mL`` are ``ml``."""
    name = text.strip().casefold().rstrip(".")
    return _UNIT_NAMES.get(name, name)
