"""Whichever renderer makes the report, and in whichever format, it says the same."""

import re

import pytest
from check_pages import check_pages
from extracted import Page, read_pdf, read_word, squeeze
from pypdf import PdfReader

from analysis.paths import Outputs
from analysis.reporting.document import build_report
from analysis.reporting.manuscript import DOCUMENTS

LONG = 60


@pytest.fixture(scope="module")
def builtin(finished):
    return Outputs(finished.root).documents


@pytest.fixture(scope="module")
def quarto(finished, tmp_path_factory):
    folder = tmp_path_factory.mktemp("quarto")
    build_report(Outputs(finished.root), renderer="quarto", folder=folder)
    return folder


def lacks(text, parts):
    """Return the parts that a text without spaces does not hold."""
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


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_built_in_formats_hold_the_same_cells_captions_and_references(builtin, document):
    check_formats(builtin, document)


def test_the_pages_may_be_published(builtin):
    assert check_pages(builtin) == []


def test_a_cell_that_differs_is_seen(builtin, tmp_path):
    for suffix in ("html", "docx", "pdf"):
        (tmp_path / f"index.{suffix}").write_bytes((builtin / f"index.{suffix}").read_bytes())
    page = tmp_path / "index.html"
    text = page.read_text(encoding="utf-8")
    assert ">−40.5</" in text
    page.write_text(text.replace(">−40.5</", ">−40.6</"), encoding="utf-8")
    with pytest.raises(AssertionError):
        check_formats(tmp_path, "index")


def test_the_article_keeps_to_the_limits_of_a_journal(builtin):
    page = Page(builtin / "index.html")
    abstract = page.soup.select_one(".abstract")
    assert len(abstract.get_text().split()) <= 300
    for left_out in page.soup.select(".abstract, nav, figure, table, #refs"):
        left_out.decompose()
    assert len(page.soup.select_one("main").get_text().split()) <= 3500
    assert len(PdfReader(builtin / "index.pdf").pages) <= 12


@pytest.mark.needs("quarto")
@pytest.mark.parametrize("document", DOCUMENTS)
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


@pytest.mark.needs("quarto")
@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_formats_of_quarto_hold_the_same_cells_captions_and_references(quarto, document):
    check_formats(quarto, document)


@pytest.mark.needs("quarto")
def test_the_pages_of_quarto_may_be_published(quarto):
    assert check_pages(quarto) == []
