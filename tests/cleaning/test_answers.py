"""An answer holds for exactly what was asked, and the log of answers only grows."""

import pandas as pd
import pytest

from analysis.cleaning.corrections import (
    ANSWER_COLUMNS,
    bind_questions,
    chain_lines,
    check_log,
    mark_answers,
)
from analysis.errors import DataError

QUERIES = pd.DataFrame(
    {
        "query_id": ["q1", "q2"],
        "rule": ["out_of_range", "visit_absent"],
        "message": ["Which value is meant?", "Did it take place?"],
        "action": ["set_missing", "kept"],
    }
)
CELLS = pd.DataFrame(
    {
        "query_id": ["q1", "q1"],
        "source": ["e.csv", "e.csv"],
        "row": ["A|week_4|", "A|week_4|"],
        "field": ["vas", "pain"],
        "value": ["80", "3"],
        "clean_value": ["", "3"],
    }
)


def make_log(*answers):
    lines = [dict.fromkeys(ANSWER_COLUMNS, "") | answer for answer in answers]
    return pd.DataFrame(chain_lines(lines), columns=list(ANSWER_COLUMNS), dtype="str")


@pytest.mark.parametrize(
    "change",
    [
        {"cells": CELLS.assign(value=["81", "3"])},
        {"cells": CELLS.assign(field=["vas", "line"])},
        {"cells": CELLS.iloc[:1]},
        {"queries": QUERIES.assign(message=["Which one?", "Did it take place?"])},
        {"queries": QUERIES.assign(rule=["qualifier", "visit_absent"])},
    ],
)
def test_another_value_cell_sentence_or_rule_opens_the_query_again(change):
    before = bind_questions(QUERIES, CELLS)
    after = bind_questions(**{"queries": QUERIES, "cells": CELLS} | change)
    assert before["q1"] != after["q1"] and before["q2"] == after["q2"]
    log = make_log({"query_id": "q1", "binding": before["q1"], "answer": "confirmed"})
    assert mark_answers(QUERIES, CELLS, before, log)["answer"].tolist() == ["confirmed", ""]
    assert mark_answers(QUERIES, CELLS, after, log)["answer"].tolist() == ["", ""]


def test_the_order_of_the_cells_means_nothing():
    assert bind_questions(QUERIES, CELLS).equals(bind_questions(QUERIES, CELLS[::-1]))


@pytest.mark.parametrize("answer", ["corrected_at_source", "correct_to"])
def test_a_correction_closes_a_query_by_the_new_value_and_not_by_the_log(answer):
    bindings = bind_questions(QUERIES, CELLS)
    log = make_log({"query_id": "q1", "binding": bindings["q1"], "answer": answer})
    assert mark_answers(QUERIES, CELLS, bindings, log)["answer"].tolist() == ["", ""]


def test_a_confirmed_value_that_is_used_is_said_to_be_kept():
    bindings = bind_questions(QUERIES, CELLS)
    kept = CELLS.assign(clean_value=["80", "3"])
    assert mark_answers(QUERIES, CELLS, bindings, None)["action"].tolist()[0] == "set_missing"
    assert mark_answers(QUERIES, kept, bindings, None)["action"].tolist()[0] == "kept"


@pytest.mark.parametrize(
    ("spoil", "line"),
    [
        (lambda log: log.assign(answer=["confirmed", "confirmed", "not_done"]), 2),
        (lambda log: log.drop(index=0), 2),
        (lambda log: log.iloc[[0, 2, 1]], 3),
        (lambda log: log.assign(name=["", "", "Another"]), 4),
    ],
)
def test_a_line_that_was_changed_or_taken_away_is_found(spoil, line):
    log = make_log(*({"query_id": name, "answer": "not_done"} for name in "abc"))
    check_log(log)
    with pytest.raises(DataError) as caught:
        check_log(spoil(log))
    assert caught.value.line == line


def test_a_log_without_its_columns_is_no_log():
    with pytest.raises(DataError, match="the column is absent"):
        check_log(pd.DataFrame({"query_id": []}))
