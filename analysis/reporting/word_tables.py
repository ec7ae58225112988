"""Unwrap the tables and figures of a Word document, and fit the tables to the page."""

import copy
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, Twips

TABLE_TEXTS = {"Table Text": 8, "Table Text Small": 7, "Table Text Smallest": 6}
# Tables with more columns than this are set in a smaller style.
MANY_COLUMNS = 6
# A table with no more rows than this stays on one page; of a longer one, its first and last rows.
_SHORT, _TOGETHER = 14, 2
# Twentieths of a point.
PADDING = 57
# Greatest width of a letter, as a share of the font's size, in the fonts that may replace ours.
LETTER, BOLD_LETTER = 0.62, 0.70
TWENTIETHS = 20
INK = "1D1F23"
TURNED_MARK = qn("w:rsidP")
# The library's elements have no public type.
Element = Any


def unwrap_floats(body: Element) -> None:
    """Take captioned tables and figures out of the one-cell tables in which Quarto sets them."""
    for wrapper in list(body.findall(qn("w:tbl"))):
        rows = wrapper.findall(qn("w:tr"))
        cells = rows[0].findall(qn("w:tc")) if len(rows) == 1 else []
        if len(cells) != 1 or not _holds_float(cells[0]):
            continue
        is_table = cells[0].find(qn("w:tbl")) is not None
        for child in list(cells[0]):
            if child.tag == qn("w:tcPr") or _is_empty(child):
                continue
            if child.tag == qn("w:p"):
                _set_style(child, _choose_style(child, is_table=is_table))
            wrapper.addprevious(child)
        body.remove(wrapper)
    _remove_empty_lines(body)


def _remove_empty_lines(body: Element) -> None:
    """Remove the empty paragraphs that a renderer puts after a table or a figure.

    They would be numbered as lines. Between two tables one has to stay.
    """
    blocks = list(body.iterchildren(qn("w:p"), qn("w:tbl")))
    for block, following in pairwise(blocks):
        if following.tag == qn("w:p") and _is_empty(block):
            body.remove(block)


def finish_tables(document: Document) -> None:
    """Rule and size every table as a journal does, and set wide ones on landscape pages."""
    section = document.element.body.sectPr
    upright, across = _measure_page(document.sections[0])
    turned = []
    for table in document.element.body.findall(qn("w:tbl")):
        count = len(table.tblGrid.findall(qn("w:gridCol")))
        if not count:
            continue
        usual, small, smallest = TABLE_TEXTS
        name = small if count > MANY_COLUMNS else usual
        least = _measure_columns(table, count, TABLE_TEXTS[name])
        if sum(least) > across:
            name = smallest
            least = _measure_columns(table, count, TABLE_TEXTS[name])
        _finish_table(table, _find_style(document, name))
        is_wide = sum(least) > upright
        _set_widths(table, least, across if is_wide else upright)
        if is_wide:
            turned.append(table)
    for table in turned:
        _turn_page(table, section)


def _measure_page(section: Any) -> list[int]:
    """Return the width between the margins of a portrait page and of a landscape page."""
    margins = section.left_margin + section.right_margin
    return [(length - margins) // Twips(1) for length in (section.page_width, section.page_height)]


def _find_style(document: Document, name: str) -> str:
    """Return the id of one of our styles, which is added where a journal's template lacks it."""
    if name not in document.styles:
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = document.styles["Normal"]
        style.font.size = Pt(TABLE_TEXTS[name])
    return document.styles[name].style_id


def number_lines(document: Document) -> None:
    """Number the lines of the text through all sections."""
    for section in document.element.body.iter(qn("w:sectPr")):
        number = _make("lnNumType", countBy="1", restart="continuous")
        before = [section.find(qn(f"w:{name}")) for name in ("pgMar", "pgSz")]
        next(found for found in before if found is not None).addnext(number)


def _holds_float(cell: Element) -> bool:
    names = [mark.get(qn("w:name")) for mark in cell.iter(qn("w:bookmarkStart"))]
    return any(name.startswith(("tbl-", "fig-")) for name in names)


def _is_empty(element: Element) -> bool:
    return (
        element.tag == qn("w:p")
        and not "".join(text.text or "" for text in element.iter(qn("w:t"))).strip()
        and not list(element.iter(qn("w:drawing"), qn("w:sectPr")))
        and not list(element.iter(qn("w:bookmarkStart"), qn("w:bookmarkEnd")))
    )


def _choose_style(paragraph: Element, *, is_table: bool) -> str:
    if next(paragraph.iter(qn("w:drawing")), None) is not None:
        return "CaptionedFigure"
    return "TableCaption" if is_table else "ImageCaption"


def _set_style(paragraph: Element, style: str) -> None:
    """Replace all properties of a paragraph by a style."""
    for properties in paragraph.findall(qn("w:pPr")):
        paragraph.remove(properties)
    paragraph.get_or_add_pPr().style = style


def _finish_table(table: Element, style: str) -> None:
    """Mark the first column as headings, keep rows whole, rule off head, foot and notes."""
    properties = table.tblPr
    look = properties.find(qn("w:tblLook"))
    look.set(qn("w:firstColumn"), "1")
    borders = [_make_line(side, "8") for side in ("top", "bottom")]
    margins = [_make(side, w=str(PADDING), type="dxa") for side in ("left", "right")]
    # The schema requires this order, before tblLook.
    look.addprevious(_make("tblBorders", *borders))
    look.addprevious(_make("tblCellMar", *margins))
    for paragraph in table.iter(qn("w:p")):
        _set_style(paragraph, style)
    for row in table.tr_lst:
        row.get_or_add_trPr().append(_make("cantSplit"))
    _keep_rows_together(table.tr_lst)


def _keep_rows_together(rows: Sequence[Element]) -> None:
    """Leave no heading, first row or note alone on a page, and rule the notes off."""
    last = len(rows) - 1
    is_spanned = [len(row.tc_lst) == 1 for row in rows]
    notes = next((index for index in range(last, 0, -1) if not is_spanned[index]), last) + 1
    for index, row in enumerate(rows):
        early, late = index <= _TOGETHER, index >= min(notes, last) - _TOGETHER
        if index < last and (len(rows) <= _SHORT or early or late or is_spanned[index]):
            for paragraph in row.iter(qn("w:p")):
                paragraph.get_or_add_pPr().get_or_add_keepNext()
    if notes <= last:
        for cell in rows[notes].tc_lst:
            cell.get_or_add_tcPr().append(_make("tcBorders", _make_line("top", "4")))


def _make(name: str, *children: Element, **attributes: str) -> Element:
    element = OxmlElement(f"w:{name}")
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), value)
    element.extend(children)
    return element


