"""Units: how they are spelled, and by what a value in one is multiplied to have it in another."""

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
