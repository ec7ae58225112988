"""The efficacy tables and figures: what they print, from where, and how it is told apart."""

import dataclasses
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_tables import make_pairs, make_participants, make_scores

from analysis.provenance import Provenance
from analysis.reporting.figure import save_figure
from analysis.reporting.figures.forest import draw_forest
from analysis.reporting.figures.paired import draw_paired, draw_primary
from analysis.reporting.figures.slopes import name_directions, shorten_ids, spread_out
from analysis.reporting.table import label_outcome, label_part, note_p
from analysis.reporting.tables.efficacy import (
    make_components_table,
    make_efficacy_table,
    make_supportive_table,
    make_thresholds_table,
)
from analysis.reporting.tables.registered import make_registered_table
from analysis.results import Context, name_kind
from analysis.statistics.efficacy import summarise_efficacy
from analysis.study import load_study

STUDY = load_study()
CONTEXT = Context("efficacy", "04_efficacy", "simulated", "full_analysis")
SIMULATED = Provenance("made up", "2026-01-01", "nobody", True, "verified")
IDS = [f"SIM-0{number}" for number in range(1, 8)]
CHANGES = [-3, -2, 0, 1, -4, -2, 0]


def make_all_pairs():
    parts = []
    for outcome in STUDY.outcomes:
        scores = [("primary", "total"), *((name, "total") for name in outcome.shown_beside)]
        scores += [("primary", name) for name in outcome.components[:1]]
        changes = CHANGES[:6] if outcome.name == "shaq" else CHANGES
        before = 5.0 + np.arange(len(changes))
        parts += [
            make_pairs(before, before + changes, outcome, variant=variant, component=component)
            for variant, component in scores
        ]
    return pd.concat(parts, ignore_index=True).assign(same_assessor=True)


PAIRS = make_all_pairs()


@pytest.fixture(scope="module")
def results():
    people = make_participants(*IDS).assign(treated_hands="both")
    return summarise_efficacy(PAIRS, make_scores(PAIRS), people, STUDY, CONTEXT)


@pytest.fixture(scope="module")
def tables(results):
    return {
        "efficacy": make_efficacy_table(results, STUDY),
        "supportive": make_supportive_table(results, STUDY),
        "components": make_components_table(results, STUDY),
        "thresholds": make_thresholds_table(results, STUDY),
        "registered": make_registered_table(results, STUDY, SIMULATED),
    }


