"""Values as people write them: stray characters, words for codes and missing values, numbers."""

import math
import re
import unicodedata
from collections.abc import Iterator

import pandas as pd

from analysis.cleaning.fields import MISSING_REASONS, UNIT_FACTORS, Field, name_unit, snake_case
from analysis.cleaning.state import Finding, find_cells

# Spaces of every script, and characters that show nothing: zero width, direction marks, controls.
_UNSEEN = r"[\s\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x1f\x7f-\x9f]+"
_ROMAN = re.compile("[\u2160-\u217f]")
DASHES = dict.fromkeys(map(ord, "\u2010\u2011\N{EN DASH}\N{EM DASH}\N{MINUS SIGN}"), "-")

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
# Codes for a missing value in every script, by the reason that they give.
MISSING_WORDS = {
    "not_done": (
        "nd", "not done", "notdone", "nask", "nav", "not asked", "not assessed", "not measured",
        "not performed", "미시행", "미실시", "측정안함",
    ),
    "unknown": (
        "nk", "unk", "unknown", "not known", "ni", "asku", "missing", ".", "-", "--",
        "not available", "not recorded", "no information", "don't know",
        "모름", "불명", "미상", "결측",
    ),
    "not_applicable": (
        "na", "n/a", "not applicable", "does not apply", "해당없음", "해당 없음", "비해당",
    ),
    "refused": (
        "refused", "declined", "prefer not to say", "prefer not to answer", "거부", "거절",
    ),
    "lost_to_follow_up": ("ltfu", "lost to follow-up", "추적소실", "추적 소실"),
}  # fmt: skip
# REDCap's own missing-data codes beside these, as they stand in the names of boxes.
_BOX_CODES = dict.fromkeys(
    ("inv", "msk", "navu", "np", "qi", "trc", "unc", "der", "oth"), "unknown"
)
# A number is a missing code only where the field cannot hold it: 99 mm is a pain like any other.
MISSING_NUMBERS = ("-9", "-99", "-999", "99", "999", "9999")
_REASONS = {word: reason for reason, words in MISSING_WORDS.items() for word in words}
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
EXCEL_DATE = (
    rf"[0-9]{{1,4}}-{_MONTH}|{_MONTH}-[0-9]{{1,4}}"
    r"|[0-9]{1,2}월 ?[0-9]{1,2}일|[0-9]{1,2}/[0-9]{1,2}"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}(?: 00:00(?::00)?)?"
)
# What REDCap exports in place of a file.
FILE_THERE = "[document]"
_PLAIN = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)"
_QUALIFIED = (
    r"(?:[<>~=≤≥≈±]|약|ca\.?|about|over|under).*[0-9].*|[0-9].*(?:이상|이하|미만|초과|[?+~<>])"
)


def trim_cells(values: pd.Series, field: Field) -> Iterator[Finding]:
    """Remove spaces at both ends, and invisible characters from codes, numbers and dates."""
    trimmed = values.str.strip()
    if field.kind != "text":
        trimmed = values.str.replace(rf"^{_UNSEEN}|{_UNSEEN}$", "", regex=True)
    yield find_cells("surrounding_space", field.name, trimmed != values, trimmed)


def narrow_cells(values: pd.Series, field: Field) -> Iterator[Finding]:
    """Replace full-width, half-width and square characters of codes, numbers and dates."""
    wide = values[~values.map(str.isascii)]
    narrow = wide.map(lambda value: narrow_text(value).translate(DASHES).strip())
    yield find_cells("full_width", field.name, narrow != wide, narrow)


def narrow_text(text: str) -> str:
    """Return a text composed (NFC), and its wide, narrow and square characters as plain ones.

    A superscript, a fraction and a circled digit mean something else than the plain digit and
    stay (``13.0²`` is not 13.02).
    """
    return unicodedata.normalize("NFC", "".join(map(_narrow_sign, text)))


def _narrow_sign(sign: str) -> str:
    tag, *codes = unicodedata.decomposition(sign).split() or [""]
    if tag not in ("<wide>", "<narrow>", "<square>"):
        return sign
    return "".join(_narrow_sign(chr(int(code, 16))) for code in codes)


