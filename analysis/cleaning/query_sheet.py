"""The open queries as a spreadsheet that a site fills in and sends back."""

import io
import re
import zipfile
from collections.abc import Sequence

import openpyxl
import pandas as pd
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from analysis.cleaning.clean import Cleaned
from analysis.cleaning.corrections import ANSWER_KINDS
from analysis.cleaning.export import REDCAP
from analysis.cleaning.fields import Field
from analysis.cleaning.logs import SEVERITY_ORDER, show_cell, show_origins

SHEET, GUIDE = "Queries", "How to answer"
# Columns of the questions, which are locked, and of the answers, each with its width.
QUESTION_COLUMNS = {
    "Participant": 12,
    "Visit": 13,
    "Form": 18,
    "Field": 16,
    "Label": 26,
    "Value received": 16,
    "Severity": 10,
    "Question": 44,
    "Done meanwhile": 14,
    "Cells": 24,
    "Query": 15,
    "State": 15,
}
FILLED_COLUMNS = {
    "Answer": 20,
    "Correct value": 16,
    "Source document": 22,
    "Why": 28,
    "Answered by": 18,
    "Answered at": 24,
    "Signature": 18,
}
_GUIDE = (
    "Fill in the white columns only; the grey ones are the question and have to stay as they are.",
    "corrected at source: you have changed it in the database. Nothing else is done here.",
    "confirmed: the value received is right as it is.",
    "correct to: write the right value under Correct value, and under Source document where it"
    " stands. Of several cells write a line for each: name as under Cells = value.",
    "not done: there is no value. Why holds the reason.",
    "cannot answer: nobody can tell any more. Why holds the reason.",
    "Every answer needs Why, Answered by (a name of the delegation list) and Answered at, as"
    " 2023-01-05T14:30+09:00.",
    "Signature: where a signature can be found, if there is one. Without it the answer is named.",
    "No formula, no comment, and nothing that identifies a person, please.",
)
_GREY = PatternFill("solid", start_color="FFECECEC")
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")
# The earliest time of a zip file; a real one would differ between two sheets.
_EARLIEST = (1980, 1, 1, 0, 0, 0)
# What XML cannot hold, and what a spreadsheet takes for the code of a character.
_NOT_XML = re.compile("[\ufffe\uffff\ud800-\udfff]")
# A cell holds at most 32767 characters.
_LONGEST = 32_000
_LOOKS_CODED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def list_questions(cleaned: Cleaned, visits: Sequence[str]) -> pd.DataFrame:
    """Return every query as a site reads it, in the order of the page.

    Parameters
    ----------
    visits
        In the order of the plan.

    Returns
    -------
    pandas.DataFrame
        The texts of `QUESTION_COLUMNS`, and `answer`; by participant, then visit, the gravest
        first.
    """
    queries, asked = cleaned.queries, show_origins(cleaned.asked, cleaned.origins)
    cells = dict(list(asked.groupby("query_id")))
    order = {name: place for place, name in enumerate(visits)}
    rank = {name: place for place, name in enumerate(SEVERITY_ORDER)}
    ordered = queries.assign(
        visit_order=queries["visit"].map(order).fillna(len(order)),
        rank=queries["severity"].map(rank),
    ).sort_values(["participant_id", "visit_order", "visit", "rank", "form", "field", "query_id"])
    rows = []
    for query in ordered.to_dict("records"):
        asked_cells = cells.get(query["query_id"], asked.iloc[:0])
        source = asked_cells["source"].iloc[0] if len(asked_cells) else REDCAP
        field = cleaned.fields[source].get(query["field"], Field("", "", ""))
        named = name_cells(asked_cells)
        listed = [f"{name} = {cell['raw_value']}" for name, cell in named.items()]
        rows.append(
            (
                *(query["participant_id"], query["visit"], query["form"], query["field"]),
                *(field.label, query["raw_value"], query["severity"], query["message"]),
                query["action"].replace("_", " "),
                "\n".join(listed) if len(listed) > 1 else "",
                *(query["query_id"], cleaned.bindings[query["query_id"]], query["answer"]),
            )
        )
    return pd.DataFrame(rows, columns=[*QUESTION_COLUMNS, "answer"], dtype="str")


