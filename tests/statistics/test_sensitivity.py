"""Sensitivity analyses on the seven-participant fixtures (statistics: E4 to E7)."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_tables import make_pairs

from analysis.results import Context, collect_results
from analysis.statistics import sensitivity_plan
from analysis.statistics.alternatives import (
    compare_tests,
    find_shifts,
    leave_each_out,
    summarise_leave_one_out,
    summarise_season,
    trim_mean,
)
from analysis.statistics.hodges_lehmann import hodges_lehmann
from analysis.statistics.missing_visits import (
    add_changes,
    fill_missing,
    find_missing,
    keep_completers,
    list_possible_changes,
    name_change,
    state_bounds,
    summarise_tipping,
)
from analysis.statistics.outcome import make_writer
from analysis.statistics.populations import apply_strategy, explain_events
from analysis.statistics.sensitivity_plan import SensitivityPlan
from analysis.statistics.specification import (
    list_options,
    list_specifications,
    specify_primary,
    summarise_specifications,
)
from analysis.study import load_study
from analysis.tables import shape_table

STUDY = load_study()
SKIN = STUDY.outcome("hand_mrss")
CONTEXT = Context("sensitivity", "05_sensitivity", "simulated", "full_analysis")
RULES = STUDY.analysis
PEOPLE = [f"SIM-{k:02d}" for k in range(1, 8)]
E5 = ([8, 6, 10, 7, 9, 5, 11], [6, 6, 7, 6, 8, 6, 9])
E7 = ([8, 6, 10, 7, 9, 5, 11], [6, 6, 7, 6, 8, 5, 9])


def make_scores(outcome, visits, *, variant="primary", n_items=4):
    rows = [
        {"participant_id": person, "visit": visit, "score": score, "n_items": n_items}
        for visit, scores in visits.items()
        for person, score in zip(PEOPLE, scores, strict=False)
    ]
    return shape_table(
        pd.DataFrame(rows).assign(
            outcome=outcome.name, variant=variant, component="total", status="complete"
        ),
        "scores",
    )


def write(outcome=SKIN):
    return make_writer(outcome, CONTEXT, visit="week_12")


def values_of(rows):
    return collect_results([*rows]).set_index("result_id")["value"].to_dict()


def test_other_tests_of_e7_disagree_only_where_they_borrow_normal_tails():
    """E7: two zeros; t falls below 0.05, the exact tests cannot."""
    values = values_of(compare_tests(make_pairs(*E7), SKIN, RULES, write()))
    start = "sensitivity.hand_mrss"
    assert values[f"{start}.pratt.p_value"] == 0.0625
    assert values[f"{start}.sign_flip.p_value"] == 0.0625
    assert values[f"{start}.t.p_value"] == pytest.approx(0.022306, abs=5e-7)
    assert values[f"{start}.mid_p.p_value"] == 0.03125
    assert values[f"{start}.sign_test.p_value"] == 0.0625
    assert values[f"{start}.robust.median_change"] == -1.0


def test_sign_flips_of_too_few_changes_give_no_interval():
    rows = compare_tests(make_pairs(*E7).iloc[:5], SKIN, RULES, write())
    results = collect_results(rows).set_index("result_id")
    low = results.loc["sensitivity.hand_mrss.sign_flip.mean_change_low"]
    assert low["text"] == "not attainable"
    assert low["warning"] == "so few changes do not attain the level of the interval"
    assert results.loc["sensitivity.hand_mrss.sign_flip.p_value", "value"] <= 1


@pytest.mark.parametrize(("n", "kind"), [(25, "exact"), (26, "random")])
def test_sign_flips_are_named_exact_only_where_all_patterns_are_used(n, kind):
    pairs = make_pairs([6] * n, [6 + k % 4 for k in range(n)])
    results = collect_results(compare_tests(pairs, SKIN, RULES, write())).set_index("result_id")
    method = results.loc["sensitivity.hand_mrss.sign_flip.p_value", "method"]
    assert method == f"{kind} sign flips of the mean"


def test_trimmed_mean_of_seven_leaves_out_one_at_either_end():
    assert trim_mean([-16, -15, -11, -8.5, -5, -4, 1]) == pytest.approx(-8.7)


def test_event_before_the_visit_counts_one_after_it_does_not_and_each_says_why():
    events = shape_table(
        pd.DataFrame(
            {
                "participant_id": ["SIM-01", "SIM-02", "SIM-03", "SIM-04"],
                "event": ["infection", "infection", "infection", "death"],
                "study_day": [40, 84, None, 40],
                "source": "x",
            }
        ),
        "intercurrent_events",
    )
    visits = shape_table(
        pd.DataFrame({"participant_id": PEOPLE, "visit": "week_12", "study_day": 84}), "visits"
    )
    explained = explain_events(events, visits, STUDY.intercurrent_events, visit="week_12")
    assert dict(zip(explained["participant_id"], explained["why"], strict=True)) == {
        "SIM-01": "before the follow-up visit",
        "SIM-02": "not before the follow-up visit",
        "SIM-03": "a day is not known",
        "SIM-04": "part of the outcome, not under treatment policy",
    }
    assert explained["counts"].tolist() == ["yes", "no", "yes", "no"]


def test_strategies_for_events():
    pairs = make_pairs(*E5)
    excluded = apply_strategy(pairs, ["SIM-03"], strategy="excluded")
    assert excluded["change"].tolist() == [-2, 0, -1, -1, 1, -2]
    as_none = apply_strategy(pairs, ["SIM-03"], strategy="no_change")
    assert as_none["change"].tolist() == [-2, 0, 0, -1, -1, 1, -2]
    assert (as_none["followup"] - as_none["baseline"]).equals(as_none["change"])


@pytest.fixture
def pain():
    """Seven baselines of hand pain, six pairs, and a week 4 of the one who lacks week 12."""
    outcome = STUDY.outcome("hand_pain_vas")
    base, end = [42, 55, 38, 61, 29, 47, 50], [31, 40, 39, 45, 25, 42]
    scores = make_scores(outcome, {"baseline": base, "week_4": [40] * 7, "week_12": [*end, np.nan]})
    pairs = make_pairs(base[:6], end, outcome)
    missing = find_missing(
        pairs, scores, outcome, visit="week_12", visits=("baseline", "week_4", "week_12")
    )
    return outcome, pairs, missing


def test_missing_have_a_baseline_and_no_pair(pain):
    _, _, missing = pain
    assert missing.to_dict("records") == [{"participant_id": "SIM-07", "baseline": 50, "last": 40}]


@pytest.mark.parametrize(
    ("rule", "change"),
    [("last_observation", -10), ("baseline_observation", 0), ("worst_case", 1), ("best_case", -16)],
)
def test_rules_for_missing_scores(pain, rule, change):
    outcome, pairs, missing = pain
    filled = fill_missing(pairs, missing, outcome, rule=rule)
    assert filled["participant_id"].tolist() == PEOPLE
    assert filled["change"].tolist() == [-11, -15, 1, -16, -4, -5, change]
    assert filled["improvement"].tolist()[-1] == -change


def test_without_a_visit_between_the_last_observation_stays_missing(pain):
    outcome, pairs, missing = pain
    none = missing.assign(last=np.nan)
    assert len(fill_missing(pairs, none, outcome, rule="last_observation")) == 6


def test_worst_case_of_an_outcome_that_is_better_higher_is_the_greatest_fall():
    outcome = STUDY.outcome("kapandji")
    pairs = make_pairs([14, 15, 16], [16, 14, 16], outcome)
    missing = pd.DataFrame({"participant_id": ["SIM-04"], "baseline": [12.0], "last": [np.nan]})
    assert fill_missing(pairs, missing, outcome, rule="worst_case")["change"].tolist()[-1] == -1


@pytest.mark.parametrize(
    ("followup", "worst", "best"),
    [([31, 40, 39], 1, -15), ([31, 40, 36], 0, -15), ([43, 57, 39], 2, 0)],
    ids=["some worse", "nobody worse: no change", "everybody worse: the best is no change"],
)
def test_worst_case_is_never_better_than_no_change_nor_best_case_worse(followup, worst, best):
    outcome = STUDY.outcome("hand_pain_vas")
    pairs = make_pairs([42, 55, 38], followup, outcome)
    missing = pd.DataFrame({"participant_id": ["SIM-07"], "baseline": [50.0], "last": [np.nan]})
    for rule, change in (("worst_case", worst), ("best_case", best)):
        assert fill_missing(pairs, missing, outcome, rule=rule)["change"].tolist()[-1] == change


def test_bounds_are_estimates_at_the_ends_of_the_scale_and_nothing_else(pain):
    """E4 without its last change, which becomes 100 - 50 or 0 - 50."""
    outcome, pairs, missing = pain
    values = values_of(state_bounds(pairs, missing, outcome, write(outcome)))
    start = "sensitivity.hand_pain_vas.missing.bounds"
    assert values == {
        f"{start}.hl_worst": hodges_lehmann([-11, -15, 1, -16, -4, -5, 50]).estimate,
        f"{start}.hl_best": hodges_lehmann([-11, -15, 1, -16, -4, -5, -50]).estimate,
    }
    size = STUDY.outcome("finger_circumference")
    assert list(state_bounds(pairs, missing, size, write(size))) == []


def test_filled_scores_stay_within_the_range(pain):
    outcome, pairs, missing = pain
    assert add_changes(pairs, missing, outcome, change=-80)["followup"].tolist()[-1] == 0


def test_changes_tried_reach_from_one_end_of_the_scale_to_the_other():
    skin = pd.DataFrame({"participant_id": ["SIM-01"], "baseline": [8.0], "last": [np.nan]})
    assert list_possible_changes(skin, SKIN) == list(range(-8, 5))
    shaq = STUDY.outcome("shaq")
    tried = list_possible_changes(skin.assign(baseline=1.2), shaq)
    assert (tried[0], tried[-1]) == (-1.2, 1.8)
    assert tried[1] - tried[0] == pytest.approx(0.2)
    assert list_possible_changes(skin.iloc[:0], SKIN) == []


def test_tipping_point_names_the_changes_that_move_the_interval_off_zero(pain):
    """With E4's seventh change, -8.5 to the nearest step, the interval is -15 to -2."""
    outcome, pairs, missing = pain
    table = collect_results(
        summarise_tipping(pairs, missing, outcome, RULES, write(outcome))
    ).set_index("result_id")
    start = "sensitivity.hand_pain_vas"
    assert table["text"][f"{start}.missing.excludes_zero"].split("; ")[-1] == "−5"
    assert table["value"][f"{start}.tipping.minus_10.hl_high"] < 0
    assert table["value"][f"{start}.tipping.0.hl_high"] >= 0
    assert table["value"][f"{start}.missing.n_missing"] == 1


