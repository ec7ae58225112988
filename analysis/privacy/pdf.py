"""What a PDF holds: text, properties, notes, attachments, and whatever else is written in it."""

import io
import logging

from analysis.privacy.pieces import Piece

CANNOT = "a PDF that cannot be looked into"
_NOTES = {"/Text", "/FreeText", "/Popup", "/Highlight", "/FileAttachment", "/Stamp"}


def read_pdf(content):
    """Return the texts of a PDF: pages, properties, XMP; notes and attachments are forbidden.

    Titles of chapters, addresses, descriptions of figures and scripts are told as they stand.
    """
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    # It says what it repairs; here a file is only looked into.
    logging.getLogger("pypdf").setLevel(logging.ERROR)
    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted:
            yield Piece("", "", forbidden=CANNOT)
            return
        yield from _read_properties(reader)
        yield Piece("what is not shown", "\n".join(_list_strings(reader)))
        for number, page in enumerate(reader.pages, 1):
            yield Piece(f"page {number}", page.extract_text())
            kinds = {note.get_object().get("/Subtype") for note in page.get("/Annots") or ()}
            if kinds & _NOTES:
                yield Piece(f"page {number}", "", forbidden="notes or attachments")
        if reader.attachments:
            yield Piece("attachments", "", forbidden="notes or attachments")
    except (PyPdfError, ValueError, KeyError, OSError, RecursionError):
        yield Piece("", "", forbidden=CANNOT)


def _read_properties(reader):
    for key, value in (reader.metadata or {}).items():
        yield Piece(f"property {key}", f"{key.removeprefix('/')}: {value}")
        if key == "/Author":
            yield Piece(f"property {key}", str(value), names_author=True)
    packet = reader.root_object.get("/Metadata")
    if packet is not None:
        yield Piece("XMP", packet.get_object().get_data().decode("utf-8", "replace"))


def _list_strings(reader):
    """Yield every string of every object; none is followed to another, which has its own turn."""
    from pypdf.generic import IndirectObject

    numbers = [
        (number, generation) for generation, objects in reader.xref.items() for number in objects
    ]
    for number, generation in [*numbers, *((number, 0) for number in reader.xref_objStm)]:
        yield from _find_strings(reader.get_object(IndirectObject(number, generation, reader)))


def _find_strings(part):
    from pypdf.generic import TextStringObject

    if isinstance(part, TextStringObject):
        yield str(part)
    elif isinstance(part, dict | list):
        for each in part.values() if isinstance(part, dict) else part:
            yield from _find_strings(each)
