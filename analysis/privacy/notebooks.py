"""What a notebook holds: cells, their outputs, attachments, and metadata of all of them."""

import json
import re

from analysis.privacy.markup import list_carried, read_base64, read_markup
from analysis.privacy.pieces import Piece, decode

_MARKUP = ("text/html", "image/svg+xml")
_TEXTS = ("text/", "application/json", "application/javascript", "application/vnd.jupyter.widget")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def read_notebook(content):
    """Return the texts of a notebook, cell by cell."""
    try:
        notebook = json.loads(decode(content) or "")
        cells = list(notebook["cells"])
    except (ValueError, KeyError, TypeError):
        yield Piece("", "", forbidden="a notebook that cannot be looked into")
        return
    yield Piece("metadata", _write_rest(notebook, "cells"))
    for number, cell in enumerate(cells, 1):
        place = f"cell {number}"
        source = _join(cell.get("source", ""))
        yield Piece(place, source)
        yield from list_carried(source, place)
        yield Piece(f"{place}, metadata", _write_rest(cell, "source", "attachments", "outputs"))
        for name, data in cell.get("attachments", {}).items():
            yield Piece(f"{place}, attachment", name)
            for kind, value in data.items():
                yield from read_base64(_join(value), f"{place}, attachment", kind)
        for output in cell.get("outputs", ()):
            yield from _read_output(output, f"{place}, output")


def _read_output(output, place):
    for part in ("text", "ename", "evalue", "traceback"):
        if output.get(part):
            yield Piece(place, _COLOUR.sub("", _join(output[part])))
    yield Piece(f"{place}, metadata", _write_rest(output, "text", "traceback", "data"))
    yield from _read_data(output.get("data", {}), place)


def _read_data(data, place):
    for kind, value in data.items():
        text = _join(value)
        if kind in _MARKUP:
            yield from read_markup(text, place)
        elif kind.startswith(_TEXTS):
            yield Piece(place, text)
            yield from list_carried(text, place)
        else:
            yield from read_base64(text, f"{place}, image", kind)


def _join(value):
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return "".join(value)
    return value if isinstance(value, str) else _write(value)


def _write_rest(part, *told):
    """Return all of a part of a notebook that is not told elsewhere, whatever it is called."""
    return _write({name: value for name, value in part.items() if name not in told})


def _write(value):
    return json.dumps(value, ensure_ascii=False, indent=1) if value else ""
