"""Read all that a Word file or a PDF contains: text, properties, comments, notes and more."""

import html
import io
import logging
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from analysis.privacy.images import read_image
from analysis.privacy.pieces import Piece, decode, list_strings, put_inside

NO_WORD = "a Word file that cannot be looked into"
NO_PDF = "a PDF that cannot be looked into"
ATTACHED = "an attachment that cannot be looked into"
_NOTES = "notes or attachments"
_PERSONS = re.compile(
    r"<(?:dc:creator|cp:lastModifiedBy|Manager)\b[^>]*>([^<]+)<"
    r"|<w15:person\b[^>]*\bauthor=[\"']([^\"']+)"
)
_TRACKED = re.compile(r"<w:(?:ins|del|moveFrom|moveTo|rPrChange|pPrChange)\s[^>]*w:author=")
_ASIDE = re.compile(r"<[^>]*>")
_COMMENT = re.compile(r"<w:comment\s")
# A paragraph may be split into runs anywhere, even within a number.
_ENDED = re.compile(r"</(?:w:p|w:tc|[a-z]+:[A-Za-z]+\b(?<!w:t|w:r))>")
_SHIFT = re.compile(rb"\)[-0-9. ]*\(")
_STRING = re.compile(rb"\((?:\\.|[^\\()])*\)|<(?:[0-9A-Fa-f]{2})+>")
_DRAWS = re.compile(rb"\b(?:T[jJm]|re|cm|BDC|scn)\b")
_FONTS = (b"\0\1\0\0", b"OTTO", b"true", b"\1\0")
_PICTURES = (".png", ".jpg", ".jpeg")
_PLAIN = (".xml", ".rels", ".svg")
_NOTE_KINDS = {"/Text", "/FreeText", "/Popup", "/Highlight", "/FileAttachment", "/Stamp"}


def read_word(content: bytes) -> Iterator[Piece]:
    """Yield the texts of a Word file, part by part.

    All parts are read, not only the paragraphs, since text can hide outside of these.
    """
    if not content.startswith(b"PK"):
        # There is something before the beginning of the zip file.
        yield Piece("", "", forbidden=NO_WORD)
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            parts = {each.filename: file.read(each) for each in file.infolist()}
            comment = file.comment.decode("utf-8", "replace")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError):
        yield Piece("", "", forbidden=NO_WORD)
        return
    yield Piece("comment of the file", comment)
    yield Piece("names of its parts", "\n".join(parts))
    for name, part in parts.items():
        if name.casefold().endswith(_PICTURES):
            yield from put_inside(name, read_image(part))
        elif name.casefold().endswith(_PLAIN) and (page := decode(part)) is not None:
            yield from _read_part(name, page)
        elif part:
            yield Piece(name, "", forbidden=ATTACHED)


def _read_part(name: str, page: str) -> Iterator[Piece]:
    if _COMMENT.search(page):
        yield Piece(name, "", forbidden="comments, which name who wrote them and when")
    if _TRACKED.search(page):
        yield Piece(name, "", forbidden="tracked changes, which name who made them and when")
    for match in _PERSONS.finditer(page):
        yield Piece(name, html.unescape(match[1] or match[2]), names_author=True)
    yield Piece(name, html.unescape(re.sub(r"<[^>]+>", "", _ENDED.sub("\n", page))))
    # Comments and attributes are not shown, but are part of the file.
    yield Piece(name, "\n".join(map(html.unescape, _ASIDE.findall(page))))


def read_pdf(content: bytes) -> Iterator[Piece]:
    """Yield the texts of a PDF: pages, properties, XMP; notes and attachments are forbidden.

    Titles of chapters, addresses, descriptions of figures and scripts are yielded unchanged.
    """
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    # pypdf would report its repairs; here a file is only read.
    logging.getLogger("pypdf").setLevel(logging.ERROR)
    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted:
            yield Piece("", "", forbidden=NO_PDF)
            return
        yield from _read_properties(reader)
        yield from _read_objects(reader)
        for number, page in enumerate(reader.pages, 1):
            yield Piece(f"page {number}", page.extract_text())
            kinds = {note.get_object().get("/Subtype") for note in page.get("/Annots") or ()}
            if kinds & _NOTE_KINDS:
                yield Piece(f"page {number}", "", forbidden=_NOTES)
        if reader.attachments:
            yield Piece("attachments", "", forbidden=_NOTES)
    except (PyPdfError, ValueError, KeyError, OSError, RecursionError):
        yield Piece("", "", forbidden=NO_PDF)


def _read_properties(reader: Any) -> Iterator[Piece]:
    for key, value in (reader.metadata or {}).items():
        yield Piece(f"property {key}", f"{key.removeprefix('/')}: {value}")
        if key == "/Author":
            yield Piece(f"property {key}", str(value), names_author=True)
    packet = reader.root_object.get("/Metadata")
    if packet is not None:
        yield Piece("XMP", packet.get_object().get_data().decode("utf-8", "replace"))


def _read_objects(reader: Any) -> Iterator[Piece]:
    """Yield all strings and streams of every object, whether or not a page shows it.

    References to other objects are not followed, since every object is read.
    """
    from pypdf.errors import PyPdfError
    from pypdf.generic import IndirectObject, StreamObject

    numbers = [
        (number, generation) for generation, objects in reader.xref.items() for number in objects
    ]
    strings: list[str] = []
    for number, generation in [*numbers, *((number, 0) for number in reader.xref_objStm)]:
        part = reader.get_object(IndirectObject(number, generation, reader))
        strings += _find_strings(part)
        if isinstance(part, StreamObject):
            try:
                data = part.get_data()
            except (PyPdfError, ValueError, NotImplementedError):
                yield Piece(f"object {number}", "", forbidden=NO_PDF)
                continue
            if data.startswith(b"\xff\xd8"):
                yield from put_inside(f"object {number}", read_image(data))
            elif part.get("/Subtype") != "/Image":
                yield Piece(f"object {number}", _read_stream(data))
    yield Piece("what is not shown", "\n".join(strings))


def _read_stream(data: bytes) -> str:
    """Return the text of a stream; of a drawing only its strings, as numbers are coordinates."""
    if data.startswith(_FONTS):
        return ""
    if not _DRAWS.search(data):
        return decode(data) or list_strings(data)
    # A text may be split into pieces, with moves of the pen between them.
    strings = _STRING.findall(_SHIFT.sub(b"", data))
    return "\n".join(
        list_strings(bytes.fromhex(each[1:-1].decode()) if each[:1] == b"<" else each)
        for each in strings
    )


def _find_strings(part: Any) -> Iterator[str]:
    from pypdf.generic import ByteStringObject, TextStringObject

    if isinstance(part, TextStringObject):
        yield str(part)
    elif isinstance(part, ByteStringObject):
        yield list_strings(part)
    elif isinstance(part, dict | list):
        for each in part.values() if isinstance(part, dict) else part:
            yield from _find_strings(each)
