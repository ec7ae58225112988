"""Text hides in files: each place is looked into, and what cannot be looked into is said."""

import base64
import io
import json
import struct
import zipfile
import zlib

import docx
import pypdf
import pytest
from PIL import Image

from analysis.privacy.files import take_apart
from analysis.privacy.kinds import find_kinds

PHONE = "010~-1234-5678".replace("~", "")
IN_PIECES = f"<b>{PHONE[:5]}</b>{PHONE[5:]}"
IN_COLOURS = f"\x1b[31m{PHONE[:5]}\x1b[0m{PHONE[5:]}"


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def make_png(*chunks, behind=b""):
    target = io.BytesIO()
    Image.new("L", (2, 2)).save(target, "PNG")
    plain, end = target.getvalue()[:-12], target.getvalue()[-12:]
    return plain + b"".join(chunks) + end + behind


def make_jpeg(**options):
    target = io.BytesIO()
    Image.new("L", (2, 2)).save(target, "JPEG", **options)
    return target.getvalue()


def make_exif():
    exif = Image.Exif()
    exif[0x013B] = "Somebody"
    return exif.tobytes()


def make_notebook(cell=None, **notebook):
    code = {"cell_type": "code", "source": "1", "metadata": {}, "outputs": [], **(cell or {})}
    return json.dumps({"cells": [code], "metadata": {}, **notebook}).encode()


def carry(kind, text):
    encoded = base64.b64encode(text.encode()).decode()
    return f'<img src="data:{kind};base64,{encoded}">'.encode()


def make_word(change=lambda document: None, parts=None):
    document, target = docx.Document(), io.BytesIO()
    document.core_properties.author = ""
    change(document)
    document.save(target)
    with zipfile.ZipFile(target) as file:
        # The library's own template brings a thumbnail with data of a photo program.
        kept = {name: file.read(name) for name in file.namelist() if "thumbnail" not in name}
    with zipfile.ZipFile(target := io.BytesIO(), "w") as file:
        for name, content in {**kept, **(parts or {})}.items():
            file.writestr(name, content)
    return target.getvalue()


def make_pdf(change=lambda writer: None):
    writer, target = pypdf.PdfWriter(), io.BytesIO()
    writer.add_blank_page(72, 72)
    change(writer)
    writer.write(target)
    return target.getvalue()


def write_runs(document):
    paragraph = document.add_paragraph(PHONE[:5])
    paragraph.add_run(PHONE[5:])


def track(document):
    run = document.add_paragraph("old")._p.get_or_add_pPr()
    deleted = run.makeelement(docx.oxml.ns.qn("w:ins"))
    deleted.set(docx.oxml.ns.qn("w:author"), "Somebody")
    run.append(deleted)