def parse_choices(values: pd.Series, field: Field) -> Iterator[Finding]:
    """Put the code in place of its label, of a usual word for it, or of the code as a decimal.

    Anything else is set missing.
    """
    codes = dict(field.choices)
    left = values[~values.isin(list(codes))]
    plain = left.str.replace(r"^(-?[0-9]+)\.0+$", r"\1", regex=True)
    yield find_cells("decimal_code", field.name, (plain != left) & plain.isin(list(codes)), plain)
    left = left[~plain.isin(list(codes))]
    words = _list_spellings(field)
    coded = left.map(_fold).str.rstrip(".").map(words)
    yield find_cells("label_for_code", field.name, coded.notna(), coded)
    left = left[coded.isna()]
    dated = left.str.fullmatch(EXCEL_DATE, case=False)
    yield find_cells("excel_date", field.name, dated, "", reason="pending_query")
    choices = ", ".join(f"{code} {label}" for code, label in field.choices)
    yield find_cells(
        "unknown_code",
        field.name,
        ~dated,
        "",
        reason="out_of_range",
        detail=f"The choices are {choices}.",
    )


def note_files(values: pd.Series, field: Field) -> Iterator[Finding]:
    """Keep of a file or a signature only that it exists; its name may name a person."""
    yield find_cells("file_there", field.name, values != FILE_THERE, FILE_THERE)


def find_box_reason(code: str) -> str:
    """Return the reason that a box for a missing-data code gives, "" if it is none.

    The code is as it stands in the name of the box: ``ni``, ``_99`` for -99.
    """
    number = code.replace("_", "-") in MISSING_NUMBERS
    return _REASONS.get(code, _BOX_CODES.get(code, "unknown" if number else ""))


def find_missing_reason(*words: str) -> str:
    """Return the reason that the first of some words gives for a missing value, "" for none."""
    plain = (word.casefold().strip() for word in words)
    known = (word if word in MISSING_REASONS else _REASONS.get(word, "") for word in plain)
    return next((reason for reason in known if reason), "")


def is_missing_word(values: pd.Series) -> pd.Series:
    """Return which values are a word for a missing value."""
    return values.str.normalize("NFC").str.casefold().isin(_REASONS)


def parse_missing_words(values: pd.Series, field: Field) -> Iterator[Finding]:
    """Set a word for a missing value missing with its reason, unless it is one of the choices.

    So is a code for which fields.csv or provenance.yml gives a reason, and where no text is due,
    any of the codes that REDCap proposes.
    """
    reasons = field.missing_codes
    labels = {label: reasons[code] for code, label in field.choices if label and code in reasons}
    coded = values.map(labels | reasons)
    yield find_cells("missing_code", field.name, coded.notna(), "", reason=coded)
    values = values[coded.isna()]
    words = values.str.normalize("NFC").str.casefold()
    choices = {word.casefold() for choice in field.choices for word in choice}
    meant = words.map(_REASONS if field.kind == "text" else _BOX_CODES | _REASONS)
    yield find_cells(
        "missing_code", field.name, meant.notna() & ~words.isin(choices), "", reason=meant
    )


def parse_missing_numbers(values: pd.Series, field: Field) -> Iterator[Finding]:
    """Set a number that stands for a missing value missing, where the field cannot hold it."""
    coded = values.str.replace(r"\.0+$", "", regex=True).isin(MISSING_NUMBERS)
    if field.kind in ("number", "integer"):
        coded &= ~pd.to_numeric(values.where(coded)).between(*field.hard_limits)
    elif field.kind == "choice":
        coded &= ~values.isin([code for code, _ in field.choices])
    yield find_cells("missing_number", field.name, coded, "", reason="unknown")


def list_distinct(column: pd.Series) -> pd.Series:
    """Return the different non-empty values of a column, each its own index label."""
    values = [value for value in column.unique() if value != ""]
    return pd.Series(values, index=pd.Index(values, dtype="object"), dtype="str")


