"""What the site has answered becomes lines to be placed; the export itself is only read."""

import io

import openpyxl
import pandas as pd
import pytest

from analysis.__main__ import main
from analysis.cleaning.corrections import ANSWER_COLUMNS, CORRECTION_COLUMNS, chain_lines
from analysis.cleaning.query_sheet import FILLED_COLUMNS, QUESTION_COLUMNS, SHEET
from analysis.cleaning.returned_sheet import Answer
from analysis.cleaning.take_answers import add_corrections, join_corrections, join_logs
from analysis.demo.export import make_export, write_export
from analysis.errors import DataError
from analysis.provenance import parse_delegation
from analysis.run.fingerprint import seal_export

ASKED = pd.DataFrame(
    [
        ("one", "e.csv", "A|v|", "pain", "80", "80"),
        ("again", "e.csv", "A|v|", "pain", "80", "80"),
        ("two", "e.csv", "A|v|", "left", "1", "1"),
        ("two", "e.csv", "A|v|", "right", "2", "2"),
        ("mended", "e.csv", "B|v|", "pain", "18", "8"),
        ("whole", "e.csv", "A|w|", "", "", "..."),
        ("who", "e.csv", "A|v|", "record_id", "A", "A"),
    ],
    columns=["query_id", "source", "row", "field", "raw_value", "value"],
)
HELD = pd.DataFrame(
    [("e.csv", "B|v|", "pain", "18", "8", "r", "b", "d")], columns=list(CORRECTION_COLUMNS)
)


def answer(query, kind, value="", signature=""):
    return Answer(query, "s", kind, value, "CRF" if value else "", "Seen", "Kim", "at", signature)


def add(*answers):
    corrections, refused = add_corrections(HELD, answers, ASKED, {"Kim": "nurse"})
    assert corrections.iloc[:1].equals(HELD)
    return corrections.iloc[1:].to_dict("records"), refused


@pytest.mark.parametrize(
    ("given", "new"),
    [
        (answer("one", "confirmed"), {"pain": "80"}),
        (answer("one", "correct_to", "8"), {"pain": "8"}),
        (answer("one", "not_done"), {"pain": ""}),
        (answer("one", "cannot_answer"), {}),
        (answer("one", "corrected_at_source"), {}),
        (answer("two", "confirmed"), {"left": "1", "right": "2"}),
        (answer("two", "correct_to", "right = 1\n"), {"right": "1"}),
        (answer("two", "correct_to", "right = 1\nleft=2"), {"right": "1", "left": "2"}),
        (answer("mended", "confirmed"), {}),
        (answer("whole", "confirmed"), {}),
    ],
)
def test_an_answer_becomes_a_line_for_each_value_that_it_confirms_or_changes(given, new):
    lines, refused = add(given)
    assert {line["field"]: line["new_value"] for line in lines} == new and not refused


def test_a_line_says_who_when_why_and_whether_it_was_signed():
    (named,), _ = add(answer("one", "correct_to", "8"))
    said = (named["reason"], named["by"], named["date"])
    assert said == ("CRF: Seen", "Kim, nurse (named)", "at")
    (signed,), _ = add(answer("one", "confirmed", signature="TMF 5"))
    assert (signed["old_value"], signed["by"]) == ("80", "Kim, nurse (signed: TMF 5)")


@pytest.mark.parametrize(
    ("answers", "phrase"),
    [
        ([answer("one", "confirmed"), answer("again", "correct_to", "8")], "another value for"),
        ([answer("mended", "correct_to", "9")], "corrections.csv or another answer has another"),
        ([answer("mended", "not_done")], "another value for pain"),
        ([answer("one", "correct_to", "80")], "that is 'confirmed'"),
        ([answer("two", "correct_to", "2")], "a line `name = value`"),
        ([answer("two", "correct_to", "left=2\nleft=3")], "each cell once"),
        ([answer("two", "correct_to", "middle=2")], "the query is not about"),
        ([answer("whole", "correct_to", "2")], "correct it at the source"),
        ([answer("who", "not_done")], "whose row it is"),
    ],
)
def test_what_contradicts_or_cannot_be_a_line_is_refused_with_its_query(answers, phrase):
    _, refused = add(*answers)
    assert len(refused) == 1 and phrase in refused[0]
    assert refused[0].startswith(f"query {answers[-1].query_id}: ")


def test_lines_that_wait_in_out_stay_until_the_export_holds_another_value():
    raw = {"e.csv": pd.DataFrame({"pain": ["18", "80"]}, index=["B|v|", "A|v|"])}
    waiting = HELD.assign(row="A|v|", old_value="80")
    assert len(join_corrections(HELD, pd.concat([HELD, waiting]), raw)) == 2
    assert len(join_corrections(HELD, waiting.assign(old_value="81"), raw)) == 1
    assert len(join_corrections(HELD, waiting.assign(row="C|v|"), raw)) == 1
    assert len(join_corrections(HELD, waiting.assign(field="gone"), raw)) == 1
    with pytest.raises(DataError, match="differently"):
        join_corrections(HELD, HELD.assign(new_value="9"), raw)