def test_nobody_missing_is_said_in_words(pain):
    outcome, pairs, missing = pain
    rows = summarise_tipping(pairs, missing.iloc[:0], outcome, RULES, write(outcome))
    assert [row["text"] for row in rows] == ["0", "nobody lacks a pair"]


@pytest.mark.parametrize(
    ("change", "name"), [(-3.0, "minus_3"), (0.0, "0"), (2.5, "plus_2_5"), (-0.2, "minus_0_2")]
)
def test_names_of_changes_are_parts_of_ids(change, name):
    assert name_change(change) == name


def test_completers_have_every_outcome():
    outcomes = [SKIN, STUDY.outcome("hand_pain_vas")]
    pairs = pd.concat(
        [make_pairs(*E5), make_pairs(E5[0][:6], E5[1][:6], outcomes[1])], ignore_index=True
    )
    kept = keep_completers(pairs, outcomes, visit="week_12")
    assert set(kept["participant_id"]) == set(PEOPLE[:6])


def test_leave_one_out_of_e5():
    """Without the one who worsened all remaining changes are at or below zero."""
    estimates = leave_each_out(make_pairs(*E5), SKIN)
    assert estimates["SIM-06"] == -1.5
    assert list(estimates) == PEOPLE
    values = values_of(summarise_leave_one_out(make_pairs(*E5), SKIN, write()))
    assert values["sensitivity.hand_mrss.leave_one_out.hl_lowest"] == min(estimates.values())
    assert values["sensitivity.hand_mrss.without.sim_06.hl"] == -1.5
    alike = make_pairs([5, 6], [4, 3]).assign(participant_id=["A-1", "A.1"])
    values = values_of(summarise_leave_one_out(alike, SKIN, write()))
    assert values["sensitivity.hand_mrss.without.a_1__2.hl"] == -1.0