def name_cells(cells: pd.DataFrame) -> dict[str, pd.Series]:
    """Return the cells of one query by what a site calls them: the field, with its row if need be.

    A whole row has no name, since it has no value that could be corrected.
    """
    fields = cells[cells["field"] != ""].sort_values(["source", "row", "field"], kind="stable")
    repeated = fields["field"].duplicated(keep=False)
    names = fields["field"].where(~repeated, fields["row"] + ":" + fields["field"])
    return {name: fields.iloc[place] for place, name in enumerate(names)}


def show_in_sheet(text: str) -> str:
    """Return a text as a cell of the sheet holds it: short, inert, and possible in XML."""
    lines = "\n".join(show_cell(line) for line in text.split("\n"))
    shown = _LOOKS_CODED.sub("_ ", _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", lines))
    return shown if len(shown) <= _LONGEST else shown[:_LONGEST] + "\N{HORIZONTAL ELLIPSIS}"


def build_query_sheet(questions: pd.DataFrame, *, title: str) -> bytes:
    """Return the open ones of `list_questions` as an xlsx file, the same bytes each time.

    Every cell is text. The columns of the question are locked, those of the answer are not.
    """
    book = openpyxl.Workbook()
    book.properties.creator, book.properties.title = "analysis", title
    book.properties.created = pd.Timestamp(2000, 1, 1).to_pydatetime()
    sheet: Worksheet = book.worksheets[0]
    sheet.title = SHEET
    columns = QUESTION_COLUMNS | FILLED_COLUMNS
    _write_row(sheet, 1, list(columns), locked=len(columns))
    opened = questions[questions["answer"] == ""]
    for number, texts in enumerate(opened[list(QUESTION_COLUMNS)].itertuples(index=False), 2):
        filled = [show_in_sheet(str(text)) for text in texts] + [""] * len(FILLED_COLUMNS)
        _write_row(sheet, number, filled, locked=len(QUESTION_COLUMNS))
        # Programs do not adjust the height of rows that they did not write.
        lines = [
            sum(len(line) // (width - 2) + 1 for line in text.split("\n"))
            for text, width in zip(filled, columns.values(), strict=True)
        ]
        sheet.row_dimensions[number].height = min(15 * max(lines), 400)
    for cell, width in zip(sheet[1], columns.values(), strict=True):
        cell.font = Font(bold=True)
        sheet.row_dimensions[1].height = 30
        sheet.column_dimensions[cell.column_letter].width = width
    chosen = DataValidation("list", formula1=f'"{",".join(ANSWER_KINDS)}"', allow_blank=True)
    letter = sheet.cell(1, len(QUESTION_COLUMNS) + 1).column_letter
    chosen.add(f"{letter}2:{letter}{max(2, len(opened) + 1)}")
    sheet.add_data_validation(chosen)
    sheet.protection.sheet = True
    sheet.protection.formatColumns = sheet.protection.formatRows = False
    sheet.freeze_panes = "C2"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    guide = book.create_sheet(GUIDE)
    guide.column_dimensions["A"].width = 110
    for number, line in enumerate((title, *_GUIDE), 1):
        _write_row(guide, number, [line], locked=1)
    guide.protection.sheet = True
    return _write_book(book)


def _write_row(sheet: Worksheet, number: int, texts: Sequence[str], *, locked: int) -> None:
    for column, text in enumerate(texts, 1):
        cell = sheet.cell(number, column)
        cell.number_format = "@"
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        cell.protection = Protection(locked=column <= locked)
        if column <= locked:
            cell.fill = _GREY
        if text:
            # Text also where openpyxl would take it for a formula or an error.
            cell.value, cell.data_type = text, "s"


def _write_book(book: openpyxl.Workbook) -> bytes:
    """Return a workbook without the time at which it was written."""
    written, fixed = io.BytesIO(), io.BytesIO()
    book.save(written)
    with zipfile.ZipFile(written) as old, zipfile.ZipFile(fixed, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == "docProps/core.xml":
                content = _MODIFIED.sub(rb"\g<1>2000-01-01T00:00:00Z", content)
            new.writestr(zipfile.ZipInfo(entry.filename, _EARLIEST), content, zipfile.ZIP_DEFLATED)
    return fixed.getvalue()
