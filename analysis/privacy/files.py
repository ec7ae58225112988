"""Take a file apart into all its texts, including those that are not visible."""

import base64
import html
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from analysis.privacy.documents import ATTACHED, read_pdf, read_word
from analysis.privacy.encodings import decode_base64, decode_bytes, list_readings, unpack
from analysis.privacy.images import NO_IMAGE, read_image
from analysis.privacy.pieces import Piece, decode, list_strings, put_inside, read_text

_UNKNOWN = "a kind of file that cannot be looked into"
_NO_NOTEBOOK = "a notebook that cannot be looked into"
_TAG = re.compile(r"</?[A-Za-z][^>]*>|<!\[CDATA\[|\]\]>")
_ENTITY = re.compile(r"<!ENTITY\s+([\w.-]+)\s+[\"']([^\"']*)[\"']")
_AUTHOR = re.compile(
    r"(?is)<meta[^>]+name=[\"'](?:dcterms\.)?(?:author|creator)[\"'][^>]*content=[\"']([^\"'$]+)[\"']"
    r"|<dc:(?:creator|publisher|contributor)>(.*?)</dc:"
)
# So many letters without a blank are a picture in base64, which is decoded. Two letters and two
# digits of it may look like sex and age.
_PICTURE = re.compile("[A-Za-z0-9+/]{200,}")
_DATA = re.compile(
    r"data:(?P<kind>[a-z]+/[a-z0-9.+-]+)[^,\s\"'<>]{0,60};base64,(?P<encoded>[A-Za-z0-9+/_=\s-]{4,})"
)
_MAGIC = {b"\x89PNG": ".png", b"\xff\xd8\xff": ".jpg", b"%PDF-": ".pdf", b"PK\x03\x04": ".docx"}
# Files inside files are read to this depth; nobody packs them deeper.
_DEEPEST = 4
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_PICTURES = ("image/png", "image/jpeg", "image/jpg")
_CARRIED_TEXTS = ("text/", "image/svg+xml", "application/json")
_SHOWN_MARKUP = ("text/html", "image/svg+xml")
_SHOWN_TEXTS = (
    "text/",
    "application/json",
    "application/javascript",
    "application/vnd.jupyter.widget",
)


def take_apart(name: str, content: bytes, depth: int = 0) -> Iterator[Piece]:
    """Yield the texts of a file, whose kind is its name's suffix, and what is encoded in them.

    A file of a kind that cannot be read is one forbidden piece. `depth` is the number of files
    around it.
    """
    for piece in _read_file(name, content):
        yield replace(piece, text=_PICTURE.sub("", piece.text))
        yield from _read_encoded(piece, depth)


def _read_file(name: str, content: bytes) -> Iterator[Piece]:
    suffix = name[name.rfind(".") :].casefold()
    if suffix in READERS:
        yield from READERS[suffix](content)
        # The bytes also contain what the reader does not ask for.
        yield Piece("its bytes", list_strings(content))
        return
    text = decode(content)
    # Nobody reads a PDF by another name as one.
    if text is None or content.startswith(b"%PDF-"):
        yield Piece("", "", forbidden=_UNKNOWN)
    elif suffix in (".html", ".svg", ".xml"):
        yield from _read_markup(text)
    else:
        yield Piece("", text)


def _read_encoded(piece: Piece, depth: int) -> Iterator[Piece]:
    """Yield what a text encodes, decoded, and the pieces of the bytes that it holds as text."""
    if depth > _DEEPEST:
        return
    inside: dict[tuple[bytes, str], None] = {}
    decoded = sorted(list_readings(piece.text))
    yield from (Piece(piece.place, text) for text in decoded)
    for text in (piece.text, *decoded):
        for match in _DATA.finditer(text):
            inside[decode_base64(match["encoded"]), match["kind"]] = None
        inside |= dict.fromkeys((content, "") for content in decode_bytes(_DATA.sub("", text)))
    for content, kind in inside:
        yield from put_inside(piece.place, _read_inside(content, kind, depth + 1))


