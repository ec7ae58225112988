"""Find the kinds of personal data in a text by their form; no value is ever shown."""

import datetime
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

# Resident numbers: weights of the check digit, and the seventh digits of people born in the 1900s.
_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
_BORN_IN_1900S = "1256"
# Korea's prefix in bar codes.
_BAR_CODE = "880"

SHORTEST = 3
HOSPITAL_NUMBER = "a hospital number"
OVER_89 = "an age over 89"
_TABLE = Path(__file__).with_suffix(".yml")
# Invisible letters, and signs that look like a hyphen but have another Unicode category.
_BLANK = "\u115f\u1160\u3164\uffa0"
_HYPHENS = "\u2043\u2212\u30fc"
# How far a match can reach from its clue, and how far an e-mail address of several parts can.
_REACH, _MAIL_REACH = 120, 800
_UNSEEN = ("Cf", "Mn", "Me")


def _is_number(region: str) -> Callable[[re.Match[str]], bool]:
    """Return a check for valid phone numbers; those without a country code are of `region`."""

    def check(match: re.Match[str]) -> bool:
        import phonenumbers

        digits = re.sub("[^0-9+]", "", match[0])
        digits = re.sub("^00", "+", digits.replace("+820", "+82"))
        try:
            return phonenumbers.is_valid_number(phonenumbers.parse(digits, region))
        except phonenumbers.NumberParseException:
            return False

    return check


def _is_resident(match: re.Match[str]) -> bool:
    before = match.string[: match.start()][-1:]
    attached = before.isalpha() or before == "_" or match["mark"].strip() == "."
    return is_resident_number(match["birth"], match["mark"], match["rest"], attached=attached)


def _is_card(match: re.Match[str]) -> bool:
    """Check the last digit of a payment card (ISO/IEC 7812)."""
    digits = [int(sign) for sign in match[0] if sign.isdigit()]
    doubled = [2 * digit for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(d - 9 * (d > 9) for d in doubled)) % 10 == 0


def _is_iban(match: re.Match[str]) -> bool:
    """Check the remainder of a bank account number (ISO 13616)."""
    signs = match[0].replace(" ", "")
    return int("".join(str(int(sign, 36)) for sign in signs[4:] + signs[:4])) % 97 == 1


@dataclass(frozen=True)
class Kind:
    """One kind of personal data.

    Parameters
    ----------
    name
        Its name in messages.
    pattern
        The form of such data.
    check
        Returns True if a match is of this kind.
    hashed
        Whether it is found even if the same word has other digits, as in a hash.
    direct
        Whether it identifies a person by itself.
    """

    name: str
    pattern: re.Pattern[str]
    check: Callable[[re.Match[str]], bool] = bool
    hashed: bool = False
    direct: bool = True


def _read_kinds(table: dict[str, Any]) -> Iterator[Kind]:
    checks = {
        "resident": _is_resident,
        "card": _is_card,
        "iban": _is_iban,
        "in_korea": _is_number("KR"),
        "abroad": _is_number("US"),
    }
    parts: dict[str, str] = {}

    def fill(pattern: str) -> str:
        return re.sub(r"\{([a-z_]+)\}", lambda match: parts[match[1]], pattern)

    for name, part in table["parts"].items():
        parts[name] = fill(part)
    for row in table["kinds"]:
        pattern = re.compile(fill(row["pattern"]), re.VERBOSE)
        check = checks.get(row.get("check", ""), bool)
        direct = not row.get("alone", False)
        yield Kind(row["name"], pattern, check, row.get("hashed", False), direct)


_READ = yaml.safe_load(_TABLE.read_text(encoding="utf-8"))
KINDS = tuple(_read_kinds(_READ))
_CLUES = tuple(re.compile(clue) for clue in _READ["clues"]["patterns"])
_WORDS = {
    **dict.fromkeys(_READ["clues"]["words"], _REACH),
    **dict.fromkeys(_READ["clues"]["mail"], _MAIL_REACH),
}
DIRECT = tuple(kind for kind in KINDS if kind.direct)


def find_kinds(
    text: str, *, kinds: tuple[Kind, ...] = KINDS, hospital_number: str = ""
) -> Iterator[tuple[str, int]]:
    """Yield the kinds of personal data in a text, and where each begins in the folded text.

    `hospital_number` is a regular expression of the site's own numbers; "" if none is declared.
    """
    folded = fold_text(text)
    regions = _find_regions(folded)
    for kind in kinds:
        for start, end in regions:
            yield from _find_kind(kind, folded, start, end)
    for kind in _declare_kind(hospital_number):
        yield from _find_kind(kind, folded, 0, len(folded))


def _find_kind(kind: Kind, text: str, start: int, end: int) -> Iterator[tuple[str, int]]:
    for match in kind.pattern.finditer(text, start, end):
        if kind.check(match) and (kind.hashed or not is_in_code(text, match)):
            yield kind.name, match.start()


