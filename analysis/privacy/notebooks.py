"""What a notebook holds: cells, their outputs, attachments, and metadata of all of them."""

import json

from analysis.privacy.embedded import list_embedded, read_base64
from analysis.privacy.pieces import Piece, decode

_IMAGES = ("image/png", "image/jpeg")


def read_notebook(content):
    """Return the texts of a notebook, cell by cell."""
    try:
        notebook = json.loads(decode(content) or "")
        cells = list(notebook["cells"])
    except (ValueError, KeyError, TypeError):
        yield Piece("", "", forbidden="a notebook that cannot be looked into")
        return
    yield Piece("metadata", _write(notebook.get("metadata", {})))
    for number, cell in enumerate(cells, 1):
        place = f"cell {number}"
        source = _join(cell.get("source", ""))
        yield Piece(place, source)
        yield from list_embedded(source, place)
        yield Piece(f"{place}, metadata", _write(cell.get("metadata", {})))
        for name, data in cell.get("attachments", {}).items():
            yield Piece(f"{place}, attachment", name)
            yield from _read_data(data, f"{place}, attachment")
        for output in cell.get("outputs", ()):
            yield from _read_output(output, f"{place}, output")


def _read_output(output, place):
    for part in ("text", "ename", "evalue", "traceback"):
        if output.get(part):
            yield Piece(place, _join(output[part]))
    yield Piece(f"{place}, metadata", _write(output.get("metadata", {})))
    yield from _read_data(output.get("data", {}), place)


def _read_data(data, place):
    for kind, value in data.items():
        if kind in _IMAGES:
            yield from read_base64(_join(value), f"{place}, image")
        elif kind.startswith(("text/", "image/svg", "application/")):
            text = value if isinstance(value, str) else _join(value)
            yield Piece(place, text)
            yield from list_embedded(text, place)
        else:
            yield Piece(place, "", forbidden="an attachment that cannot be looked into")


def _join(value):
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return "".join(value)
    return value if isinstance(value, str) else _write(value)


def _write(value):
    return json.dumps(value, ensure_ascii=False, indent=1) if value else ""
