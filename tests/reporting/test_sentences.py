"""Sentences are chosen from the results, so that another export gives true ones."""

import math

import pytest

from analysis.reporting.sentences import choose_sentences
from analysis.study import load_study

STUDY = load_study()
NAMES = [outcome.name for outcome in STUDY.outcomes]
# hl, low, high, p, p_min, n_nonzero, n_pairs, improved, unchanged, worse
BETTER = (-1.5, -2.5, -0.5, 0.03125, 0.015625, 7, 7, 6, 0, 1)
UNSURE = (-1.0, -2.5, 0.0, 0.125, 0.03125, 6, 7, 5, 1, 1)
WORSE = (1.5, 0.5, 2.5, 0.03125, 0.015625, 7, 7, 1, 0, 6)
NOTHING = (0.0, 0.0, 0.0, 1.0, 1.0, 0, 7, 0, 7, 0)
TOO_FEW = (-1.5, None, None, 0.125, 0.125, 4, 4, 4, 0, 0)


@pytest.fixture
def say(small_results):
    def choose(changes=None, **options):
        sentences = choose_sentences(small_results(changes, **options), STUDY)
        return {key.removeprefix("say."): value.text for key, value in sentences.items()}

    return choose


def test_improvement_with_an_interval_beyond_zero_is_said_as_such(say):
    told = say({"hand_mrss": BETTER})["primary_direction"]
    assert told == (
        "The estimate lies in the direction of improvement, and the interval excludes zero."
    )


def test_a_limit_of_exactly_zero_does_not_exclude_zero(say):
    assert say({"hand_mrss": UNSURE})["primary_direction"].endswith("the interval includes zero.")


def test_a_rise_of_a_score_whose_lower_values_are_better_is_worsening(say):
    told = say({"hand_mrss": WORSE})["primary_direction"]
    assert told.startswith("The estimate lies in the direction of worsening")


def test_a_rise_of_kapandji_is_improvement(say):
    told = say(dict.fromkeys(NAMES, BETTER) | {"kapandji": WORSE})["secondary_directions"]
    assert "worsening" not in told
    assert "study.outcomes.kapandji.phrase" in told


def test_changes_that_are_all_zero_leave_nothing_to_test(say):
    told = say({"hand_mrss": NOTHING})
    assert told["primary_direction"].startswith("The estimate is zero")
    assert told["primary_test"] == (
        "There was no non-zero change, so that nothing could be tested."
    )


def test_the_fixed_sequence_cannot_pass_or_weigh_changes_that_are_all_zero(say):
    told = say({"hand_mrss": NOTHING})["fixed_sequence"]
    assert "stopped at its first step" in told
    assert "which could not be tested" in told


def test_an_outcome_without_any_pair_could_not_be_analysed(say):
    told = say({"hand_mrss": None})
    assert "could not be analysed" in told["primary_estimate"]
    assert told["primary_direction"] == "No direction can be told."
    assert "which could not be tested" in told["fixed_sequence"]


def test_too_few_pairs_for_an_interval_are_said_to_be_too_few(say):
    told = say({"hand_mrss": TOO_FEW})
    assert "too few for an exact interval" in told["primary_estimate"]
    assert "no interval of the declared level exists" in told["primary_direction"]
    assert "no pattern of signs could have brought it" in told["primary_test"]


def test_the_fixed_sequence_stops_at_the_first_p_above_alpha(say):
    told = say({"raynaud_condition_score": UNSURE})["fixed_sequence"]
    assert told.startswith(
        "The fixed sequence passed {{< var study.outcomes.hand_mrss.phrase >}} and stopped at "
        "{{< var study.outcomes.raynaud_condition_score.phrase >}}"
    )


def test_the_fixed_sequence_may_stop_at_its_first_step_or_not_at_all(say):
    assert "stopped at its first step" in say({"hand_mrss": UNSURE})["fixed_sequence"]
    assert say()["fixed_sequence"] == "The fixed sequence passed every outcome."


def test_no_interval_beyond_zero_is_said_in_one_sentence(say):
    told = say(dict.fromkeys(NAMES, UNSURE))["secondary_intervals"]
    assert told == "None of their exact intervals excludes zero."


def test_finger_circumference_never_improves(say):
    told = say()["undirected_outcomes"]
    assert "decreased" in told
    assert "improv" not in told


def test_outcomes_with_fewer_pairs_are_named(say):
    told = say({"shaq": TOO_FEW, "kapandji": None})["missing_pairs"]
    assert "study.outcomes.shaq.phrase >}} ({{< var efficacy.shaq.n_pairs >}})" in told
    assert "study.outcomes.kapandji.phrase >}} (none)" in told
    assert "study.outcomes.total_mrss" not in told


def test_nobody_with_both_visits_is_said_plainly(say):
    told = say(dict.fromkeys(NAMES))
    assert told["missing_pairs"] == "No outcome had any participant with both visits."
    assert "no estimate was possible for" in told["secondary_directions"]


@pytest.mark.parametrize(
    ("events", "serious", "begins", "serious_begins"),
    [
        (0, 0, "No adverse event was recorded from", "No serious adverse event was recorded in"),
        (4, 1, "Adverse events recorded from", "Serious adverse events in this period:"),
    ],
)
def test_harms_are_counted_or_said_to_be_none(say, events, serious, begins, serious_begins):
    told = say(events=events, serious=serious)
    assert told["adverse_events"].startswith(begins)
    assert told["serious_events"].startswith(serious_begins)


def test_a_simulated_change_is_never_set_beside_a_placebo_arm(say):
    assert say()["placebo_benchmark"] == ""
    assert "mean change with placebo" in say(origin="real")["placebo_benchmark"]


def test_another_visit_or_population_is_said_to_be_unplanned(small_results):
    planned = small_results()
    assert choose_sentences(planned, STUDY)["say.what_if"].text == ""
    other = planned.assign(visit="week_4", population="per_protocol")
    told = {key: value.text for key, value in choose_sentences(other, STUDY).items()}
    assert told["say.what_if"].startswith("**This is not the planned analysis:**")
    assert "study.visits.week_4.phrase" in told["say.followup_window"]
    assert "study.populations.per_protocol.phrase" in told["say.analysed_population"]


def test_sentences_name_only_numbers_that_exist(small_results):
    for changes in (None, dict.fromkeys(NAMES), {"hand_mrss": TOO_FEW}, {"shaq": NOTHING}):
        results = small_results(changes)
        known = set(results["result_id"])
        for value in choose_sentences(results, STUDY).values():
            for key in value.text.split("{{< var ")[1:]:
                name = key.split(" ")[0]
                assert name.startswith("study.") or name in known, name
                if name in known and value.key.startswith("say.primary"):
                    number = results.loc[results["result_id"] == name, "value"].iloc[0]
                    assert not math.isnan(number)
