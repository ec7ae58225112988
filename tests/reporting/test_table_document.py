"""A table as a Word document of its own."""

import zipfile

import pandas as pd

from analysis.reporting.table_document import write_word_table


def test_it_holds_no_picture_of_the_library_s_template(tmp_path):
    frame = pd.DataFrame({"Outcome": ["Hand mRSS"], "Pairs": ["7"]})
    frame.attrs["notes"] = []
    write_word_table(frame, tmp_path / "table.docx", mark="SIMULATED")
    with zipfile.ZipFile(tmp_path / "table.docx") as document:
        names = document.namelist()
    assert "word/document.xml" in names
    assert [name for name in names if "thumbnail" in name] == []
