"""The rows of results: ids, texts, populations, what cannot be stated, and the family."""

import dataclasses
import re

import numpy as np
import pandas as pd
import pytest
from small_tables import make_pairs, make_participants, make_scores
from worked_examples import ONE_OPPOSITE, TIES_AND_ZERO, TWO_ZEROS

from analysis.errors import DataError
from analysis.results import Context, collect_results
from analysis.statistics.efficacy import make_change_matrix, summarise_efficacy
from analysis.statistics.outcome import make_writer, summarise_outcome
from analysis.statistics.populations import average_treated_hands, prepare_pairs, select_population
from analysis.statistics.published import expect_by_noise, predict_placebo_mean
from analysis.study import load_study

STUDY = load_study()
CONTEXT = Context("efficacy", "04_efficacy", "simulated", "full_analysis")
PRIMARY = STUDY.outcomes[0]
IDS = [f"SIM-0{number}" for number in range(1, 8)]
CONTRACT = (
    *("n_pairs", "baseline_mean", "baseline_sd", "baseline_median"),
    *("followup_mean", "followup_sd", "followup_median", "mean_change"),
    *("sd_change", "mean_change_low", "mean_change_high", "hl"),
    *("hl_low", "hl_high", "hl_level", "p_value"),
    *("mid_p", "p_min", "n_nonzero", "rank_biserial"),
    *("d_z", "d_z_low", "d_z_high", "g_av"),
    *("n_unchanged", "n_reached_mid"),
)


def make_people(n=7, **columns):
    people = make_participants(*IDS[:n])
    return people.assign(**({"treated_hands": "both"} | columns))


def summarise(pairs, outcome=PRIMARY, plan=STUDY.analysis):
    rows = summarise_outcome(pairs, outcome, plan, make_writer(outcome, CONTEXT, visit="week_12"))
    return collect_results(rows).set_index("statistic")


def make_all_pairs():
    frames = [
        make_pairs(ONE_OPPOSITE.baseline, ONE_OPPOSITE.followup, outcome)
        for outcome in STUDY.outcomes[1:]
    ]
    first = make_pairs(TWO_ZEROS.baseline, TWO_ZEROS.followup)
    fingers = first.assign(variant="fingers_only")
    return pd.concat([first, fingers, *frames], ignore_index=True)


@pytest.fixture(scope="module")
def results():
    pairs = make_all_pairs()
    return summarise_efficacy(pairs, make_scores(pairs), make_people(), STUDY, CONTEXT)


def test_every_outcome_has_every_statistic_of_the_contract(results):
    ids = set(results["result_id"])
    for outcome in STUDY.outcomes:
        named = ("n_improved", "n_worse", "n_beyond_better", "n_beyond_worse", "beyond_by_noise")
        held_against_error = outcome.name in ("total_mrss", "cochin_hand_function")
        counted = named if held_against_error else ("n_decreased", "n_increased")
        for statistic in (*CONTRACT, *counted):
            assert f"efficacy.{outcome.name}.{statistic}" in ids
        assert (f"efficacy.{outcome.name}.n_improved" in ids) is held_against_error


def test_texts_of_the_teaching_case(results):
    texts = results.set_index("result_id")["text"]
    expected = {
        "hl": "−1.3",
        "hl_low": "−2.5",
        "hl_high": "0.0",
        "hl_level": "at least 95.3\xa0%",
        "p_value": "0.063",
        "p_min": "0.063",
        "p_largest_rejecting": "none",
        "n_decreased": "5",
        "n_unchanged": "2",
        "n_increased": "0",
        "rank_biserial": "−1.00",
        "n_reached_mid": "none published",
        "fixed_sequence": "the sequence stops here",
    }
    found = {name: texts[f"efficacy.hand_mrss.{name}"] for name in expected}
    assert found == expected
    assert texts["efficacy.fixed_sequence.stopped_at"] == "Hand mRSS"
    assert texts["efficacy.total_mrss.fixed_sequence"] == "descriptive"
    warnings = results.set_index("result_id")["warning"]
    assert "no p at or below 0.05" in warnings["efficacy.hand_mrss.p_value"]


def test_values_of_the_worked_example_with_ties_and_a_zero():
    rows = summarise(make_pairs(TIES_AND_ZERO.baseline, TIES_AND_ZERO.followup))
    values = rows["value"]
    assert values["p_value"] == 0.125
    assert (values["hl"], values["hl_low"], values["hl_high"]) == (-1.0, -2.5, 0.0)
    assert values["mean_change_low"] == pytest.approx(-2.3869, abs=5e-5)
    assert values["rank_biserial"] == pytest.approx(-0.809524, abs=5e-7)
    assert (values["n_decreased"], values["n_unchanged"], values["n_increased"]) == (5, 1, 1)