def _list_spellings(field: Field) -> dict[str, str]:
    """Return the code of every word that stands for one choice only.

    A number is no word: it may be another code.
    """
    words: dict[str, str | None] = {}
    for code, label in field.choices:
        name = snake_case(label)
        spellings = (_fold(label), name, *SYNONYMS.get(name, ()))
        words.update({word: None if word in words else code for word in dict.fromkeys(spellings)})
    return {word: code for word, code in words.items() if code and not re.fullmatch(_PLAIN, word)}


def _fold(label: str) -> str:
    """Return a label as labels are compared: a Roman numeral is the letters it is written with."""
    return _ROMAN.sub(lambda sign: unicodedata.normalize("NFKC", sign[0]), label).casefold()


def convert_units(values: pd.Series, field: Field) -> Iterator[Finding]:
    """Take the unit out of a cell; another unit than the field's is converted if that is exact."""
    parts = values.str.extract(r"^([+-]?[0-9.,]*[0-9])\s*([^0-9\s.,<>=~+?-][^0-9<>=~+?]*|%)$")
    unit = parts[1].map(name_unit, na_action="ignore")
    due = name_unit(field.place.recorded_unit or field.place.unit)
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
    """Read a decimal comma; one sign before exactly three digits may also separate thousands.

    The sign in doubt is the point where the field or its file has decimal commas.
    """
    doubtful, rule = (r"\.", "decimal_declared") if field.decimal == "," else (",", "decimal_comma")
    either = values.str.fullmatch(rf"[+-]?[1-9][0-9]{{0,2}}{doubtful}[0-9]{{3}}")
    yield find_cells("thousands_or_decimal", field.name, either, "", reason="pending_query")
    comma = values.str.fullmatch(r"[+-]?[0-9]+,[0-9]+") & ~either
    yield find_cells(rule, field.name, comma, values.str.replace(",", "."))


def refuse_unreadable(values: pd.Series, field: Field) -> Iterator[Finding]:
    """Set missing anything that is not a plain number: a bound, a spreadsheet's date, a word."""
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
    if field.place.unit == "mm" and field.low and field.place.factor == 1:
        number = pd.to_numeric(values)
        tenfold = (number * 10).round(6)
        only = (number < field.low) & tenfold.between(*field.limits)
        yield find_cells("centimetres", field.name, only, format_numbers(tenfold))


def convert_recorded_unit(values: pd.Series, field: Field) -> Iterator[Finding]:
    """Convert a field that is recorded in another unit by fields.csv, every cell alike."""
    if field.place.factor != 1:
        converted = format_numbers(pd.to_numeric(values) * field.place.factor)
        yield find_cells("recorded_unit", field.name, values != "", converted)


def find_out_of_range(values: pd.Series, field: Field) -> Iterator[Finding]:
    """Set an impossible number missing, and ask about one that only the form does not allow.

    REDCap's limits can be overridden by whoever types. Where an instrument has a range of its own,
    that decides what is possible; elsewhere the limits of the form do.
    """
    number = pd.to_numeric(values)
    soft, hard = number.between(*field.limits), number.between(*field.possible)
    asked = f"The form allows {_format_limits(field.limits, field)}."
    kept = ~soft & hard & field.is_bounded
    yield find_cells("outside_form_limits", field.name, kept, detail=asked)
    detail = f"Possible are {_format_limits(field.hard_limits, field)}."
    outside = ~hard | (~soft & ~field.is_bounded)
    yield find_cells("out_of_range", field.name, outside, "", reason="out_of_range", detail=detail)


def format_numbers(numbers: pd.Series) -> pd.Series:
    """Return numbers as texts as short as their 12 significant digits allow; "" for none."""
    return numbers.map("{:.12g}".format, na_action="ignore").astype("object").fillna("")


def _format_limits(limits: tuple[float, float], field: Field) -> str:
    low, high = (f"{limit:g}" if math.isfinite(limit) else "any" for limit in limits)
    return f"{low} to {high} {field.place.recorded_unit or field.place.unit}".rstrip()
