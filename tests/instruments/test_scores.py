"""How a score came about: its status, the reason of a missing one, its items and its rule."""

import pytest
from instrument_items import (
    circumference,
    cochin,
    diary,
    field,
    fields,
    haq,
    mrss,
    read_score,
    shaq,
)

from analysis.instruments.definition import FINGERS

CHFS, RCS, ONES = "cochin_hand_function", "raynaud_condition_score", haq(*[1] * 8)


@pytest.mark.parametrize(
    ("answers", "score", "expected"),
    [
        (mrss(1), "hand_mrss", "complete - 4 0 complete"),
        (mrss(2, fingers_left="not_done"), "hand_mrss", "missing not_done 4 1 item_missing"),
        # Without a row it was not done; blank without a reason it stays unknown.
        (mrss(1, face=None), "total_mrss", "missing not_done 17 1 item_missing"),
        (mrss(1, face=""), "total_mrss", "missing unknown 17 1 item_missing"),
        (
            cochin(2, kitchen_1="refused"),
            "cochin_hand_function complete_only",
            "missing refused 18 1 item_missing",
        ),
        (cochin(2, kitchen_1="refused"), CHFS, "prorated - 18 1 prorated_within_group"),
        (ONES | shaq(vas_ulcers="not_applicable"), "shaq", "prorated - 25 1 scale_left_out"),
        (ONES | shaq("refused"), "shaq", "missing refused 25 5 too_few_scales"),
        ({"hand_pain/vas": "refused"}, "hand_pain_vas", "missing refused 1 1 item_missing"),
        (
            fields(FINGERS[:5]) | field("left_3", loss="not_done"),
            "capillaroscopy",
            "missing not_done 8 3 too_few_fingers",
        ),
        (diary(*[2] * 5, "refused"), RCS, "missing refused 14 9 too_few_days"),
        (circumference(None, *[56] * 7), "finger_circumference", "prorated - 8 1 fingers_left_out"),
        (
            circumference("refused", "not_done", "not_done", *[56] * 5),
            "finger_circumference",
            "missing refused 8 3 too_few_fingers",
        ),
        (
            {"digital_ulcers/active//1": 1, "digital_ulcers/new//1": "refused"},
            "digital_ulcers primary new",
            "missing refused 1 1 item_missing",
        ),
    ],
)
def test_a_score_says_how_it_came_about(answers, score, expected):
    row = read_score(answers, *score.split())
    facts = row[["status", "missing_reason", "n_items", "n_missing", "rule"]]
    assert " ".join(str(fact) or "-" for fact in facts) == expected
