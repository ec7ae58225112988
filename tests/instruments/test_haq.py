"""HAQ disability index: categories, aids, help and divisors by hand."""

import dataclasses

import numpy as np
import pytest
from instrument_items import STUDY, haq, read_score, write_items

from analysis.errors import DataError
from analysis.instruments.catalogue import check_items
from analysis.instruments.checks import check_scores
from analysis.instruments.haq import score_haq
from analysis.instruments.scores import score_items


def score(answers, variant="index"):
    blocks = score_haq(check_items(write_items(answers), STUDY.scoring), STUDY.scoring)
    return {block["variant"].iloc[0]: block.iloc[0] for block in blocks}[variant]


@pytest.mark.parametrize(
    ("answers", "index", "without_aids"),
    [
        pytest.param(haq(*[0] * 8), 0, 0, id="all 0"),
        pytest.param(haq(*[3] * 8), 3, 3, id="all 3"),
        pytest.param(haq(*[1] * 8), 1, 1, id="each category 1, no aids"),
        pytest.param(haq(*[1] * 8, help_dressing=1), 9 / 8, 1, id="help in dressing: (2+7)/8"),
        pytest.param(haq(0, 0, 0, 1, 0, 0, 0, 0, aid_walking=1), 2 / 8, 1 / 8, id="a cane: 1 to 2"),
        pytest.param(haq(0, 0, 0, 3, *[0] * 4, aid_walking=1), 3 / 8, 3 / 8, id="3 stays"),
        pytest.param(haq(0, 0, 0, 0, 0, 0, 2, 0, aid_grip=1), 2 / 8, 2 / 8, id="and 2"),
        pytest.param(haq(*[0] * 8, aid_grip=1), 2 / 8, 0, id="a jar opener with grip 0 gives 2"),
        pytest.param(haq(*[0] * 7, 1, help_activities=1), 2 / 8, 1 / 8, id="help: errands"),
        pytest.param(haq(*[1] * 8, aid_eating=1, help_eating=1), 9 / 8, 1, id="aid, help"),
        pytest.param(haq(*[0] * 8, grip_3=2, grip_1=1), 2 / 8, 2 / 8, id="the highest"),
        pytest.param(haq(None, *[2] * 7), 2, 2, id="a blank category leaves a divisor of 7"),
        pytest.param(haq(None, None, 3, *[1] * 5), 8 / 6, 8 / 6, id="two leave a divisor of 6"),
        pytest.param(haq(None, None, None, *[1] * 5), None, None, id="5 categories are too few"),
        pytest.param(haq(*[None] * 8), None, None, id="an empty form is missing, not 0"),
    ],
)
def test_the_index(answers, index, without_aids):
    for variant, expected in (("index", index), ("index_without_aids", without_aids)):
        np.testing.assert_allclose(
            score(answers, variant)["score"], np.nan if expected is None else expected
        )


@pytest.mark.parametrize(
    ("walking", "cane", "expected"),
    [((0, 1), 0, 1), ((0, 1), 1, 2), ((3, 0), 1, 3), ((0, 0), 1, 2), ((2, 1), 1, 2)],
)
def test_a_category_is_its_highest_item_and_a_cane_raises_it_to_2(walking, cane, expected):
    answers = haq(*[0] * 8, walk_1=walking[0], walk_2=walking[1], aid_walking=cane)
    assert score(answers)["score"] == expected / 8


@pytest.mark.parametrize("plain", [0, 1])
def test_a_box_for_any_aid_beside_boxes_for_single_ones_is_one_more_of_them(plain):
    boxes = {"haq/aid_walking//cane": 0, "haq/aid_walking//walker": 0}
    answers = haq(*[1] * 8, aid_walking=plain) | boxes
    assert score(answers)["score"] == (9 if plain else 8) / 8


def test_one_answered_item_answers_its_category():
    row = score(haq(*[0] * 8, dress_1=0, dress_2="not_done"))
    found = row[["score", "status", "n_missing", "rule"]].to_list()
    assert found == [0, "prorated", 1, "answered_items_only"]


def test_an_aid_does_not_answer_a_blank_category():
    row = score(haq(None, *[0] * 7, aid_dressing=1))
    assert (row["score"], row["rule"]) == (0, "category_left_out")


def test_a_raised_category_says_so():
    row = score(haq(*[1] * 8, help_dressing=1))
    assert (row["status"], row["rule"]) == ("complete", "aid_raised_to_2")


def test_aids_that_were_not_recorded_leave_low_categories_undetermined():
    answers = haq(*[1] * 8, aid_grip="unknown", help_reach="unknown")
    row = score(answers)
    assert (row["score"], row["status"]) == (1, "complete")
    assert row["rule"] == "category_left_out;aids_not_recorded"
    assert score(answers, "index_without_aids")["rule"] == "complete"


def test_aids_that_were_not_recorded_do_not_matter_from_2():
    row = score(haq(*[2] * 8, aid_grip="unknown"))
    assert (row["score"], row["rule"]) == (2, "complete")


@pytest.mark.parametrize(
    ("categories", "least", "expected"),
    [((1, 1, 1, 1, 2, 2, 1, 2), 6, 10 / 7), ((None, None, 1, 1, 1, 2, 1, 1), 5, 6 / 5)],
)
def test_an_index_over_fewer_categories_is_no_contradiction_where_a_box_was_not_recorded(
    categories, least, expected
):
    least = dataclasses.replace(STUDY.scoring.haq_min_categories, value=least)
    scoring = dataclasses.replace(STUDY.scoring, haq_min_categories=least)
    study = dataclasses.replace(STUDY, scoring=scoring)
    items = write_items(haq(*categories, aid_grip="unknown"))
    scores = score_items(items, study)
    check_scores(scores, items, study)
    index = scores["component"].eq("haq_di") & scores["variant"].eq("primary")
    assert scores.loc[index, "score"].item() == pytest.approx(expected)
    wrong = scores.assign(score=scores["score"].mask(index, 1.43))
    with pytest.raises(DataError, match="is a whole number"):
        check_scores(wrong, items, study)


def test_a_form_without_any_box_has_only_the_alternative_index():
    boxes = ("haq/aid_", "haq/help_")
    answers = {k: value for k, value in haq(*[1] * 8).items() if not k.startswith(boxes)}
    assert score(answers)["status"] == "missing"
    assert score(answers)["missing_reason"] == "not_done"
    assert score(answers, "index_without_aids")["score"] == 1


def test_the_reason_is_that_of_the_first_blank_item():
    answers = haq(None, None, None, *[1] * 5) | {"haq/dress_1": "refused"}
    assert score(answers)["missing_reason"] == "refused"


def test_the_index_is_a_component_of_the_scleroderma_questionnaire():
    assert read_score(haq(*[1] * 8), "shaq", component="haq_di")["score"] == 1
