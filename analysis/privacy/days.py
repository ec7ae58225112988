"""Find exact dates in a text, as people and programs write them, also in Korean."""

import datetime
import re
from collections.abc import Iterator

from analysis.privacy.kinds import fold_text, is_in_code

# The beginnings of the months in English and in other European languages.
_MONTHS = (
    "jan|ene|gen", "feb|fév|fev", "mar|mär|mrz|maa|mrt", "apr|avr|abr", "may|mai|mag",
    "jun|juin|giu", "jul|juil|lug", "aug|aoû|aou|ago", "sep|set", "oct|okt|ott",
    "nov", "dec|déc|dez|dic",
)  # fmt: skip
_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
_NAME = rf"(?P<name>(?i:{'|'.join(_MONTHS)}))(?i:[a-zäéûç]*)\.?"
_BEFORE, _AFTER = r"(?<![0-9])(?<![0-9][.,/-])", r"(?![0-9]|[-/][0-9])"
_NTH = r"(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:19|20)[0-9]{2})"
_SHORT, _EITHER = r"'?(?P<year>[0-9]{2})", r"(?P<year>(?:19|20)[0-9]{2}|'?[0-9]{2})"
_MM, _DD = r"(?P<month>[01][0-9])", r"(?P<day>[0-3][0-9])"
_MONTH, _DAY = r"(?P<month>[01]?[0-9])", r"(?P<day>[0-3]?[0-9])"
_SIGN = r"(?P<sign>[/._-])\s?"
_BETWEEN = r"\s?[-/_.:·\\]\s?"
_TIME = r"(?:[T_ -]?[0-9]{4}(?:[0-9]{2})?)?"
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_BEFORE}{_YEAR}(?:{_BETWEEN}|\s?[년年]\s?){_MONTH}(?:{_BETWEEN}|\s?[월月]\s?)"
        rf"{_DAY}(?:T[0-9]+)?{_AFTER}",
        rf"{_BEFORE}{_YEAR}[-/_. ]?{_MM}[ ]?{_DD}{_TIME}{_AFTER}",
        rf"{_BEFORE}{_DD}{_MM}(?P<year>20[0-4][0-9]){_AFTER}",
        # Which part is the day, the month or the year may be unknown, but it is an exact date.
        rf"{_BEFORE}{_DAY}{_SIGN}{_MONTH}(?P=sign)\s?{_YEAR}{_AFTER}",
        rf"{_BEFORE}{_MONTH}{_SIGN}{_DAY}(?P=sign)\s?{_YEAR}{_AFTER}",
        rf"{_BEFORE}{_DAY}(?P<sign>[/.-])\s?{_MONTH}(?P=sign)\s?{_SHORT}{_AFTER}(?!\.[0-9])",
        rf"{_BEFORE}{_MONTH}(?P<sign>[/-])\s?{_DAY}(?P=sign)\s?{_SHORT}{_AFTER}",
        rf"{_BEFORE}{_SHORT}(?:(?P<sign>[/.-])\s?{_MONTH}(?P=sign)\s?|\s?[년年]\s?"
        rf"(?P<month_>[01]?[0-9])\s?[월月]\s?){_DAY}{_AFTER}(?!\.[0-9])",
        # As PDF writes it: D:20161025000000Z.
        rf"D:{_YEAR}{_MM}{_DD}",
        rf"{_BEFORE}{_DAY}{_NTH}(?:[-. ,/]| of | de )*{_NAME}[-., /']*(?:de )?{_EITHER}{_AFTER}",
        rf"(?<![A-Za-z]){_NAME}[-. ]*(?:the )?{_DAY}{_NTH}[-., /]+"
        rf"(?:[0-9]{{2}}:[0-9:]+ (?:[A-Z]{{3,4}} )?)?{_EITHER}{_AFTER}",
        rf"{_BEFORE}{_YEAR}[-., /]*{_NAME}[-. /]*{_DAY}{_NTH}{_AFTER}",
        rf"{_BEFORE}{_DAY}[. /-]\s?(?P<roman>{'|'.join(reversed(_ROMAN))})[. /-]\s?"
        rf"{_EITHER}{_AFTER}",
    )
)
# The year with its week, or with the day of the year (ISO 8601).
_WEEK = re.compile(rf"{_BEFORE}((?:19|20)[0-9]{{2}}-?W[0-5][0-9]-?[1-7]){_AFTER}")
_OF_YEAR = re.compile(rf"{_BEFORE}{_YEAR}[-/](?P<number>[0-3][0-9]{{2}}){_AFTER}")


def find_days(text: str) -> Iterator[tuple[datetime.date, int]]:
    """Yield exact dates that exist, and where in the folded text (see `fold_text`) they begin."""
    text = fold_text(text)
    found: set[tuple[datetime.date, int]] = set()
    for pattern in (*_PATTERNS, _WEEK, _OF_YEAR):
        for match in pattern.finditer(text):
            day = _read_day(match)
            # A pattern that overlaps another one finds the same day again.
            seen = {match.end(), -match.start() - 1}
            if day and not is_in_code(text, match) and not any((day, at) in found for at in seen):
                found |= {(day, at) for at in seen}
                yield day, match.start()


def _read_day(match: re.Match[str]) -> datetime.date | None:
    parts = match.groupdict()
    try:
        if "year" not in parts:
            return datetime.date.fromisoformat(match[1])
        year = int(parts["year"].removeprefix("'"))
        year += 0 if year > 99 else 1900 if year > 49 else 2000
        if "number" in parts:
            first = datetime.date(year, 1, 1)
            day = first + datetime.timedelta(days=int(parts["number"]) - 1)
            return day if day.year == year else None
        month = parts.get("month") or parts.get("month_")
        if parts.get("name"):
            month = next(
                n
                for n, each in enumerate(_MONTHS, 1)
                if parts["name"].casefold() in each.split("|")
            )
        elif parts.get("roman"):
            month = _ROMAN.index(parts["roman"]) + 1
        return datetime.date(year, int(month or 0), int(parts["day"]))
    except ValueError:
        return None