def test_no_word_that_the_report_never_prints(results):
    forbidden = re.compile(
        r"significan|\btrend|effective|treatment effect|\bsafe|tolerated|responder|response rate"
        r"|confirm|demonstrat|regenerat|stem cell|no change|no difference|consistent with",
        re.I,
    )
    for column in ("text", "method", "warning"):
        assert not results[column].str.contains(forbidden).any()


def prepare(pairs, scores, events):
    visits = pd.DataFrame({"participant_id": [], "visit": [], "assessor": []}, dtype=object)
    tables = {"pairs": pairs, "scores": scores, "visits": visits, "intercurrent_events": events}
    return prepare_pairs(tables, STUDY)


def die(pairs, *people, outcome=PRIMARY):
    """The pairs, and the deaths of others who had a baseline score."""
    scores = make_scores(pairs.assign(baseline=7.0)).query("visit == 'baseline'").iloc[:1]
    scores = pd.concat([scores.assign(participant_id=person) for person in people])
    events = pd.DataFrame({"participant_id": list(people), "event": "death", "study_day": 40})
    prepared = prepare(pairs, scores, events)
    return prepared[prepared["visit"] == "week_12"]


def test_one_death_of_seven_has_the_worst_rank_in_estimate_and_signed_ranks_only():
    """Changes -2, 0, -3, -1, -1, 1, a death: T+ = 2 + 6 of 21, and 7 of 28 averages no points."""
    six = make_pairs([8, 6, 10, 7, 9, 5], [6, 6, 7, 6, 8, 6])
    rows = summarise(die(six, "SIM-07"))
    values = rows["value"]
    assert (values["hl"], values["hl_low"]) == (-0.5, -2)
    assert rows.loc["hl_high", "text"] == "unbounded"
    assert pd.isna(values["hl_high"])
    assert (values["p_value"], values["n_nonzero"]) == (0.71875, 6)
    assert (values["n_pairs"], values["n_deaths"]) == (6, 1)
    assert values["mean_change"] == -1
    warnings = rows.loc[["mean_change", "mean_change_low", "d_z"], "warning"]
    assert warnings.tolist() == ["survivors only"] * 3


def test_of_seven_two_deaths_leave_an_estimate_and_three_do_not():
    four = make_pairs([8, 6, 10, 7], [6, 6, 7, 6])
    rows = summarise(die(four, "SIM-05", "SIM-06", "SIM-07"))
    assert rows.loc["hl", "text"] == "unbounded"
    five = make_pairs([8, 6, 10, 7, 9], [6, 6, 7, 6, 8])
    assert summarise(die(five, "SIM-06", "SIM-07")).loc["hl", "value"] == -0.25


def test_a_death_after_the_window_of_the_visit_is_no_death_before_it():
    six = make_pairs([8, 6, 10, 7, 9, 5], [6, 6, 7, 6, 8, 6])
    events = pd.DataFrame({"participant_id": ["SIM-07"], "event": "death", "study_day": [99]})
    scores = make_scores(make_pairs([8] * 7, [6] * 7))
    assert len(prepare(six, scores, events)) == 6
    known = prepare(six, scores, events.assign(study_day=98))
    last = known.iloc[-1][["participant_id", "rule", "visit"]]
    assert last.tolist() == ["SIM-07", "death", "week_12"]


def test_an_outcome_without_a_measurement_error_names_no_improvement():
    kapandji = STUDY.outcome("kapandji")
    rows = summarise(make_pairs([10, 10, 10], [12, 9, 13], kapandji), kapandji)
    assert rows.loc["n_increased", "value"] == 2
    assert "n_improved" not in rows.index
    assert rows.loc["mean_change", "value"] > 0


def test_changes_are_held_against_the_error_of_one_or_of_two_assessors():
    """1.96 x sqrt(2) x 2.45 is 6.79 points, x 4.6 is 12.75: seven down is beyond the first only."""
    skin = STUDY.outcome("total_mrss")
    pairs = make_pairs([20] * 4, [13, 13, 27, 19], skin).assign(
        same_assessor=[True, False, True, True]
    )
    values = summarise(pairs, skin)["value"]
    assert (values["n_improved"], values["n_unchanged"], values["n_worse"]) == (3, 0, 1)
    assert (values["n_beyond_better"], values["n_beyond_worse"]) == (1, 1)
    # Changes are whole, so that noise has to pass 6.5 or 12.5: 2 x P(Z > 6.5 / (2.45 sqrt 2)).
    assert values["beyond_by_noise"] == pytest.approx(3 * 0.060653 + 0.054672, abs=2e-5)


def test_a_derived_measurement_error_is_called_derived_wherever_it_stands():
    cochin = STUDY.outcome("cochin_hand_function")
    rows = summarise(make_pairs([50] * 7, [40] * 7, cochin), cochin)
    for statistic in ("noise_share", "expected_by_noise", "n_beyond_better", "beyond_by_noise"):
        assert "derived: an SD of 20 points, assumed" in rows.loc[statistic, "method"]


