"""Pairs of scores that need no matching."""

import pytest
from instrument_items import cochin, mrss, pair_visits


def test_change_is_followup_minus_baseline_and_improvement_its_better_direction():
    pairs = pair_visits(baseline=mrss(2), week_12=mrss(1)).set_index(["outcome", "variant"])
    row = pairs.loc[("hand_mrss", "primary")]
    pair = row[["visit", "baseline", "followup", "change", "improvement", "rule"]]
    assert pair.to_list() == ["week_12", 8, 4, -4, 4, "both_visits"]


def test_higher_is_better_in_kapandji():
    hands = {"kapandji/opposition/right": 7, "kapandji/opposition/left": 8}
    pairs = pair_visits(baseline=hands, week_12=hands | {"kapandji/opposition/right": 9})
    assert pairs["improvement"]["primary"].to_dict() == {"left": 0, "right": 2, "total": 2}


def test_no_change_is_zero_without_a_sign():
    pairs = pair_visits(baseline=mrss(1), week_12=mrss(1))
    assert set(map(str, pairs["improvement"])) == {"0.0"}


def test_every_later_visit_is_paired_with_baseline_only():
    numbers = {"screening": 5, "baseline": 3, "week_4": 2, "week_12": 1}
    pairs = pair_visits(**{visit: cochin(number) for visit, number in numbers.items()})
    whole = pairs.loc[("primary", "total"), ["visit", "baseline", "followup"]]
    assert whole.to_numpy().tolist() == [["week_12", 54, 18], ["week_4", 54, 36]]


def test_a_score_lacking_at_one_visit_makes_no_pair():
    pairs = pair_visits(baseline=mrss(1), week_12=mrss(1, fingers_right="not_done"))
    lacking = {"hand_mrss": "dorsum_only", "total_mrss": "outside_hands"}
    assert pairs.set_index("outcome")["variant"].to_dict() == lacking


@pytest.mark.parametrize("visit", ["unscheduled", "screening"])
def test_a_visit_that_is_not_later_than_baseline_by_plan_is_not_paired(visit):
    assert pair_visits(**{"baseline": mrss(1), visit: mrss(2)}).empty
