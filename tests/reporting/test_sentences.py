"""Sentences about outcomes are chosen from the results, so that another export gives true ones."""

import dataclasses
import math

import pandas as pd
import pytest
from small_report import STUDY, read_sentences

NAMES = [outcome.name for outcome in STUDY.outcomes]
# hl, low, high, p, p_min, n_nonzero, n_pairs, lower, equal, higher
BETTER = (-1.5, -2.5, -0.5, 0.03125, 0.015625, 7, 7, 6, 0, 1)
UNSURE = (-1.0, -2.5, 0.0, 0.125, 0.03125, 6, 7, 5, 1, 1)
WORSE = (1.5, 0.5, 2.5, 0.03125, 0.015625, 7, 7, 1, 0, 6)
NOTHING = (0.0, 0.0, 0.0, 1.0, 1.0, 0, 7, 0, 7, 0)
TOO_FEW = (-1.5, None, None, 0.125, 0.125, 4, 4, 4, 0, 0)


def test_the_side_of_an_estimate_and_whether_its_interval_excludes_zero_are_said(say):
    said = "The estimate lies in the direction of improvement, and the interval excludes zero."
    assert say({"hand_mrss": BETTER})["primary_direction"] == said
    assert say({"hand_mrss": UNSURE})["primary_direction"].endswith("the interval includes zero.")
    chosen = say({"hand_mrss": WORSE})["primary_direction"]
    assert chosen.startswith("The estimate lies in the direction of worsening")


def test_a_rise_of_kapandji_is_improvement(say):
    chosen = say(dict.fromkeys(NAMES, BETTER) | {"kapandji": WORSE})["secondary_directions"]
    assert "worsening" not in chosen
    assert "study.outcomes.kapandji.phrase" in chosen


def test_changes_that_are_all_zero_leave_nothing_to_test_or_to_pass(say):
    chosen = say({"hand_mrss": NOTHING})
    assert chosen["primary_direction"].startswith("The estimate is zero")
    assert chosen["primary_test"] == (
        "There was no non-zero change, so that nothing could be tested."
    )
    chosen = say({"hand_mrss": NOTHING})["fixed_sequence"]
    assert "stopped at its first step" in chosen
    assert "which could not be tested" in chosen


def test_an_outcome_without_any_pair_could_not_be_analysed(say):
    chosen = say({"hand_mrss": None})
    assert "could not be analysed" in chosen["primary_estimate"]
    for rule in ("primary_direction", "primary_counts", "primary_test", "meaning"):
        assert chosen[rule] == ""
    assert chosen["exact_agreement"] == ""
    assert "which could not be tested" in chosen["fixed_sequence"]


def test_deaths_that_leave_no_finite_estimate_are_no_lack_of_pairs(small_results):
    results = small_results({"hand_mrss": (None, None, None, 0.25, 0.25, 3, 1, 1, 0, 0)})
    pairs = results[results["result_id"] == "efficacy.hand_mrss.n_pairs"]
    died = pairs.assign(result_id="efficacy.hand_mrss.n_deaths", value=2, text="2")
    chosen = read_sentences(pd.concat([results, died]))
    assert chosen["primary_estimate"].startswith("No finite estimate of the change in")
    assert "p = {{< var efficacy.hand_mrss.p_value >}}" in chosen["primary_test"]
    assert chosen["exact_agreement"] == ""


def test_a_primary_outcome_without_a_better_direction_has_no_side(small_results):
    first = dataclasses.replace(STUDY.outcomes[0], better="none")
    plan = dataclasses.replace(STUDY, outcomes=(first, *STUDY.outcomes[1:]))
    chosen = read_sentences(small_results(), study=plan)
    assert chosen["primary_direction"] == (
        "No direction of the outcome is better, and the interval excludes zero."
    )
    assert chosen["primary_counts"].endswith("no direction is better.")


def test_too_few_pairs_for_an_interval_are_said_to_be_too_few(say):
    chosen = say({"hand_mrss": TOO_FEW})
    assert "too few for an exact interval" in chosen["primary_estimate"]
    assert "no interval of the declared level exists" in chosen["primary_direction"]
    assert "no pattern of signs could have brought it" in chosen["primary_test"]


