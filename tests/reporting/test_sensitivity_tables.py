"""Tables and figures of the sensitivity analyses print results and nothing else."""

import dataclasses
import re

import numpy as np
import pandas as pd
import pytest
from small_tables import make_pairs, make_scores

from analysis.reporting.figures.sensitivity import draw_leave_one_out, draw_specification
from analysis.reporting.table import Cell
from analysis.reporting.tables.course import make_intercurrent_table
from analysis.reporting.tables.design import make_design_table
from analysis.reporting.tables.sensitivity import (
    make_leave_one_out_table,
    make_primary_sensitivity_table,
    make_tipping_table,
    make_variants_table,
)
from analysis.results import Context, collect_results
from analysis.statistics import sensitivity_plan
from analysis.statistics.operating_characteristics.record import read_simulation, summarise_design
from analysis.statistics.sensitivity_plan import SensitivityPlan
from analysis.statistics.specification import specify_primary
from analysis.study import load_study
from analysis.tables import shape_table

STUDY = load_study()
PEOPLE = [f"SIM-{k:02d}" for k in range(1, 8)]
CONTEXT = Context("sensitivity", "05_sensitivity", "simulated", "full_analysis")


@pytest.fixture(scope="module")
def plan():
    """E5 for every outcome and variant; SIM-07 lacks the pair in hand pain."""
    base, end = np.array([8, 6, 10, 7, 9, 5, 11]), np.array([6, 6, 7, 6, 8, 6, 9])
    scores, pairs = [], []
    for outcome in STUDY.outcomes:
        low = outcome.range[0]
        for k, variant in enumerate(outcome.variants):
            made = make_pairs(base / 4 + low, end / 4 + low + k / 8, outcome, variant=variant)
            scores.append(make_scores(made, n_items=2 + k))
            pairs.append(made[:6] if outcome.name == "hand_pain_vas" else made)
    people = {"participant_id": PEOPLE, "in_full_analysis": "yes", "in_per_protocol": "yes"}
    visits = {"participant_id": PEOPLE, "visit": "week_12", "study_day": 84}
    return SensitivityPlan(
        study=STUDY,
        context=CONTEXT,
        visit="week_12",
        participants=shape_table(pd.DataFrame(people), "participants"),
        visits=shape_table(pd.DataFrame(visits), "visits"),
        scores=pd.concat(scores, ignore_index=True),
        pairs=pd.concat(pairs, ignore_index=True),
        intercurrent_events=shape_table(
            pd.DataFrame({"participant_id": [], "event": [], "source": []}), "intercurrent_events"
        ),
    )


@pytest.fixture(scope="module")
def results(plan):
    questions = [getattr(sensitivity_plan, n) for n in dir(sensitivity_plan) if n.startswith("ask")]
    return collect_results(plan.run(question) for question in questions)


def flatten(table):
    def parts(cell):
        return [p for inner in cell for p in parts(inner)] if isinstance(cell, tuple) else [cell]

    return [part for row in table.rows for cell in row[1:] for part in parts(cell)]


@pytest.mark.parametrize(
    "make",
    [
        lambda r: make_primary_sensitivity_table(r, STUDY, other_population="per_protocol"),
        lambda r: make_variants_table(r, STUDY),
        lambda r: make_leave_one_out_table(r, STUDY),
        lambda r: make_tipping_table(r, STUDY),
    ],
)
def test_every_number_in_a_cell_is_a_result(results, make):
    table = make(results)
    assert all(len(row) in (1, len(table.columns)) for row in table.rows)
    texts = results.set_index("result_id")["text"]
    for part in flatten(table):
        if isinstance(part, Cell):
            assert part.text == texts[part.result_id]
        else:
            assert part in PEOPLE or not re.search(r"\d", part)


def test_tipping_table_goes_from_the_greatest_fall_to_the_greatest_rise(results):
    rows = make_tipping_table(results, STUDY).rows
    changes = [float(row[0].split()[-1].replace("−", "-")) for row in rows[1:]]
    assert changes == sorted(changes)
    assert rows[0][0][0].startswith("Hand pain")
    assert (min(changes), max(changes)) == (0, 95)


def test_every_exact_p_of_the_primary_outcome_stands_beside_the_smallest_attainable(results):
    table = make_primary_sensitivity_table(results, STUDY, other_population="per_protocol")
    without = [row[0] for row in table.rows if len(row) > 1 and row[3] != "" and row[4] == ""]
    assert without == ["Exact test, mid-p", "Mean, paired t and its interval"]
    assert all(row[4].text for row in make_tipping_table(results, STUDY).rows[1:])


def test_rows_and_options_are_named_by_their_method(plan, results):
    many = results["method"].str.replace("exact", "normal approximation")
    points = specify_primary(plan)
    for made, n, kind in ((results, 7, "exact"), (results.assign(method=many), 201, "approximate")):
        table = make_primary_sensitivity_table(made, STUDY, other_population="per_protocol")
        labels = {row[0] for row in table.rows}
        assert f"{kind.capitalize()} test, mid-p" in labels
        assert f"Mean, sign flips and their {kind} interval" in labels
        figure, _ = draw_specification(
            points.assign(n=n), STUDY.outcomes[0], population="full_analysis"
        )
        options = {label.get_text() for label in figure.axes[1].get_yticklabels()}
        assert f"Hodges-Lehmann, {kind}" in options


@pytest.mark.parametrize(
    ("pairs", "begins"),
    [("7", "With 7 pairs the"), ("1", "With 1 pair the"), ("8", "All rows"), ("0", "All rows")],
)
def test_agreement_by_arithmetic_is_noted_of_up_to_seven_pairs(results, pairs, begins):
    counted = results["result_id"] == "sensitivity.hand_mrss.primary.n_pairs"
    other = results.assign(text=results["text"].mask(counted, pairs))
    table = make_primary_sensitivity_table(other, STUDY, other_population="per_protocol")
    note = table.notes[1]
    parts = note if isinstance(note, tuple) else (note,)
    assert "".join(getattr(part, "text", part) for part in parts).startswith(begins)


