"""The sheet that a site gets, and what it may send back."""

import io

import openpyxl
import pandas as pd
import pytest
from openpyxl.comments import Comment

from analysis.cleaning.query_sheet import (
    FILLED_COLUMNS,
    QUESTION_COLUMNS,
    SHEET,
    build_query_sheet,
    list_questions,
    name_cells,
)
from analysis.cleaning.returned_sheet import Answer, read_returned_sheet
from analysis.errors import DataError

COLUMNS = [*QUESTION_COLUMNS, *FILLED_COLUMNS]
DELEGATION = {"Kim A.": "investigator"}
WHO = {"Why": "Source seen", "Answered by": "Kim A.", "Answered at": "2023-01-05T14:30+09:00"}
# The tilde keeps the gate from finding it in this file.
PHONE = "010~-1234-5678".replace("~", "")


def make_questions(*values, **changes):
    """Make a question for each value received; `changes` are columns of all of them."""
    rows = [
        dict.fromkeys(QUESTION_COLUMNS, "x")
        | {"Value received": value, "Query": f"q{number}", "State": f"s{number}", "answer": ""}
        | changes
        for number, value in enumerate(values, 1)
    ]
    return pd.DataFrame(rows, dtype="str")


QUESTIONS = make_questions("80", "90")


def fill(*rows, edit=None, questions=QUESTIONS):
    """Return the sheet of some questions as a site sends it back, filled in row by row."""
    book = openpyxl.load_workbook(io.BytesIO(build_query_sheet(questions, title="t")))
    for number, answers in enumerate(rows, 2):
        for name, text in answers.items():
            book[SHEET].cell(number, COLUMNS.index(name) + 1).value = text
    if edit:
        edit(book)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def read(content, questions=QUESTIONS):
    return read_returned_sheet(content, questions, DELEGATION, hospital_number="H[0-9]{7}")


def at(name, value, row=2):
    def edit(book):
        book[SHEET].cell(row, COLUMNS.index(name) + 1).value = value

    return edit


def test_the_same_queries_give_the_same_bytes(monkeypatch):
    first = build_query_sheet(QUESTIONS, title="t")
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    assert build_query_sheet(QUESTIONS, title="t") == first


def test_every_cell_is_text_and_only_the_answers_are_unlocked():
    hostile = ("=1+1", "+1+cmd", "\x1b[31m", "a\ufffe", "_x0041_", "x" * 40_000, "#N/A", "007")
    questions = make_questions(*hostile)
    sheet = openpyxl.load_workbook(io.BytesIO(fill(questions=questions)))[SHEET]
    assert sheet.protection.sheet and sheet.max_row == len(hostile) + 1
    for row in sheet.iter_rows(min_row=2):
        for column, cell in enumerate(row):
            assert cell.data_type == ("s" if cell.value else "n") and cell.number_format == "@"
            assert cell.protection.locked == (column < len(QUESTION_COLUMNS))
    assert read(fill(questions=questions), questions).refused == ()


def test_only_open_queries_are_sent():
    questions = make_questions("1", "2").assign(answer=["", "confirmed"])
    sheet = openpyxl.load_workbook(io.BytesIO(fill(questions=questions)))[SHEET]
    assert sheet.max_row == 2


def test_questions_stand_by_participant_then_visit_the_gravest_first(mended, study):
    visits = [visit.name for visit in study.visits]
    questions = list_questions(mended, visits)
    assert len(questions) == len(mended.queries)
    rank, order = ["error", "warning", "note"], [*visits, ""]
    keys = [
        (row["Participant"], order.index(row["Visit"]), rank.index(row["Severity"]))
        for row in questions.to_dict("records")
    ]
    assert keys == sorted(keys)
    pain = questions[(questions["Field"] == "vas_hand") & (questions["Value received"] == "5.4")]
    assert pain["Label"].tolist() == ["Pain of the hands"]


def test_a_query_of_several_cells_is_one_row_that_lists_them(mended, study):
    questions = list_questions(mended, [visit.name for visit in study.visits]).set_index("Query")
    queries = mended.queries.set_index("query_id")
    listed = queries["cells"].str.split(";").map(lambda cells: len(list(filter(None, cells))))
    held = mended.asked.groupby("query_id").size().reindex(listed.index, fill_value=0)
    assert held.equals(listed.astype("int64"))
    several = listed[listed > 1].index
    assert len(several)
    for query in several:
        assert len(questions.at[query, "Cells"].split("\n")) == listed[query]