def test_the_fixed_sequence_stops_at_the_first_p_above_alpha_at_any_step_or_none(say):
    chosen = say({"raynaud_condition_score": UNSURE})["fixed_sequence"]
    assert chosen.startswith(
        "The fixed sequence passed {{< var study.outcomes.hand_mrss.phrase >}} and stopped at "
        "{{< var study.outcomes.raynaud_condition_score.phrase >}}"
    )
    assert "stopped at its first step" in say({"hand_mrss": UNSURE})["fixed_sequence"]
    assert say()["fixed_sequence"] == "The fixed sequence passed every outcome."
    assert say({NAMES[-1]: UNSURE})["fixed_sequence"].endswith(
        f"(p = {{{{< var efficacy.{NAMES[-1]}.p_value >}}}}), its last step."
    )


def test_intervals_beyond_zero_are_named_and_so_are_those_that_do_not_exist(say):
    chosen = say(dict.fromkeys(NAMES, UNSURE))["secondary_intervals"]
    assert chosen == "No exact interval of the other outcomes excludes zero."
    chosen = say(dict.fromkeys(NAMES, UNSURE) | {"shaq": TOO_FEW})["secondary_intervals"]
    said = "No exact interval of the other outcomes excludes zero; none exists for "
    assert chosen == said + "{{< var study.outcomes.shaq.phrase >}}."
    chosen = say(dict.fromkeys(NAMES, UNSURE) | {"shaq": BETTER})["secondary_intervals"]
    assert chosen == (
        "Taken one by one and unadjusted, the exact interval excludes zero for "
        "{{< var study.outcomes.shaq.phrase >}} (max-T of all outcomes: p = "
        "{{< var efficacy.shaq.max_t_p >}})."
    )
    chosen = say(dict.fromkeys(NAMES, TOO_FEW))["secondary_intervals"]
    assert chosen == "None of the other outcomes has an exact interval."


def test_one_estimate_lies_and_several_lie_on_a_side(say):
    chosen = say(dict.fromkeys(NAMES, WORSE) | {"shaq": NOTHING, "total_mrss": None})
    for said in (
        "the estimate lay in the direction of improvement for {{< var study.outcomes.kapandji",
        "the estimates lay in the direction of worsening for",
        "the estimate was zero for {{< var study.outcomes.shaq",
        "no estimate was possible for {{< var study.outcomes.total_mrss",
    ):
        assert said in chosen["secondary_directions"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (UNSURE, "the estimate was {{< var efficacy.finger_circumference.hl >}} "
         "{{< var study.outcomes.finger_circumference.unit >}}."),
        (None, "no estimate was possible."),
    ],
)  # fmt: skip
def test_an_outcome_without_a_better_direction_has_an_estimate_or_none(say, changes, expected):
    chosen = say({"finger_circumference": changes})["undirected_outcomes"]
    assert chosen.endswith(f", of which no direction is better, {expected}")
    assert "improv" not in chosen


@pytest.mark.parametrize(
    ("lower", "same", "higher", "expected"),
    [
        (5, 1, 1, "Of 7 participants with both scores, 5 had a lower score at follow-up, 1 the"),
        (7, 0, 0, "Of 7 participants with both scores, 7 had a lower score at follow-up, none the"),
        (0, 0, 1, "Of 1 participant with both scores, none had a lower score at follow-up, none"),
    ],
)
def test_lower_and_higher_scores_are_counted_in_words_that_agree(
    say, lower, same, higher, expected
):
    pairs = lower + same + higher
    changes = (-1.0, None, None, 0.5, 0.5, 4, pairs, lower, same, higher)
    chosen = say({"hand_mrss": changes})["primary_counts"]
    counts = {"n_pairs": pairs, "n_decreased": lower, "n_increased": higher, "n_unchanged": same}
    for name, number in counts.items():
        chosen = chosen.replace(f"{{{{< var efficacy.hand_mrss.{name} >}}}}", f"{number}")
    assert chosen.startswith(expected)


def test_outcomes_with_fewer_pairs_are_named(say):
    chosen = say({"shaq": TOO_FEW, "kapandji": None})["missing_pairs"]
    assert "study.outcomes.shaq.phrase >}} ({{< var efficacy.shaq.n_pairs >}})" in chosen
    assert "study.outcomes.kapandji.phrase >}} (none)" in chosen
    assert "study.outcomes.total_mrss" not in chosen