def _find_regions(text: str) -> list[tuple[int, int]]:
    """Return start and end of the parts that can contain something: those around clues."""
    small = text.lower()
    # A few letters become longer in lower case.
    if len(small) != len(text) or len(text) <= _REACH or "\u0131" in text:
        return [(0, len(text))]
    spans = [
        (match.start() - _REACH, match.end() + _REACH)
        for clue in _CLUES
        for match in clue.finditer(small)
    ]
    for word, reach in _WORDS.items():
        at = small.find(word)
        while at >= 0:
            spans.append((at - reach, at + len(word) + reach))
            at = small.find(word, at + 1)
    regions: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        first, last = max(start, 0), min(end, len(text))
        if regions and first <= regions[-1][1]:
            first, before = regions.pop()
            last = max(last, before)
        regions.append((first, last))
    return regions


def find_in_texts(
    texts: Iterable[str], *, kinds: tuple[Kind, ...] = KINDS, hospital_number: str = ""
) -> dict[str, str]:
    """Return the first kind found in each of many short texts, most of which contain none."""
    wanted = sorted({text for text in texts if len(text) > SHORTEST})

    def find_first(text: str) -> tuple[str, int] | None:
        return next(find_kinds(text, kinds=kinds, hospital_number=hospital_number), None)

    # One search through all of them at once shows whether a closer look is needed.
    if find_first("\n".join(wanted)) is None:
        return {}
    return {text: first[0] for text in wanted if (first := find_first(text))}


def hide_kinds(text: str, *, hospital_number: str = "") -> str:
    """Return a text for messages, with everything that looks personal replaced."""
    folded = fold_text(text)
    for kind in (*KINDS, *_declare_kind(hospital_number)):
        folded = kind.pattern.sub("[...]", folded)
    return folded


def is_resident_number(birth: str, mark: str, rest: str, *, attached: bool = False) -> bool:
    """Return True if digits of that form are a resident registration number of Korea.

    The birth date has to exist. With a hyphen or a space that is enough: numbers issued since
    October 2020 have no check digit. Without a separator, a number counts as well, unless its
    check digit is wrong and it is another common number of thirteen digits: a Korean bar code,
    or a present time in milliseconds since 1970.

    Parameters
    ----------
    birth
        Six digits, YYMMDD.
    mark
        The separator between the two; "" for none.
    rest
        Seven digits, the first 1 to 8.
    attached
        Whether a letter precedes it: then only the check digit distinguishes it from others.
    """
    century = 1900 if rest[0] in _BORN_IN_1900S else 2000
    try:
        datetime.date(century + int(birth[:2]), int(birth[2:4]), int(birth[4:]))
    except ValueError:
        return False
    digits = birth + rest
    if has_check_digit(digits) or (mark and mark.strip() != "."):
        return True
    return not (attached or _is_bar_code(digits) or _is_time(digits))


def has_check_digit(digits: str) -> bool:
    """Return True if the last of thirteen digits is the check digit of a citizen or foreigner."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits[:12], strict=True))
    return int(digits[12]) in ((11 - total % 11) % 10, (13 - total % 11) % 10)


def _is_bar_code(digits: str) -> bool:
    """Check for a Korean EAN-13: every second digit counts three times, and the sum ends in 0."""
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return digits.startswith(_BAR_CODE) and total % 10 == 0


def _is_time(digits: str) -> bool:
    """Check for milliseconds since 1970, from 2014 to 2033: 1.4e12 to 2e12."""
    return "14" <= digits[:2] <= "19"


def _declare_kind(pattern: str) -> tuple[Kind, ...]:
    if not pattern:
        return ()
    bounded = rf"(?<![0-9A-Za-z])(?<![0-9][.,])(?:{pattern})(?![0-9A-Za-z]|[.,][0-9])"
    return (Kind(HOSPITAL_NUMBER, re.compile(bounded)),)


def is_in_code(text: str, match: re.Match[str]) -> bool:
    """Return True if a match is inside a hash or similar code.

    Then the same word has other digits, or the letters around the match are all hexadecimal.
    """
    start, end = match.span()
    while start and text[start - 1].isascii() and text[start - 1].isalnum():
        start -= 1
    while end < len(text) and text[end].isascii() and text[end].isalnum():
        end += 1
    around = text[start : match.start()] + text[match.end() : end]
    return any(map(str.isdigit, around)) or bool(around and not around.strip("abcdef"))


def fold_text(text: str) -> str:
    r"""Write all digits and hyphens as plain ones, and drop invisible characters.

    Line breaks are kept.

    Examples
    --------
    >>> fold_text("\uff10\uff11\u200b\u2011\u0662")
    '01-2'
    """
    if text.isascii():
        return text
    folded = unicodedata.normalize("NFKC", text)
    signs = {ord(sign): _fold_sign(sign) for sign in set(folded) if not sign.isascii()}
    return folded.translate(signs)


def _fold_sign(sign: str) -> str:
    category = unicodedata.category(sign)
    if category in _UNSEEN or sign in _BLANK:
        return ""
    if category == "Pd" or sign in _HYPHENS:
        return "-"
    return str(unicodedata.decimal(sign)) if category == "Nd" else sign
