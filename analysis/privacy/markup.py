"""What a page or a picture in markup says: as written, as shown, and in what it carries inside."""

import base64
import binascii
import html
import re
from urllib.parse import unquote

from analysis.privacy.images import CANNOT, read_image
from analysis.privacy.pieces import Piece, decode, put_inside

_TAG = re.compile(r"</?[A-Za-z][^>]*>")
_CARRIED = re.compile(
    r"data:(?P<kind>[a-z]+/[a-z0-9.+-]+)(?:;(?!base64)[a-z0-9=-]+)*"
    r"(?:;base64,(?P<encoded>[A-Za-z0-9+/=\s]+)|,(?P<plain>[^\"')>]+))"
)
_PICTURES = ("image/png", "image/jpeg", "image/jpg")
_TEXTS = ("text/", "image/svg+xml", "application/json")
_ATTACHED = "an attachment that cannot be looked into"


def read_markup(text, place=""):
    """Yield the pieces of a page, of a picture in SVG, or of whatever has tags."""
    yield Piece(place, html.unescape(text))
    # What a reader sees may be written in pieces.
    yield Piece(f"{place}, as shown".removeprefix(", "), html.unescape(_TAG.sub("", text)))
    yield from list_carried(text, place)


def list_carried(text, place=""):
    """Yield the pieces of what a text carries inside: images and other files in an address."""
    for number, match in enumerate(_CARRIED.finditer(text), 1):
        where = f"{place}, image {number}".removeprefix(", ")
        if match["plain"]:
            yield Piece(where, unquote(match["plain"]))
        else:
            yield from read_base64(match["encoded"], where, match["kind"])


def read_base64(encoded, place, kind):
    """Yield the pieces of a file of some kind (as MIME names it) that is written in base64."""
    try:
        content = base64.b64decode(encoded)
    except (binascii.Error, ValueError):
        yield Piece(place, "", forbidden=CANNOT)
        return
    text = decode(content) if kind.startswith(_TEXTS) else None
    if kind in _PICTURES:
        yield from put_inside(place, read_image(content))
    elif text is not None:
        yield from put_inside(place, read_markup(text))
    else:
        yield Piece(place, "", forbidden=_ATTACHED)
