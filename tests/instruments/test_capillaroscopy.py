"""Nailfold capillaroscopy: readers, fields and fingers by hand."""

import numpy as np
import pytest
from instrument_items import (
    STUDY,
    change_study,
    field,
    fields,
    pair_visits,
    read_score,
    score_answers_by_hand,
)

from analysis.instruments.definition import FINGERS

MES = "capillaroscopy"
A1, A2, B1 = "reader_a/field_1", "reader_a/field_2", "reader_b/field_1"


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        pytest.param(fields(), 0, id="a normal nailfold is 0, not missing"),
        pytest.param(fields(default=3), 9, id="three items of 3 are 9"),
        pytest.param(fields(loss=2, disorganisation=1, ramified=1), 4, id="2 + 1 + 1"),
        pytest.param(fields(enlarged=3, giants=3, haemorrhages=3), 0, id="others do not enter"),
        pytest.param(fields(ramified=3), 3, id="new vessels raise the score"),
        pytest.param(fields() | field("right_2", loss=3, ramified=1), 4 / 8, id="a finger: 1/8"),
        pytest.param(fields(loss=1) | fields(place=A2, loss=2), 1.5, id="mean of two fields"),
        pytest.param(fields(loss=1) | fields(place=B1, loss=2), 1.5, id="mean of two readers"),
        pytest.param(
            fields(loss=0) | fields(place=B1, loss=2) | fields(place=A2, loss=3),
            2,
            id="readers first, then fields: ((0+2)/2 + 3)/2",
        ),
        pytest.param(
            fields(loss=1) | field("right_2", A2, loss=3),
            (2 + 7) / 8,
            id="fields first, then fingers: a finger with two fields weighs as one",
        ),
        pytest.param(fields(FINGERS[:6], loss=2), 2, id="6 fingers are enough"),
        pytest.param(fields(FINGERS[:5], loss=2), None, id="5 are not"),
        pytest.param(
            fields(loss=2) | field("left_5", loss=2, ramified="unknown"),
            2,
            id="a reading that lacks an item has no score",
        ),
    ],
)
def test_the_evolution_score(answers, expected):
    score = read_score(answers, MES)["score"]
    np.testing.assert_allclose(score, np.nan if expected is None else expected)


def test_the_score_is_the_sum_of_three_means():
    answers = fields(loss=1, ramified=2) | field("right_2", loss=3, disorganisation=2)
    scores = score_answers_by_hand(answers)["score"][MES]["primary"]
    assert scores[["loss", "disorganisation", "ramified"]].to_list() == [1.25, 0.25, 1.75]
    assert scores["total"] == 3.25


def test_a_component_leaves_out_readings_without_a_score():
    answers = fields(loss=1) | field("right_2", loss=3, ramified="unknown")
    scores = score_answers_by_hand(answers)[["score", "n_missing"]].loc[(MES, "primary")]
    assert scores.loc["loss"].to_list() == [1, 1]
    assert scores.loc["enlarged"].to_list() == [0, 0]


def test_density_is_the_mean_of_the_fingers():
    answers = fields(FINGERS[:4], density=4) | fields(FINGERS[4:], density=7)
    assert read_score(answers, MES, component="density")["score"] == 5.5


ONES = fields(loss=1)


def pair(baseline, followup, component="total", study=STUDY):
    pairs = pair_visits(study, baseline=baseline, week_12=followup)
    return pairs.loc[("primary", component)]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (ONES | field("right_2", loss=3), fields(FINGERS[1:], loss=1), (1, 1, 7)),
        (ONES | fields(place=A2, loss=3), ONES, (1, 1, 8)),
        (ONES | fields(place=B1, loss=3), ONES, (1, 1, 8)),
        (ONES | fields(place=B1, loss=2), ONES | fields(place=B1, loss=0), (1.5, 0.5, 8)),
        (fields(loss=2), fields(place=B1, loss=1), (2, 1, 8)),
        (fields(FINGERS[:7]), fields(FINGERS[1:]), (0, 0, 6)),
    ],
    ids=[
        *("common fingers", "common fields", "a second reader at one visit", "two readers at both"),
        *("another reader at each visit", "six common fingers"),
    ],
)
def test_a_pair_uses_what_both_visits_have(before, after, expected):
    row = pair(before, after)
    assert (row["baseline"], row["followup"], row["n_locations"]) == expected
    assert row["change"] == expected[1] - expected[0]


def test_five_common_fingers_make_no_pair_unless_that_minimum_is_declared():
    visits = {"baseline": fields(FINGERS[:7]), "week_12": fields(FINGERS[2:])}
    assert ("primary", "total") not in pair_visits(**visits).index
    study = change_study(capillaroscopy_min_fingers=5)
    assert pair(*visits.values(), study=study)["n_locations"] == 5


def test_more_capillaries_are_better_while_a_lower_score_is():
    density = pair(fields(density=5), fields(density=7), "density")
    score = pair(fields(loss=2), ONES)
    assert (density["change"], density["improvement"]) == (2, 2)
    assert (score["change"], score["improvement"]) == (-1, 1)