@given(st.lists(st.integers(-12, 12), min_size=2, max_size=7))
@settings(max_examples=30, deadline=None, derandomize=True)
def test_leave_one_out_is_the_estimate_of_the_others(changes):
    pairs = make_pairs([0] * len(changes), changes)
    for k, estimate in enumerate(leave_each_out(pairs, SKIN).values()):
        others = changes[:k] + changes[k + 1 :]
        assert estimate == hodges_lehmann(others).estimate


def test_season_is_told_from_the_months_of_both_visits():
    visits = shape_table(
        pd.DataFrame(
            [
                ("SIM-01", "baseline", "2031-01-10"),
                ("SIM-01", "week_12", "2031-04-05"),
                ("SIM-02", "baseline", "2031-09-30"),
                ("SIM-02", "week_12", "2031-12-20"),
                ("SIM-03", "baseline", "2031"),
                ("SIM-03", "week_12", "2031-12-20"),
            ],
            columns=["participant_id", "visit", "visit_date"],
        ),
        "visits",
    )
    shifts = find_shifts(visits, baseline_visit="baseline", visit="week_12")
    seasons = ["colder_to_warmer", "warmer_to_colder", "unknown"]
    assert shifts.to_dict() == dict(zip(PEOPLE, seasons, strict=False))
    outcome = STUDY.outcome("raynaud_condition_score")
    pairs = make_pairs([5, 6, 7], [3, 6.5, 7], outcome)
    rows = summarise_season(pairs, visits, RULES, write(outcome))
    values = values_of(rows)
    start = "sensitivity.raynaud_condition_score.season"
    assert values[f"{start}.colder_to_warmer.mean_change"] == -2
    assert values[f"{start}.warmer_to_colder.mean_change"] == 0.5
    assert values[f"{start}.unknown.n_pairs"] == 1


