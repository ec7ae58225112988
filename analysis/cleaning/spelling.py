"""Values beyond doubt in an untidy spelling: spaces, full-width characters, labels for codes."""

import unicodedata

import pandas as pd

from analysis.cleaning.schema import snake_case
from analysis.cleaning.sheet import find

# Spaces of every script, and characters that show nothing: zero width, direction marks, controls.
_UNSEEN = r"[\s\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x1f\x7f-\x9f]+"
_DASHES = dict.fromkeys(map(ord, "\N{MINUS SIGN}\N{EN DASH}\N{EM DASH}"), "-")

# What people write for a choice, by the label in snake_case.
SYNONYMS = {
    "female": ("f", "woman", "여", "여성", "여자"),
    "male": ("m", "man", "남", "남성", "남자"),
    "right": ("r", "rt", "우", "우측", "오른손", "오른쪽"),
    "left": ("l", "lt", "좌", "좌측", "왼손", "왼쪽"),
    "both": ("bilateral", "양손", "양측"),
    "yes": ("y", "true", "예", "네", "유", "있음"),
    "no": ("n", "false", "아니오", "아니요", "무", "없음"),
}


def trim_cells(values, field):
    """Remove spaces at both ends; of codes, numbers and dates whatever cannot be seen."""
    trimmed = values.str.strip()
    if field.kind != "text":
        trimmed = values.str.replace(rf"^{_UNSEEN}|{_UNSEEN}$", "", regex=True)
    yield find("surrounding_space", field.name, trimmed != values, trimmed)


def narrow_cells(values, field):
    """Replace full-width and compatible characters of codes, numbers and dates (NFKC)."""
    wide = values[~values.map(str.isascii)]
    narrow = wide.map(lambda value: unicodedata.normalize("NFKC", value).translate(_DASHES).strip())
    yield find("full_width", field.name, narrow != wide, narrow)


def read_choices(values, field):
    """Put the code in place of its label, of a usual word for it, or of the code as a decimal.

    Whatever is then none of the choices is set missing.
    """
    codes = dict(field.choices)
    left = values[~values.isin(list(codes))]
    plain = left.str.replace(r"^(-?[0-9]+)\.0+$", r"\1", regex=True)
    yield find("decimal_code", field.name, (plain != left) & plain.isin(list(codes)), plain)
    left = left[~plain.isin(list(codes))]
    words = _words_for(field)
    coded = left.str.casefold().str.rstrip(".").map(words)
    yield find("label_for_code", field.name, coded.notna(), coded)
    left = left[coded.isna()]
    dated = left.str.fullmatch(EXCEL_DATE, case=False)
    yield find("excel_date", field.name, dated, "", reason="pending_query")
    choices = ", ".join(f"{code} {label}" for code, label in field.choices)
    yield find(
        "unknown_code",
        field.name,
        ~dated,
        "",
        reason="out_of_range",
        detail=f"The choices are {choices}.",
    )


_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
EXCEL_DATE = (
    rf"[0-9]{{1,4}}-{_MONTH}|{_MONTH}-[0-9]{{1,4}}"
    r"|[0-9]{1,2}월 ?[0-9]{1,2}일|[0-9]{1,2}/[0-9]{1,2}"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}(?: 00:00(?::00)?)?"
)


def _words_for(field):
    words = {}
    for code, label in field.choices:
        told = snake_case(label)
        spellings = (label.casefold(), told, *SYNONYMS.get(told, ()))
        words.update({word: None if word in words else code for word in dict.fromkeys(spellings)})
    return {word: code for word, code in words.items() if code is not None}


def distinct(column):
    """Return the different non-empty values of a column, each its own index label."""
    values = [value for value in column.unique() if value != ""]
    return pd.Series(values, index=pd.Index(values, dtype="object"), dtype="str")
