"""One table as a separate Word document."""

import zipfile
from collections.abc import Collection, Iterable
from pathlib import Path

import docx
import pandas as pd
from docx.blkcntnr import BlockItemContainer
from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.package import OpcPackage
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from analysis.reporting.word_tables import finish_tables

_EARLIEST = (1980, 1, 1, 0, 0, 0)


def write_word_table(frame: pd.DataFrame, path: Path, *, mark: str) -> None:
    """Write a printed table as a separate Word document.

    Parameters
    ----------
    frame
        As `analysis.reporting.table.Table.to_frame` returns it.
    mark
        Printed above the table and in the file's properties while the data are simulated.
    """
    document = docx.Document()
    _drop_thumbnail(document.part.package)
    properties = document.core_properties
    properties.title, properties.subject = path.stem, mark
    properties.author = properties.comments = ""
    if mark:
        document.add_paragraph(f"{mark} data")
    # By position: two columns may have the same heading.
    grouped = int(frame.columns[0] == "group")
    body = frame.iloc[:, grouped:]
    groups = frame.iloc[:, 0] if grouped else [""] * len(frame)
    table = document.add_table(1, len(body.columns))
    _fill_row(table.rows[0].cells, body.columns, bold=True)
    group, spanned = "", set()
    for heading, texts in zip(groups, body.itertuples(index=False), strict=True):
        if heading != group:
            spanned.add(len(table.rows))
            _fill_row(table.add_row().cells[:1], [heading], bold=True)
            group = heading
        _fill_row(table.add_row().cells, map(str, texts))
    for note in frame.attrs["notes"]:
        spanned.add(len(table.rows))
        _fill_row(table.add_row().cells[:1], [note])
    _span_rows(document, spanned)
    finish_tables(document)
    document.save(str(path))
    fix_time_stamps(path)


def _drop_thumbnail(package: OpcPackage) -> None:
    """Remove the thumbnail of the library's template, which contains data of its program."""
    for name, relation in list(package.rels.items()):
        if relation.reltype == RELATIONSHIP_TYPE.THUMBNAIL:
            del package.rels[name]


def _fill_row(
    cells: Iterable[BlockItemContainer], texts: Iterable[str], *, bold: bool = False
) -> None:
    for cell, text in zip(cells, texts, strict=True):
        cell.paragraphs[0].add_run(text).bold = bold or None


def _span_rows(document: Document, spanned: Collection[int]) -> None:
    """Repeat the first row on each page, and make one cell span each of the given rows.

    The library's merge is slower: it looks at all rows above.
    """
    for number, row in enumerate(document.element.body.iter(qn("w:tr"))):
        if number == 0:
            row.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
        if number in spanned:
            first, *rest = row.tc_lst
            first.grid_span = len(rest) + 1
            for cell in rest:
                row.remove(cell)


def fix_time_stamps(path: Path) -> None:
    """Rewrite a Word file with a fixed time stamp on all its parts."""
    with zipfile.ZipFile(path) as archive:
        parts = [(name, archive.read(name)) for name in archive.namelist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, blob in parts:
            archive.writestr(zipfile.ZipInfo(name, _EARLIEST), blob, zipfile.ZIP_DEFLATED)
