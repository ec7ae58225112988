"""One table as a Word document of its own."""

import zipfile
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
from docx import Document
from docx.blkcntnr import BlockItemContainer
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.package import OpcPackage
from docx.oxml import OxmlElement
from docx.table import Table

from analysis.reporting.word_tables import finish_tables

_EARLIEST = (1980, 1, 1, 0, 0, 0)


def write_word_table(frame: pd.DataFrame, path: Path, *, mark: str) -> None:
    """Write a printed table as a Word document of its own.

    Parameters
    ----------
    frame
        As `analysis.reporting.table.Table.to_frame` returns it.
    mark
        Stands above the table while the data are simulated, and in the file's properties.
    """
    document = Document()
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
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    group = ""
    for heading, texts in zip(groups, body.itertuples(index=False), strict=True):
        if heading != group:
            _fill_span(table, heading, bold=True)
            group = heading
        _fill_row(table.add_row().cells, map(str, texts))
    for note in frame.attrs["notes"]:
        _fill_span(table, note)
    finish_tables(document)
    document.save(str(path))
    fix_time_stamps(path)


def _drop_thumbnail(package: OpcPackage) -> None:
    """Take out the picture of the library's own template, which bears data of the program."""
    for name, relation in list(package.rels.items()):
        if relation.reltype == RELATIONSHIP_TYPE.THUMBNAIL:
            del package.rels[name]


def _fill_row(
    cells: Iterable[BlockItemContainer], texts: Iterable[str], *, bold: bool = False
) -> None:
    for cell, text in zip(cells, texts, strict=True):
        cell.paragraphs[0].add_run(text).bold = bold or None


def _fill_span(table: Table, text: str, *, bold: bool = False) -> None:
    row = table.add_row()
    first, *rest = row._tr.tc_lst
    # To merge cells the library looks at all rows above.
    first.grid_span = len(rest) + 1
    for cell in rest:
        row._tr.remove(cell)
    row.cells[0].paragraphs[0].add_run(text).bold = bold or None


def fix_time_stamps(path: Path) -> None:
    """Write a Word file again without the time at which its parts were packed."""
    with zipfile.ZipFile(path) as archive:
        parts = [(name, archive.read(name)) for name in archive.namelist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, blob in parts:
            archive.writestr(zipfile.ZipInfo(name, _EARLIEST), blob, zipfile.ZIP_DEFLATED)
