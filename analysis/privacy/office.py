"""What a Word file holds: text, properties, comments, tracked changes, pictures."""

import html
import io
import re
import zipfile

from analysis.privacy.images import read_image
from analysis.privacy.pieces import Piece, decode, put_inside

CANNOT = "a Word file that cannot be looked into"
_PERSONS = re.compile(r"<(?:dc:creator|cp:lastModifiedBy|Manager)\b[^>]*>([^<]+)<")
_TRACKED = re.compile(r"<w:(?:ins|del|moveFrom|moveTo|rPrChange|pPrChange)\s[^>]*w:author=")
_ASIDE = re.compile(r"<[^>]*>")
_COMMENT = re.compile(r"<w:comment\s")
_PICTURES = (".png", ".jpg", ".jpeg")
_PLAIN = (".xml", ".rels", ".svg")


def read_word(content):
    """Return the texts of a Word file, part by part."""
    if not content.startswith(b"PK"):
        # Something stands before the file that it is.
        yield Piece("", "", forbidden=CANNOT)
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            parts = {each.filename: file.read(each) for each in file.infolist()}
            comment = file.comment.decode("utf-8", "replace")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError):
        yield Piece("", "", forbidden=CANNOT)
        return
    yield Piece("comment of the file", comment)
    yield Piece("names of its parts", "\n".join(parts))
    for name, part in parts.items():
        if name.casefold().endswith(_PICTURES):
            yield from put_inside(name, read_image(part))
        elif name.endswith(_PLAIN) and (page := decode(part)) is not None:
            yield from _read_part(name, page)
        elif part:
            yield Piece(name, "", forbidden="an attachment that cannot be looked into")


def _read_part(name, page):
    if _COMMENT.search(page):
        yield Piece(name, "", forbidden="comments, which name who wrote them and when")
    if _TRACKED.search(page):
        yield Piece(name, "", forbidden="tracked changes, which name who made them and when")
    for match in _PERSONS.finditer(page):
        yield Piece(name, html.unescape(match[1]), names_author=True)
    # A paragraph is cut into runs anywhere, also within a number.
    ended = re.sub(r"</(?:w:p|w:tc|[a-z]+:[A-Za-z]+\b(?<!w:t|w:r))>", "\n", page)
    yield Piece(name, html.unescape(re.sub(r"<[^>]+>", "", ended)))
    # Comments and attributes are not shown, and go along.
    yield Piece(name, "\n".join(map(html.unescape, _ASIDE.findall(page))))
