"""The Word side: our reference document, and what Pandoc leaves out of the finished one."""

import subprocess
import zipfile
from datetime import UTC, datetime
from pathlib import Path

from analysis.reporting.builtin import find_pandoc

SERIF = "Georgia"
SANS = "Arial"
HANGUL = "NanumGothic"
INK = (0x1D, 0x1F, 0x23)
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
# Tables with more columns than this are set in the smaller one.
MANY_COLUMNS = 6
TABLE_TEXTS = {"Table Text": 8, "Table Text Small": 7}
WITH_SERIFS = ("Normal", "Abstract", "Bibliography")
TALLEST_PICTURE_CM = 13
# A table with no more rows than this is kept on one page; of a longer one, the first and last.
SHORT, TOGETHER = 14, 2
EARLIEST = (1980, 1, 1, 0, 0, 0)


def write_reference(path):
    """Make the reference document from Pandoc's own, with the styles of a journal."""
    from docx import Document
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Cm, Pt

    raw = subprocess.run(
        [find_pandoc(), "--print-default-data-file=reference.docx"],
        capture_output=True,
        check=True,
    ).stdout
    path.write_bytes(raw)
    document = Document(path)
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
    document.save(path)


def finish_document(path: Path, header: dict, *, epoch: int):
    """Give a Word document its running header, page numbers and properties.

    Parameters
    ----------
    path
        Changed in place; the same input gives the same bytes.
    header
        Metadata of the article, with ``mark-line`` and ``running-title``.
    """
    from docx import Document

    document = Document(path)
    when = datetime.fromtimestamp(epoch, UTC).replace(tzinfo=None)
    properties = document.core_properties
    properties.title = header["pagetitle"]
    properties.author = ", ".join(author["name"] for author in header["author"])
    properties.last_modified_by = ""
    properties.keywords = ", ".join(header["keywords"])
    properties.comments = f"{header['description-meta']}. {header['rendered-by']}"
    properties.language = header["lang"]
    properties.created = properties.modified = when
    _write_running_lines(document.sections[0], header)
    for table in document.tables:
        small = len(table.columns) > MANY_COLUMNS
        _finish_table(table, document.styles[list(TABLE_TEXTS)[small]])
    _fit_pictures(document)
    document.save(path)
    _fix_time_stamps(path)


def _set_style(style, size):
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    style.font.size = Pt(size)
    style.font.color.rgb = RGBColor(*INK)
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


def _write_running_lines(section, header):
    """Write header and footer of the first section; the others go on with them."""
    from docx.shared import Pt, RGBColor

    line = section.header.paragraphs[0]
    if header["mark-line"]:
        mark = line.add_run(header["mark-line"])
        mark.font.bold, mark.font.size = True, Pt(8)
        mark.font.color.rgb = RGBColor(*MARK_RED)
        line.add_run("   ")
    line.add_run(header["running-title"]).font.size = Pt(8)
    foot = section.footer.paragraphs[0]
    foot.add_run(f"{header['rendered-by']}   Page ").font.size = Pt(8)
    _add_page_number(foot)


def _add_page_number(paragraph):
    from docx.oxml.ns import qn
    from docx.shared import Pt

    run = paragraph.add_run("1")
    run.font.size = Pt(8)
    field = paragraph._p.makeelement(qn("w:fldSimple"), {qn("w:instr"): "PAGE"})
    run._r.addprevious(field)
    field.append(run._r)


def _finish_table(table, style):
    """Mark the first column as headings, keep rows whole, rule the table as a journal does."""
    from docx.oxml.ns import qn

    properties = table._tbl.tblPr
    look = properties.find(qn("w:tblLook"))
    look.set(qn("w:firstColumn"), "1")
    width = properties.find(qn("w:tblW"))
    if width is not None:
        width.set(qn("w:type"), "pct")
        width.set(qn("w:w"), "5000")
    borders = properties.makeelement(qn("w:tblBorders"), {})
    for side in ("top", "bottom"):
        borders.append(
            borders.makeelement(
                qn(f"w:{side}"),
                {
                    qn("w:val"): "single",
                    qn("w:sz"): "8",
                    qn("w:space"): "0",
                    qn("w:color"): "1D1F23",
                },
            )
        )
    margins = properties.makeelement(qn("w:tblCellMar"), {})
    for side in ("left", "right"):
        margins.append(margins.makeelement(qn(f"w:{side}"), {qn("w:w"): "57", qn("w:type"): "dxa"}))
    # The schema wants them in this order, before the look.
    look.addprevious(borders)
    look.addprevious(margins)
    for paragraph in table._tbl.iter(qn("w:p")):
        paragraph.get_or_add_pPr().style = style.style_id
    for row in table._tbl.tr_lst:
        whole = row.get_or_add_trPr()
        whole.append(whole.makeelement(qn("w:cantSplit"), {}))
    _keep_rows_together(table._tbl.tr_lst)


def _keep_rows_together(rows):
    """Leave no heading, first row or note alone on a page, and rule the notes off."""
    from docx.oxml.ns import qn

    last = len(rows) - 1
    is_spanned = [len(row.tc_lst) == 1 for row in rows]
    notes = next((index for index in range(last, 0, -1) if not is_spanned[index]), last) + 1
    for index, row in enumerate(rows):
        early, late = index <= TOGETHER, index >= min(notes, last) - TOGETHER
        if index < last and (len(rows) <= SHORT or early or late or is_spanned[index]):
            for paragraph in row.iter(qn("w:p")):
                paragraph.get_or_add_pPr().get_or_add_keepNext()
    if notes <= last:
        for cell in rows[notes].tc_lst:
            borders = cell.get_or_add_tcPr().makeelement(qn("w:tcBorders"), {})
            line = {"val": "single", "sz": "4", "space": "0", "color": "1D1F23"}
            attributes = {qn(f"w:{name}"): value for name, value in line.items()}
            borders.append(borders.makeelement(qn("w:top"), attributes))
            cell.tcPr.append(borders)


def _fit_pictures(document):
    """Keep pictures from filling a page, and describe them; Pandoc describes their frames only."""
    from docx.oxml.ns import qn
    from docx.shared import Cm

    for shape in document.inline_shapes:
        tallest = Cm(TALLEST_PICTURE_CM)
        if shape.height > tallest:
            shape.width, shape.height = round(shape.width * tallest / shape.height), tallest
    for frame in document.element.body.iter(qn("wp:docPr")):
        for picture in frame.getparent().iter(qn("pic:cNvPr")):
            picture.set("descr", frame.get("descr", ""))


def _fix_time_stamps(path):
    with zipfile.ZipFile(path) as archive:
        parts = [(name, archive.read(name)) for name in archive.namelist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, blob in parts:
            archive.writestr(zipfile.ZipInfo(name, EARLIEST), blob, zipfile.ZIP_DEFLATED)