def test_a_cell_of_several_rows_is_named_with_its_row():
    cells = [("e", "B", "pain"), ("e", "A", "pain"), ("e", "A", "date"), ("e", "A", "")]
    cells = pd.DataFrame(cells, columns=["source", "row", "field"])
    assert list(name_cells(cells)) == ["date", "A:pain", "B:pain"]


def test_an_answer_is_read_with_who_when_and_why():
    content = fill({"Answer": " Correct  To", "Correct value": "8", "Source document": "CRF"} | WHO)
    assert read(content).answers == (
        Answer("q1", "s1", "correct_to", "8", "CRF", "Source seen", *list(WHO.values())[1:], ""),
    )
    assert read(content).refused == read(content).stale == ()


CONFIRMED = {"Answer": "confirmed"} | WHO
REFUSALS = (
    ("an altered question", fill(CONFIRMED, edit=at("Question", "Fine?")), "Question of the"),
    ("an altered value", fill(edit=at("Value received", "8", row=3)), "Value received of the"),
    ("an emptied query", fill(CONFIRMED, edit=at("Query", None)), "the row has no query"),
    ("a formula", fill(CONFIRMED | {"Why": "=1+1"}), "cell P2 holds a formula"),
    ("a formula as text", fill(CONFIRMED | {"Why": "@SUM(1)"}), "cell P2 holds a formula"),
    ("a number", fill(CONFIRMED | {"Signature": 8}), "cell S2 holds a number"),
    ("a kind of its own", fill({"Answer": "fine"} | WHO), "row 2: Answer is none of"),
    ("no reason", fill(CONFIRMED | {"Why": " "}), "row 2: Why is missing"),
    ("a stranger", fill(CONFIRMED | {"Answered by": "Kim B."}), "Did you mean Kim A."),
    ("no zone", fill(CONFIRMED | {"Answered at": "2023-01-05T14:30"}), "no ISO time with its"),
    ("a day only", fill(CONFIRMED | {"Answered at": "2023-01-05"}), "no ISO time with its zone"),
    ("no value", fill({"Answer": "correct to"} | WHO), "row 2: Correct value belongs to"),
    ("a value too many", fill(CONFIRMED | {"Correct value": "8"}), "belongs to the answer"),
    ("a phone number", fill(CONFIRMED | {"Why": f"Call {PHONE}"}), "Why holds a mobile phone"),
    ("a hospital number", fill(CONFIRMED | {"Why": "H1234567"}), "Why holds a hospital number"),
    (
        "two answers",
        fill(CONFIRMED, {"Answer": "cannot answer"} | WHO, edit=lambda book: [
            book[SHEET].cell(3, column).__setattr__("value", book[SHEET].cell(2, column).value)
            for column in range(1, len(QUESTION_COLUMNS) + 1)
        ]),
        "row 3: another answer to query q1",
    ),
    ("a comment", fill(edit=lambda book: book[SHEET]["A2"].__setattr__(
        "comment", Comment("see", "K"))), "cell A2 has a comment"),
    ("a cell beside", fill(edit=lambda book: book[SHEET].cell(2, 30, "see")), "lies beside"),
    ("a sheet", fill(edit=lambda book: book.create_sheet("More")), "a sheet was added"),
)  # fmt: skip


@pytest.mark.parametrize(("content", "phrase"), [case[1:] for case in REFUSALS],
                         ids=[case[0] for case in REFUSALS])  # fmt: skip
def test_it_is_refused_by_name_and_without_what_it_holds(content, phrase):
    returned = read(content)
    assert any(phrase in each for each in returned.refused), returned.refused
    assert not any(PHONE in each or "H1234567" in each for each in returned.refused)


def test_an_answer_to_what_is_asked_no_more_or_otherwise_has_no_effect_and_is_named():
    content = fill(CONFIRMED, CONFIRMED)
    now = make_questions("80", "91").assign(Query=["q1", "q2"], State=["s1", "another"])
    assert [len(part) for part in vars(read(content, now)).values()] == [1, 1, 0]
    assert "asked anew" in read(content, now).stale[0]
    assert "not asked of this export" in read(content, now.iloc[:1]).stale[0]
    added = fill({}, {}, CONFIRMED | {"Query": "Is it so?"})
    assert read(added).refused == () and "not asked of this export" in read(added).stale[0]


@pytest.mark.parametrize(
    "content",
    [b"", b"PK", fill(edit=at("Why", "Reason", row=1)),
     fill(edit=lambda book: book[SHEET].__setattr__("title", "Mine"))],
)  # fmt: skip
def test_what_is_no_such_sheet_is_an_error_that_says_what_to_do(content):
    with pytest.raises(DataError, match=r"queries\.xlsx|They are"):
        read(content)
