"""Digital ulcers: counts by hand."""

import re

import numpy as np
import pytest
from instrument_items import (
    STUDY,
    join_items,
    pair_visits,
    read_score,
    score_answers_by_hand,
    write_items,
)

from analysis.instruments.digital_ulcers import DIGITAL_ULCER
from analysis.instruments.scores import score_items


def ulcers(*states, place="", **others):
    """Return ulcers from states of active, new and healed."""
    answers = {}
    for number, state in enumerate(states, start=1):
        for item, value in zip(("active", "new", "healed"), state, strict=True):
            if value is not None:
                answers[f"digital_ulcers/{item}/{place}/{number}"] = value
    return answers | {f"digital_ulcers/{item}": value for item, value in others.items()}


@pytest.mark.parametrize(
    ("answers", "active", "new", "healed", "total"),
    [
        pytest.param(ulcers((1, 0, 0)), 1, 0, 0, 1, id="one active"),
        pytest.param(ulcers((1, 1, 0), (1, 0, 0)), 2, 1, 0, 2, id="one of two is new"),
        pytest.param(ulcers((0, 0, 1)), 0, 0, 1, 1, id="a healed one is on record"),
        pytest.param(ulcers((0, 0, 1), (1, 0, 0), (0, 0, 1)), 1, 0, 2, 3, id="two of three healed"),
        pytest.param(ulcers((1, 1, 0), place="right_2"), 1, 1, 0, 1, id="with its finger as place"),
        pytest.param(ulcers((0, 0, 0)), 0, 0, 0, 1, id="neither active nor healed"),
        pytest.param(ulcers(present=0), 0, 0, 0, 0, id="no ulcer, said by the gate question"),
        pytest.param(ulcers((1, 0, 0), present=1), 1, 0, 0, 1, id="with the gate question"),
        pytest.param(ulcers(present=1), None, None, None, None, id="an ulcer, and none on record"),
        pytest.param(ulcers((1, "unknown", 0)), 1, None, 0, 1, id="an unknown state is no 0"),
        pytest.param(ulcers((1, 0, 0), (None, 0, 0)), None, 0, 0, 2, id="nor is one without a row"),
        pytest.param(ulcers(present="not_done"), None, None, None, None, id="a blank gate"),
    ],
)
def test_the_counts(answers, active, new, healed, total):
    scores = score_answers_by_hand(answers)["score"]["digital_ulcers"]["primary"]
    expected = [np.nan if n is None else n for n in (active, new, healed, total)]
    np.testing.assert_array_equal(scores[["active", "new", "healed", "total"]], expected)


def test_a_visit_without_a_row_has_no_count_rather_than_none():
    hands = write_items({"kapandji/opposition/right": 9}, visit="week_12")
    scores = score_items(join_items(write_items(ulcers((1, 0, 0))), hands), STUDY)
    counted = scores[scores["outcome"] == "digital_ulcers"]
    assert counted["visit"].unique().tolist() == ["baseline"]


def test_sizes_and_fingers_are_taken_and_not_scored_and_ulcers_not_paired():
    more = {"size": 4, "finger": 2, "side": ""}
    answers = ulcers((1, 0, 0)) | {f"digital_ulcers/{item}//1": more[item] for item in more}
    assert read_score(answers, "digital_ulcers")["score"] == 1
    assert pair_visits(baseline=ulcers((1, 0, 0)), week_12=ulcers((0, 0, 1))).empty


@pytest.mark.parametrize(
    ("term", "digital"),
    [
        ("New ulcer of a finger", True),
        ("Digital ulcer", True),
        ("ulcer of right index finger", True),
        ("finger and gastric ulcer", True),
        ("Skin ulcer", True),
        ("수지 궤양", True),
        ("왼손 부위 궤양", True),
        ("궤양 악화하지 않음", True),
        ("Ulcerative colitis flare", False),
        ("Gastric ulcer", False),
        ("corneal ulcer", False),
        ("위궤양", False),
        ("하지 궤양", False),
        ("Nausea", False),
    ],
)
def test_ulcers_of_other_organs_are_no_digital_ulcers(term, digital):
    for words in (f"{term} ", f" {term}", f"{term}\n"):
        assert bool(re.search(DIGITAL_ULCER, words)) == digital
