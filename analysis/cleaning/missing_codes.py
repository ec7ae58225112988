"""Codes for a missing value in every script, each with the reason it gives."""

import pandas as pd

from analysis.cleaning.sheet import find

WORDS = {
    "not_done": ("nd", "not done", "notdone", "nask", "nav", "미시행", "미실시", "측정안함"),
    "unknown": (
        "nk", "unk", "unknown", "not known", "ni", "asku", "missing", ".", "-", "--",
        "모름", "불명", "미상", "결측",
    ),
    "not_applicable": ("na", "n/a", "not applicable", "해당없음", "해당 없음", "비해당"),
    "refused": ("refused", "declined", "거부", "거절"),
    "lost_to_follow_up": ("ltfu", "lost to follow-up", "추적소실", "추적 소실"),
}  # fmt: skip
# A number is a missing code only where the field cannot hold it: 99 mm is a pain like any other.
NUMBERS = ("-9", "-99", "-999", "99", "999", "9999")
_REASONS = {word: reason for reason, words in WORDS.items() for word in words}


def is_missing_word(values):
    """Say which values are a word for a missing value."""
    return values.str.casefold().isin(_REASONS)


def read_missing_words(values, field):
    """Set a word for a missing value missing with its reason, unless it is one of the choices."""
    words = values.str.casefold()
    own = {word.casefold() for choice in field.choices for word in choice}
    reasons = words.map(_REASONS)
    yield find("missing_code", field.name, reasons.notna() & ~words.isin(own), "", reason=reasons)


def read_missing_numbers(values, field):
    """Set a number that stands for a missing value missing, where the field cannot hold it."""
    coded = values.str.replace(r"\.0+$", "", regex=True).isin(NUMBERS)
    if field.kind in ("number", "integer"):
        number = pd.to_numeric(values.where(coded))
        low = float("-inf") if field.low is None else field.low
        high = float("inf") if field.high is None else field.high
        coded &= ~number.between(low, high)
    elif field.kind == "choice":
        coded &= ~values.isin([code for code, _ in field.choices])
    yield find("missing_number", field.name, coded, "", reason="unknown")
