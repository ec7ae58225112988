"""A piece of text with its place in a file, and the readable text in bytes."""

import contextlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

# Longer than chance runs, but not longer than a personal number; Hangul has three bytes.
_PRINTED = re.compile(rb"(?:[ -~]|[\xea-\xed][\x80-\xbf]{2}){12,}")
_WIDE = {
    "utf-16-le": re.compile(rb"(?:[ -~]\0){10,}"),
    "utf-16-be": re.compile(rb"(?:\0[ -~]){10,}"),
}
# Signs that are neither ASCII nor Hangul.
STRANGE = re.compile("[^\0-~가-힣]")


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
        Why it must not be there at all, whatever its text; "" if it may be.
    names_author
        Whether the text is a person's name as the file's author.
    """

    place: str
    text: str
    forbidden: str = ""
    names_author: bool = False


def decode(content: bytes) -> str | None:
    """Return the text of bytes in UTF-8 or CP949, None if they are not text."""
    for encoding in ("utf-8-sig", "cp949"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if "\0" in text else text
    return None


def read_text(content: bytes) -> str:
    """Return the text of bytes from inside a text, in UTF-8, CP949 or UTF-16; "" if none.

    Except in UTF-8, chance bytes often are letters, but hardly all of ASCII and Hangul.
    """
    for encoding in ("utf-8-sig", "cp949", "utf-16-le", "utf-16-be"):
        with contextlib.suppress(UnicodeDecodeError):
            text = content.decode(encoding)
            plain = encoding == "utf-8-sig" or not STRANGE.search(text)
            if plain and all(sign.isprintable() or sign.isspace() for sign in text):
                return text
    return ""


def list_strings(content: bytes) -> str:
    """Return the readable runs of bytes that are not text, in ASCII, UTF-8 and UTF-16."""
    runs = [each.decode("utf-8", "ignore") for each in _PRINTED.findall(content)]
    for encoding, pattern in _WIDE.items():
        runs += [each.decode(encoding) for each in pattern.findall(content)]
    return "\n".join(runs)


def put_inside(place: str, pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Yield pieces of a file that lies inside another one, at `place`."""
    for piece in pieces:
        yield replace(piece, place=f"{place}, {piece.place}".removesuffix(", "))
