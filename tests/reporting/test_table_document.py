"""A table as a Word document of its own."""

import zipfile

import pandas as pd

from analysis.provenance import Provenance
from analysis.reporting.table import Cell, Table, save_table
from analysis.reporting.table_document import write_word_table

REAL = Provenance("", "", "", simulated=False, checksums="absent")


def test_a_table_holds_no_sign_that_a_document_may_not(tmp_path):
    typed = "\x1b[31mred\x0b \ufffe<b> \u202eabc"
    table = Table(("Term", "n"), ((typed, Cell(typed)),), notes=(typed,), numeric=False)
    save_table(table, "table", tmp_path, REAL)
    with zipfile.ZipFile(tmp_path / "tables" / "table.docx") as document:
        page = document.read("word/document.xml").decode("utf-8")
    html = (tmp_path / "tables" / "table.html").read_text(encoding="utf-8")
    assert page.count("�[31mred� �&lt;b&gt; �abc") == html.count("�[31mred� �&lt;b&gt; �abc") == 3


def test_it_holds_no_picture_of_the_library_s_template(tmp_path):
    frame = pd.DataFrame({"Outcome": ["Hand mRSS"], "Pairs": ["7"]})
    frame.attrs["notes"] = []
    write_word_table(frame, tmp_path / "table.docx", mark="SIMULATED")
    with zipfile.ZipFile(tmp_path / "table.docx") as document:
        names = document.namelist()
    assert "word/document.xml" in names
    assert [name for name in names if "thumbnail" in name] == []
