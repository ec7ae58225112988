"""A text of a file, and where it stands there."""

from dataclasses import dataclass


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


def decode(content):
    """Return the text of bytes in UTF-8 or CP949, None if they are no text."""
    for encoding in ("utf-8-sig", "cp949"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if "\0" in text else text
    return None


def put_inside(place, pieces):
    """Yield pieces of a file that lies inside another one, at `place`."""
    for piece in pieces:
        where = f"{place}, {piece.place}".removesuffix(", ")
        yield Piece(where, piece.text, piece.forbidden, piece.names_author)
