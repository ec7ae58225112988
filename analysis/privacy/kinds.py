"""Kinds of personal data that a text can hold, each found by its form; no value is ever shown."""

import datetime
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from analysis.privacy.pieces import fold_text

# A number inside a longer one, inside a name or behind a decimal point is no number of a person.
_BEFORE = r"(?<![0-9A-Za-z_])(?<![0-9][.,])"
_AFTER = r"(?![0-9A-Za-z_]|[.,][0-9])"
_SPACE = r"[ .-]"
_HOME = rf"(?:(?:\+|00)82{_SPACE}?(?:\(0\){_SPACE}?)?\(?0?|\(?0)"
# Area codes, and the prefixes of numbers that belong to no area.
_AREA = r"(?:2|3[1-3]|4[1-4]|5[1-5]|6[1-4]|70|50[2-8]?)"
_OLD = r"(?:9[0-9]|1[0-2][0-9])"

# Of a resident number: the weights of its check digit, and the seventh digits of the 1900s.
_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
_BORN_IN_1900S = "1256"
# Korea's prefix of the numbers in bar codes.
_BAR_CODE = "880"

SHORTEST = 3
HOSPITAL_NUMBER = "a hospital number"
OVER_89 = "an age over 89"


@dataclass(frozen=True)
class Kind:
    """One kind of personal data.

    Parameters
    ----------
    name
        As a person reads it in a message.
    pattern
        Finds its form.
    sign
        A character without which the pattern cannot match; it saves most of the search.
    """

    name: str
    pattern: re.Pattern
    sign: str = ""


RESIDENT_NUMBER = Kind(
    "a resident registration number",
    # Also as a program writes it that took it for a number with decimals.
    re.compile(
        rf"{_BEFORE}([0-9]{{6}})(\s{{0,3}}-\s{{0,3}}|[ \t]{{0,3}}[_/]?[ \t]{{0,3}})"
        rf"([1-8][0-9]{{6}})(?:\.0+)?{_AFTER}"
    ),
)
# What points at one person by itself.
DIRECT = (
    RESIDENT_NUMBER,
    Kind(
        "a resident registration number, in part",
        re.compile(rf"{_BEFORE}[0-9]{{6}}\s?-\s?[1-8][*xX\u25cf\u25cb\u2022]{{6}}"),
    ),
    Kind(
        "a mobile phone number",
        re.compile(
            rf"{_BEFORE}{_HOME}1[016789]\)?{_SPACE}?[0-9]{{3,4}}{_SPACE}?[0-9]{{4}}{_AFTER}"
        ),
    ),
    Kind(
        "a landline phone number",
        re.compile(
            rf"{_BEFORE}{_HOME}{_AREA}\)?{_SPACE}{{1,2}}[0-9]{{3,4}}{_SPACE}[0-9]{{4}}{_AFTER}"
        ),
    ),
    # Digits in a row, or in groups of which the last has at least three; at most 15 (ITU E.164).
    Kind(
        "an international phone number",
        re.compile(
            rf"{_BEFORE}\+(?!82)(?=(?:[ ()-]*[0-9]){{9,15}}{_AFTER})"
            r"(?:[1-9][0-9]{8,14}|[1-9][0-9]{0,2}[ -]?(?:\([0-9]{1,4}\)[ -]?)?[0-9]{1,4}"
            rf"(?:[ -][0-9]{{2,4}}){{0,3}}[ -][0-9]{{3,8}}){_AFTER}"
        ),
        sign="+",
    ),
    Kind(
        "an e-mail address",
        re.compile(
            r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@"
            r"(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![A-Za-z0-9(])"
        ),
        sign="@",
    ),
    Kind(
        "a name or chart number",
        re.compile(
            r"(?i)(?:환자명|성명|이름|등록번호|차트번호|주민(?:등록)?번호|patient name"
            r"|chart n(?:o|umber)|\bMRN)\s{0,3}[:#=.]\s{0,3}\S"
        ),
    ),
    Kind(
        "the key of a de-identification",
        re.compile(r"de-identification key\W{1,9}[0-9a-f]{64}"),
        sign="key",
    ),
)
KINDS = (
    *DIRECT,
    Kind(
        OVER_89,
        re.compile(
            rf"(?i){_BEFORE}{_OLD}(?:[ -]?(?:years?|yrs?)[ -]old\b|\s?(?:세|살)(?![가-힣]))"
            rf"|(?:\baged?|나이|연령)\s?[:=]?\s?{_OLD}{_AFTER}(?!\s?%)"
        ),
    ),
)


