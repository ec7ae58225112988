"""What scoring did, counted."""

from instrument_items import STUDY, cochin, diary, join_items, mrss, write_items

from analysis.instruments.scores import score_items
from analysis.instruments.summaries import (
    count_limits,
    count_patterns,
    count_rules,
    count_status,
    list_rules,
)

SCORES = score_items(
    join_items(
        write_items(mrss(3) | cochin(2, kitchen_1="not_done") | diary(*[4] * 9)),
        write_items(mrss(0, face="refused"), participant="SIM-02"),
    ),
    STUDY,
)


def test_scores_are_counted_by_how_they_came_about():
    counts = count_status(SCORES, STUDY)
    by_variant = {row.Index[:2]: tuple(row)[1:] for row in counts.itertuples()}
    assert by_variant[("hand_mrss", "primary")] == (2, 0, 0, 0)
    assert by_variant[("total_mrss", "primary")] == (1, 0, 1, 0)
    assert by_variant[("cochin_hand_function", "primary")] == (0, 1, 0, 1)
    outcomes = ["hand_mrss", "raynaud_condition_score", "total_mrss", "cochin_hand_function"]
    assert list(dict.fromkeys(outcome for outcome, _ in by_variant)) == outcomes


def test_every_rule_that_fired_is_counted():
    counts = count_rules(SCORES, STUDY)["people"]
    assert counts[("total_mrss", "primary", "total", "item_missing")] == 1
    assert counts[("cochin_hand_function", "primary", "kitchen", "prorated_within_group")] == 1
    assert counts[("raynaud_condition_score", "primary", "total", "mean_of_rated_days")] == 1
    assert "complete" not in counts.index.get_level_values("rule")


def test_scores_that_were_not_simply_complete_are_listed():
    listed = list_rules(SCORES).set_index(["participant_id", "outcome", "variant"])
    row = listed.loc[("SIM-02", "total_mrss", "primary")]
    facts = row[["status", "missing_reason", "rule"]].to_list()
    assert facts == ["missing", "refused", "item_missing"]
    assert ("SIM-01", "hand_mrss", "primary") not in listed.index


def test_those_at_a_limit_are_counted():
    counts = count_limits(SCORES, STUDY).loc[("hand_mrss", "baseline")]
    assert counts[["n", "low", "high", "at_floor", "at_ceiling"]].to_list() == [2, 0, 12, 1, 1]


def test_a_finger_counts_under_each_pattern_that_was_read_on_it():
    start = "capillaroscopy/pattern"
    before = {
        f"{start}/right_2/reader_a/field_1": 3,
        f"{start}/right_2/reader_a/field_2": 3,
        f"{start}/right_3/reader_a/field_1": 3,
        f"{start}/right_3/reader_b/field_1": 4,
        f"{start}/left_5/reader_a/field_1": "not_done",
    }
    items = join_items(
        write_items({f"{start}/right_2/reader_a/field_1": 0}, visit="week_12"), write_items(before)
    )
    counts = count_patterns(items, STUDY)
    assert counts.index.to_list() == [("SIM-01", "baseline"), ("SIM-01", "week_12")]
    expected = {"normal": [0, 1], "non-specific": [0, 0], "early": [0, 0], "active": [2, 0]}
    assert counts.to_dict("list") == expected | {"late": [1, 0], "fingers": [2, 1]}


def test_without_any_pattern_none_is_counted():
    assert count_patterns(write_items(mrss(1)), STUDY).empty
