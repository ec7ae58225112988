"""What the desk shows is what the code above it gives, and agrees with the results."""

import pandas as pd
import pytest

from analysis.errors import AnalysisError, UsageError
from analysis.trail.desk import PANELS, Desk, list_choices, run_code, write_code
from analysis.trail.explore import (
    compute_statistics,
    draw_outcome,
    explain_changes,
    list_cells,
    list_course,
)


@pytest.fixture
def desk(trial, tmp_path):
    return Desk(trial, tmp_path)


@pytest.mark.parametrize("outcome", ["hand_mrss", "shaq", "finger_circumference"])
def test_the_statistics_are_those_of_the_results(trial, outcome):
    computed = compute_statistics(trial, outcome, visit="week_12", population="full_analysis")
    results = trial.results.set_index("result_id")["text"]
    for statistic, text in computed["text"].items():
        assert results[f"efficacy.{outcome}.{statistic}"] == text
    assert "p_min" in computed.index


def test_the_picture_has_a_line_for_everybody_and_says_that_data_are_simulated(trial):
    figure, alt = draw_outcome(
        trial, "kapandji", visit="week_12", population="full_analysis", participant="SIM-05"
    )
    pairs = trial.explain("efficacy.kapandji.hl").step("pairs")
    lines = [line for line in figure.axes[0].lines if line.get_marker() not in ("", "None")]
    assert len(lines) == len(pairs)
    assert alt.startswith("SIMULATED data. ") and "SIMULATED" in {
        t.get_text() for t in figure.texts
    }


def test_the_course_of_a_participant_is_theirs_alone(trial):
    course = list_course(trial, "SIM-05")
    assert course["intercurrent_events"]["description"].tolist() == ["left_5"]
    assert course["visits"]["visit"].tolist()[0] == "screening"
    assert course["scores"].loc[("kapandji", "primary", "total"), "week_12"] == "17"
    assert course["items"].loc[("kapandji", "opposition", "left", ""), "week_12"] == "8"
    assert course["procedures"].loc["injected_left_5_ml", "value"] == "0.0"
    with pytest.raises(UsageError, match="SIM-05"):
        list_course(trial, "SIM-99")


@pytest.mark.parametrize(
    ("wrong", "known"),
    [
        ({"outcome": "hand_mrs"}, "hand_mrss"),
        ({"visit": "week12"}, "week_12"),
        ({"variant": "fingers"}, "fingers_only"),
        ({"participant": "SIM-5"}, "SIM-05"),
    ],
)
def test_a_mistyped_name_is_an_error_and_no_empty_table(trial, wrong, known):
    right = {"outcome": "hand_mrss", "visit": "week_12", "variant": "primary"}
    with pytest.raises(AnalysisError, match=f"is no .*{known}"):
        list_cells(trial, **{**right, "participant": "SIM-05", **wrong})
    if "participant" not in wrong:
        with pytest.raises(AnalysisError, match=f"is no .*{known}"):
            compute_statistics(trial, population="enrolled", **{**right, **wrong})


def test_a_changed_item_is_shown_with_its_rule_and_query(trial):
    cells = list_cells(
        trial, "finger_circumference", participant="SIM-02", visit="week_12", variant="primary"
    )
    changes = explain_changes(trial, cells)
    assert changes[["field", "raw_value", "clean_value"]].values.tolist() == [
        ["circ_r3", "5.6", "56"]
    ]
    assert changes.loc[0, "message"]


@pytest.mark.parametrize("panel", sorted(PANELS))
def test_the_code_above_a_panel_runs_as_it_stands(desk, trial, panel):
    shown, names = run_code(write_code(panel, desk.choices), trial)
    assert shown is not None and names["trial"] is trial


def test_only_the_panels_that_a_control_concerns_are_made_anew(desk, capsys):
    desk.show("statistics")
    desk.show("course")
    capsys.readouterr()
    desk.controls["participant"].value = "SIM-05"
    printed = capsys.readouterr().out
    assert "adverse_events" in printed and "p_min" not in printed
    desk.controls["outcome"].value = "kapandji"
    assert "15.9" in capsys.readouterr().out
    assert desk.controls["variant"].options == ("primary", "modified_index")


def test_there_is_nothing_behind_a_score_of_a_visit_without_its_items(trial):
    cells = list_cells(trial, "kapandji", participant="SIM-05", visit="week_1")
    assert cells.empty and explain_changes(trial, cells).empty


@pytest.mark.parametrize(
    ("panel", "names"),
    [
        ("picture", ["outcome", "visit", "variant", "population", "participant"]),
        ("statistics", ["outcome", "visit", "variant", "population"]),
        ("course", ["participant"]),
        ("items", ["outcome", "variant", "participant", "items_at"]),
        ("changes", ["outcome", "variant", "participant", "items_at"]),
    ],
)
def test_each_panel_stands_below_the_controls_that_it_obeys(panel, names):
    assert list_choices(panel) == names


def test_what_is_shown_is_saved_under_the_name_of_what_was_chosen(desk, trial, tmp_path):
    picture = desk.save("picture")
    assert picture.stat().st_size > 10_000
    assert picture.with_suffix(".txt").read_text("utf-8").startswith("SIMULATED data. Hand mRSS")
    statistics = desk.save("statistics")
    assert statistics.relative_to(tmp_path / "explore" / "tables").as_posix() == (
        "statistics_hand_mrss_week_12_primary_full_analysis.csv"
    )
    saved = pd.read_csv(statistics, index_col="statistic", keep_default_na=False)["text"]
    computed = compute_statistics(trial, "hand_mrss", visit="week_12", population="full_analysis")
    assert saved.to_dict() == computed["text"].to_dict()
    course = desk.save("course")
    assert {path.name for path in course.glob("*.csv")} >= {"items.csv", "scores.csv"}
    assert desk.save("items") != desk.save("changes")


def test_what_cannot_be_shown_is_said_in_the_place_of_the_panel(desk, capsys):
    desk.controls["participant"].options = ["SIM-99"]
    desk.show("course")
    assert "'SIM-99' is no participant" in repr(desk._run(write_code("course", desk.choices)).data)
