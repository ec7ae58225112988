"""Tables and figures of a Word document stand where a reader expects them."""

import pytest
from docx import Document
from docx.oxml.ns import qn

from analysis.reporting.word_tables import unwrap_floats


@pytest.mark.parametrize(
    ("blocks", "left"),
    [
        (["table", "", "Table 2"], ["table", "Table 2"]),
        (["table", " ", "", "text"], ["table", "text"]),
        # Word joins two tables between which nothing stands.
        (["table", "", "table", "text"], ["table", "", "table", "text"]),
    ],
)
def test_lines_without_words_are_not_counted(blocks, left):
    document = Document()
    for block in blocks:
        document.add_table(1, 2) if block == "table" else document.add_paragraph(block)
    unwrap_floats(document.element.body)
    found = document.element.body.iterchildren(qn("w:p"), qn("w:tbl"))
    texts = ["table" if block.tag == qn("w:tbl") else block.text for block in found]
    assert texts == left
