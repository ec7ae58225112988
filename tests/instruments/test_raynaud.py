"""Raynaud's condition score: diaries by hand."""

import numpy as np
import pytest
from instrument_items import (
    STUDY,
    change_study,
    diary,
    join_items,
    read_score,
    score_answers_by_hand,
    write_items,
)

from analysis.instruments.scores import score_items

RCS = "raynaud_condition_score"


@pytest.mark.parametrize(
    ("ratings", "expected", "status", "rule"),
    [
        pytest.param([5] * 14, 5, "complete", "complete", id="14 days of 5"),
        pytest.param([0] * 14, 0, "complete", "complete", id="a mild fortnight is 0, not missing"),
        pytest.param([10] * 14, 10, "complete", "complete", id="the worst"),
        pytest.param([4] * 7 + [6] * 7, 5, "complete", "complete", id="both weeks weigh the same"),
        pytest.param([3] * 13 + [10], 3.5, "complete", "complete", id="49 over 14"),
        pytest.param([2] * 7, 2, "prorated", "mean_of_rated_days", id="7 days are enough"),
        pytest.param([1, 2, 3, 4, 5, 6, 7], 4, "prorated", "mean_of_rated_days", id="28 over 7"),
        pytest.param([2] * 6, None, "missing", "too_few_days", id="6 days are not"),
        pytest.param([8] * 13, 8, "prorated", "mean_of_rated_days", id="a lacking day is no 0"),
        pytest.param(["not_done"] * 14, None, "missing", "too_few_days", id="an empty diary"),
        pytest.param(
            [6] * 7 + ["unknown"] * 7, 6, "prorated", "mean_of_rated_days", id="blank days leave"
        ),
    ],
)
def test_the_score_is_the_mean_of_enough_days(ratings, expected, status, rule):
    row = read_score(diary(*ratings), RCS)
    assert row["status"] == status
    assert row["rule"] == rule
    np.testing.assert_allclose(row["score"], np.nan if expected is None else expected)


def test_any_day_counts_where_that_is_declared_and_none_before_the_diary_began():
    assert read_score(diary(*[2] * 5, 8), RCS, "any_day")["score"] == 3
    assert read_score(diary(*[3] * 14, 10, 10), RCS)["score"] == 3
    study = change_study(raynaud_diary_days=7, raynaud_diary_min_days=4)
    assert read_score(diary(*[1] * 4, *["not_done"] * 3, *[9] * 7), RCS, study=study)["score"] == 1


def test_a_single_rating_is_kept_apart_from_the_diary_of_those_who_kept_one():
    scores = score_answers_by_hand({**diary(*[2] * 14), "raynaud/clinic_rating": 7})["score"]
    assert scores[(RCS, "primary", "total")] == 2
    assert scores[(RCS, "clinic_rating", "total")] == 7
    scores = score_answers_by_hand({"raynaud/clinic_rating": 7})
    assert scores.index.get_level_values("variant").to_list() == ["clinic_rating"]


def test_a_diary_that_others_kept_is_missing():
    items = join_items(
        write_items(diary(*[2] * 14)),
        write_items({"raynaud/clinic_rating": 4}, participant="SIM-02"),
    )
    scores = score_items(items, STUDY).set_index(["participant_id", "variant"])
    row = scores.loc[("SIM-02", "primary")]
    assert row[["status", "missing_reason", "n_missing"]].to_list() == ["missing", "not_done", 14]


def test_a_scale_of_100_is_divided_by_10_and_small_ratings_on_it_are_flagged():
    study = change_study(raynaud_scale_max=100)
    assert read_score(diary(*[46] * 14), RCS, study=study)["score"] == pytest.approx(4.6)
    study = change_study(raynaud_scale_max=100)
    assert read_score(diary(*[6] * 14), RCS, study=study)["rule"] == "scale_to_be_confirmed"
    assert read_score(diary(*[6] * 13, 60), RCS, study=study)["rule"] == "complete"
