"""Word documents: our reference document, and what Pandoc leaves out of a finished one."""

import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import docx
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Cm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph

from analysis.governance import Author
from analysis.reporting.builtin import find_pandoc
from analysis.reporting.table_document import fix_time_stamps
from analysis.reporting.word_tables import (
    TABLE_TEXTS,
    finish_tables,
    number_lines,
    unwrap_floats,
)

PARTS = {"index": "Article", "supplement": "Supplement"}
SERIF = "Georgia"
SANS = "Arial"
HANGUL = "NanumGothic"
_INK = (0x1D, 0x1F, 0x23)
MARK_RED = (0x8A, 0x1C, 0x1C)
SIZES = {
    "Title": 18,
    "Subtitle": 10,
    "Heading 1": 14,
    "Heading 2": 12,
    "Heading 3": 10.5,
    "Abstract Title": 11,
    "Abstract": 9.5,
    "Author": 10,
    "Date": 10,
    "Table Caption": 9,
    "Image Caption": 9,
    "Bibliography": 9,
    "Normal": 10,
}
WITH_SERIFS = ("Normal", "Abstract", "Bibliography")
TALLEST_PICTURE_CM = 13


def write_reference(path: Path) -> None:
    """Make the reference document from Pandoc's own, with the styles of a journal."""
    raw = subprocess.run(
        [find_pandoc(), "--print-default-data-file=reference.docx"],
        capture_output=True,
        check=True,
    ).stdout
    path.write_bytes(raw)
    document = docx.Document(str(path))
    for name, size in SIZES.items():
        _set_style(document.styles[name], size)
    for name, size in TABLE_TEXTS.items():
        cell = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        cell.base_style = document.styles["Compact"]
        _set_style(cell, size)
    document.styles["Normal"].paragraph_format.line_spacing = 1.15
    for name, before, after in (
        ("Table Caption", 14, 4),
        ("Image Caption", 4, 14),
        ("Captioned Figure", 14, 0),
    ):
        spacing = document.styles[name].paragraph_format
        spacing.space_before, spacing.space_after = Pt(before), Pt(after)
        spacing.keep_with_next = name != "Image Caption"
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.2)
    section.top_margin = section.bottom_margin = Cm(2.3)
    document.save(str(path))
    fix_time_stamps(path)


def finish_document(
    path: Path,
    about: Mapping[str, str],
    *,
    authors: Sequence[Author],
    alternatives: Mapping[str, str],
    epoch: int,
) -> None:
    """Give a Word document its running header, page numbers and properties.

    It is changed in place; the same input gives the same bytes.

    Parameters
    ----------
    about
        As `analysis.reporting.facts.document_facts` returns it.
    alternatives
        The alternative text of each figure by its name.
    epoch
        Time stamp, seconds.
    """
    document = docx.Document(str(path))
    when = datetime.fromtimestamp(epoch, UTC).replace(tzinfo=None)
    properties = document.core_properties
    part = PARTS[path.stem]
    properties.title = f"{about['title']}: {part}"
    properties.author = ", ".join(author.name for author in authors)
    properties.last_modified_by = ""
    properties.keywords = about["mark"]
    properties.comments = about["mark_line"] or about["title"]
    properties.language = "en-GB"
    properties.created = properties.modified = when
    _write_authors(document, authors)
    _write_running_lines(document.sections[0], about, part)
    unwrap_floats(document.element.body)
    _fit_pictures(document, alternatives)
    finish_tables(document)
    number_lines(document)
    document.save(str(path))
    fix_time_stamps(path)


def _set_style(style: ParagraphStyle, size: float) -> None:
    style.font.size = Pt(size)
    style.font.color.rgb = RGBColor(*_INK)
    style.font.italic = False
    style.font.bold = style.name.startswith("Heading") or style.name == "Title"
    family = SERIF if style.name in WITH_SERIFS else SANS
    properties = style.element.get_or_add_rPr()
    fonts = properties.get_or_add_rFonts()
    fonts.attrib.clear()
    for slot, font in (("ascii", family), ("hAnsi", family), ("eastAsia", HANGUL)):
        fonts.set(qn(f"w:{slot}"), font)
    if style.name == "Normal":
        language = properties.find(qn("w:lang"))
        if language is None:
            language = properties.makeelement(qn("w:lang"), {})
            properties.append(language)
        language.set(qn("w:val"), "en-GB")
        language.set(qn("w:eastAsia"), "ko-KR")


def _write_authors(document: Document, authors: Sequence[Author]) -> None:
    """Add affiliation, ORCID and roles of the authors; the renderers print only their names."""
    lines = [p for p in document.paragraphs if p.style and p.style.style_id == "Author"]
    for line, author in zip(lines, authors, strict=False):
        orcid = f"ORCID {author.orcid}" if author.orcid else ""
        roles = f"Roles: {', '.join(author.roles)}" if author.roles else ""
        for text in filter(None, (author.affiliation, orcid, roles)):
            run = line.add_run()
            run.add_break()
            run.add_text(text)


def _write_running_lines(section: Section, about: Mapping[str, str], part: str) -> None:
    """Write header and footer of the first section; the other sections inherit them."""
    line = section.header.paragraphs[0]
    if about["mark_line"]:
        mark = line.add_run(about["mark_line"])
        mark.font.bold, mark.font.size = True, Pt(8)
        mark.font.color.rgb = RGBColor(*MARK_RED)
        line.add_run("   ")
    line.add_run(about["running_title"]).font.size = Pt(8)
    foot = section.footer.paragraphs[0]
    foot.add_run(f"{part}   Page ").font.size = Pt(8)
    _add_page_number(foot)


def _add_page_number(paragraph: Paragraph) -> None:
    run = paragraph.add_run("1")
    run.font.size = Pt(8)
    *_, last = paragraph.part.element.iter(qn("w:r"))
    field = last.makeelement(qn("w:fldSimple"), {qn("w:instr"): "PAGE"})
    last.addprevious(field)
    field.append(last)


def _fit_pictures(document: Document, alternatives: Mapping[str, str]) -> None:
    """Limit the height of pictures, and give them and their frames alternative texts."""
    for shape in document.inline_shapes:
        tallest = Cm(TALLEST_PICTURE_CM)
        if shape.height > tallest:
            shape.width, shape.height = round(shape.width * tallest / shape.height), tallest
    figure = ""
    for element in document.element.body.iter(
        qn("w:bookmarkStart"), qn("wp:docPr"), qn("pic:cNvPr")
    ):
        if element.tag == qn("w:bookmarkStart"):
            name = element.get(qn("w:name"))
            figure = name.removeprefix("fig-").replace("-", "_") if "fig-" in name else figure
        elif figure in alternatives:
            element.set("descr", alternatives[figure])
