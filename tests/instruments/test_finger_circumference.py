"""Finger circumference: means and matched fingers by hand."""

import numpy as np
import pytest
from instrument_items import (
    STUDY,
    change_study,
    circumference,
    pair_visits,
    read_score,
    score_answers_by_hand,
)

GIRTH = "finger_circumference"
EIGHT = (60, 62, 58, 50, 61, 63, 57, 49)


@pytest.mark.parametrize(
    ("sizes", "total", "right", "left"),
    [
        pytest.param(EIGHT, 57.5, 57.5, 57.5, id="460 over 8"),
        pytest.param([55] * 8, 55, 55, 55, id="eight alike"),
        pytest.param([50] * 4 + [60] * 4, 55, 50, 60, id="hands apart"),
        pytest.param([35] * 8, 35, 35, 35, id="the smallest taken"),
        pytest.param([85] * 8, 85, 85, 85, id="the largest taken"),
        pytest.param([None, *[56] * 7], 56, 56, 56, id="7 fingers"),
        pytest.param([None, None, *[56] * 6], 56, None, 56, id="6 fingers, 2 of the right hand"),
        pytest.param([None, *[56] * 3, None, *[58] * 3], 57, 56, 58, id="3 of each hand"),
        pytest.param([None, None, None, *[56] * 5], None, None, 56, id="5 fingers are too few"),
        pytest.param([None] * 4 + [56.5] * 4, None, None, 56.5, id="one hand is not both"),
        pytest.param([55.5, 56.5] * 4, 56, 56, 56, id="half millimetres"),
    ],
)
def test_the_mean_of_a_visit(sizes, total, right, left):
    scores = score_answers_by_hand(circumference(*sizes))["score"][GIRTH]["primary"]
    expected = [np.nan if value is None else value for value in (total, right, left)]
    np.testing.assert_allclose(scores[["total", "right", "left"]], expected)


def test_all_available_takes_what_there_is():
    sizes = [None] * 7 + [49]
    assert read_score(circumference(*sizes), GIRTH, "all_available")["score"] == 49


def pair(baseline, followup, study=STUDY):
    visits = {"baseline": circumference(*baseline), "week_12": circumference(*followup)}
    return pair_visits(study, **visits)


def test_a_finger_lacking_at_one_visit_enters_neither():
    pairs = pair(EIGHT, [None, *EIGHT[1:]])
    row = pairs.loc[("primary", "total")]
    assert (row["baseline"], row["followup"], row["change"]) == (400 / 7, 400 / 7, 0)
    assert (row["n_locations"], row["rule"]) == (7, "matched")
    # Averaging whatever is left would have made a change.
    row = pairs.loc[("all_available", "total")]
    assert row["change"] == pytest.approx(400 / 7 - 57.5)
    assert row["rule"] == "both_visits"


@pytest.mark.parametrize(
    ("before", "after", "component", "expected"),
    [
        ([None, *[56] * 7], [*[54] * 7, None], "total", (-2, 6)),
        ([None, *[56] * 7], [*[54] * 4, *[57] * 4], "right", (-2, 3)),
    ],
    ids=["lacking at different visits", "a hand is matched by itself"],
)
def test_lacking_fingers_leave_what_both_visits_have(before, after, component, expected):
    row = pair(before, after).loc[("primary", component)]
    assert (row["change"], row["n_locations"]) == expected


def test_seven_and_seven_that_share_five_make_no_pair_unless_that_minimum_is_declared():
    visits = [None, None, *[56] * 6], [*[54] * 7, None]
    assert ("primary", "total") not in pair(*visits).index
    row = pair(*visits, study=change_study(circumference_min_fingers=5)).loc[("primary", "total")]
    assert (row["change"], row["n_locations"]) == (-2, 5)


def test_neither_thinner_nor_thicker_is_better():
    assert np.isnan(pair(EIGHT, [55] * 8).loc[("primary", "total"), "improvement"])
