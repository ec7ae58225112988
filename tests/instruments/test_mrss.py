"""Modified Rodnan skin score: sums by hand."""

import pytest
from instrument_items import mrss, read_score, score_answers_by_hand

HAND = ("hand_mrss", "primary")
TOTAL = ("total_mrss", "primary")
FINGERS, OUTSIDE = ("hand_mrss", "fingers_only"), ("total_mrss", "outside_hands")


@pytest.mark.parametrize(
    ("answers", "outcome", "variant", "expected"),
    [
        pytest.param(mrss(3), *TOTAL, 51, id="17 sites of 3 are 51"),
        pytest.param(mrss(3), *HAND, 12, id="4 hand sites of 3 are 12"),
        pytest.param(mrss(3), "hand_mrss", "dorsum_only", 6, id="dorsum of both hands is 6"),
        pytest.param(mrss(3), *FINGERS, 6, id="fingers of both hands is 6"),
        pytest.param(mrss(3), *OUTSIDE, 39, id="13 sites of 3 are 39"),
        pytest.param(mrss(0), *TOTAL, 0, id="a skin without thickening is 0, not missing"),
        pytest.param(mrss(0, face=2, abdomen=1), *HAND, 0, id="the face is not the hands"),
        pytest.param(
            mrss(0, hand_dorsum_right=1, hand_dorsum_left=2, fingers_right=3),
            *HAND,
            6,
            id="1+2+3+0",
        ),
        pytest.param(mrss(0, fingers_right=3, fingers_left=2), *FINGERS, 5, id="3+2"),
        pytest.param(mrss(1, fingers_right=3), *OUTSIDE, 13, id="hands do not enter 13"),
        pytest.param(mrss(1, forearm_left=2, lower_leg_right=3), *TOTAL, 20, id="15 of 1, 2 and 3"),
    ],
)
def test_a_score_is_the_sum_of_its_sites(answers, outcome, variant, expected):
    row = read_score(answers, outcome, variant)
    assert (row["score"], row["status"], row["rule"]) == (expected, "complete", "complete")


def test_a_missing_site_makes_only_the_sums_that_need_it_missing():
    scores = score_answers_by_hand(mrss(1, thigh_left="refused"))["score"]
    assert scores.isna().to_dict() == {
        ("hand_mrss", "dorsum_only", "total"): False,
        ("hand_mrss", "fingers_only", "total"): False,
        ("hand_mrss", "primary", "total"): False,
        ("total_mrss", "outside_hands", "total"): True,
        ("total_mrss", "primary", "total"): True,
    }


@pytest.mark.parametrize("total", [16, 17, 19])
def test_a_total_that_a_missing_site_can_explain_is_taken(total):
    answers = mrss(1, face="not_done") | {"mrss/recorded_total": total}
    assert read_score(answers, *HAND)["score"] == 4
