"""Kapandji opposition: hands by hand."""

import pytest
from instrument_items import STUDY, change_variants, read_score, score_answers_by_hand, write_items

from analysis.errors import DataError
from analysis.instruments import score_items


def hands(right, left, item="opposition"):
    return {f"kapandji/{item}/right": right, f"kapandji/{item}/left": left}


@pytest.mark.parametrize(
    ("right", "left", "total"),
    [
        (10, 10, 20),
        (0, 0, 0),
        (7, 9, 16),
        (9, 7, 16),
        (10, 0, 10),
        (1, 2, 3),
        (6, 6, 12),
        (3, 8, 11),
    ],
)
def test_both_hands_add_up(right, left, total):
    scores = score_answers_by_hand(hands(right, left))["score"].to_dict()
    assert scores == {
        ("kapandji", "primary", "left"): left,
        ("kapandji", "primary", "right"): right,
        ("kapandji", "primary", "total"): total,
    }


def test_one_hand_is_no_sum_but_stands_for_itself():
    scores = score_answers_by_hand(hands(8, "not_done"))
    assert scores["status"].to_dict() == {
        ("kapandji", "primary", "left"): "missing",
        ("kapandji", "primary", "right"): "complete",
        ("kapandji", "primary", "total"): "missing",
    }


def test_eleven_is_refused_as_a_sum_or_the_modified_index():
    with pytest.raises(DataError, match=r"opposition/left.*0 to 10: 11.*sum of two hands"):
        score_items(write_items(hands(8, 11)), STUDY)


def test_a_half_target_is_refused():
    with pytest.raises(DataError, match="a whole number is due"):
        score_items(write_items(hands(8, 7.5)), STUDY)


def test_a_third_hand_is_refused():
    with pytest.raises(DataError, match="no such place"):
        score_items(write_items({"kapandji/opposition/both": 8}), STUDY)


@pytest.mark.parametrize(("component", "expected"), [("total", 96), ("right", 50), ("left", 46)])
def test_the_modified_index_adds_flexion_and_extension(component, expected):
    answers = hands(10, 8) | hands(20, 19, "flexion") | hands(20, 19, "extension")
    assert read_score(answers, "kapandji", "modified_index", component)["score"] == expected


def test_the_modified_index_is_not_due_where_only_opposition_is_recorded():
    assert "modified_index" not in score_answers_by_hand(hands(8, 9)).index.get_level_values(
        "variant"
    )


def test_the_modified_index_can_be_the_primary_variant():
    study = change_variants("kapandji", primary="modified_index")
    answers = hands(5, 5) | hands(10, 10, "flexion") | hands(10, "refused", "extension")
    assert read_score(answers, "kapandji", component="right", study=study)["score"] == 25
    assert read_score(answers, "kapandji", study=study)["missing_reason"] == "refused"
