"""Kinds of personal data that a text can hold, each found by its form; no value is ever told."""

import re
from dataclasses import dataclass

from analysis.privacy.fold import fold_text
from analysis.privacy.resident import is_resident_number

# A number inside a longer one, inside a name or behind a decimal point is no number of a person.
_BEFORE = r"(?<![0-9A-Za-z_])(?<![0-9][.,])"
_AFTER = r"(?![0-9A-Za-z_]|[.,][0-9])"
_SPACE = r"[ .-]"
_HOME = rf"(?:(?:\+|00)82{_SPACE}?(?:\(0\){_SPACE}?)?\(?0?|\(?0)"
# Area codes, and the prefixes of numbers that belong to no area.
_AREA = r"(?:2|3[1-3]|4[1-4]|5[1-5]|6[1-4]|70|50[2-8]?)"
_OLD = r"(?:9[0-9]|1[0-2][0-9])"

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


def find_kinds(text, *, kinds=KINDS, hospital_number=""):
    """Find personal data in a text.

    Parameters
    ----------
    text : str
    kinds : tuple of Kind
    hospital_number : str
        A regular expression of the site's own numbers; "" if none is declared.

    Yields
    ------
    (str, int)
        The name of a kind, and where in the text (as `fold_text` makes it) it begins.
    """
    folded = fold_text(text)
    for kind in (*kinds, *_declared(hospital_number)):
        if kind.sign in folded:
            for match in kind.pattern.finditer(folded):
                if kind is not RESIDENT_NUMBER or is_resident_number(*match.groups()):
                    yield kind.name, match.start()


def find_in_texts(texts, *, kinds=KINDS, hospital_number=""):
    """Find personal data in many short texts, most of which hold none.

    Parameters
    ----------
    texts : iterable of str

    Returns
    -------
    dict of str
        The kind that was found first, by text.
    """
    wanted = sorted({text for text in texts if len(text) > SHORTEST})
    options = {"kinds": kinds, "hospital_number": hospital_number}
    # One search through all of them at once says whether a closer look is needed.
    if next(find_kinds("\n".join(wanted), **options), None) is None:
        return {}
    found = {text: next(find_kinds(text, **options), None) for text in wanted}
    return {text: first[0] for text, first in found.items() if first}


def hide_kinds(text, *, hospital_number=""):
    """Return a text in which nothing is left that looks personal: for messages."""
    folded = fold_text(text)
    for kind in (*KINDS, *_declared(hospital_number)):
        folded = kind.pattern.sub("[...]", folded)
    return folded


def _declared(pattern):
    return (
        (Kind(HOSPITAL_NUMBER, re.compile(f"{_BEFORE}(?:{pattern}){_AFTER}")),) if pattern else ()
    )