def test_changes_are_rounded_before_they_are_ranked():
    raynaud = STUDY.outcome("raynaud_condition_score")
    pairs = make_pairs([1.0, 6.8, 5.0], [1.3, 7.1, 4.7], raynaud)
    rows = summarise(pairs, raynaud)
    # Three changes of 0.3 share the rank 2, two of them upwards.
    assert rows.loc["rank_biserial", "value"] == pytest.approx(2 / 6)


def test_a_threshold_stands_beside_what_noise_alone_would_give():
    cochin = STUDY.outcome("cochin_hand_function")
    rows = summarise(make_pairs([40] * 7, [36, 37, 36, 20, 40, 44, 30], cochin), cochin)
    assert rows.loc["n_reached_mid", "value"] == 4
    assert rows.loc["noise_share", "text"] == "29\xa0%"
    assert rows.loc["expected_by_noise", "text"] == "2.0"


def test_five_pairs_have_an_estimate_and_no_interval():
    rows = summarise(make_pairs([5, 6, 7, 8, 9], [4, 4, 4, 4, 4]))
    assert rows.loc["hl", "value"] == -3
    assert rows.loc["hl_low", "text"] == rows.loc["hl_level", "text"] == "not attainable"
    assert rows["value"].isna()["hl_low"]
    assert rows.loc["hl_low", "warning"] == "5 changes allow no 95\xa0% interval"
    assert rows.loc["g_av", "text"] == "not estimable"


@pytest.mark.parametrize(
    ("baseline", "followup"),
    [([], []), ([5], [4]), ([5, 6, 7], [5, 6, 7]), ([5, 6, 7], [4, 5, 6])],
    ids=["nobody", "one", "all zero", "constant"],
)
def test_what_cannot_be_estimated_has_no_value_and_says_why(baseline, followup):
    rows = summarise(make_pairs(baseline, followup))
    assert set(CONTRACT) <= set(rows.index)
    undefined = rows.loc[["d_z", "mean_change_low", "shapiro_w"]]
    assert (undefined["text"] == "not estimable").all()
    assert (undefined["warning"] != "").all()
    assert rows.loc["p_value", "value"] >= 0.25
    assert (rows["text"] != "").all()


def test_only_the_population_enters():
    participants = make_people(in_full_analysis=["yes"] * 6 + ["no"])
    pairs = make_all_pairs()
    results = summarise_efficacy(pairs, make_scores(pairs), participants, STUDY, CONTEXT)
    values = results.set_index("result_id")["value"]
    assert values["efficacy.hand_mrss.n_pairs"] == 6
    assert values["efficacy.hand_mrss.baseline.n_scores"] == 6
    assert set(results["population"]) == {"full_analysis"}


def test_an_unknown_population_or_participant_is_refused():
    pairs = make_all_pairs()
    with pytest.raises(DataError, match="not a known population"):
        select_population(pairs, make_people(), "intention_to_treat")
    with pytest.raises(DataError, match="SIM-07"):
        select_population(pairs, make_people(6), "full_analysis")


def test_variants_and_visits_stand_between_outcome_and_statistic(results):
    ids = set(results["result_id"])
    assert "efficacy.hand_mrss.fingers_only.hl" in ids
    assert "efficacy.hand_mrss.fingers_only.d_z" not in ids
    assert {"efficacy.hand_mrss.baseline.mean", "efficacy.hand_mrss.week_12.mean_change"} <= ids


def test_jointly_adjusted_p_is_never_below_the_outcome_s_own_sign_flip_p(results):
    values = results.set_index("result_id")["value"]
    for outcome in STUDY.outcomes:
        at = f"efficacy.{outcome.name}"
        assert values[f"{at}.max_t_p"] >= values[f"{at}.max_t_p_min"]
        assert values[f"{at}.holm_p"] >= values[f"{at}.p_value"]
    assert values["efficacy.holm.floor"] == 9 * 2 / 128
    assert values["efficacy.global_test.n_outcomes"] == 8


def test_the_benchmark_is_stated_for_its_outcome_and_marked_as_simulated(results):
    rows = results[results["statistic"].str.startswith("placebo_")].set_index("result_id")
    at = "efficacy.cochin_hand_function.placebo"
    assert rows.loc[[f"{at}_low", f"{at}_high"], "text"].tolist() == ["−19.7", "4.5"]
    assert rows["warning"].str.contains("simulated data").all()
    assert len(rows) == 3