def read_row(table, heading):
    html = next(line for line in table.to_html().splitlines() if f">{heading}<" in line)
    return [re.sub("<[^>]+>", "", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", html)]


def test_every_table_is_a_rectangle_of_at_most_eight_columns(tables):
    for table in tables.values():
        assert len(table.columns) <= 8
        assert all(len(row) in (1, len(table.columns)) for row in table.rows)


def test_every_printed_result_is_its_text(tables, results):
    texts = results.set_index("result_id")["text"]
    printed = re.compile(r'data-result="([^"]+)">([^<]+)<')
    for name, table in tables.items():
        found = printed.findall(table.to_html())
        assert found, name
        for result_id, text in found:
            assert texts[result_id].replace("'", "&#x27;").replace("<", "&lt;") == text


def test_main_table_shows_each_p_beside_the_smallest_attainable(tables):
    assert read_row(tables["efficacy"], "Hand mRSS, points") == [
        *("7", "8.0 (2.2)", "6.6 (3.1)", "−1.5 (−3.0 to 0.5)", "0.125", "0.063", "4 / 2 / 1")
    ]


def test_main_table_keeps_the_registered_order_and_what_stands_beside(tables):
    headings = [row[0] for row in tables["efficacy"].rows]
    expected = ["Primary outcome", "Hand mRSS, points", "Hand mRSS: fingers only"]
    assert headings[:4] == [*expected, "Secondary outcomes"]
    labels = [label_outcome(outcome) for outcome in STUDY.outcomes]
    assert [heading for heading in headings if heading in labels] == labels


def test_improved_and_worse_stand_only_beside_an_error_of_measurement(tables):
    cells = read_row(tables["efficacy"], "Finger circumference, mm")
    assert cells[-1] == "4 / 2 / 1"
    cells = read_row(tables["efficacy"], "Total mRSS, points")
    assert cells[-1] == "4 improved (0 beyond error), 2 unchanged, 1 worse (0)"


def test_fixed_note_says_what_p_tests(tables):
    for name in ("efficacy", "supportive", "components"):
        assert "it cannot say what caused them" in tables[name].to_html()


def test_levels_are_given_for_each_number_of_pairs(tables):
    note = re.sub("<[^>]+>", "", tables["efficacy"].to_html())
    assert "at least 95.3\xa0% with 7 pairs; at least 96.9\xa0% with 6 pairs." in note


def test_with_a_death_the_supportive_table_says_what_is_of_the_survivors(results, tables):
    died = results[results["result_id"].eq("efficacy.hand_mrss.n_pairs")]
    died = died.assign(result_id="efficacy.hand_mrss.n_deaths", text="1")
    said = make_supportive_table(pd.concat([results, died]), STUDY).notes[-1]
    assert said.startswith("Deaths have the worst rank in the non-zero pairs")
    assert said not in tables["supportive"].notes


def test_thresholds_stand_beside_noise(tables):
    beside = ["1", "1.1 (average chance: 16\xa0%)", "0 better, 0 worse", "0.4"]
    assert read_row(tables["thresholds"], "Total mRSS")[-4:] == beside
    text = tables["thresholds"].to_html()
    assert "Cochin hand function scale: measurement error 4.5 points, derived: an SD of 20" in text
    assert "None is published for: Hand mRSS; Kapandji opposition; " in text
    assert ">Hand mRSS<" not in text


def test_registered_outcomes_stand_with_who_decided_and_what_deviates(tables, results):
    registered = STUDY.outcome("kapandji").registered_name
    cells = read_row(tables["registered"], registered)
    assert cells[0] == "Baseline, week 12"
    assert cells[2:] == ["analysts", "secondary, 7 pairs", "none"]
    assert "first submitted date" not in tables["registered"].to_html()
    real = dataclasses.replace(SIMULATED, simulated=False)
    text = make_registered_table(results, STUDY, real).to_html()
    assert "first submitted date to be checked" in text


def test_what_cannot_be_estimated_is_printed_once():
    people, none = make_participants(*IDS).assign(treated_hands="both"), PAIRS.iloc[:0]
    results = summarise_efficacy(none, make_scores(none), people, STUDY, CONTEXT)
    cells = read_row(make_efficacy_table(results, STUDY), "Hand mRSS, points")
    assert cells == ["0", *["not estimable"] * 3, "", "", "0 / 0 / 0"]


def test_another_visit_or_population_is_a_deviation_and_so_is_an_outcome_without_pairs(results):
    pairs = results["result_id"] == "efficacy.kapandji.n_pairs"
    moved = {"visit": results["visit"].replace("week_12", "week_4")}
    other = {"population": "per_protocol", "text": results["text"].mask(pairs, "0")}
    for changes, deviation in (
        (moved, "another visit: Week 4"),
        (other, "another population: Per protocol; not reported: no pairs"),
    ):
        table = make_registered_table(results.assign(**changes), STUDY, SIMULATED)
        assert read_row(table, STUDY.outcome("kapandji").registered_name)[-1] == deviation


@pytest.mark.parametrize("draw", [draw_paired, draw_primary, draw_forest])
def test_figures_say_in_words_what_they_show(draw, results, tmp_path):
    figure, alt = draw(PAIRS, results, STUDY, visit="week_12")
    save_figure(figure, "figure", tmp_path, alt=alt, provenance=SIMULATED)
    text = (tmp_path / "figures" / "figure.txt").read_text(encoding="utf-8")
    assert text.startswith("SIMULATED data. ")
    assert "Hand mRSS" in alt
    assert "4 improved, 2 unchanged, 1 worse" in alt or "−1.5 (−3.0 to 0.5)" in alt
    assert (tmp_path / "figures" / "figure.svg").stat().st_size > 10_000


def test_every_participant_has_a_line_in_every_outcome(results):
    figure, _ = draw_paired(PAIRS, results, STUDY, visit="week_12")
    lines = [len(axes.lines) for axes in figure.axes]
    assert lines == [6 if outcome.name == "shaq" else 7 for outcome in STUDY.outcomes]
    labels = {text.get_text() for text in figure.axes[0].texts}
    assert {"01", "02", "03", "04", "05", "06", "07"} <= labels


def test_a_strip_says_where_its_better_side_is_not_on_the_left_of_a_plain_axis(results):
    figure, _ = draw_forest(PAIRS, results, STUDY, visit="week_12")
    labels = {axes.texts[-2].get_text() for axes in figure.axes[1:]}
    assert "Kapandji opposition\npoints; axis turned round" in labels
    assert "Finger circumference\nmm; neither is better" in labels
    assert "Total mRSS\npoints" in labels


def test_figures_of_an_outcome_without_pairs_are_drawn(results, tmp_path):
    nobody = PAIRS.iloc[:0]
    empty = results.assign(value=np.nan)
    for draw in (draw_paired, draw_primary, draw_forest):
        figure, alt = draw(nobody, empty, STUDY, visit="week_12")
        save_figure(figure, "empty", tmp_path, alt=alt, provenance=SIMULATED)


def test_marks_follow_the_sign_of_the_change():
    rows = PAIRS[(PAIRS["outcome"] == "kapandji") & (PAIRS["component"] == "total")]
    rows = rows[rows["variant"] == "primary"]
    names = name_directions(rows, STUDY.outcome("kapandji").difference_decimals)[2:5]
    assert names == ["equal", "higher", "lower"]


@settings(max_examples=80, deadline=None, derandomize=True)
@given(st.lists(st.integers(0, 30), min_size=1, max_size=15), st.integers(1, 4))
def test_labels_are_moved_apart_and_keep_their_order(values, step):
    places = spread_out(np.array(values, dtype=float), float(step))
    order = np.argsort(values, kind="stable")
    assert (np.diff(places[order]) >= step - 1e-9).all()
    assert np.mean(places) == pytest.approx(np.mean(values))


def test_labels_far_enough_apart_stay_and_ids_are_shortened_only_where_all_begin_alike():
    assert spread_out(np.array([5.0, 1.0, 9.0]), 2.0).tolist() == [5, 1, 9]
    assert shorten_ids(["SIM-01", "SIM-02"]) == ["01", "02"]
    assert shorten_ids(["SIM-01", "KOR-01"]) == ["SIM-01", "KOR-01"]


def test_parts_are_named_in_words():
    names = ("haq_di", "vas_pain", "vas_raynaud", "fingers_only")
    labels = ["HAQ-DI", "VAS: pain", "VAS: Raynaud", "Fingers only"]
    assert [label_part(name) for name in names] == labels


def test_tests_and_intervals_are_named_by_their_method(results):
    many = results["method"].str.replace("exact ", "") + ", normal approximation"
    for made, kind in ((results, "exact"), (results.assign(method=many), "approximate")):
        assert name_kind(made, "hl_low") == name_kind(made, "p_value") == kind
        assert f"Each {kind} p stands" in note_p(made)
        assert f"({kind} interval)" in make_efficacy_table(made, STUDY).columns[4]
