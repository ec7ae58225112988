"""Images that stand inside a text, written in base64."""

import base64
import binascii
import re

from analysis.privacy.images import CANNOT, read_image
from analysis.privacy.pieces import Piece, put_inside

_EMBEDDED = re.compile(r"data:image/(?:png|jpe?g)(?:;[a-z0-9=-]+)*;base64,([A-Za-z0-9+/=\s]+)")


def list_embedded(text, place=""):
    """Yield the pieces of the images that a page or a notebook carries."""
    for number, match in enumerate(_EMBEDDED.finditer(text), 1):
        yield from read_base64(match[1], f"{place}, image {number}".removeprefix(", "))


def read_base64(encoded, place):
    """Yield the pieces of an image that is written in base64."""
    try:
        content = base64.b64decode(encoded)
    except (binascii.Error, ValueError):
        yield Piece(place, "", forbidden=CANNOT)
        return
    yield from put_inside(place, read_image(content))
