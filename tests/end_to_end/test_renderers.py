"""Whichever renderer makes the report, and in whichever format, it says the same."""

import pytest
from extracted import Page, read_pdf, read_word, squeeze

from analysis.paths import Outputs
from analysis.reporting.document import build_report

APPENDIX = "Printed results and their names."
LONG = 60


@pytest.fixture(scope="module")
def builtin(finished):
    return Outputs(finished.root).documents


@pytest.fixture(scope="module")
def quarto(finished, tmp_path_factory):
    folder = tmp_path_factory.mktemp("quarto")
    build_report(Outputs(finished.root), renderer="quarto", folder=folder)
    return folder


def without_appendix(captions):
    """Leave out the list of printed numbers, which the page does not need."""
    return [caption for caption in captions if not caption.endswith(APPENDIX)]


def lacks(text, parts):
    """Return the parts that a text without spaces does not hold."""
    return [part for part in parts if not holds(text, squeeze(part))]


def holds(text, part):
    """Tell whether a text holds a part; the end of a page may break a long one."""
    if part in text or len(part) < LONG:
        return part in text
    return any(part[:end] in text and part[end:] in text for end in range(len(part)))


def check_formats(folder):
    """Hold Word and PDF against the page: cells, captions and references."""
    page = Page(folder / "index.html")
    tables, captions = [*page.tables().values()], page.captions()
    assert len(tables) > 20
    assert len(captions) == len(set(captions)) > 30
    told, labels = read_word(folder / "index.docx")
    assert told[: len(tables)] == tables
    assert len(told) == len(tables) + 1
    assert without_appendix(labels) == captions
    printed = read_pdf(folder / "index.pdf")
    assert lacks(printed, captions) == []
    assert lacks(printed, [cell for table in tables for row in table for cell in row]) == []
    assert lacks(printed, page.references()) == []


def test_the_built_in_formats_hold_the_same_cells_captions_and_references(builtin):
    check_formats(builtin)


def test_a_cell_that_differs_is_seen(builtin, tmp_path):
    for suffix in ("html", "docx", "pdf"):
        (tmp_path / f"index.{suffix}").write_bytes((builtin / f"index.{suffix}").read_bytes())
    page = tmp_path / "index.html"
    text = page.read_text(encoding="utf-8")
    assert ">−40.5</" in text
    page.write_text(text.replace(">−40.5</", ">−40.6</"), encoding="utf-8")
    with pytest.raises(AssertionError):
        check_formats(tmp_path)


@pytest.mark.needs("quarto")
def test_quarto_and_the_built_in_renderer_print_the_same(builtin, quarto):
    ours, theirs = Page(builtin / "index.html"), Page(quarto / "index.html")
    assert theirs.numbers() == ours.numbers()
    assert theirs.tables() == ours.tables()
    assert theirs.captions() == ours.captions()
    assert theirs.crossings() == ours.crossings()
    assert theirs.references() == ours.references()


@pytest.mark.needs("quarto")
def test_the_formats_of_quarto_hold_the_same_cells_captions_and_references(quarto):
    check_formats(quarto)
