"""Decode what a text encodes: escapes, strings that a script joins, and bytes written as text."""

import base64
import bz2
import contextlib
import gzip
import html
import lzma
import quopri
import re
import zlib
from collections.abc import Callable, Iterator
from urllib.parse import unquote

from analysis.privacy.pieces import STRANGE, decode, read_text

# Escapes of scripts and RTF, whose bytes or letters are written in hex or octal.
_BYTES = re.compile(r"(?:\\[x'][0-9A-Fa-f]{2}|\\[0-3][0-7]{2})+")
_LETTER = re.compile(r"[\\%]u([0-9A-Fa-f]{4})|\\u\{([0-9A-Fa-f]{1,6})\}|\\U([0-9A-Fa-f]{8})")
_CSS = re.compile(r"\\(0{0,4}[2-7][0-9A-Fa-f]|(?:00)?[A-Da-d][0-9A-Fa-f]{3})[ \t]?")
# UTF-7; the names of folders of mail begin with & and have a comma for the slash.
_UTF7 = re.compile(r"[+&]([A-Za-z0-9+/,]{5,})-?")
# How scripts join strings: by a call, by a sign or a blank between them, or by braces in one.
_STRING = re.compile(r"\"([^\"\n]*)\"|'([^'\n]*)'")
_CALL = re.compile(
    r"\b(?:paste0?|str_c|concat|join)\(([^()]{5,300})\)|\[([^][]{5,300})\]\.join\b", re.IGNORECASE
)
_BETWEEN = re.compile(r"([\"'])(?:\s+|\s*(?:\+|\.|&|\|\||\\)\s*)[bfruBFRU]{0,2}\1")
_BRACES = re.compile(r"\$?\{\s*([\"'])([^\"'{}\n]*)\1\s*\}")
# Marks inside a number: of Markdown, of TeX, of a comment, or of a line that goes on.
_MARKS = re.compile(r"(?<=[0-9-])(?:[*`{}\\]+\s*|/\*.*?\*/)(?=[0-9-])")

_BASE64 = re.compile(r"(?:[A-Za-z0-9+/_-]{16,}\s{1,2})*[A-Za-z0-9+/_-]{16,}={0,2}")
_BASE32 = re.compile(r"\b(?:[A-Z0-9]{16,}|[a-z0-9]{16,})\b")
_BASE85 = re.compile(r"(?<![^\s\"'])(?=\S*[^\w\s+=./-])[!-~]{15,}(?!\S)")
_HEX = re.compile(
    r"(?<![0-9A-Fa-f])(?:(?:0x)?[0-9A-Fa-f]{2}[ :,-]{0,2}){11,}(?:0x)?[0-9A-Fa-f]{2}(?![0-9A-Fa-f])"
)
_CODES = re.compile(r"(?<![0-9.])(?:[0-9]{2,3},\s*){9,}[0-9]{2,3}(?![0-9.])")


def list_readings(text: str) -> set[str]:
    """Return what else a text reads as: its escapes decoded, up to twice, or its strings joined.

    Of each reading, lines that differ are returned, each with the lines beside it; the others are
    empty, so that the number of a line remains.
    """
    decoders = (_decode_escapes, _decode_css, _decode_utf7, html.unescape, unquote, _decode_mail)
    readings = {*(each(each(text)) for each in decoders), _join_strings(text)} - {text}
    known = set(text.split("\n")) if readings else set()
    return {_leave_lines(reading.split("\n"), known) for reading in readings}


def _leave_lines(lines: list[str], known: set[str]) -> str:
    new = [line not in known for line in lines]
    near = (any(new[max(at - 1, 0) : at + 2]) for at in range(len(lines)))
    return "\n".join(line if kept else "" for line, kept in zip(lines, near, strict=True))


def _decode_escapes(text: str) -> str:
    return _LETTER.sub(_read_letter, _BYTES.sub(_read_bytes, text))


def _decode_css(text: str) -> str:
    return _CSS.sub(_read_letter, text)


def _decode_utf7(text: str) -> str:
    return _UTF7.sub(_read_utf7, text)


def _decode_mail(text: str) -> str:
    return quopri.decodestring(text.encode("utf-8", "replace")).decode("utf-8", "replace")


def _join_strings(text: str) -> str:
    text = _CALL.sub(lambda call: "".join(map("".join, _STRING.findall(call[0]))), text)
    return _MARKS.sub("", _BRACES.sub(r"\2", _BETWEEN.sub("", text)))


def _read_bytes(match: re.Match[str]) -> str:
    codes = match[0].split("\\")[1:]
    content = bytes(int(code[1:], 16) if code[0] in "x'" else int(code, 8) for code in codes)
    return decode(content) or content.decode("latin-1")


def _read_letter(match: re.Match[str]) -> str:
    number = int(next(filter(None, match.groups())), 16)
    return chr(number) if number < 0x110000 else match[0]


def _read_utf7(match: re.Match[str]) -> str:
    text = decode_base64(match[1].replace(",", "/")).decode("utf-16-be", "ignore")
    return match[0] if STRANGE.search(text) else text


def decode_bytes(text: str) -> Iterator[bytes]:
    """Yield the bytes that a text holds in base64, base32, base85, hex, or as decimal numbers."""
    for match in _BASE64.finditer(text):
        yield decode_base64(match[0])
    for match in _HEX.finditer(text):
        yield bytes.fromhex(re.sub("0x|[:,-]", " ", match[0]))
    for match in _CODES.finditer(text):
        yield bytes(int(code) % 256 for code in match[0].split(","))
    for match in _BASE32.finditer(text):
        # No bytes end after one, three or six letters of eight.
        packed = match[0][: len(match[0]) - (len(match[0]) % 8 in (1, 3, 6))].upper()
        packed += "=" * (-len(packed) % 8)
        yield from _try_each(packed, base64.b32decode, base64.b32hexdecode)
    for match in _BASE85.finditer(text):
        packed = match[0].strip("\"'`,;").removeprefix("<~").removesuffix("~>")
        several = _try_each(packed, base64.b85decode, base64.a85decode)
        yield from (content for content in several if read_text(content))


def _try_each(packed: str, *decoders: Callable[[str], bytes]) -> Iterator[bytes]:
    for each in decoders:
        with contextlib.suppress(ValueError):
            yield each(packed)


def decode_base64(text: str) -> bytes:
    """Return the bytes of base64 in any of its spellings, with or without its padding."""
    packed = "".join(text.split()).translate(str.maketrans("-_", "+/")).rstrip("=")
    return base64.b64decode(packed[: len(packed) - (len(packed) % 4 == 1)] + "==")


def unpack(content: bytes) -> bytes:
    """Return what bytes are compressed from; the bytes themselves if they are not compressed."""
    for each in (gzip.decompress, zlib.decompress, bz2.decompress, lzma.decompress):
        with contextlib.suppress(OSError, EOFError, ValueError, zlib.error, lzma.LZMAError):
            return each(content)
    return content
