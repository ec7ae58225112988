"""Bytes: what is certain, what has to be stated, and what is named when it is stated wrongly."""

import pandas as pd
import pytest

from analysis.cleaning.decode import FileFormat, decode_text, parse_formats, parse_table
from analysis.cleaning.export import MAP, REDCAP, read_export
from analysis.cleaning.values import narrow_text
from analysis.demo.export import make_export, write_export
from analysis.errors import DataError


@pytest.mark.parametrize(
    ("data", "stated", "text", "found"),
    [
        ("id,미시행".encode("utf-8-sig"), "", "id,미시행", "utf-8-sig"),
        ("id,미시행".encode(), "", "id,미시행", "utf-8-sig"),
        (b"id,a", "cp949", "id,a", "utf-8-sig"),
        ("id,é".encode("utf-16"), "", "id,é", "utf-16"),
        ("id,ab".encode("utf-16-le"), "", "id,ab", "utf-16-le"),
        ("id,ab".encode("utf-16-be"), "", "id,ab", "utf-16-be"),
        ("미시행".encode("cp949"), "cp949", "미시행", "cp949"),
        ("Müller".encode("cp1252"), "cp1252", "Müller", "cp1252"),
        ("žluť".encode("cp1250"), "cp1250", "žluť", "cp1250"),
        # CP949 does not have a letter that ends so, which leaves Windows-1252.
        ("é,1".encode("cp1252"), "", "é,1", "cp1252"),
    ],
)
def test_bytes_are_read_as_they_prove_or_as_is_stated(data, stated, text, found):
    assert decode_text(data, file="x.csv", encoding=stated) == (text, found)


@pytest.mark.parametrize(
    ("data", "stated", "message"),
    [
        ("a\n미시행".encode("cp949"), "", r"x\.csv:2.*CP949.*1252.*encoding: \{x\.csv: cp949"),
        ("미시행".encode(), "cp949", "in utf-8-sig, and provenance.yml states cp949"),
        (b"a\n\x81", "utf-8", r"x\.csv:2.*no text in utf-8"),
        (b"a,b\n1,\x00", "", "NUL"),
        ("a,b\n1,\N{REPLACEMENT CHARACTER}".encode(), "", r"x\.csv:2.*lost letters"),
        (b"\xff\xff\x81", "", "no text in UTF-8, CP949 or Windows-1252"),
        (b"PK\x03\x04..", "", "a workbook or ZIP file.*Save it as CSV UTF-8"),
        (b"\xd0\xcf\x11\xe0..", "utf-8", "an old workbook"),
    ],
)
def test_bytes_that_could_be_read_otherwise_stop_with_what_to_state(data, stated, message):
    with pytest.raises(DataError, match=message):
        decode_text(data, file="x.csv", encoding=stated)


@pytest.mark.parametrize(
    ("text", "stated", "message"),
    [
        ("a;b\n1;2\n", ",", r'x\.csv:1.*separated by semicolons.*delimiter: \{x\.csv: ";"\}'),
        ("a\tb\n1\t2\n", ",", r"separated by tabs"),
        ("a|b\n1|2\n", ",", r"separated by bars"),
        ("a,b\n1,2\n", ";", r"separated by commas"),
        ("sep=;\na;b\n", ";", r"x\.csv:1: the first line is a spreadsheet's.*Take this line away"),
        ('<?xml version="1.0"?>\n<ODM></ODM>', ",", "an ODM file"),
        ("\n<!DOCTYPE html>\n<html>", ",", "a web page, as of a login"),
        ('[{"record_id": "1"}]', ",", "a JSON file.*Export it again as CSV with raw data"),
    ],
)
def test_a_file_of_another_kind_or_with_another_delimiter_is_named(text, stated, message):
    with pytest.raises(DataError, match=message):
        parse_table(text, file="x.csv", form=FileFormat(delimiter=stated))


