"""Totals as written on a form, beside their items."""

from instrument_items import STUDY, cochin, join_items, mrss, write_items

from analysis.instruments.scores import compare_totals, score_items, set_aside_totals

WRONG = write_items(cochin(1) | {"cochin/recorded_total": 20})
RIGHT = write_items(mrss(1, face="refused") | {"mrss/recorded_total": 18})


def test_a_total_is_compared_with_what_its_items_allow():
    totals = compare_totals(join_items(WRONG, RIGHT)).set_index("instrument")
    assert totals[["recorded", "summed", "n_missing", "agrees"]].to_dict("index") == {
        "cochin": {"recorded": 20, "summed": 18, "n_missing": 0, "agrees": False},
        "mrss": {"recorded": 18, "summed": 16, "n_missing": 1, "agrees": True},
    }


def test_a_total_set_aside_is_blank_for_a_query_and_leaves_the_items():
    items = join_items(WRONG, RIGHT)
    aside = set_aside_totals(items, compare_totals(items))
    totals = aside[aside["item"] == "recorded_total"].set_index("instrument")
    assert totals["missing_reason"].to_dict() == {"cochin": "pending_query", "mrss": ""}
    assert totals["value"].isna().to_dict() == {"cochin": True, "mrss": False}
    scores = score_items(aside, STUDY).set_index(["outcome", "variant", "component"])["score"]
    assert scores[("cochin_hand_function", "primary", "total")] == 18


def test_items_without_totals_have_nothing_to_compare():
    assert compare_totals(write_items(mrss(1))).empty
