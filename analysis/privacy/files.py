"""Take a file apart into the texts that it holds, those that nobody sees included."""

import html
import re

from analysis.privacy.embedded import list_embedded
from analysis.privacy.images import read_image
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
        return
    text = decode(content)
    if text is None:
        yield Piece("", "", forbidden=CANNOT)
        return
    yield Piece("", text)
    if suffix in _MARKUP:
        # What a reader sees may be written in pieces and in entities.
        yield Piece("as shown", html.unescape(re.sub(r"</?[A-Za-z][^>]*>", "", text)))
    yield from list_embedded(text)