def test_a_stated_delimiter_is_used():
    frame = parse_table('a;b\n"1;2";1,5\n', file="x.csv", form=FileFormat(delimiter=";"))
    assert frame.loc[0].tolist() == ["1;2", "1,5"]


def test_formats_are_stated_file_by_file():
    text = (
        'encoding: {a.csv: cp949}\ndelimiter: {a.csv: ";", b.csv: "\\t"}\ndecimal: {b.csv: ","}\n'
    )
    assert parse_formats(text) == {
        "a.csv": FileFormat("cp949", ";", "."),
        "b.csv": FileFormat("", "\t", ","),
    }
    assert parse_formats("simulated: true") == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("encoding: cp949", "encoding names no files.*Write it for each file"),
        ("encoding: {a.csv: klingon}", "'klingon' is no encoding for a.csv"),
        ("delimiter: {a.csv: ';;'}", "';;' is no delimiter"),
        ("decimal: {a.csv: comma}", "'comma' is no decimal"),
    ],
)
def test_a_format_that_says_nothing_is_named(text, message):
    with pytest.raises(DataError, match=message):
        parse_formats(text)


def test_a_description_is_saved_as_utf_8_since_nothing_states_its_encoding():
    with pytest.raises(DataError, match=r"provenance\.yml:1.*Save it as UTF-8"):
        decode_text("서울".encode("cp949"), file="provenance.yml")


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("５６", "56"), ("㎜", "mm"), ("ﾊ", "ハ"), ("e\u0301", "é"), ("％", "%"),
        ("13.0²", "13.0²"), ("½", "½"), ("①", "①"), ("Ⅱ", "Ⅱ"), ("㎠", "cm²"),
    ],
)  # fmt: skip
def test_wide_narrow_and_square_characters_are_plain_ones_and_no_others(text, plain):
    assert narrow_text(text) == plain


@pytest.fixture
def folder(tmp_path):
    write_export(make_export(7, 2016), tmp_path)
    (tmp_path / "SHA256SUMS").unlink()
    return tmp_path


def test_an_export_in_other_bytes_and_with_semicolons_is_the_same_export(folder):
    before = read_export(folder)
    path = folder / REDCAP
    table = pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8-sig")
    table.to_csv(path, sep=";", index=False, encoding="utf-16")
    about = folder / "provenance.yml"
    about.write_text(about.read_text() + f'delimiter: {{{REDCAP}: ";"}}\n')
    pd.testing.assert_frame_equal(read_export(folder).tables[REDCAP], before.tables[REDCAP])


def test_a_format_of_a_file_that_there_is_not_is_named(folder):
    with open(folder / "provenance.yml", "a", encoding="utf-8") as file:
        file.write("decimal: {redcap-export.csv: ','}\n")
    with pytest.raises(DataError, match=r"redcap-export\.csv is no file.*mean redcap_export\.csv"):
        read_export(folder)


def test_a_file_with_nothing_but_its_header_is_named(folder):
    path = folder / "raynaud_diary.csv"
    path.write_text(path.read_text(encoding="utf-8").partition("\n")[0] + "\n", encoding="utf-8")
    assert read_export(folder).notes == (
        "raynaud_diary.csv has no rows: there are no daily ratings of Raynaud's phenomenon.",
    )


def test_files_that_a_site_does_not_have_may_be_absent_and_others_are_named(folder):
    for name in ("raynaud_diary.csv", "capillaroscopy.csv", "corrections.csv"):
        (folder / name).unlink()
    (folder / "minutes.docx").write_bytes(b"x")
    (folder / "old.csv").mkdir()
    export = read_export(folder)
    assert export.notes == (
        "raynaud_diary.csv is absent: there are no daily ratings of Raynaud's phenomenon.",
        "capillaroscopy.csv is absent: there are no readings of capillaroscopy.",
        "corrections.csv is absent: nothing is corrected.",
        "minutes.docx is not read.",
        "old.csv is not read.",
    )
    assert "rating" in export.tables["raynaud_diary.csv"]
    assert len(export.tables[MAP])
