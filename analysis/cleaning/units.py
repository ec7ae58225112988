"""Units as written, and the exact factors between them."""

# Multiply a value in the first unit by the factor to have it in the second.
FACTORS = {
    ("cm", "mm"): 10,
    ("m", "cm"): 100,
    ("mm", "cm"): 0.1,
    ("g", "kg"): 0.001,
    ("l", "ml"): 1000,
    ("dl", "ml"): 100,
    ("g", "mg"): 1000,
}
_NAMES = {
    "cc": "ml",
    "㏄": "ml",
    "percent": "%",
    "kgs": "kg",
    "밀리미터": "mm",
    "센티미터": "cm",
    "센치": "cm",
    "bpm": "/min",
}


def name_unit(text):
    """Return one name for the spellings of a unit: ``cc`` and ``mL`` are ``ml``."""
    told = text.strip().casefold().rstrip(".")
    return _NAMES.get(told, told)