def test_of_two_logs_one_is_the_start_of_the_other():
    lines = [dict.fromkeys(ANSWER_COLUMNS, "") | {"query_id": name} for name in "ab"]
    log = pd.DataFrame(chain_lines(lines), columns=list(ANSWER_COLUMNS))
    assert join_logs(None, log).equals(log) and join_logs(log, log.iloc[:1]).equals(log)
    other = pd.DataFrame(chain_lines(lines[::-1]), columns=list(ANSWER_COLUMNS))
    with pytest.raises(DataError, match="hold different answers"):
        join_logs(log, other)


@pytest.mark.parametrize(
    "text",
    ["simulated: true", "delegation: []", "delegation: Kim", "delegation:\n- name: Kim",
     "delegation:\n- {name: K, role: r}\n- {name: K, role: s}", "delegation: [a: b: c]"],
)  # fmt: skip
def test_who_may_answer_is_listed_with_a_role(text):
    with pytest.raises(DataError):
        parse_delegation(text)
    listed = "delegation:\n- name: Kim  A.\n  role: nurse\n"
    assert parse_delegation(listed) == {"Kim A.": "nurse"}


def fill(content, answers):
    book = openpyxl.load_workbook(io.BytesIO(content))
    columns = [*QUESTION_COLUMNS, *FILLED_COLUMNS]
    for row in book[SHEET].iter_rows(min_row=2):
        named = dict(zip(columns, row, strict=True))
        for name, text in answers.get((named["Field"].value, named["Visit"].value), {}).items():
            named[name].value = text
    filled = io.BytesIO()
    book.save(filled)
    return filled.getvalue()


def test_a_returned_sheet_is_taken_placed_and_closes_its_queries(tmp_path, capsys):
    """From the sheet to the next list of queries, as README.md describes it."""
    raw, out, back = tmp_path / "raw", tmp_path / "out", tmp_path / "back.xlsx"
    write_export(make_export(7, 2016), raw)
    with open(raw / "provenance.yml", "a", encoding="utf-8") as file:
        file.write("delegation:\n- name: Kim A.\n  role: investigator\n")
    seal_export(raw)
    before = {path.name: path.read_bytes() for path in raw.iterdir()}
    assert main(["check-data", str(raw), str(out)]) == 0
    asked = len(pd.read_csv(out / "data_check" / "queries.csv"))
    sheet = (out / "data_check" / "queries.xlsx").read_bytes()
    who = {"Why": "Seen", "Answered by": "Kim A.", "Answered at": "2023-01-05T14:30+09:00"}
    right = {"Answer": "correct to", "Correct value": "54", "Source document": "CRF 12"}
    answers = {
        ("mrss_total", "baseline"): {"Answer": "confirmed"} | who,
        ("vas_hand", "week_4"): right | who,
        ("lab_sbp", "week_12"): {"Answer": "confirmed"} | who,
    }
    back.write_bytes(fill(sheet, answers | {("du_any", "week_4"): {"Answer": "confirmed"}}))
    assert main(["answers", str(raw), str(out), str(back)]) == 1
    assert "Why is missing" in capsys.readouterr().out
    assert not (out / "answers").exists()
    back.write_bytes(fill(sheet, answers))
    assert main(["answers", str(raw), str(out), str(back)]) == 0
    assert "3 new answers (2 confirmed, 1 correct to)" in capsys.readouterr().out
    assert before == {path.name: path.read_bytes() for path in raw.iterdir()}
    taken = {path: path.read_bytes() for path in (out / "answers").rglob("*") if path.is_file()}
    assert back.read_bytes() in taken.values()
    for name in ("corrections.csv", "answers.csv"):
        (raw / name).write_bytes(taken[out / "answers" / name])
    seal_export(raw)
    assert main(["answers", str(raw), str(out), str(back)]) == 0
    assert taken == {path: path.read_bytes() for path in taken}
    assert main(["check-data", str(raw), str(out)]) == 0
    queries = pd.read_csv(out / "data_check" / "queries.csv", dtype=str, keep_default_na=False)
    assert len(queries) == asked - 1
    assert f"{asked - 1} queries (2 answered)" in capsys.readouterr().out
    closed = queries[queries["answer"] != ""].set_index("field")
    # A pressure of 1220 is confirmed, which does not make it possible.
    assert closed["action"].to_dict() == {"lab_sbp": "set_missing", "mrss_total": "kept"}
    assert main(["answers", str(raw), str(raw / "below"), str(back)]) == 2
    (kept,) = (out / "answers" / "returned").iterdir()
    kept.write_bytes(sheet)
    assert main(["answers", str(raw), str(out), str(back)]) == 1
    assert "is not as it came" in capsys.readouterr().out
