"""A text of a file, where it stands there, and how the patterns expect it to be written."""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

# Letters that show nothing, and signs that look like a hyphen and are none by their category.
_BLANK = "\u115f\u1160\u3164\uffa0"
_HYPHENS = "\u2043\u2212\u30fc"
_UNSEEN = ("Cf", "Mn", "Me")


@dataclass(frozen=True)
class Piece:
    """A text of a file.

    Parameters
    ----------
    place
        Where in the file: a cell, a chunk, a property; "" for the whole file.
    text
        What stands there.
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
