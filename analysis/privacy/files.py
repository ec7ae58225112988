"""Take a file apart into the texts that it holds, those that nobody sees included."""

import base64
import binascii
import html
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from analysis.privacy.documents import ATTACHED, read_pdf, read_word
from analysis.privacy.images import NO_IMAGE, read_image
from analysis.privacy.pieces import Piece, decode, put_inside

UNKNOWN = "a kind of file that cannot be looked into"
NO_NOTEBOOK = "a notebook that cannot be looked into"
# Longer than chance makes them, and as short as a number of a person is.
_PRINTED = re.compile(rb"[ -~]{12,}")
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4}))")
_TAG = re.compile(r"</?[A-Za-z][^>]*>")
_CARRIED = re.compile(
    r"data:(?P<kind>[a-z]+/[a-z0-9.+-]+)(?:;(?!base64)[a-z0-9=-]+)*"
    r"(?:;base64,(?P<encoded>[A-Za-z0-9+/=\s]+)|,(?P<plain>[^\"')>]+))"
)
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


def take_apart(name: str, content: bytes) -> Iterator[Piece]:
    """Yield the texts of a file, of whose name the suffix counts.

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
        yield Piece("", "", forbidden=UNKNOWN)
    elif suffix in (".html", ".svg", ".xml"):
        yield from read_markup(text)
    else:
        yield Piece("", _ESCAPE.sub(lambda match: chr(int(match[1] or match[2], 16)), text))
        yield from _list_carried(text)


def read_markup(text: str, place: str = "") -> Iterator[Piece]:
    """Yield the pieces of a page, of a picture in SVG, or of whatever has tags."""
    yield Piece(place, html.unescape(text))
    # What a reader sees may be written in pieces.
    yield Piece(f"{place}, as shown".removeprefix(", "), html.unescape(_TAG.sub("", text)))
    yield from _list_carried(text, place)


def _list_carried(text: str, place: str = "") -> Iterator[Piece]:
    """Yield the pieces of what a text carries inside: images and other files in an address."""
    for number, match in enumerate(_CARRIED.finditer(text), 1):
        where = f"{place}, image {number}".removeprefix(", ")
        if match["plain"]:
            yield Piece(where, unquote(match["plain"]))
        else:
            yield from _read_base64(match["encoded"], where, match["kind"])


def _read_base64(encoded: str, place: str, kind: str) -> Iterator[Piece]:
    """Yield the pieces of a file of some kind (as MIME names it) that is written in base64."""
    try:
        content = base64.b64decode(encoded)
    except (binascii.Error, ValueError):
        yield Piece(place, "", forbidden=NO_IMAGE)
        return
    text = decode(content) if kind.startswith(_CARRIED_TEXTS) else None
    if kind in _PICTURES:
        yield from put_inside(place, read_image(content))
    elif text is not None:
        yield from put_inside(place, read_markup(text))
    else:
        yield Piece(place, "", forbidden=ATTACHED)


def _read_notebook(content: bytes) -> Iterator[Piece]:
    """Yield the texts of a notebook: cells, outputs, attachments, and metadata of all of them."""
    try:
        notebook = json.loads(decode(content) or "")
        cells = list(notebook["cells"])
    except (ValueError, KeyError, TypeError):
        yield Piece("", "", forbidden=NO_NOTEBOOK)
        return
    yield Piece("metadata", _write_rest(notebook, "cells"))
    for number, cell in enumerate(cells, 1):
        place = f"cell {number}"
        source = _join(cell.get("source", ""))
        yield Piece(place, source)
        yield from _list_carried(source, place)
        yield Piece(f"{place}, metadata", _write_rest(cell, "source", "attachments", "outputs"))
        for name, data in cell.get("attachments", {}).items():
            yield Piece(f"{place}, attachment", name)
            for kind, value in data.items():
                yield from _read_base64(_join(value), f"{place}, attachment", kind)
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
            yield from read_markup(text, place)
        elif kind.startswith(_SHOWN_TEXTS):
            yield Piece(place, text)
            yield from _list_carried(text, place)
        else:
            yield from _read_base64(text, f"{place}, image", kind)


def _join(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return "".join(value)
    return value if isinstance(value, str) else _write(value)


def _write_rest(part: dict[str, Any], *known: str) -> str:
    """Return all of a part of a notebook that is not read elsewhere, whatever it is called."""
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
