"""What a text encodes is decoded: bytes by the encodings of programs, letters by their escapes."""

import base64
import binascii
import bz2
import html
import lzma
from urllib.parse import quote

import pytest

from analysis.privacy.encodings import list_readings
from analysis.privacy.files import take_apart
from analysis.privacy.kinds import find_kinds

PHONE, PATIENT = "010~-1234-5678".replace("~", ""), "환자~ 김민수".replace("~", "")


def escape(text, form):
    return "".join(form.format(ord(sign)) for sign in text)


BYTES = {
    "base32": base64.b32encode,
    "base32 in small letters": lambda content: base64.b32encode(content).lower(),
    "base32 without its end": lambda content: base64.b32encode(content).rstrip(b"="),
    "base32hex": base64.b32hexencode,
    "base85": base64.b85encode,
    "ascii85": base64.a85encode,
    "ascii85 as in PDF": lambda content: base64.a85encode(content, adobe=True),
    "quoted-printable": lambda content: "".join(f"={code:02X}" for code in content).encode(),
    "base64 of UTF-16": lambda content: base64.b64encode(content.decode().encode("utf-16-le")),
    "base64 of bzip2": lambda content: base64.b64encode(bz2.compress(content)),
    "base64 of xz": lambda content: base64.b64encode(lzma.compress(content)),
    "hex of UTF-16": lambda content: content.decode().encode("utf-16-be").hex().encode(),
    "hex with commas": lambda content: binascii.hexlify(content, ","),
    "hex as in C": lambda content: ", ".join(f"0x{code:02x}" for code in content).encode(),
    "decimal numbers": lambda content: ", ".join(map(str, content)).encode(),
    "escaped bytes": lambda content: "".join(f"\\x{code:02x}" for code in content).encode(),
    "octal escapes": lambda content: "".join(f"\\{code:03o}" for code in content).encode(),
    "percent": lambda content: quote(content).replace("-", "%2D").encode(),
    "percent twice": lambda content: quote("".join(f"%{code:02X}" for code in content)).encode(),
}
LETTERS = {
    "UTF-7": lambda text: f"+{base64.b64encode(text.encode('utf-16-be')).decode().rstrip('=')}-",
    "a folder of mail": lambda text: LETTERS["UTF-7"](text).replace("/", ",").replace("+", "&", 1),
    "JavaScript": lambda text: escape(text, "\\u{{{:x}}}"),
    "Python": lambda text: escape(text, "\\U{:08x}"),
    "old addresses": lambda text: escape(text, "%u{:04x}"),
    "CSS": lambda text: escape(text, "\\{:x} "),
    "CSS in six digits": lambda text: escape(text, "\\{:06x}"),
    "entities twice": lambda text: html.escape(escape(text, "&#{};")),
}


def find_in_text(text, name="a.md"):
    pieces = take_apart(name, f"See\n{text}\nthere\n".encode())
    return {kind for piece in pieces for kind, _ in find_kinds(piece.text)}


@pytest.mark.parametrize("how", [*BYTES, *LETTERS])
def test_encoded_identifiers_are_found(how):
    for text in (PHONE, PATIENT):
        encoded = BYTES[how](text.encode()).decode() if how in BYTES else LETTERS[how](text)
        assert text not in encoded
        assert find_in_text(encoded), encoded


@pytest.mark.parametrize(
    "script",
    [
        'a = "010-" ~+ "1234-" + "5678"',
        'a = "010-"~ "1234-5678"',
        'a = (\n    "010-1234"~\n    "-5678"\n)',
        'a = "010-"~ \\\n    f"1234-5678"',
        "var a = '010-'~ + '1234-5678';",
        "$a = '010-'~ . '1234-5678';",
        "select '010-'~ || '1234-5678'",
        'a = "010-"~ & "1234-5678"',
        'a <- paste0("0~10-", "1234-5678")',
        'a <- paste("0~10", "1234", "5678", sep = "-")',
        "'-'.join(['0~10', '1234', '5678'])",
        "['0~10', '1234', '5678'].join('-')",
        "`010-${'~1234'}-5678`",
        "f\"{'010'~}-1234-5678\"",
        'note = "환자 "~ + "김" + "민수"',
        'note = "Mr"~ + "s. Kim"',
        "010-12~\\\n34-5678",
        "010-12~=\n34-5678",
        "010\\~-1234\\-5678",
        "010{~-}1234{-}5678",
        "**010**~-1234-**5678**",
        "`010`~-`1234`-`5678`",
        "0~10/*-*/-1234-5678",
    ],
)
def test_what_a_script_or_a_page_joins_is_found(script):
    assert find_in_text(script.replace("~", "")), script


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("a\nb\nc\n\\u0041\nd\ne", "\n\nc\nA\nd\n"),
        ('a\nb = "x"\nc = ("y"\n     "z")\nd\ne', '\nb = "x"\nc = ("yz")\nd\n'),
        ("plain text, 2 + 3", None),
        ("a list: ['1', '2', '3']", None),
    ],
)
def test_only_lines_that_read_differently_are_returned_with_their_neighbours(text, read):
    assert list_readings(text) == ({read} if read else set())
