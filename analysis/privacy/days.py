"""Exact dates in a text, as people, programs and Korea write them."""

import datetime
import re
from collections.abc import Iterator

from analysis.privacy.pieces import fold_text

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAME = rf"(?P<{{}}>(?i:{'|'.join(_MONTHS)}))[a-z]*\.?"
_BEFORE, _AFTER = r"(?<![0-9A-Za-z.,/-])", r"(?![0-9A-Za-z]|[-/][0-9])"
_NTH = r"(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:19|20)[0-9]{2})"
_MM, _DD = r"(?P<month>[01][0-9])", r"(?P<day>[0-3][0-9])"
_MONTH, _DAY = r"(?P<month>[01]?[0-9])", r"(?P<day>[0-3]?[0-9])"
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_BEFORE}{_YEAR}(?:[-/]|\.\s?|\s?년\s?){_MONTH}(?:[-/]|\.\s?|\s?월\s?){_DAY}"
        rf"(?=T[0-9]|{_AFTER})",
        rf"{_BEFORE}{_YEAR}{_MM}{_DD}(?=T[0-9]|{_AFTER})",
        # Which of the two is the day may be unknown; a day it is.
        rf"{_BEFORE}{_DAY}(?P<sign>[/.-]){_MONTH}(?P=sign){_YEAR}{_AFTER}",
        rf"{_BEFORE}{_MONTH}(?P<sign>[/.-]){_DAY}(?P=sign){_YEAR}{_AFTER}",
        # As PDF writes it: D:20161025000000Z.
        rf"D:{_YEAR}{_MM}{_DD}",
        rf"{_BEFORE}{_DAY}{_NTH}(?:[-. ]| of )+{_NAME.format('name')}[-., ]+{_YEAR}{_AFTER}",
        rf"(?<![A-Za-z]){_NAME.format('name')}[-. ]+{_DAY}{_NTH}[-., ]+{_YEAR}{_AFTER}",
    )
)


def find_days(text: str) -> Iterator[tuple[datetime.date, int]]:
    """Yield exact dates that exist, and where in the text (as `fold_text` makes it) they begin."""
    text = fold_text(text)
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            parts = match.groupdict()
            month = parts.get("month") or _MONTHS.index(parts["name"].casefold()) + 1
            try:
                day = datetime.date(int(parts["year"]), int(month), int(parts["day"]))
            except ValueError:
                continue
            yield day, match.start()