def test_nobody_with_both_visits_is_said_plainly(say):
    chosen = say(dict.fromkeys(NAMES))
    assert chosen["missing_pairs"] == "Nobody had any outcome at both visits."
    assert "no estimate was possible for" in chosen["secondary_directions"]


def test_one_pair_is_a_participant_and_several_are_participants(say):
    one = (-1.5, None, None, 1.0, 1.0, 1, 1, 1, 0, 0)
    assert say(dict.fromkeys(NAMES, one))["missing_pairs"].endswith(" participant.")
    assert say()["missing_pairs"].endswith(" participants.")
    fewer = dict.fromkeys(NAMES, one) | {"shaq": None}
    assert "}} participant; in fewer, {{" in say(fewer)["missing_pairs"]
    assert "}} participants; in fewer, {{" in say({"shaq": None})["missing_pairs"]
    chosen = say(dict.fromkeys(NAMES, one))["exact_agreement"]
    assert "With {{< var efficacy.hand_mrss.n_pairs >}} pair the" in chosen


def test_exact_tests_agree_by_arithmetic_up_to_seven_pairs_only(say):
    assert "{{< var efficacy.hand_mrss.n_pairs >}} pairs" in say()["exact_agreement"]
    eight = (*BETTER[:6], 8, 7, 0, 1)
    assert say({"hand_mrss": eight})["exact_agreement"] == ""
    few = say({"hand_mrss": TOO_FEW})["exact_agreement"]
    assert "pairs the signed-rank tests and sign flips reach" in few


@pytest.mark.parametrize("name", ["alpha", "confidence"])
def test_exact_tests_need_not_agree_at_another_level(small_results, name):
    setting = dataclasses.replace(getattr(STUDY.analysis, name), value=0.9)
    plan = dataclasses.replace(
        STUDY, analysis=dataclasses.replace(STUDY.analysis, **{name: setting})
    )
    assert read_sentences(small_results(), study=plan)["exact_agreement"] == ""


@pytest.mark.parametrize(
    ("rule", "said"), [("wilcoxon", "zeros dropped,"), ("pratt", "zeros ranked and then dropped,")]
)
def test_the_methods_name_the_rule_for_zeros(small_results, rule, said):
    setting = dataclasses.replace(STUDY.analysis.zeros, value=rule)
    plan = dataclasses.replace(STUDY, analysis=dataclasses.replace(STUDY.analysis, zeros=setting))
    assert said in read_sentences(small_results(), study=plan)["signed_rank"]


@pytest.mark.parametrize(("posted", "late"), [("2016-10-01", False), ("2016-11-29", True)])
def test_only_a_registration_after_the_start_is_said_to_be_late(small_results, posted, late):
    trial = STUDY.study
    trial = dataclasses.replace(
        trial, first_posted=dataclasses.replace(trial.first_posted, value=posted)
    )
    chosen = read_sentences(
        small_results(origin="real"), study=dataclasses.replace(STUDY, study=trial)
    )
    assert ("first posted" in chosen["origin"]) is late


def test_a_plan_of_the_day_of_the_export_is_neither_before_nor_after_it(small_results):
    plan = dataclasses.replace(STUDY.documents.plan, date="2031-05-01")
    study = dataclasses.replace(STUDY, documents=dataclasses.replace(STUDY.documents, plan=plan))
    chosen = read_sentences(small_results(), study=study)
    assert "whether that was before the data were exported is not known" in chosen["plan_fixed"]


@pytest.mark.parametrize(("n", "summarised"), [(60, False), (61, True)])
def test_captions_tell_where_participants_are_too_many_to_show_singly(say, n, summarised):
    chosen = say(dict.fromkeys(NAMES, (*BETTER[:5], n, n, n, 0, 0)))
    assert bool(chosen["too_many"]) == summarised


@pytest.mark.parametrize(("n", "kind"), [(200, "exact"), (201, "approximate")])
def test_test_and_interval_are_called_exact_up_to_the_bound_only(say, n, kind):
    chosen = say(dict.fromkeys(NAMES, (*BETTER[:5], n, n, n, 0, 0)))
    assert f"({kind} interval" in chosen["primary_estimate"]
    assert f"The {kind} two-sided test" in chosen["primary_test"]
    assert f"the {kind} interval excludes zero" in chosen["secondary_intervals"]
    assert ("normal distribution" in chosen["approximation"]) == (kind == "approximate")


