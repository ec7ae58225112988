"""Cochin hand function scale: sums and proration by hand."""

import numpy as np
import pytest
from instrument_items import change_study, cochin, read_score, score_answers_by_hand, write_items

from analysis.__main__ import main
from analysis.errors import UsageError
from analysis.instruments.scores import score_items

CHFS = "cochin_hand_function"
BLANK = "not_done"
PRORATED = "prorated_within_group"


@pytest.mark.parametrize(
    ("answers", "expected", "rule"),
    [
        pytest.param(cochin(5), 90, "complete", id="18 items of 5 are 90"),
        pytest.param(cochin(0), 0, "complete", id="no difficulty is 0, not missing"),
        pytest.param(cochin(1), 18, "complete", id="18 items of 1"),
        pytest.param(cochin(0, kitchen_3=4, other_2=3), 7, "complete", id="4 and 3"),
        pytest.param(cochin(2, kitchen_1=BLANK), 36, PRORATED, id="7 kitchen items of 2 give 2"),
        pytest.param(cochin(0, kitchen_2=2, kitchen_1=BLANK), 16 / 7, PRORATED, id="2 / 7 by 8"),
        pytest.param(cochin(0, dressing_1=4, dressing_2=BLANK), 8, PRORATED, id="4 stands for 2"),
        pytest.param(cochin(1, other_1=BLANK, other_2=BLANK), 18, PRORATED, id="2 in a group"),
        pytest.param(cochin(3, hygiene_1=BLANK, office_2=BLANK), 54, PRORATED, id="in two groups"),
        pytest.param(
            cochin(5, hygiene_1=BLANK, hygiene_2=BLANK), None, "group_unanswered", id="a group"
        ),
        pytest.param(
            cochin(2, kitchen_1=BLANK, kitchen_2=BLANK, other_1=BLANK),
            None,
            "too_few_items",
            id="3 blanks",
        ),
        pytest.param(cochin(BLANK), None, "too_few_items", id="an empty form is missing, not 0"),
        pytest.param(cochin(0, other_4=5, other_1=BLANK), 20 / 3, PRORATED, id="5 over 3 by 4"),
    ],
)
def test_the_total(answers, expected, rule):
    row = read_score(answers, CHFS)
    assert row["rule"] == rule
    if expected is None:
        assert np.isnan(row["score"])
        assert (row["status"], row["missing_reason"]) == ("missing", "not_done")
    else:
        assert row["score"] == pytest.approx(expected, rel=1e-12)


def test_the_groups_of_the_worst_hands_are_40_10_10_10_and_20():
    scores = score_answers_by_hand(cochin(5))["score"][CHFS]["primary"]
    groups = {"kitchen": 40, "dressing": 10, "hygiene": 10, "office": 10, "other": 20}
    assert scores.to_dict() == {"total": 90} | groups


def test_the_short_form_is_scored_once_its_items_are_declared():
    names = ["kitchen_1", "kitchen_2", "dressing_1", "hygiene_1", "office_1", "other_1"]
    study = change_study(cochin_short_form_items=names)
    row = read_score(cochin(0, kitchen_1=5, other_1=2), CHFS, "short_form", study=study)
    assert row["score"] == 7
    assert "short_form" not in score_answers_by_hand(cochin(1)).index.get_level_values("variant")


def test_a_complete_group_stands_although_the_form_is_too_incomplete():
    scores = score_answers_by_hand(cochin(2, kitchen_1=BLANK, kitchen_2=BLANK, kitchen_3=BLANK))
    group = scores["score"].xs("primary", level="variant")[CHFS]
    assert group["other"] == 8
    assert np.isnan(group["kitchen"])


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(["kitchen_1"], id="one item"),
        pytest.param(["kitchen_1"] * 6, id="one item six times"),
        pytest.param([f"kitchen_{number}" for number in range(4, 10)], id="an unknown item"),
    ],
)
def test_a_short_form_of_other_than_six_items_is_refused(names):
    study = change_study(cochin_short_form_items=names)
    with pytest.raises(UsageError, match=r"cochin_short_form_items in study\.yml names kitchen_"):
        score_items(write_items(cochin(1)), study)


def test_the_card_says_that_the_short_form_is_absent(capsys):
    assert main(["instruments", "cochin"]) == 0
    assert "chfs_6: short form; absent until study.yml names" in capsys.readouterr().out
