"""Take a file apart into the texts that it holds, those that nobody sees included."""

import re

from analysis.privacy.images import read_image
from analysis.privacy.markup import list_carried, read_markup
from analysis.privacy.notebooks import read_notebook
from analysis.privacy.office import read_word
from analysis.privacy.pdf import read_pdf
from analysis.privacy.pieces import Piece, decode

CANNOT = "a kind of file that cannot be looked into"
READERS = {
    ".ipynb": read_notebook,
    ".png": read_image,
    ".jpg": read_image,
    ".jpeg": read_image,
    ".docx": read_word,
    ".pdf": read_pdf,
}
_MARKUP = (".html", ".svg", ".xml")
# Longer than chance makes them, and as short as a number of a person is.
_PRINTED = re.compile(rb"[ -~]{12,}")
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4}))")


def take_apart(name, content):
    """Return the texts of a file.

    Parameters
    ----------
    name : str
        Its name, of which the suffix counts.
    content : bytes

    Yields
    ------
    analysis.privacy.pieces.Piece
        A file of a kind that cannot be looked into is one forbidden piece.
    """
    suffix = name[name.rfind(".") :].casefold()
    if suffix in READERS:
        yield from READERS[suffix](content)
        # What no reader asks for still stands there.
        yield Piece("its bytes", b"\n".join(_PRINTED.findall(content)).decode())
        return
    text = decode(content)
    if text is None:
        yield Piece("", "", forbidden=CANNOT)
        return
    if suffix in _MARKUP:
        yield from read_markup(text)
        return
    yield Piece("", _ESCAPE.sub(lambda match: chr(int(match[1] or match[2], 16)), text))
    yield from list_carried(text)
