"""What the desk shows is what the code above it gives, and agrees with the results."""

import pandas as pd
import pytest

from analysis.errors import UsageError
from analysis.trail.desk import CODE, Desk, run_code, write_code
from analysis.trail.views import draw_outcome, open_changes, open_score, state_outcome, tell_course


@pytest.fixture
def desk(trial, tmp_path):
    return Desk(trial, tmp_path)


@pytest.mark.parametrize("outcome", ["hand_mrss", "shaq", "finger_circumference"])
def test_the_statistics_are_those_of_the_results(trial, outcome):
    told = state_outcome(trial, outcome, visit="week_12", population="full_analysis")
    results = trial.results.set_index("result_id")["text"]
    for statistic, text in told["text"].items():
        assert results[f"efficacy.{outcome}.{statistic}"] == text
    assert "p_min" in told.index


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
    course = tell_course(trial, "SIM-05")
    assert course["intercurrent_events"]["description"].tolist() == ["left_5"]
    assert course["visits"]["visit"].tolist()[0] == "screening"
    assert course["scores"].loc[("kapandji", "primary", "total"), "week_12"] == "17"
    assert "<h4>Queries</h4>" in course._repr_html_()
    with pytest.raises(UsageError, match="SIM-05"):
        tell_course(trial, "SIM-99")


def test_a_changed_item_is_shown_with_its_rule_and_query(trial):
    cells = open_score(
        trial, "finger_circumference", participant="SIM-02", visit="week_12", variant="primary"
    )
    changes = open_changes(trial, cells)
    assert changes[["field", "raw_value", "clean_value"]].values.tolist() == [
        ["circ_r3", "5.6", "56"]
    ]
    assert changes.loc[0, "message"]


@pytest.mark.parametrize("view", sorted(CODE))
def test_the_code_above_a_view_runs_as_it_stands(desk, trial, view):
    shown, names = run_code(write_code(view, desk.choices), trial)
    assert shown is not None and names["trial"] is trial


def test_only_the_views_that_a_control_concerns_are_made_anew(desk, capsys):
    desk.show("statistics")
    desk.show("course")
    capsys.readouterr()
    desk.controls["participant"].value = "SIM-05"
    told = capsys.readouterr().out
    assert "adverse_events" in told and "p_min" not in told
    desk.controls["outcome"].value = "kapandji"
    assert "15.9" in capsys.readouterr().out
    assert desk.controls["variant"].options == ("primary", "modified_index")


def test_buttons_save_the_picture_and_the_tables(desk):
    assert desk.save_picture().stat().st_size > 10_000
    folder = desk.save_tables()
    assert (
        pd.read_csv(folder / "statistics.csv").set_index("statistic").loc["n_pairs", "value"] == 7
    )
    assert {path.name for path in folder.glob("*.csv")} >= {"items.csv", "course_scores.csv"}
