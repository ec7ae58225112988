"""Kapandji opposition: hands by hand."""

import pytest
from instrument_items import change_variants, pair_visits, read_score, score_answers_by_hand


def hands(right, left, item="opposition"):
    return {f"kapandji/{item}/right": right, f"kapandji/{item}/left": left}


@pytest.mark.parametrize(
    ("right", "left", "total"),
    [(10, 10, 20), (0, 0, 0), (7, 9, 16), (9, 7, 16), (10, 0, 10), (1, 2, 3), (3, 8, 11)],
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


def modified(right, left):
    """Return both hands, each (opposition, flexion, extension)."""
    parts = ("opposition", "flexion", "extension")
    return {
        key: value
        for part, values in zip(parts, zip(right, left, strict=True), strict=True)
        for key, value in hands(*values, part).items()
    }


@pytest.mark.parametrize(
    ("right", "left", "expected"),
    [
        pytest.param((10, 20, 20), (10, 20, 20), (50, 50, 100), id="50 a hand, 100 in all"),
        pytest.param((0, 0, 0), (0, 0, 0), (0, 0, 0), id="0 is a score"),
        pytest.param((10, 20, 20), (8, 19, 19), (50, 46, 96), id="one full hand"),
        pytest.param((6, 12, 15), (0, 0, 0), (33, 0, 33), id="a stiff hand"),
        pytest.param((1, 0, 0), (0, 1, 0), (1, 1, 2), id="each part counts alike"),
    ],
)
def test_the_modified_index_adds_flexion_and_extension(right, left, expected):
    scores = score_answers_by_hand(modified(right, left))["score"]["kapandji", "modified_index"]
    assert tuple(scores[["right", "left", "total"]]) == expected


@pytest.mark.parametrize("part", ["flexion", "extension"])
def test_a_hand_that_lacks_a_part_has_no_modified_index(part):
    answers = modified((10, 20, 20), (8, 19, 19)) | {f"kapandji/{part}/left": "refused"}
    scores = score_answers_by_hand(answers).loc["kapandji", "modified_index"]
    assert scores.loc["right", "score"] == 50
    assert scores.loc[["left", "total"], "missing_reason"].tolist() == ["refused", "refused"]


def test_a_rise_of_the_modified_index_is_an_improvement():
    before, after = (modified((n, 2 * n, 10), (5, 10, 10)) for n in (5, 6))
    index = pair_visits(baseline=before, week_12=after).loc[("modified_index", "total")]
    assert index[["change", "improvement"]].tolist() == [3, 3]


def test_the_modified_index_is_due_where_its_parts_are_and_may_be_primary():
    variants = score_answers_by_hand(hands(8, 9)).index.get_level_values("variant")
    assert "modified_index" not in variants
    study = change_variants("kapandji", primary="modified_index")
    answers = hands(5, 5) | hands(10, 10, "flexion") | hands(10, "refused", "extension")
    assert read_score(answers, "kapandji", component="right", study=study)["score"] == 25
    assert read_score(answers, "kapandji", study=study)["missing_reason"] == "refused"
