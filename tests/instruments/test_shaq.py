"""Scleroderma HAQ: scales and composites by hand."""

import numpy as np
import pytest
from instrument_items import change_study, haq, pair_visits, read_score, shaq


@pytest.mark.parametrize(
    ("mark", "line", "expected"),
    [
        pytest.param(75, 150, 1.5, id="7.5 cm on 15 cm"),
        pytest.param(50, 100, 1.5, id="50 mm on 100 mm"),
        pytest.param(100, 100, 3, id="the end of a 10 cm line is 3, not 2"),
        pytest.param(0, 150, 0, id="no interference is 0, not missing"),
        pytest.param(10, 150, 0.2, id="1 cm of 15 is 0.2"),
        pytest.param(150, 150, 3, id="the end of a 15 cm line"),
        pytest.param(59.5, 150, 1.19, id="the reference mean of pain"),
    ],
)
def test_a_scale_is_three_times_the_mark_over_its_line(mark, line, expected):
    row = read_score(shaq(mark, line), "shaq", component="vas_pain")
    assert row["score"] == pytest.approx(expected)


def test_the_declared_length_stands_in_and_says_so():
    row = read_score(shaq(50, None), "shaq", component="vas_ulcers")
    assert (row["score"], row["rule"]) == (1, "declared_line_length")
    study = change_study(shaq_line_mm=100)
    assert read_score(shaq(50, None), "shaq", component="vas_ulcers", study=study)["score"] == 1.5


BLANK, ONES = "not_done", haq(*[1] * 8)


@pytest.mark.parametrize(
    ("answers", "of_13", "of_six"),
    [
        pytest.param(ONES | shaq(), 15.5 / 13, 8.5 / 6, id="(8 + 7.5)/13 and (1 + 7.5)/6"),
        pytest.param(haq(*[0] * 8) | shaq(0), 0, 0, id="nothing is 0"),
        pytest.param(haq(*[3] * 8) | shaq(150), 3, 3, id="everything is 3"),
        pytest.param(ONES | shaq(vas_pain=150), 15.5 / 13, 8.5 / 6, id="pain does not enter"),
        pytest.param(ONES | shaq(vas_pain=BLANK), 15.5 / 13, 8.5 / 6, id="nor does its lack"),
        pytest.param(ONES | shaq(vas_ulcers=BLANK), 14 / 12, 7 / 5, id="4 of 5 scales are enough"),
        pytest.param(ONES | shaq(vas_ulcers=BLANK, vas_overall=BLANK), None, None, id="3 are not"),
        pytest.param(haq(None, *[1] * 7) | shaq(), 14.5 / 12, 8.5 / 6, id="7 categories"),
        pytest.param(haq(None, None, *[1] * 6) | shaq(), 13.5 / 11, 8.5 / 6, id="6 categories"),
        pytest.param(haq(None, None, None, *[1] * 5) | shaq(), None, None, id="5 are too few"),
        pytest.param(ONES, None, None, id="the HAQ alone is no composite"),
        pytest.param(shaq(), None, None, id="nor are the scales"),
        pytest.param(haq(None, None, *[1] * 6) | shaq(vas_ulcers=BLANK), 1.2, 7 / 5, id="10 of 13"),
        pytest.param(haq(*[1] * 8, aid_eating=1) | shaq(), 16.5 / 13, 8.625 / 6, id="with aid"),
    ],
)
def test_the_composites(answers, of_13, of_six):
    for variant, expected in (("primary", of_13), ("mean_of_six", of_six)):
        np.testing.assert_allclose(
            read_score(answers, "shaq", variant)["score"], np.nan if expected is None else expected
        )


def test_without_aids_both_the_composite_and_its_index_leave_them_out():
    answers = haq(*[1] * 8, aid_eating=1) | shaq()
    assert read_score(answers, "shaq", "without_aids")["score"] == pytest.approx(15.5 / 13)
    assert read_score(answers, "shaq", "without_aids", "haq_di")["score"] == 1
    assert read_score(answers, "shaq", "primary", "haq_di")["score"] == 1.125


def test_a_pair_compares_what_both_visits_have():
    """Twos and 1.5 against ones and 0.6; without the ulcer scale at baseline, 3 at follow-up."""
    before = haq(*[2] * 8) | shaq(75, vas_ulcers=BLANK)
    after = haq(*[1] * 8) | shaq(30, vas_ulcers=150)
    pairs = pair_visits(baseline=before, week_12=after).xs("total", level="component")
    assert pairs["baseline"]["primary"] == pytest.approx((8 * 2 + 4 * 1.5) / 12)
    assert pairs["followup"]["primary"] == pytest.approx((8 * 1 + 4 * 0.6) / 12)
    assert pairs["followup"]["all_available"] == pytest.approx((8 * 1 + 4 * 0.6 + 3) / 13)
    assert pairs["change"]["mean_of_six"] == pytest.approx((1 + 4 * 0.6 - 2 - 4 * 1.5) / 5)
    counted = {"primary": 12, "all_available": 0, "mean_of_six": 5, "without_aids": 12}
    assert pairs["n_locations"].fillna(0).to_dict() == counted


@pytest.mark.parametrize(
    ("baseline", "week_12", "paired"),
    [
        pytest.param({"vas_ulcers"}, set(), True, id="4 scales in common"),
        pytest.param({"vas_ulcers"}, {"vas_overall"}, False, id="3 scales"),
        pytest.param({"walk"}, {"reach"}, True, id="6 categories in common"),
        pytest.param({"walk", "eat"}, {"reach"}, False, id="5 categories"),
    ],
)
def test_a_pair_needs_six_categories_and_four_scales_in_common(baseline, week_12, paired):
    def answer(blank):
        names = {f"haq/{name}_{number}" for name in blank for number in (1, 2, 3)}
        names |= {f"shaq/{name}" for name in blank}
        whole = ONES | shaq()
        return whole | {name: BLANK for name in whole if name in names}

    pairs = pair_visits(baseline=answer(baseline), week_12=answer(week_12))
    assert ("all_available", "total") in pairs.index
    assert (("primary", "total") in pairs.index) is paired
