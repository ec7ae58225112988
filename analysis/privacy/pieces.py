"""A text of a file, its place in it, and how the patterns expect it to be written."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

# Letters that show nothing, and signs that look like a hyphen and are none by their category.
_BLANK = "\u115f\u1160\u3164\uffa0"
_HYPHENS = "\u2043\u2212\u30fc"
_UNSEEN = ("Cf", "Mn", "Me")
# Longer than chance makes them, and as short as a number of a person is; Hangul has three bytes.
_PRINTED = re.compile(rb"(?:[ -~]|[\xea-\xed][\x80-\xbf]{2}){12,}")
_WIDE = {
    "utf-16-le": re.compile(rb"(?:[ -~]\0){10,}"),
    "utf-16-be": re.compile(rb"(?:\0[ -~]){10,}"),
}


@dataclass(frozen=True)
class Piece:
    """A text of a file.

    Parameters
    ----------
    place
        Where in the file: a cell, a chunk, a property; "" for the whole file.
    text
        The text itself.
    forbidden
        Why it may not be there at all, whatever it says; "" if it may.
    names_author
        Whether the text is a person's name as the file's author.
    """

    place: str
    text: str
    forbidden: str = ""
    names_author: bool = False


def decode(content: bytes) -> str | None:
    """Return the text of bytes in UTF-8 or CP949, None if they are no text."""
    for encoding in ("utf-8-sig", "cp949"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if "\0" in text else text
    return None


def list_strings(content: bytes) -> str:
    """Return what can be read in bytes that are no text: runs in ASCII, UTF-8 and UTF-16."""
    runs = [each.decode("utf-8", "ignore") for each in _PRINTED.findall(content)]
    for encoding, pattern in _WIDE.items():
        runs += [each.decode(encoding) for each in pattern.findall(content)]
    return "\n".join(runs)


def is_in_code(text: str, match: re.Match[str]) -> bool:
    """Say whether a match lies in a hash or the like.

    Other digits stand in the same word then, or beside it only such letters as hashes have.
    """
    start, end = match.span()
    while start and text[start - 1].isascii() and text[start - 1].isalnum():
        start -= 1
    while end < len(text) and text[end].isascii() and text[end].isalnum():
        end += 1
    around = text[start : match.start()] + text[match.end() : end]
    return any(map(str.isdigit, around)) or bool(around and not around.strip("abcdef"))


def put_inside(place: str, pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Yield pieces of a file that lies inside another one, at `place`."""
    for piece in pieces:
        yield replace(piece, place=f"{place}, {piece.place}".removesuffix(", "))


def fold_text(text: str) -> str:
    r"""Write all digits and hyphens as plain ones, and drop what cannot be seen.

    Lines stay as they are.

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