def _read_inside(content: bytes, kind: str, depth: int) -> Iterator[Piece]:
    """Yield the pieces of bytes by their content; `kind` is their stated MIME type, "" if none.

    Bytes that are not text count as a hash, or are forbidden if they have a `kind`.
    """
    for magic, suffix in _MAGIC.items():
        if content.startswith(magic):
            yield from take_apart(suffix, content, depth)
            return
    content = unpack(content)
    text = read_text(content)
    known = not kind or kind.startswith(_CARRIED_TEXTS)
    if known and text:
        for piece in _read_markup(text):
            yield piece
            yield from _read_encoded(piece, depth)
    elif kind:
        yield Piece("", "", forbidden=NO_IMAGE if kind in _PICTURES else ATTACHED)
    else:
        yield Piece("", list_strings(content))


def _read_markup(text: str, place: str = "") -> Iterator[Piece]:
    """Yield the pieces of a page, of an SVG picture, or of any other text with tags."""
    for name, value in _ENTITY.findall(text):
        text = text.replace(f"&{name};", value)
    yield Piece(place, html.unescape(text))
    # Visible text may be split by tags.
    yield Piece(f"{place}, as shown".removeprefix(", "), html.unescape(_TAG.sub("", text)))
    for match in _AUTHOR.finditer(text):
        named = html.unescape(_TAG.sub("", match[1] or match[2])).strip()
        yield Piece(place, named, names_author=True)


def _read_notebook(content: bytes) -> Iterator[Piece]:
    """Yield the texts of a notebook: cells, outputs, attachments, and metadata of all of them."""
    try:
        notebook = json.loads(decode(content) or "")
        cells = list(notebook["cells"])
    except (ValueError, KeyError, TypeError, RecursionError):
        yield Piece("", "", forbidden=_NO_NOTEBOOK)
        return
    yield Piece("metadata", _write_rest(notebook, "cells"))
    for number, cell in enumerate(cells, 1):
        place = f"cell {number}"
        source = _join(cell.get("source", ""))
        yield Piece(place, source)
        yield Piece(f"{place}, metadata", _write_rest(cell, "source", "attachments", "outputs"))
        for name, data in cell.get("attachments", {}).items():
            yield Piece(f"{place}, attachment", name)
            for kind, value in data.items():
                yield from _read_data(_join(value), f"{place}, attachment", kind)
        for output in cell.get("outputs", ()):
            yield from _read_output(output, f"{place}, output")


def _read_output(output: dict[str, Any], place: str) -> Iterator[Piece]:
    for part in ("text", "ename", "evalue", "traceback"):
        if output.get(part):
            yield Piece(place, _COLOUR.sub("", _join(output[part])))
    yield Piece(f"{place}, metadata", _write_rest(output, "text", "traceback", "data"))
    for kind, value in output.get("data", {}).items():
        text = _join(value)
        if kind in _SHOWN_MARKUP:
            yield from _read_markup(text, place)
        elif kind.startswith(_SHOWN_TEXTS):
            yield Piece(place, text)
        else:
            yield from _read_data(text, f"{place}, image", kind)


def _read_data(encoded: str, place: str, kind: str) -> Iterator[Piece]:
    """Yield the pieces of a file in base64, with its MIME type as `kind`."""
    try:
        content = base64.b64decode(encoded)
    except ValueError:
        yield Piece(place, "", forbidden=NO_IMAGE)
        return
    yield from put_inside(place, _read_inside(content, kind, 1))


def _join(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return "".join(value)
    return value if isinstance(value, str) else _write(value)


def _write_rest(part: dict[str, Any], *known: str) -> str:
    """Return everything in a part of a notebook that is not read elsewhere."""
    return _write({name: value for name, value in part.items() if name not in known})


def _write(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) if value else ""


READERS = {
    ".ipynb": _read_notebook,
    ".png": read_image,
    ".jpg": read_image,
    ".jpeg": read_image,
    ".docx": read_word,
    ".pdf": read_pdf,
}
