"""study.yml: what the design fixes stands in it, and a wrong line is named."""

import pytest

from analysis import paths
from analysis.errors import DataError
from analysis.study import load_study

TEXT = paths.STUDY.read_text(encoding="utf-8")


def load_changed(tmp_path, old, new):
    assert old in TEXT
    path = tmp_path / "study.yml"
    path.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    return load_study(path)


def test_the_nine_outcomes_stand_in_registered_order_and_hand_mrss_alone_is_primary():
    outcomes = load_study().outcomes
    assert [outcome.name for outcome in outcomes] == [
        *("hand_mrss", "raynaud_condition_score", "hand_pain_vas", "total_mrss", "kapandji"),
        *("cochin_hand_function", "shaq", "capillaroscopy", "finger_circumference"),
    ]
    assert [outcome.role for outcome in outcomes] == ["primary"] + ["secondary"] * 8
    assert [outcome.direction for outcome in outcomes] == [-1, -1, -1, -1, 1, -1, -1, -1, 0]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("better: lower", "beter: lower", r"study\.yml:\d+.*'beter'.*better"),
        ("decimals: 1", "decimals: one", r"study\.yml:\d+.*decimals.*'one'"),
        ("role: primary", "role: secondary", "the first one has the role primary"),
        ("role: secondary", "role: primary", "every other one secondary"),
        ("role: secondary", "role: exploratory", "every other one secondary"),
        ("better: higher", "better: up", r"study\.yml:\d+.*better.*lower, higher, none"),
        ("strategy: composite", "strategy: ignored", r"study\.yml:\d+.*strategy.*composite"),
        ("followup_visit: {value: week_12", "followup_visit: {value: week_13", "week_13"),
        ("test_order: {value: registered", "test_order: {value: reversed", "is registered"),
        ("value: 7, source: registry", "value: 7, source: memory", "registry, assumed"),
        ("range: [0, 12]", "range: [12, 0]", r"hand_mrss.*\[low, high\]"),
        ("body_mass_index: {value: [12, 45]", "body_mass_index: {value: null", "body_mass_index"),
        (
            "age_years: {value: [18, 95]",
            "age_years: {value: [a, 95]",
            r"age_years is \[low, high\]",
        ),
        ("dose_ratio: {value: 10", "dose_ratio: {value: ten", "dose_ratio is a number"),
        (", kapandji: 0.7", "", "change_far is a number for each of mrss, .*kapandji"),
        ("{wbc: 4,", "{wbc: four,", "laboratory_ratio is a number for each test"),
        ("events: {value: true", "events: {value: maybe", "ulcers_are_events is true or false"),
        ("alpha: {value: 0.05", "alpha: {value: 5", "alpha lies between 0 and 1, not 5"),
        ("population: {value: full_analysis", "population: {value: {a: 1}", "is no population"),
        ("shown_beside: [fingers_only]", "shown_beside: [thumbs]", "shown_beside"),
        ("name: total_mrss", "name: hand_mrss", "two entries"),
        ('orcid: ""', "orcid: 0000-0002-1825", "developers: '0000-0002-1825' is not an ORCID"),
        ("outcomes:", "outcomes: [", "not readable YAML"),
    ],
)
def test_a_wrong_line_stops_the_reading_and_is_named(tmp_path, old, new, message):
    with pytest.raises(DataError, match=message):
        load_changed(tmp_path, old, new)


def test_a_missing_key_and_a_missing_file_are_named(tmp_path):
    with pytest.raises(DataError, match=r"label.* missing"):
        load_changed(tmp_path, "    label: Hand mRSS\n", "")
    with pytest.raises(DataError, match="missing"):
        load_study(tmp_path / "nowhere.yml")
