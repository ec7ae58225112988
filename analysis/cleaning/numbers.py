"""Numbers as people write them: decimal commas, units, bounds, spreadsheet dates."""

import pandas as pd

from analysis.cleaning.sheet import find
from analysis.cleaning.spelling import EXCEL_DATE
from analysis.cleaning.units import FACTORS, name_unit

PLAIN = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)"
_QUALIFIED = (
    r"(?:[<>~=≤≥≈±]|약|ca\.?|about|over|under).*[0-9].*|[0-9].*(?:이상|이하|미만|초과|[?+~<>])"
)


def read_units(values, field):
    """Take the unit out of a cell; another unit than the field's is converted if that is exact."""
    parts = values.str.extract(r"^([+-]?[0-9.,]*[0-9])\s*([^0-9\s.,<>=~+?-][^0-9<>=~+?]*|%)$")
    unit = parts[1].map(name_unit, na_action="ignore")
    own = name_unit(field.place.unit) if field.place.unit else ""
    yield find("unit_in_cell", field.name, unit.eq(own) & unit.ne(""), parts[0])
    factor = unit.map({told: factor for (told, into), factor in FACTORS.items() if into == own})
    plain = (
        parts[0]
        .str.replace(",", ".")
        .where(parts[0].str.fullmatch(r"[+-]?[0-9]+(?:[.,][0-9]{1,2})?"))
    )
    converted = pd.to_numeric(plain, errors="coerce") * factor.astype("float64")
    yield find("unit_converted", field.name, converted.notna(), write_numbers(converted))


def read_commas(values, field):
    """Read a decimal comma; one comma before exactly three digits may also separate thousands."""
    either = values.str.fullmatch(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")
    yield find("thousands_or_decimal", field.name, either, "", reason="pending_query")
    comma = values.str.fullmatch(r"[+-]?[0-9]+,[0-9]+") & ~either
    yield find("decimal_comma", field.name, comma, values.str.replace(",", "."))


def refuse_unreadable(values, field):
    """Set missing what is no plain number: a bound, a spreadsheet's date, anything else."""
    left = values[~values.str.fullmatch(PLAIN)]
    bound = left.str.fullmatch(_QUALIFIED, case=False)
    yield find("qualifier", field.name, bound, "", reason="pending_query")
    dated = left.str.fullmatch(EXCEL_DATE, case=False) & ~bound
    yield find("excel_date", field.name, dated, "", reason="pending_query")
    yield find("not_a_number", field.name, ~bound & ~dated, "", reason="pending_query")


def read_integers(values, field):
    """Drop empty decimals of a whole number; a fraction is a question."""
    if field.kind == "integer":
        whole = values.str.replace(r"\.0*$", "", regex=True)
        yield find("decimal_code", field.name, whole != values, whole)
        fraction = whole.str.contains(".", regex=False)
        yield find("not_an_integer", field.name, fraction, "", reason="pending_query")


def read_centimetres(values, field):
    """Convert a length that its limits allow in centimetres only.

    Both readings are never possible at once: the rule asks that the value lies below the lower
    limit in millimetres and that ten times the value lies within the limits.
    """
    if field.place.unit == "mm" and field.low:
        number = pd.to_numeric(values)
        tenfold = (number * 10).round(6)
        only = (number < field.low) & tenfold.between(field.low, field.high)
        yield find("centimetres", field.name, only, write_numbers(tenfold))


def check_range(values, field):
    """Set a number outside the limits of the dictionary (or of the instrument) missing."""
    number = pd.to_numeric(values)
    low = float("-inf") if field.low is None else field.low
    high = float("inf") if field.high is None else field.high
    told = f"Possible are {_say(field.low, 'any')} to {_say(field.high, 'any')}"
    detail = f"{told} {field.place.unit}.".replace(" .", ".")
    outside = ~number.between(low, high)
    yield find("out_of_range", field.name, outside, "", reason="out_of_range", detail=detail)


def write_numbers(numbers):
    """Write numbers as short as their 12 significant digits allow; "" for none."""
    return numbers.map("{:.12g}".format, na_action="ignore").astype("object").fillna("")


def _say(limit, otherwise):
    return otherwise if limit is None else f"{limit:g}"
