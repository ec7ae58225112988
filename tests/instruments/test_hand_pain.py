"""Pain of the hands: marks and lines by hand."""

import pytest
from instrument_items import STUDY, change_study, change_variants, read_score, write_items

from analysis.errors import DataError
from analysis.instruments.scores import score_items

PAIN = "hand_pain_vas"
EACH_HAND = change_variants(PAIN, primary="mean_of_hands", worse="worse_hand")


def mark(vas=None, line=100, **hands):
    answers = {"hand_pain/vas": vas, "hand_pain/line_length": line}
    answers |= {f"hand_pain/vas/{side}": value for side, value in hands.items()}
    return {key: value for key, value in answers.items() if value is not None}


@pytest.mark.parametrize(
    ("vas", "line", "expected"),
    [
        pytest.param(46, 100, 46, id="a 100 mm line as it is"),
        pytest.param(0, 100, 0, id="no pain is 0, not missing"),
        pytest.param(100, 100, 100, id="the end of the line"),
        pytest.param(75, 150, 50, id="half of a 150 mm line"),
        pytest.param(48, 96, 50, id="a photocopied line of 96 mm"),
        pytest.param(30, 120, 25, id="a quarter of 120 mm"),
        pytest.param(99, 100, 99, id="99 is a mark, not a code"),
        pytest.param(62.5, 125, 50, id="half millimetres are marks"),
        pytest.param(1, 200, 0.5, id="1 mm of 200"),
    ],
)
def test_a_mark_is_scaled_by_the_length_of_its_line(vas, line, expected):
    row = read_score(mark(vas, line), PAIN)
    assert (row["score"], row["rule"]) == (expected, "complete")


def test_the_declared_length_stands_in_and_says_so():
    row = read_score(mark(30, None), PAIN, study=change_study(hand_pain_line_mm=150))
    assert (row["score"], row["status"], row["rule"]) == (20, "complete", "declared_line_length")


def test_centimetres_are_refused_rather_than_guessed():
    with pytest.raises(DataError, match="the unit is not the one"):
        score_items(write_items(mark(4.6)).assign(unit="cm"), STUDY)


def test_two_hands_are_not_scored_where_one_rating_is_declared():
    scores = score_items(write_items(mark(right=20, left=50)), STUDY)
    assert scores.empty


@pytest.mark.parametrize(("variant", "expected"), [("primary", 35), ("worse", 50)])
def test_two_hands_are_scored_where_that_is_declared(variant, expected):
    assert read_score(mark(right=20, left=50), PAIN, variant, study=EACH_HAND)["score"] == expected


def test_one_rated_hand_is_not_both():
    row = read_score(mark(right=20, left="not_done"), PAIN, study=EACH_HAND)
    assert (row["status"], row["n_missing"]) == ("missing", 1)