def _make_line(side: str, size: str) -> Element:
    return _make(side, val="single", sz=size, space="0", color=INK)


def _list_texts(table: Element, count: int) -> Iterator[tuple[list[str], bool]]:
    """Yield the texts of each row of `count` cells, and whether any is bold."""
    for row in table.tr_lst:
        if len(row.tc_lst) == count:
            texts = ["".join(t.text or "" for t in cell.iter(qn("w:t"))) for cell in row.tc_lst]
            yield texts, next(row.iter(qn("w:b")), None) is not None


def _measure_columns(table: Element, count: int, size: float) -> list[float]:
    """Return the width that the longest word of each column needs."""
    least = [0.0] * count
    for texts, is_bold in _list_texts(table, count):
        letter = (BOLD_LETTER if is_bold else LETTER) * size * TWENTIETHS
        for column, text in enumerate(texts):
            longest = max(map(len, text.split() or [""]))
            least[column] = max(least[column], longest * letter + 2 * PADDING + TWENTIETHS)
    return least


def _set_widths(table: Element, least: Sequence[float], room: int) -> None:
    """Share the width: each column gets what its longest word needs, the rest by length of text."""
    wanted = [0.0] * len(least)
    for texts, _ in _list_texts(table, len(least)):
        wishes = [len(text) ** 0.7 for text in texts]
        wanted = list(map(max, wanted, wishes))
    spare = max(room - sum(least), 0)
    shares = [
        width + spare * wish / (sum(wanted) or 1) for width, wish in zip(least, wanted, strict=True)
    ]
    widths = [round(share * room / sum(shares)) for share in shares]
    properties = table.tblPr
    total = properties.find(qn("w:tblW"))
    if total is None:
        total = _make("tblW")
        properties.insert(1, total)
    total.set(qn("w:type"), "dxa")
    total.set(qn("w:w"), str(sum(widths)))
    for column, width in zip(table.tblGrid.findall(qn("w:gridCol")), widths, strict=True):
        column.set(qn("w:w"), str(width))
    for row in table.tr_lst:
        cells = row.tc_lst
        spans = widths if len(cells) == len(widths) else [sum(widths)]
        for cell, width in zip(cells, spans, strict=False):
            size = cell.get_or_add_tcPr().get_or_add_tcW()
            size.set(qn("w:type"), "dxa")
            size.set(qn("w:w"), str(width))


def _turn_page(table: Element, section: Element) -> None:
    """Set a table with its caption on a landscape page, between two section breaks."""
    first = table
    for element in table.itersiblings(preceding=True):
        if element.tag not in (qn("w:p"), qn("w:bookmarkStart")):
            break
        style = element.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        if element.tag == qn("w:p") and (style is None or style.get(qn("w:val")) != "TableCaption"):
            break
        first = element
    before = first.getprevious()
    # Two wide tables in a row share the landscape pages.
    if before is not None and before.get(TURNED_MARK):
        before.getparent().remove(before)
    else:
        first.addprevious(_make_break(section, turned=False))
    table.addnext(_make_break(section, turned=True))


def _make_break(section: Element, *, turned: bool) -> Element:
    paragraph = _make("p")
    if turned:
        paragraph.set(TURNED_MARK, "00000001")
    properties = paragraph.get_or_add_pPr()
    properties.append(_make("spacing", before="0", after="0", line="20", lineRule="exact"))
    turned_section = copy.deepcopy(section)
    if turned:
        page = turned_section.find(qn("w:pgSz"))
        width, height = page.get(qn("w:w")), page.get(qn("w:h"))
        page.set(qn("w:w"), height)
        page.set(qn("w:h"), width)
        page.set(qn("w:orient"), "landscape")
    properties.append(turned_section)
    return paragraph
