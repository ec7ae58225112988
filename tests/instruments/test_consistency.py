"""Relations that the definitions imply, and scores that break them."""

import pytest
from instrument_items import STUDY, cochin, fields, haq, join_items, mrss, shaq, write_items

from analysis.errors import DataError
from analysis.instruments.checks import check_scores
from analysis.instruments.scores import score_items

ITEMS = join_items(
    write_items(mrss(1) | cochin(2) | haq(*[1] * 8) | shaq() | fields(loss=1)),
    write_items(mrss(2) | cochin(3) | haq(None, *[2] * 7) | shaq(20), participant="SIM-02"),
)
SCORES = score_items(ITEMS, STUDY)


def test_scores_made_from_the_items_hold():
    checked = check_scores(SCORES, ITEMS, STUDY).set_index("relation")["n_checked"]
    assert checked["hand mRSS is at most total mRSS"] == 2
    assert checked["HAQ mean_of_13/haq_di times its categories is a whole number"] == 2
    assert checked["evolution_score is loss, disorganisation and ramification"] == 1


@pytest.mark.parametrize(
    ("outcome", "variant", "component", "score", "relation"),
    [
        ("hand_mrss", "primary", "total", 12, "total mRSS is the hands and the rest"),
        ("total_mrss", "primary", "total", 3, "hand mRSS is at most total mRSS"),
        ("total_mrss", "primary", "total", 18, "total mRSS is the hands and the rest"),
        ("cochin_hand_function", "primary", "kitchen", 17, "the sum of its groups"),
        ("shaq", "primary", "haq_di", 1.3, "times its categories is a whole number"),
        ("capillaroscopy", "primary", "loss", 1.1, "loss, disorganisation and ramification"),
        ("shaq", "primary", "total", 3.1, "within its range"),
        ("hand_mrss", "dorsum_only", "total", 3, "hand mRSS is the dorsum and the fingers"),
        ("hand_mrss", "fingers_only", "total", -1, "within its range"),
    ],
)
def test_a_score_that_breaks_its_definition_is_refused(
    outcome, variant, component, score, relation
):
    at = (
        (SCORES["participant_id"] == "SIM-01")
        & (SCORES["outcome"] == outcome)
        & (SCORES["variant"] == variant)
        & (SCORES["component"] == component)
    )
    assert at.sum() == 1
    broken = SCORES.assign(score=SCORES["score"].mask(at, score))
    with pytest.raises(DataError, match=rf"SIM-01, visit baseline.*{relation}"):
        check_scores(broken, ITEMS, STUDY)


def test_with_seven_categories_the_steps_are_sevenths():
    at = (SCORES["participant_id"] == "SIM-02") & (SCORES["component"] == "haq_di")
    with pytest.raises(DataError, match="SIM-02"):
        check_scores(SCORES.assign(score=SCORES["score"].mask(at, 1.125)), ITEMS, STUDY)
    sevenths = SCORES.assign(score=SCORES["score"].mask(at, 9 / 7))
    assert len(check_scores(sevenths, ITEMS, STUDY))
