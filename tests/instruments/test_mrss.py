"""Modified Rodnan skin score: sums by hand."""

import pytest
from instrument_items import STUDY, mrss, read_score, score_answers_by_hand, write_items

from analysis.errors import DataError
from analysis.instruments.scores import score_items

HAND = ("hand_mrss", "primary")
TOTAL = ("total_mrss", "primary")


@pytest.mark.parametrize(
    ("answers", "outcome", "variant", "expected"),
    [
        pytest.param(mrss(3), *TOTAL, 51, id="17 sites of 3 are 51"),
        pytest.param(mrss(3), *HAND, 12, id="4 hand sites of 3 are 12"),
        pytest.param(mrss(3), "hand_mrss", "dorsum_only", 6, id="dorsum of both hands is 6"),
        pytest.param(mrss(3), "hand_mrss", "fingers_only", 6, id="fingers of both hands is 6"),
        pytest.param(mrss(3), "total_mrss", "outside_hands", 39, id="13 sites of 3 are 39"),
        pytest.param(mrss(0), *TOTAL, 0, id="a skin without thickening is 0, not missing"),
        pytest.param(mrss(0, face=2, abdomen=1), *HAND, 0, id="the face is not the hands"),
        pytest.param(
            mrss(0, hand_dorsum_right=1, hand_dorsum_left=2, fingers_right=3),
            *HAND,
            6,
            id="1+2+3+0",
        ),
        pytest.param(
            mrss(0, fingers_right=3, fingers_left=2), "hand_mrss", "fingers_only", 5, id="3+2"
        ),
        pytest.param(
            mrss(1, fingers_right=3), "total_mrss", "outside_hands", 13, id="hands do not enter 13"
        ),
        pytest.param(
            mrss(1, forearm_left=2, lower_leg_right=3), *TOTAL, 20, id="15 sites of 1, and 2, and 3"
        ),
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


def test_a_missing_hand_site_is_never_prorated():
    row = read_score(mrss(2, fingers_left="not_done"), *HAND)
    assert row[["status", "missing_reason", "n_items", "n_missing", "rule"]].to_list() == [
        "missing",
        "not_done",
        4,
        1,
        "item_missing",
    ]


def test_a_site_without_a_row_was_not_done():
    assert read_score(mrss(1, face=None), *TOTAL)["missing_reason"] == "not_done"


def test_a_blank_without_a_reason_stays_unknown():
    assert read_score(mrss(1, face=""), *TOTAL)["missing_reason"] == "unknown"


def test_a_site_of_4_is_refused_with_its_place():
    with pytest.raises(
        DataError, match=r"SIM-01, visit baseline, field mrss/fingers/right.*0 to 3: 4"
    ):
        score_items(write_items(mrss(1, fingers_right=4)), STUDY)


def test_half_a_point_is_refused():
    with pytest.raises(DataError, match=r"mrss/face: a whole number is due: 1\.5"):
        score_items(write_items(mrss(1, face=1.5)), STUDY)


def test_a_total_that_contradicts_its_sites_is_refused():
    with pytest.raises(DataError, match=r"mrss/recorded_total: the recorded total 18 .* sum to 17"):
        score_items(write_items(mrss(1) | {"mrss/recorded_total": 18}), STUDY)


def test_a_hand_score_above_the_recorded_total_is_refused():
    answers = mrss(0, fingers_right=3, fingers_left=3, thigh_left="not_done")
    with pytest.raises(DataError, match="the recorded total 5 contradicts"):
        score_items(write_items(answers | {"mrss/recorded_total": 5}), STUDY)


@pytest.mark.parametrize("total", [16, 17, 19])
def test_a_total_that_a_missing_site_can_explain_is_taken(total):
    answers = mrss(1, face="not_done") | {"mrss/recorded_total": total}
    assert read_score(answers, *HAND)["score"] == 4
