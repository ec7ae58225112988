"""Whichever renderer makes the report, and in whichever format, it says the same, and fits."""

import re

import pytest
from check_pages import check_pages
from extracted import Page, read_pdf, read_word, squeeze
from layout import (
    Word,
    check_limits,
    find_overprints,
    find_split_words,
    list_lines,
    measure_gaps,
    read_pages,
)
from pypdf import PdfReader

from analysis.reporting.manuscript import DOCUMENTS

LONG = 60
# Lines that belong together at least, such as a caption, a heading of columns and two rows.
TOGETHER = 4

each_document = pytest.mark.parametrize("document", DOCUMENTS)


def lacks(text, parts):
    return [part for part in parts if not holds(text, squeeze(part))]


def holds(text, part):
    """Tell whether a text holds a part; the end of a page may break a long one."""
    if part in text or len(part) < LONG:
        return part in text
    return any(part[:end] in text and part[end:] in text for end in range(len(part)))


def check_formats(folder, document):
    """Hold Word and PDF against the page: cells, captions and references."""
    page = Page(folder / f"{document}.html")
    tables, captions = [*page.tables().values()], page.captions()
    assert len(captions) == len(set(captions)) >= 8
    cells, labels = read_word(folder / f"{document}.docx")
    assert cells == tables
    assert labels == captions
    printed = read_pdf(folder / f"{document}.pdf")
    assert lacks(printed, captions) == []
    assert lacks(printed, [cell for table in tables for row in table for cell in row]) == []
    assert lacks(printed, page.references()) == []


@each_document
def test_all_formats_hold_the_same_cells_captions_and_references(documents, document):
    check_formats(documents, document)


def test_the_pages_may_be_published(documents):
    assert check_pages(documents) == []


def test_a_cell_that_differs_is_seen(documents, tmp_path):
    for suffix in ("html", "docx", "pdf"):
        (tmp_path / f"index.{suffix}").write_bytes((documents / f"index.{suffix}").read_bytes())
    page = tmp_path / "index.html"
    text = page.read_text(encoding="utf-8")
    assert ">−40.5</" in text
    page.write_text(text.replace(">−40.5</", ">−40.6</"), encoding="utf-8")
    with pytest.raises(AssertionError):
        check_formats(tmp_path, "index")


def test_the_article_keeps_to_the_limits_of_a_journal(documents):
    check_limits(documents)


@each_document
def test_tables_and_figures_are_cited_in_their_order(documents, document):
    text = Page(documents / f"{document}.html").soup
    for caption in text.select("figcaption, nav"):
        caption.decompose()
    for kind in ("tbl", "fig"):
        links = [link["href"] for link in text.select(f'main a[href^="#{kind}-"]')]
        floats = [f"#{each['id']}" for each in text.select(f'.quarto-float[id^="{kind}-"]')]
        assert list(dict.fromkeys(links)) == floats


@pytest.mark.needs("pdftotext", "pdftoppm")
@each_document
def test_on_paper_nothing_is_overprinted_left_alone_or_left_empty(documents, document, tmp_path):
    pdf = documents / f"{document}.pdf"
    pages = read_pages(pdf)
    assert find_overprints(pages) == []
    height = float(PdfReader(pdf).pages[0].mediabox.height)
    page = Page(documents / f"{document}.html")
    tables = page.tables()
    notes = {squeeze(row[0])[:20] for rows in tables.values() for row in rows[-4:] if len(row) == 1}
    # With its caption, a table of one row is shorter than what belongs together.
    whole = {page.label(name) for name, rows in tables.items() if len(rows) <= TOGETHER - 2}
    for number, words in enumerate(pages, 1):
        lines = [squeeze(line) for line in list_lines(words, height)]
        # No page begins with the notes of a table, and none ends with its caption.
        assert not lines[0].startswith(tuple(notes)), number
        ends = {line.split(":")[0] for line in lines[-TOGETHER:] if re.match(r"TableS?\d+:", line)}
        assert ends <= whole, number
    *gaps, _ = measure_gaps(pdf, tmp_path)
    assert max(gaps) < 0.3


def test_words_over_each_other_are_seen():
    one, two = Word("one", 10, 10, 30, 20), Word("two", 25, 12, 45, 22)
    words = [one, two, Word("three", 31, 30, 50, 40)]
    assert find_overprints([words]) == [(1, "one", "two")]


@pytest.mark.needs("pdftotext", "soffice")
@each_document
def test_word_splits_no_word(documents, document, tmp_path):
    assert find_split_words(documents / f"{document}.docx", tmp_path) == []


@each_document
def test_the_pdf_claims_to_be_accessible(documents, document):
    catalogue = PdfReader(documents / f"{document}.pdf").trailer["/Root"]
    assert catalogue["/MarkInfo"]["/Marked"]
    assert "pdfuaid" in catalogue["/Metadata"].get_object().get_data().decode("utf-8")


@pytest.mark.needs("quarto")
@each_document
def test_quarto_and_the_built_in_renderer_print_the_same(builtin, quarto, document):
    ours, theirs = (Page(folder / f"{document}.html") for folder in (builtin, quarto))
    assert theirs.numbers() == ours.numbers()
    assert theirs.tables() == ours.tables()
    assert theirs.captions() == ours.captions()
    assert theirs.crossings() == ours.crossings()
    assert theirs.references() == ours.references()
    # Only the name of the renderer differs.
    words = [
        re.sub(r"was rendered by .*?\.\s", "", page.soup.select_one("main .body").get_text())
        for page in (ours, theirs)
    ]
    assert squeeze(words[1]) == squeeze(words[0])
    sizes = [
        [(image.get("style"), image.get("width")) for image in page.soup.select("figure img")]
        for page in (ours, theirs)
    ]
    assert sizes[0] == sizes[1]
    authors = [[each.get_text() for each in page.soup.select(".author")] for page in (ours, theirs)]
    assert authors[0] == authors[1] != []
