"""Read what an image file contains besides the picture."""

import re
import zlib
from collections.abc import Iterator

from analysis.privacy.pieces import Piece, list_strings

NO_IMAGE = "an image that cannot be looked into"
HIDDEN = "a part of an image that cannot be looked into"
# Such data can contain the place, the day and the owner in fields that no pattern knows.
CAMERA = "data of a camera or a photo program (EXIF, XMP, IPTC)"
_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8"
# Chunks needed to show the picture (PNG specification, third edition, chapter 11).
_SHOWING = {
    "IHDR", "PLTE", "IDAT", "IEND", "tRNS", "cHRM", "gAMA", "iCCP", "sBIT", "sRGB", "cICP", "mDCV",
    "cLLI", "bKGD", "hIST", "pHYs", "sPLT", "acTL", "fcTL", "fdAT",
}  # fmt: skip
_TEXTS = ("tEXt", "zTXt", "iTXt")
# Chunks that begin with a name that somebody gave.
_NAMED = ("iCCP", "sPLT")
_PERSONS = ("author", "artist", "creator")
# Segments of a JPEG file; those of applications may have JFIF, a colour profile or Adobe's mark.
_EOI, _COMMENT, _APPLICATIONS = 0xD9, 0xFE, range(0xE0, 0xF0)
_PROFILES = (b"JFIF\0", b"JFXX\0", b"ICC_PROFILE\0", b"Adobe")
# After the segment SOS comes the picture itself, in which 0xFF alone is not a marker.
_MARKER = re.compile(rb"\xff([^\x00\xff\xd0-\xd7])")


def read_image(content: bytes) -> Iterator[Piece]:
    """Yield the texts of a PNG or JPEG file: text chunks, comments, data of a camera.

    A chunk that is neither a text nor needed to show the picture is forbidden. Chunks are read
    one by one, since an image library reports neither repeated names nor what it skips.
    """
    try:
        if content.startswith(_PNG):
            yield from _read_png(content)
        elif content.startswith(_JPEG):
            yield from _read_jpeg(content)
        else:
            yield Piece("", "", forbidden=NO_IMAGE)
    except (IndexError, ValueError, zlib.error):
        yield Piece("", "", forbidden=NO_IMAGE)


def _read_png(content: bytes) -> Iterator[Piece]:
    at, name = len(_PNG), ""
    while name != "IEND":
        length = int.from_bytes(content[at : at + 4])
        name = content[at + 4 : at + 8].decode("ascii")
        data = content[at + 8 : at + 8 + length]
        if len(data) < length or not name:
            raise ValueError("a chunk is cut off")
        at += length + 12
        if name in _TEXTS:
            yield from _read_text(name, data)
        elif name in _NAMED:
            given, _, rest = data.partition(b"\0")
            yield Piece(f"chunk {name}", given.decode("latin-1"))
            if name == "iCCP":
                yield Piece(f"chunk {name}", list_strings(zlib.decompress(rest[1:])))
        elif name == "eXIf":
            yield Piece(f"chunk {name}", "", forbidden=CAMERA)
        elif name == "tIME":
            year, rest = int.from_bytes(data[:2]), data[2:4]
            yield Piece(f"chunk {name}", f"{year:04d}-{rest[0]:02d}-{rest[1]:02d}")
        elif name not in _SHOWING:
            yield Piece(f"chunk {name}", "", forbidden=HIDDEN)
    if content[at:].strip(b"\0"):
        yield Piece("behind the picture", "", forbidden=HIDDEN)


def _read_text(name: str, data: bytes) -> Iterator[Piece]:
    key, _, rest = data.partition(b"\0")
    packed = name == "zTXt" or (name == "iTXt" and rest[0])
    if name == "iTXt":
        language, _, rest = rest[2:].partition(b"\0")
        translated, _, rest = rest.partition(b"\0")
        key += b" " + language + b" " + translated
    elif name == "zTXt":
        rest = rest[1:]
    text = (zlib.decompress(rest) if packed else rest).decode("utf-8", "replace")
    text = text.replace("\0", "")
    label = key.decode("utf-8", "replace").strip()
    if "xmp" in label.casefold() or "raw profile" in label.casefold():
        yield Piece(f"chunk {name}", "", forbidden=CAMERA)
        return
    yield Piece(f"chunk {name}", f"{label}: {text}")
    if label.casefold() in _PERSONS:
        yield Piece(f"chunk {name}", text, names_author=True)


def _read_jpeg(content: bytes) -> Iterator[Piece]:
    at = len(_JPEG)
    while found := _MARKER.search(content, at):
        marker, at = found[1][0], found.end()
        if marker == _EOI:
            break
        length = int.from_bytes(content[at : at + 2])
        data = content[at + 2 : at + length]
        if marker == _COMMENT:
            yield Piece("comment", data.decode("utf-8", "replace"))
        elif marker in _APPLICATIONS and not data.startswith(_PROFILES):
            yield Piece(f"segment APP{marker - _APPLICATIONS.start}", "", forbidden=CAMERA)
        elif marker in _APPLICATIONS:
            yield Piece(f"segment APP{marker - _APPLICATIONS.start}", list_strings(data))
        at += length
    if not found or content[at:].strip(b"\0"):
        yield Piece("behind the picture", "", forbidden=HIDDEN)