IMAGE = make_png(chunk(b"tEXt", f"Comment\0{PHONE}".encode()))
ENCODED = base64.b64encode(IMAGE).decode()
HOLDING_A_NUMBER = {
    "a text chunk": ("a.png", IMAGE),
    "a packed text chunk": ("a.png", make_png(
        chunk(b"zTXt", b"Comment\0\0" + zlib.compress(PHONE.encode())))),
    "an international text chunk": ("a.png", make_png(
        chunk(b"iTXt", b"Comment\0\1\0ko\0\0" + zlib.compress(f"전화 {PHONE}".encode())))),
    "a comment of a JPEG": ("a.jpeg", make_jpeg(comment=PHONE.encode())),
    "metadata of an SVG": ("a.svg", f"<svg><metadata>{PHONE}</metadata></svg>".encode()),
    "a comment of an SVG": ("a.svg", f"<svg><!-- {PHONE} --></svg>".encode()),
    "an attribute in entities": ("a.svg", PHONE.replace("-", "&#45;").join(
        ('<svg aria-label="', '"/>')).encode()),
    "a picture in SVG in a page": ("a.html", carry("image/svg+xml", f"<svg>{PHONE}</svg>")),
    "a text in an address": ("a.html", PHONE.replace("-", "%2D").join(
        ('<a href="data:text/plain,', '">')).encode()),
    "escapes of JSON": ("a.json", PHONE.replace("-", "\\u002d").encode()),
    "escapes of RTF": ("a.rtf", "".join(f"\\'{ord(sign):02x}" for sign in PHONE).encode()),
    "the name of a colour profile": ("a.png", make_png(
        chunk(b"iCCP", PHONE.encode() + b"\0\0" + zlib.compress(b"x")))),
    "a page in pieces": ("a.html", IN_PIECES.encode()),
    "a page in entities": ("a.html", PHONE.replace("-", "&#8209;").encode()),
    "an image in a page": ("a.html", f'<img src="data:image/png;base64,{ENCODED}">'.encode()),
    "what a cell prints": ("a.ipynb", make_notebook(
        {"outputs": [{"output_type": "stream", "text": ["1\n", PHONE]}]})),
    "a trace of an error": ("a.ipynb", make_notebook(
        {"outputs": [{"output_type": "error", "traceback": [PHONE]}]})),
    "a shown table": ("a.ipynb", make_notebook(
        {"outputs": [{"output_type": "display_data", "data": {"text/html": [PHONE]}}]})),
    "a shown table in pieces": ("a.ipynb", make_notebook({"outputs": [
        {"output_type": "display_data", "data": {"text/html": [IN_PIECES]}}]})),
    "an error in colours": ("a.ipynb", make_notebook(
        {"outputs": [{"output_type": "error", "traceback": [IN_COLOURS]}]})),
    "an attached text": ("a.ipynb", make_notebook(
        {"attachments": {"a.txt": {"text/plain": base64.b64encode(PHONE.encode()).decode()}}})),
    "what else a cell says": ("a.ipynb", make_notebook({"id": PHONE})),
    "what else an output says": ("a.ipynb", make_notebook(
        {"outputs": [{"output_type": "display_data", "seen": PHONE}]})),
    "what else a notebook says": ("a.ipynb", make_notebook(seen=PHONE)),
    "a shown image": ("a.ipynb", make_notebook(
        {"outputs": [{"output_type": "display_data", "data": {"image/png": ENCODED}}]})),
    "shown data": ("a.ipynb", make_notebook(
        {"outputs": [{"output_type": "display_data", "data": {"application/json": [PHONE, 1]}}]})),
    "metadata of an output": ("a.ipynb", make_notebook(
        {"outputs": [{"output_type": "display_data", "metadata": {"by": PHONE}}]})),
    "an attachment": ("a.ipynb", make_notebook(
        {"cell_type": "markdown", "attachments": {"a.png": {"image/png": ENCODED}}})),
    "metadata of a cell": ("a.ipynb", make_notebook({"metadata": {"seen": PHONE}})),
    "metadata of a notebook": ("a.ipynb", make_notebook(metadata={"author": PHONE})),
    "a paragraph in runs": ("a.docx", make_word(write_runs)),
    "a property": ("a.docx", make_word(
        lambda document: setattr(document.core_properties, "keywords", PHONE))),
    "a picture of a Word file": ("a.docx", make_word(
        lambda document: document.add_picture(io.BytesIO(IMAGE)))),
    "an attribute of a Word file": ("a.docx", make_word(
        parts={"word/x.xml": f"<w:x w:tip='{PHONE}'/>"})),
    "a comment in the markup of a Word file": ("a.docx", make_word(
        parts={"word/x.xml": f"<w:x/><!-- {PHONE} -->"})),
    "the name of a part": ("a.docx", make_word(parts={f"word/{PHONE}.xml": "<w:x/>"})),
    "a title in a PDF": ("a.pdf", make_pdf(
        lambda writer: writer.add_outline_item(title=f"전화 {PHONE}", page_number=0))),
    "something behind a PDF": ("a.pdf", make_pdf() + f"\n% {PHONE}".encode()),
    "a property of a PDF": ("a.pdf", make_pdf(
        lambda writer: writer.add_metadata({"/Subject": PHONE}))),
    "CP949": ("a.csv", f"이름\n{PHONE}".encode("cp949")),
    "a file that is all text": ("LICENSE", PHONE.encode()),
}  # fmt: skip
FORBIDDEN = {
    "EXIF of a PNG": ("a.png", make_png(chunk(b"eXIf", make_exif()))),
    "XMP of a PNG": ("a.png", make_png(chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<x/>"))),
    "a private chunk": ("a.png", make_png(chunk(b"prVt", b"x"))),
    "something behind the picture": ("a.png", make_png(behind=b"PK")),
    "EXIF of a JPEG": ("a.jpg", make_jpeg(exif=make_exif())),
    "comments": ("a.docx", make_word(parts={"word/notes.xml": '<w:comment w:author="x">'})),
    "tracked changes": ("a.docx", make_word(track)),
    "an attachment of a Word file": ("a.docx", make_word(parts={"word/embeddings/a.bin": "x"})),
    "a part that is no UTF-8": (
        "a.docx",
        make_word(parts={"word/x.xml": "<w:x/>".encode("utf-16")}),
    ),
    "something before a Word file": ("a.docx", b"x" + make_word()),
    "a shown PDF": (
        "a.ipynb",
        make_notebook(
            {"outputs": [{"output_type": "display_data", "data": {"application/pdf": "JVBERg=="}}]}
        ),
    ),
    "a font in a page": ("a.html", carry("font/woff2", "wOF2\0\1")),
    "an attachment of a PDF": ("a.pdf", make_pdf(lambda w: w.add_attachment("a.txt", b"x"))),
    "an unknown kind of file": ("a.xlsx", b"PK\x03\x04\0"),
    "a PDF by another name": ("a.txt", make_pdf()),
    "a broken image": ("a.png", make_png()[:40]),
    "a broken notebook": ("a.ipynb", b"{"),
    "a broken Word file": ("a.docx", b"PK"),
    "a broken PDF": ("a.pdf", b"%PDF-1.7"),
}


@pytest.mark.parametrize("place", HOLDING_A_NUMBER)
def test_a_number_is_found_where_nobody_looks(place):
    name, content = HOLDING_A_NUMBER[place]
    found = {kind for piece in take_apart(name, content) for kind, _ in find_kinds(piece.text)}
    assert "a mobile phone number" in found


@pytest.mark.parametrize("place", FORBIDDEN)
def test_what_no_pattern_can_judge_is_forbidden(place):
    assert any(piece.forbidden for piece in take_apart(*FORBIDDEN[place]))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.docx", make_word(lambda document: setattr(document.core_properties, "author", "Kim"))),
        ("a.docx", make_word(parts={"word/people.xml": '<w15:person w15:author="Kim"/>'})),
        ("a.pdf", make_pdf(lambda writer: writer.add_metadata({"/Author": "Kim"}))),
        ("a.png", make_png(chunk(b"tEXt", b"Author\0Kim"))),
    ],
)
def test_authors_are_told_apart_from_other_text(name, content):
    named = {piece.text for piece in take_apart(name, content) if piece.names_author}
    assert "Kim" in named


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.png", make_png()),
        ("a.jpg", make_jpeg()),
        ("a.docx", make_word()),
        ("a.pdf", make_pdf()),
        ("a.ipynb", make_notebook()),
        # What looks like sex and age is within a picture.
        ("a.html", b"<p>" + b"A1b2C3d4" * 40 + b"+F/%dJ75</p>" % 90),
    ],
)
def test_a_harmless_file_passes(name, content):
    pieces = list(take_apart(name, content))
    assert pieces or name.endswith((".png", ".jpg"))
    assert not any(piece.forbidden for piece in pieces)
    assert not any(list(find_kinds(piece.text)) for piece in pieces)