def test_a_missing_pair_is_a_gap_in_the_matrix_of_changes():
    pairs = make_all_pairs()
    pairs = pairs[~((pairs["outcome"] == "shaq") & (pairs["participant_id"] == "SIM-03"))]
    matrix = make_change_matrix(pairs, STUDY.outcomes, visit="week_12")
    assert matrix.columns.tolist() == [outcome.name for outcome in STUDY.outcomes]
    assert matrix.index.tolist() == IDS
    assert matrix.isna().sum().sum() == 1
    assert np.isnan(matrix.loc["SIM-03", "shaq"])


def test_treated_hands_are_averaged_only_where_somebody_had_one_hand_treated():
    kapandji = STUDY.outcome("kapandji")
    right = make_pairs([8, 6, 9], [10, 7, 9], kapandji, component="right")
    left = make_pairs([4, 8, 7], [4, 9, 8], kapandji, component="left")
    pairs = pd.concat([right, left], ignore_index=True)
    everybody = make_people(3)
    assert average_treated_hands(pairs, everybody, kapandji, visit="week_12").empty
    some = make_people(3, treated_hands=["both", "right", "left"])
    treated = average_treated_hands(pairs, some, kapandji, visit="week_12")
    assert treated["change"].tolist() == [1.0, 1.0, 1.0]
    assert treated["baseline"].tolist() == [6.0, 6.0, 7.0]
    assert summarise(treated, kapandji).loc["mean_change", "value"] == 1.0


def test_a_participant_without_a_score_of_a_treated_hand_is_left_out():
    kapandji = STUDY.outcome("kapandji")
    right = make_pairs([8, 6], [10, 7], kapandji, component="right")
    left = make_pairs([4], [5], kapandji, component="left")
    some = make_people(2, treated_hands=["right", "both"])
    pairs = pd.concat([right, left], ignore_index=True)
    treated = average_treated_hands(pairs, some, kapandji, visit="week_12")
    assert treated["participant_id"].tolist() == ["SIM-01"]


def test_another_visit_can_be_analysed():
    pairs = make_pairs([5, 6, 7, 8, 9, 5, 6], [4, 5, 6, 7, 8, 3, 2], visit="week_4")
    results = summarise_efficacy(
        pairs, make_scores(pairs), make_people(), STUDY, CONTEXT, visit="week_4"
    )
    row = results.set_index("result_id").loc["efficacy.hand_mrss.n_pairs"]
    assert (row["value"], row["visit"]) == (7, "week_4")


def test_zeros_follow_the_plan():
    setting = dataclasses.replace(STUDY.analysis.zeros, value="pratt")
    plan = dataclasses.replace(STUDY.analysis, zeros=setting)
    rows = summarise(make_pairs([0] * 7, [-6, -5, -4, -3, 2, 0, 1]), plan=plan)
    assert rows.loc["p_value", "value"] == 0.1875


@pytest.mark.parametrize(
    ("threshold", "error", "share"),
    [(4, 4.5, 0.29), (3.38, 4.5, 0.29), (4, 2.45, 0.16)],
    ids=["Cochin", "Cochin, threshold between points", "total mRSS"],
)
def test_noise_reaches_a_threshold_on_whole_points(threshold, error, share):
    result = expect_by_noise(threshold, measurement_error=error, step=1)
    assert result == pytest.approx(share, abs=0.005)


def test_without_a_grid_there_is_no_continuity_correction_and_a_threshold_is_above_zero():
    from scipy.stats import norm

    result = expect_by_noise(1.4, measurement_error=1.0)
    assert result == pytest.approx(norm.sf(1.4 / 2**0.5))
    with pytest.raises(DataError, match="threshold"):
        expect_by_noise(0, measurement_error=1)


def test_prediction_from_the_placebo_arm():
    prediction = predict_placebo_mean(mean=-7.6, sd=13.2, n_placebo=20, n=7)
    assert (prediction.low, prediction.high) == pytest.approx((-19.7, 4.5), abs=0.05)
    assert prediction.place(-9) == pytest.approx(0.41, abs=0.005)
    assert prediction.place(-7.6) == 0.5


def test_prediction_covers_the_mean_of_a_new_group_as_often_as_it_says():
    generator = np.random.default_rng(12)
    covered = []
    for _ in range(2000):
        arm = generator.normal(-7, 13, 20)
        prediction = predict_placebo_mean(mean=arm.mean(), sd=arm.std(ddof=1), n_placebo=20, n=7)
        covered.append(prediction.low <= generator.normal(-7, 13, 7).mean() <= prediction.high)
    assert np.mean(covered) == pytest.approx(0.95, abs=0.015)


@pytest.mark.parametrize("wrong", [{"n": 0}, {"n_placebo": 1}, {"sd": 0}])
def test_no_prediction_without_an_arm(wrong):
    arguments = {"mean": -7.6, "sd": 13.2, "n_placebo": 20, "n": 7} | wrong
    with pytest.raises(DataError, match="no prediction"):
        predict_placebo_mean(**arguments)