@pytest.fixture(scope="module")
def plan():
    """Three scorings of E5 and nothing else; SIM-06 not per protocol, SIM-02 with an event."""
    halves = {"dorsum_only": [-1, 0, -2, 0, -1, 0, -1], "fingers_only": [-1, 0, -1, -1, 0, 1, -1]}
    scores = [make_scores(SKIN, {"baseline": E5[0], "week_12": E5[1]})]
    pairs = [make_pairs(*E5)]
    for variant, changes in halves.items():
        followup = [4 + change for change in changes]
        visits = {"baseline": [4] * 7, "week_12": followup}
        scores.append(make_scores(SKIN, visits, variant=variant, n_items=2))
        pairs.append(make_pairs([4] * 7, followup, variant=variant))
    days = {"baseline": -1, "week_12": 84}
    visits = [
        {"participant_id": person, "visit": visit, "study_day": day}
        for person in PEOPLE
        for visit, day in days.items()
    ]
    participants = {"participant_id": PEOPLE, "in_full_analysis": "yes", "in_per_protocol": "yes"}
    people = shape_table(pd.DataFrame(participants), "participants")
    people.loc[5, "in_per_protocol"] = "no"
    event = {"participant_id": "SIM-02", "event": "infection", "study_day": 40, "source": "x"}
    return SensitivityPlan(
        study=STUDY,
        context=CONTEXT,
        visit="week_12",
        participants=people,
        visits=shape_table(pd.DataFrame(visits), "visits"),
        scores=pd.concat(scores, ignore_index=True),
        pairs=shape_table(pd.concat(pairs, ignore_index=True), "pairs"),
        intercurrent_events=shape_table(pd.DataFrame([event]), "intercurrent_events"),
    )