def test_without_pairs_no_test_has_a_p_value(results):
    counted = results["result_id"] == "sensitivity.hand_mrss.primary.n_pairs"
    none = results.assign(text=results["text"].mask(counted, "0"))
    table = make_primary_sensitivity_table(none, STUDY, other_population="per_protocol")
    rows = {row[0]: row for row in table.rows if len(row) > 1}
    for label in ("Exact test, mid-p", "Sign test", "Mean, paired t and its interval"):
        assert rows[label][3:] == ("", "")


def test_a_death_that_two_forms_report_is_one_event(plan):
    death = {"participant_id": "SIM-01", "event": "death", "prohibited": "no"}
    events = pd.DataFrame(death | {"source": ["a", "b"], "description": ["Pain", "death"]})
    events = shape_table(events.assign(study_day=31), "intercurrent_events")
    table = make_intercurrent_table(dataclasses.replace(plan, intercurrent_events=events))
    assert [row[0] for row in table.rows] == ["SIM-01", "Death: Pain"]
    late = events.assign(study_day=99)
    for died, rank in ((events, "worst rank"), (late, "none: not before the follow-up")):
        unseen = dataclasses.replace(plan, intercurrent_events=died, visits=plan.visits.iloc[:0])
        assert make_intercurrent_table(unseen).rows[1][3] == rank


@pytest.mark.parametrize("deaths", [0, 1])
def test_with_a_death_the_table_says_what_is_of_the_survivors(results, deaths):
    named = results["result_id"].eq("sensitivity.hand_mrss.primary.n_pairs")
    died = results[named].assign(result_id="sensitivity.hand_mrss.primary.n_deaths", text="1")
    several = pd.concat([results, died.iloc[:deaths]])
    table = make_primary_sensitivity_table(several, STUDY, other_population="per_protocol")
    assert any("survivors" in note for note in table.notes) == bool(deaths)
    assert any("by arithmetic" in "".join(map(str, note)) for note in table.notes) != bool(deaths)
    flips = next(row for row in table.rows if row[0].startswith("Mean, sign flips"))
    assert (flips[4] == "") == bool(deaths)


@pytest.mark.parametrize("missing", ["0", "1"])
def test_rules_for_missing_scores_stand_only_where_somebody_is_missing(results, missing):
    counted = results["result_id"] == "sensitivity.hand_mrss.missing.n_missing"
    changed = results.assign(text=results["text"].mask(counted, missing))
    rows = make_primary_sensitivity_table(changed, STUDY, other_population="per_protocol").rows
    labels = [row[0] for row in rows if isinstance(row[0], str)]
    for case in ("Worst case", "Best case", "Last observation", "Baseline observation", "Bounds"):
        assert any(label.startswith(f"{case}: ") for label in labels) is (missing == "1")


def test_tipping_table_says_so_when_nobody_is_missing(results):
    without = results[~results["result_id"].str.contains("tipping")]
    (row,) = make_tipping_table(without, STUDY).rows
    assert row[0].startswith("Nobody")


def test_design_table_prints_the_record_and_names_what_was_not_simulated():
    design = summarise_design(
        read_simulation(), Context("sensitivity", "05_sensitivity", "simulated")
    )
    table = make_design_table(design, STUDY)
    assert [row[0] for row in table.rows] == [outcome.label for outcome in STUDY.outcomes]
    value = design.set_index("result_id")["value"]
    assert value["sensitivity.hand_mrss.design.rounded_change.assumed.p_out_of_reach"] == (
        pytest.approx(0.34, abs=0.003)
    )
    design = summarise_design(
        read_simulation(), Context("sensitivity", "05_sensitivity", "simulated")
    )
    without = design[design["outcome"] != STUDY.outcomes[-1].name]
    table = make_design_table(without, STUDY)
    assert len(table.rows) == len(STUDY.outcomes) - 1
    assert table.notes[-1] == f"Not simulated: {STUDY.outcomes[-1].label}."


def test_specification_figure_draws_a_point_for_each_distinct_answer(plan):
    points = specify_primary(plan)
    figure, alt = draw_specification(points, STUDY.outcomes[0], population="full_analysis")
    top, bottom = figure.axes
    diamonds = [line.get_ydata() for line in top.lines if line.get_marker() == "D"]
    assert sum(np.isfinite(estimates).sum() for estimates in diamonds) == len(points)
    assert "reuse the same participants" in alt
    # Nobody is missing, nobody had an event, everybody is per protocol: nothing to choose there.
    labels = {label.get_text() for label in bottom.get_yticklabels()}
    assert not labels & {"Last score", "Change set to 0", "Per protocol"}
    assert not re.search(r"\d+ of \d+|%", alt)
    none = points.iloc[:0]
    figure, _ = draw_specification(none, STUDY.outcomes[0], population="full_analysis")
    assert figure.axes[0].texts[0].get_text() == "No combination has an interval"


def test_leave_one_out_figure_has_a_panel_per_outcome_and_no_dot_for_the_missing(results):
    figure, alt = draw_leave_one_out(results, STUDY)
    panels = {axes.get_title(loc="left"): axes for axes in figure.axes}
    assert list(panels) == [outcome.label for outcome in STUDY.outcomes]
    dots = {
        label: sum(len(dots.get_offsets()) for dots in axes.collections)
        for label, axes in panels.items()
    }
    assert dots["Hand mRSS"] == 7
    assert dots["Hand pain (VAS)"] == 6
    assert "Hand mRSS" in alt