def test_a_simulated_change_is_never_set_beside_a_placebo_arm(say):
    assert say()["placebo_benchmark"] == ""
    assert "mean change with placebo" in say(origin="real")["placebo_benchmark"]


def test_another_visit_or_population_is_said_to_be_unplanned(small_results):
    planned = small_results()
    assert read_sentences(planned)["what_if"] == ""
    assert "about one season apart" in read_sentences(planned)["season"]
    chosen = read_sentences(planned.assign(visit="week_4", population="per_protocol"))
    assert chosen["what_if"].startswith("**This is not the planned analysis:**")
    assert "study.visits.week_4.phrase" in chosen["followup_window"]
    assert "about one season apart" not in chosen["season"]
    assert "study.populations.per_protocol.phrase" in chosen["analysed_population"]


def test_a_plan_with_one_outcome_says_nothing_of_others(small_results):
    plan = dataclasses.replace(STUDY, outcomes=STUDY.outcomes[:1])
    chosen = read_sentences(small_results(), study=plan)
    for rule in ("secondary_directions", "secondary_intervals", "undirected_outcomes"):
        assert chosen[rule] == ""
    assert chosen["threshold_sources"] == "For no outcome is a threshold published."
    assert chosen["measurement_errors"] == "For no outcome is a measurement error published."
    chosen = read_sentences(small_results({"hand_mrss": UNSURE}), study=plan)
    assert chosen["fixed_sequence"].endswith("p_value >}}).")
    none = " For the primary outcome none is published."
    assert read_sentences(small_results())["threshold_sources"].endswith(none)
    known = next(outcome for outcome in STUDY.outcomes if outcome.threshold)
    plan = dataclasses.replace(STUDY, outcomes=(dataclasses.replace(known, role="primary"),))
    chosen = read_sentences(small_results(), study=plan)
    assert none not in chosen["threshold_sources"] and known.name in chosen["threshold_sources"]


def test_what_the_plan_lists_is_listed_in_full(say):
    chosen = say()
    events = [event.name for event in STUDY.intercurrent_events]
    for rule, section, names in (
        ("outcome_definitions", "outcomes", NAMES),
        ("intercurrent_events", "intercurrent_events", events),
        ("populations", "populations", [population.name for population in STUDY.populations]),
        ("threshold_sources", "outcomes", [o.name for o in STUDY.outcomes if o.threshold]),
    ):
        assert all(f"study.{section}.{name}." in chosen[rule] for name in names)
    assert chosen["intercurrent_events"].startswith("treatment policy, scores as they are (")
    composite = " and composite, the worst rank ({{< var study.intercurrent_events.death"
    assert composite in chosen["intercurrent_events"]
    assert "study.analysis.missing_visits" in chosen["missing_visits"]
    assert "@clements1995" in chosen["measurement_errors"]


def test_sentences_name_only_numbers_that_exist(small_results):
    for changes in (None, dict.fromkeys(NAMES), {"hand_mrss": TOO_FEW}, {"shaq": NOTHING}):
        results = small_results(changes)
        known = set(results["result_id"])
        for rule, text in read_sentences(results).items():
            for key in text.split("{{< var ")[1:]:
                name = key.split(" ")[0]
                assert name.startswith("study.") or name in known, name
                if name in known and rule.startswith("primary"):
                    number = results.loc[results["result_id"] == name, "value"].iloc[0]
                    assert not math.isnan(number)


@pytest.mark.parametrize(
    ("p", "said"),
    [(0.03125, "gave p = {{< var efficacy.hand_mrss.p_value >}} ("), (0.0004, "gave p {{< var ")],
)
def test_a_p_value_is_an_equation_or_a_bound(say, p, said):
    changes = (-1.0, -2.0, -0.5, p, 0.0002, 14, 14, 14, 0, 0)
    chosen = say({"hand_mrss": changes})["primary_test"]
    assert said in chosen and "given is p {{< var efficacy.hand_mrss.p_min >}}." in chosen