def test_every_question_has_an_answer_for_every_outcome_also_without_data(plan):
    questions = [getattr(sensitivity_plan, n) for n in dir(sensitivity_plan) if n.startswith("ask")]
    results = collect_results(plan.run(question) for question in questions)
    assert set(results["outcome"]) == {outcome.name for outcome in STUDY.outcomes}
    values = results.set_index("result_id")["value"]
    assert values["sensitivity.hand_mrss.primary.p_value"] == 0.125
    assert values["sensitivity.hand_mrss.population.per_protocol.n_pairs"] == 6
    assert values["sensitivity.hand_mrss.events.excluded.n_pairs"] == 6
    assert values["sensitivity.hand_mrss.completers.n_pairs"] == 0
    assert values["sensitivity.shaq.primary.n_pairs"] == 0
    other = results.set_index("result_id")["population"]
    assert other["sensitivity.hand_mrss.population.per_protocol.hl"] == "per_protocol"


def test_specifications_are_points_of_distinct_answers(plan):
    points = specify_primary(plan)
    assert not points.duplicated(["estimate", "low", "high"]).any()
    assert points["estimate"].is_monotonic_increasing
    (primary,) = points[points["is_primary"]].to_dict("records")
    # Points per site: E5's estimate and interval over four sites.
    assert (primary["estimate"], primary["low"], primary["high"]) == (-0.25, -0.625, 0.0)


def test_a_point_of_the_other_population_alone_is_a_result_of_that_population(plan):
    choices = {"variant": ("primary",), "summary": ("t",)}
    choices |= dict.fromkeys(("events", "missing"), ("none",))
    numbers = {"estimate": -1.0, "low": -2.0, "high": 0.0, "n": 7, "is_primary": False}
    populations = [("full_analysis", "per_protocol"), ("per_protocol",)]
    points = pd.DataFrame([choices | numbers | {"population": named} for named in populations])
    rows = summarise_specifications(points, plan)
    assert CONTEXT.population == "full_analysis"
    assert [row["population"] for row in rows] == ["full_analysis"] * 3 + ["per_protocol"] * 3


def test_choices_that_cannot_differ_are_not_shown(plan):
    """Nobody lacks a follow-up, so all rules for missing scores give the same points."""
    points = specify_primary(plan)
    options = list_options(points)
    assert "missing" not in options
    assert set(options["population"]) == {"full_analysis", "per_protocol"}
    assert set(options["variant"]) == {"primary", "dorsum_only", "fingers_only"}


def test_a_filled_score_of_a_variant_stays_within_that_variant_s_range(plan):
    """SIM-07 has 5 of 6 at baseline and no pair; the worst case of the others is a rise of 2."""
    fingers = (plan.pairs["outcome"] == "hand_mrss") & (plan.pairs["variant"] == "fingers_only")
    others = make_pairs([4] * 6, [2, 3, 3, 4, 5, 6], variant="fingers_only")
    pairs = pd.concat([plan.pairs[~fingers], others], ignore_index=True)
    scores = plan.scores[
        (plan.scores["outcome"] != "hand_mrss") | (plan.scores["variant"] != "fingers_only")
    ]
    visits = {"baseline": [4] * 6 + [5], "week_12": [2, 3, 3, 4, 5, 6]}
    filled = make_scores(SKIN, visits, variant="fingers_only", n_items=2)
    scores = pd.concat([scores, filled], ignore_index=True)
    table = list_specifications(replace(plan, pairs=pairs, scores=scores), SKIN)
    table = table[table["population"] == "full_analysis"]
    chosen = table[(table["variant"] == "fingers_only") & (table["missing"] == "worst_case")]
    (mean,) = chosen.loc[
        (chosen["summary"] == "mean_t") & (chosen["events"] == "as_observed"), "estimate"
    ]
    # Changes -2, -1, -1, 0, 1, 2 and 1, not 2; two sites.
    assert mean == pytest.approx(0 / 7 / 2)


def test_specifications_without_any_pair_are_none(plan):
    assert specify_primary(replace(plan, visit="week_4")).empty


def test_season_is_asked_of_every_outcome_of_raynauds_instrument_and_of_no_other(plan):
    attacks = replace(SKIN, instrument="raynaud")
    assert sensitivity_plan.ask_season(plan, SKIN) == []
    assert sensitivity_plan.ask_season(plan, attacks)
