"""Read a returned sheet: its answers, and every reason to refuse it."""

import datetime
import io
import unicodedata
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import openpyxl
import pandas as pd
from openpyxl.cell.cell import Cell

from analysis.cleaning.corrections import ANSWER_KINDS
from analysis.cleaning.query_sheet import (
    FILLED_COLUMNS,
    GUIDE,
    QUESTION_COLUMNS,
    SHEET,
    show_in_sheet,
)
from analysis.errors import DataError, suggest_name
from analysis.privacy.kinds import find_in_texts
from analysis.tables import guard_cell

_HEADER = [*QUESTION_COLUMNS, *FILLED_COLUMNS]
# In bytes, unpacked: no sheet of answers comes near it.
_LARGEST = 100_000_000
_NEEDED = ("Why", "Answered by", "Answered at")


@dataclass(frozen=True)
class Answer:
    """One answer of a returned sheet.

    Parameters
    ----------
    query_id, binding
        Which question, and which state of it.
    kind
        A value of `ANSWER_KINDS`.
    value, document, reason
        The right value, the source document that shows it, and why.
    name, at, signature
        Who, when (ISO with zone), and where a signature can be found.
    """

    query_id: str
    binding: str
    kind: str
    value: str
    document: str
    reason: str
    name: str
    at: str
    signature: str

    @property
    def standing(self) -> str:
        """Named, unless it refers to a signature."""
        return f"signed: {self.signature}" if self.signature else "named"


@dataclass(frozen=True)
class Returned:
    """What a returned sheet holds.

    Parameters
    ----------
    answers
        Those to questions that are still asked as they were.
    stale
        What happened to the questions of the others, a phrase each.
    refused
        Why it is not taken, a phrase each that names row and column; no phrase shows a value.
    """

    answers: tuple[Answer, ...]
    stale: tuple[str, ...]
    refused: tuple[str, ...]


def read_returned_sheet(
    content: bytes, questions: pd.DataFrame, delegation: Mapping[str, str], *, hospital_number: str
) -> Returned:
    """Read the answers of a returned sheet and check each row against its question.

    Parameters
    ----------
    content
        Of the xlsx file.
    questions
        As `list_questions` gives them now.
    delegation
        Role by name.
    hospital_number
        A regular expression of the site's own numbers; "" if none is declared.

    Raises
    ------
    DataError
        It is not such a sheet.
    """
    rows, refused = _read_rows(content)
    asked = questions.set_index("Query")
    answers: dict[str, Answer] = {}
    stale = []
    texts = {text for row in rows.values() for text in row.values()}
    personal = find_in_texts(texts, hospital_number=hospital_number)
    for number, row in rows.items():
        filled = {name: row[name].strip() for name in FILLED_COLUMNS}
        filled["Answered by"] = " ".join(filled["Answered by"].split())
        query, given = row["Query"], any(filled.values())
        state = str(asked["State"].get(query, ""))
        problems = list(_find_problems(filled, delegation)) if given else []
        problems += [f"{name} holds {personal[row[name]]}" for name in row if row[name] in personal]
        if not query:
            problems.append("the row has no query")
        elif query in asked.index and row["State"] == state:
            shown = {name: show_in_sheet(str(asked.at[query, name])) for name in asked.columns}
            altered = [name for name in QUESTION_COLUMNS if shown.get(name, query) != row[name]]
            problems += [f"{name} of the question was altered" for name in altered]
        elif given:
            what = "asked anew since, as something changed" if state else "not asked of this export"
            stale.append(f"row {number}, query {ascii(query[:40])[1:-1]}: {what}")
        refused += [f"row {number}: {problem}" for problem in problems]
        if given and not problems and state and row["State"] == state:
            kind = ANSWER_KINDS[_fold(filled["Answer"])]
            answer = Answer(query, state, kind, *list(filled.values())[1:])
            if answers.setdefault(query, answer) != answer:
                refused.append(f"row {number}: another answer to query {query} than above")
    return Returned(tuple(answers.values()), tuple(stale), tuple(refused))


def _read_rows(content: bytes) -> tuple[dict[int, dict[str, str]], list[str]]:
    """Return the rows that hold anything by their number, and what no cell may hold."""
    hint = "Send the site a fresh queries.xlsx, and take what comes back as xlsx"
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as file, warnings.catch_warnings():
            if sum(entry.file_size for entry in file.infolist()) > _LARGEST:
                raise ValueError
            # Parts that a site's program adds and openpyxl does not know hold no answers.
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(content))
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, OSError, SyntaxError):
        raise DataError("this is no spreadsheet that can be read", hint=hint) from None
    if SHEET not in book.sheetnames:
        raise DataError(f"it has no sheet {SHEET!r}", hint=hint)
    others = [each.title for each in book.worksheets if each.title not in (SHEET, GUIDE)]
    refused = ["a sheet was added, which nobody would read"] if others else []
    cells = list(book[SHEET].iter_rows())
    header = [cell.value for cell in cells[0]] if cells else []
    while header and header[-1] is None:
        header.pop()
    if header != _HEADER:
        raise DataError(
            "its columns are not those that were sent", hint=f"They are {', '.join(_HEADER)}"
        )
    rows = {}
    for line in cells[1:]:
        held = [cell for cell in line if cell.value is not None or cell.comment]
        refused += [f"cell {cell.coordinate} {what}" for cell in held for what in _judge(cell)]
        texts = [str(cell.value) if cell.value is not None else "" for cell in line]
        if any(texts):
            rows[line[0].row] = dict(zip(_HEADER, texts, strict=False))
    return rows, refused


def _judge(cell: Cell) -> Iterator[str]:
    filled = cell.column > len(QUESTION_COLUMNS)
    if cell.column > len(_HEADER):
        yield "lies beside the columns of the sheet"
    if cell.comment:
        yield "has a comment, which nobody would read"
    if cell.value is None:
        return
    if cell.data_type == "f" or (filled and guard_cell(str(cell.value)) != str(cell.value)):
        yield "holds a formula, or what a spreadsheet would take for one"
    elif cell.data_type != "s":
        yield "holds a number or a date of the spreadsheet; format it as text and type it again"


def _find_problems(filled: Mapping[str, str], delegation: Mapping[str, str]) -> Iterator[str]:
    """Yield what is wrong or missing in the answer of one row."""
    kind = _fold(filled["Answer"])
    if kind not in ANSWER_KINDS:
        yield f"Answer is none of: {', '.join(ANSWER_KINDS)}"
    for name in ("Correct value", "Source document"):
        if bool(filled[name]) != (kind == "correct to"):
            yield f"{name} belongs to the answer 'correct to', and to no other"
    for name in _NEEDED:
        if not filled[name]:
            yield f"{name} is missing"
    if filled["Answered by"] and filled["Answered by"] not in delegation:
        hint = suggest_name(filled["Answered by"], delegation)
        yield f"Answered by is nobody of the delegation list ({hint})"
    if filled["Answered at"] and not _is_moment(filled["Answered at"]):
        yield "Answered at is no ISO time with its zone, as 2023-01-05T14:30+09:00"


def _is_moment(text: str) -> bool:
    try:
        return "T" in text and datetime.datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _fold(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