def find_kinds(
    text: str, *, kinds: tuple[Kind, ...] = KINDS, hospital_number: str = ""
) -> Iterator[tuple[str, int]]:
    """Yield the kinds of personal data in a text, and where (as `fold_text` makes it) each begins.

    `hospital_number` is a regular expression of the site's own numbers; "" if none is declared.
    """
    folded = fold_text(text)
    for kind in (*kinds, *_declare_kind(hospital_number)):
        if kind.sign in folded:
            for match in kind.pattern.finditer(folded):
                if kind is not RESIDENT_NUMBER or is_resident_number(*match.groups()):
                    yield kind.name, match.start()


def find_in_texts(
    texts: Iterable[str], *, kinds: tuple[Kind, ...] = KINDS, hospital_number: str = ""
) -> dict[str, str]:
    """Return the kind found first in each of many short texts, most of which hold none."""
    wanted = sorted({text for text in texts if len(text) > SHORTEST})

    def find_first(text: str) -> tuple[str, int] | None:
        return next(find_kinds(text, kinds=kinds, hospital_number=hospital_number), None)

    # One search through all of them at once says whether a closer look is needed.
    if find_first("\n".join(wanted)) is None:
        return {}
    return {text: first[0] for text in wanted if (first := find_first(text))}


def hide_kinds(text: str, *, hospital_number: str = "") -> str:
    """Return a text in which nothing is left that looks personal: for messages."""
    folded = fold_text(text)
    for kind in (*KINDS, *_declare_kind(hospital_number)):
        folded = kind.pattern.sub("[...]", folded)
    return folded


def is_resident_number(birth: str, mark: str, rest: str) -> bool:
    """Say whether digits of that form are a resident registration number of Korea.

    The birth date has to exist. With a hyphen or a space that is enough: numbers given out since
    October 2020 have no check digit. Without one the number is taken for one unless it is another
    number that thirteen digits are commonly used for, and no check digit speaks for it:
    a Korean bar code, or the milliseconds since 1970 of our days.

    Parameters
    ----------
    birth
        Six digits, YYMMDD.
    mark
        What stands between; "" for nothing.
    rest
        Seven digits, the first 1 to 8.
    """
    century = 1900 if rest[0] in _BORN_IN_1900S else 2000
    try:
        datetime.date(century + int(birth[:2]), int(birth[2:4]), int(birth[4:]))
    except ValueError:
        return False
    digits = birth + rest
    return bool(mark) or has_check_digit(digits) or not (_is_bar_code(digits) or _is_time(digits))


def has_check_digit(digits: str) -> bool:
    """Say whether the last of thirteen digits is the check digit of a citizen or a foreigner."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits[:12], strict=True))
    return int(digits[12]) in ((11 - total % 11) % 10, (13 - total % 11) % 10)


def _is_bar_code(digits: str) -> bool:
    """EAN-13: every second digit counts three times, and the sum ends in 0."""
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return digits.startswith(_BAR_CODE) and total % 10 == 0


def _is_time(digits: str) -> bool:
    """Milliseconds since 1970, from 2014 to 2033: 1.4e12 to 2e12."""
    return "14" <= digits[:2] <= "19"


def _declare_kind(pattern: str) -> tuple[Kind, ...]:
    if not pattern:
        return ()
    return (Kind(HOSPITAL_NUMBER, re.compile(f"{_BEFORE}(?:{pattern}){_AFTER}")),)
