"""So many of the ways in which people write identifiers and dates, and hide them, are found.

None of the examples is anybody's. The tilde keeps the gate from finding them in the lists; what no
form tells stands at the end of each, and SECURITY.md says it.
"""

import base64
import gzip
import json
import zlib
from pathlib import Path

import pytest
from test_hidden_places import (
    FORBIDDEN,
    HOLDING_A_NUMBER,
    chunk,
    make_jpeg,
    make_notebook,
    make_pdf,
    make_png,
    make_word,
)

from analysis.privacy.days import find_days
from analysis.privacy.kinds import KINDS, find_kinds, fold_text, is_in_code
from analysis.release.disclosures import Looker, find_strangers


def read_corpus(name):
    text = Path(__file__).with_name(name).read_text(encoding="utf-8").strip()
    return text.replace("~", "").replace("\n", "|").split("|")


IDENTIFIERS, DAYS = read_corpus("identifiers.txt"), read_corpus("days.txt")
PHONE = "010~-1234-5678".replace("~", "")
PACKED = base64.b64encode(PHONE.encode()).decode()


def list_containers():
    """Yield a name of the place, a file name and its content, each with one number of a person."""
    for place, (name, content) in {**HOLDING_A_NUMBER, **FORBIDDEN}.items():
        yield place, name, content
    for sign, suffix in [
        (",", ".csv"),
        (";", ".csv"),
        ("\t", ".tsv"),
        ("|", ".txt"),
        (",", ".CSV"),
    ]:
        for who in ("record_id", "Subject ID", "USUBJID", "환자번호"):
            head, row = sign.join((who, "note")), sign.join(("SIM-01", "x"))
            yield f"a cell, {who} {sign}", f"a{suffix}", f"{head}\n{row}{PHONE}\n".encode()
            yield f"beyond, {who} {sign}", f"a{suffix}", f"{head}\n{row}{sign}{PHONE}\n".encode()
            yield f"header, {who} {sign}", f"a{suffix}", f"{head} {PHONE}\n{row}\n".encode()
    escaped = "".join(f"\\u{ord(sign):04x}" for sign in PHONE)
    texts = {
        "plain": PHONE,
        "attached": f"x_{PHONE}_y",
        "base64": PACKED,
        "base64 of base64": base64.b64encode(PACKED.encode()).decode(),
        "base64 of gzip": base64.b64encode(gzip.compress(PHONE.encode(), mtime=0)).decode(),
        "base64 of zlib": base64.b64encode(zlib.compress(PHONE.encode())).decode(),
        "base64 of an image": base64.b64encode(HOLDING_A_NUMBER["a text chunk"][1]).decode(),
        "hex": PHONE.encode().hex(),
        "hex with colons": PHONE.encode().hex(":"),
        "percent": "".join(f"%{ord(sign):02X}" for sign in PHONE),
        "entities": "".join(f"&#{ord(sign)};" for sign in PHONE),
        "quoted printable": "".join(f"={ord(sign):02X}" for sign in PHONE),
        "escapes": escaped,
    }
    for how, text in texts.items():
        yield f"md, {how}", "a.md", f"See {text} there.\n".encode()
        yield f"json, {how}", "a.json", f'{{"a": ["{text}"]}}'.encode()
        yield f"yml, {how}", "provenance.yml", f"description: {text}\nsimulated: true\n".encode()
        yield f"svg, {how}", "a.svg", f"<svg><metadata>{text}</metadata></svg>".encode()
        yield f"notebook, {how}", "a.ipynb", make_notebook({"source": f"# {text}"})
        yield f"a name, {how}", f"a {PHONE}.md", b"x"
        yield (
            f"docx, {how}",
            "a.docx",
            make_word(lambda document, t=text: document.add_paragraph(t)),
        )
    profile = b"\0" * 128 + "".join(f"\0{sign}" for sign in PHONE).encode()
    yield "ICC of a PNG", "a.png", make_png(chunk(b"iCCP", b"x\0\0" + zlib.compress(profile)))
    yield "ICC of a JPEG", "a.jpg", make_jpeg(icc_profile=profile)
    yield "CDATA", "a.svg", f"<svg><![CDATA[{PHONE}]]></svg>".encode()
    yield "an entity", "a.svg", f'<!DOCTYPE x [<!ENTITY p "010">]><a>&p;{PHONE[3:]}</a>'.encode()
    yield "an author", "a.svg", b"<svg><dc:creator><b>Hong Gildong</b></dc:creator></svg>"
    yield "a page's author", "a.html", b'<meta name="author" content="Hong Gildong">'
    people = {"list.json": [{"patient_id": "KJH-01"}], "columns.json": {"subjid": ["KJH-01"]}}
    for name, content in people.items():
        yield name, name, json.dumps(content).encode()
    yield "a form", "a.pdf", make_pdf(lambda writer: add_stream(writer, f"BT ({PHONE}) Tj ET"))
    kerned = f"BT [({PHONE[:3]})-20({PHONE[3:]})] TJ ET"
    yield "a kerned form", "a.pdf", make_pdf(lambda writer: add_stream(writer, kerned))
    spelled = f"BT <{PHONE.encode().hex()}> Tj ET"
    yield "a form in hex", "a.pdf", make_pdf(lambda writer: add_stream(writer, spelled))


def add_stream(writer, text):
    from pypdf.generic import StreamObject

    stream = StreamObject()
    stream.set_data(text.encode())
    writer._add_object(stream.flate_encode())


def test_of_identifiers_in_text_nearly_all_are_found():
    missed = [text for text in IDENTIFIERS if not any(find_kinds(text))]
    assert len(IDENTIFIERS) >= 200
    assert len(missed) <= 7, missed


def test_of_forms_of_dates_nearly_all_are_found():
    found = [text for text in DAYS if any(str(day) == "2017-03-05" for day, _ in find_days(text))]
    assert len(DAYS) >= 70
    assert len(found) >= len(DAYS) - 2, {*DAYS} - {*found}


def test_in_containers_all_are_found():
    containers = list(list_containers())
    looker = Looker(authors=frozenset({"Somebody else"}))
    missed = [
        place
        for place, name, content in containers
        if not (looker.look(name, content) or find_strangers(name, content))
    ]
    assert len(containers) >= 132
    assert not missed


@pytest.mark.parametrize(
    "text",
    [
        *("Q 1556 1200 1447 1270", "26 weeks", "pages 1577-1582", "환자 안전"),
        *(
            "in any case number 3",
            "a line identifies",
            "signs @ unit.max",
            "case 2017",
            "name: primary",
        ),
        *(
            "the record number is kept",
            "F/T",
            "ratio 95/5",
            "GB 2017",
            "fall in score 2017",
            "시술 후 연구",
        ),
    ],
)
def test_ordinary_text_is_no_identifier(text):
    assert not any(find_kinds(text))


def test_what_is_found_far_from_any_clue_is_the_same_as_anywhere():
    # Only what stands near a clue is read closely; here all of it is.
    for text in IDENTIFIERS:
        among = f"{'word ' * 400}\n{text}\n{'word ' * 400}"
        closely = {
            (kind.name, match.start())
            for kind in KINDS
            for match in kind.pattern.finditer(fold_text(among))
            if kind.check(match) and (kind.hashed or not is_in_code(fold_text(among), match))
        }
        assert set(find_kinds(among)) == closely, text
