"""Tables and figures of a Word document stand where a reader expects them."""

import pytest
from docx import Document
from docx.oxml.ns import qn

from analysis.reporting.word_tables import finish_tables, unwrap_floats


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


@pytest.mark.parametrize(
    ("columns", "size", "landscape"), [(2, 8, False), (7, 7, False), (16, 7, True), (21, 6, True)]
)
def test_a_table_is_set_smaller_and_turned_before_a_word_is_split(columns, size, landscape):
    document = Document()
    table = document.add_table(1, columns)
    texts = ["Immunosuppressant", *["female"] * (columns - 1)]
    for cell, text in zip(table.rows[0].cells, texts, strict=True):
        cell.text = text
    finish_tables(document)
    assert {cell.paragraphs[0].style.font.size.pt for cell in table.rows[0].cells} == {size}
    assert (len(document.sections) > 1) == landscape
    # A letter is at most 0.62 of the font's size wide.
    widths = [cell.width.pt for cell in table.rows[0].cells]
    assert all(width >= len(text) * 0.62 * size for width, text in zip(widths, texts, strict=True))
