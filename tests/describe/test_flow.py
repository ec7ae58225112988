import pandas as pd
import pytest
from small_tables import NOT_INJECTED, NOT_TREATED, make_participants

from analysis.describe.flow import (
    NO_REASON,
    check_denominators,
    describe_analysed,
    describe_stages,
    describe_visits,
    explain_missed,
    find_lost,
    find_unreconciled,
    join_reasons,
)
from analysis.errors import DataError
from analysis.results import Context, ResultWriter, collect_results
from analysis.study import load_study
from analysis.tables import shape_table

STUDY = load_study()
SCREENED = {**NOT_TREATED, "in_enrolled": "no", "screen_failure_reason": "too ill"}
PEOPLE = make_participants(
    *("P1", "P2", "P3", "P4", "P5"),
    P2={"in_per_protocol": "no", "per_protocol_exclusion": "week_12_missing;different_assessor"},
    P3=NOT_INJECTED,
    P4=NOT_TREATED,
    P5=SCREENED,
)
DISPOSITION = shape_table(
    pd.DataFrame(
        [
            ("P1", "completed", ""),
            ("P2", "discontinued", "withdrew_consent"),
            ("P3", "discontinued", "physician_decision"),
            ("P4", "discontinued", ""),
            ("P5", "screen_failure", "not_eligible"),
        ],
        columns=["participant_id", "status", "reason"],
    ),
    "disposition",
)


def make_visits(*rows):
    names = ["participant_id", "visit", "status", "in_window"]
    return shape_table(pd.DataFrame(rows, columns=names), "visits")


def make_scores(*rows):
    names = ["participant_id", "visit", "status", "missing_reason"]
    frame = pd.DataFrame(rows, columns=names)
    part = {"outcome": "hand_mrss", "variant": "primary", "component": "total"}
    return shape_table(frame.assign(**part), "scores")


def make_pairs(*people):
    frame = pd.DataFrame({"participant_id": people})
    part = {"outcome": "hand_mrss", "variant": "primary", "component": "total", "rule": "both"}
    numbers = {"baseline": 5.0, "followup": 4.0, "change": -1.0}
    return shape_table(frame.assign(visit="week_12", **part, **numbers), "pairs")


def flow():
    context = Context("flow", "03_describe", "simulated")
    visits = make_visits(
        ("P1", "week_12", "done", "yes"),
        ("P2", "week_12", "missed", ""),
        ("P5", "screening", "done", "yes"),
    )
    scores = make_scores(
        ("P1", "week_12", "complete", ""), ("P2", "baseline", "missing", "refused")
    )
    treated = PEOPLE[PEOPLE["in_full_analysis"] == "yes"]
    at = {"followup_visit": "week_12"}
    rows = [
        *describe_stages(PEOPLE, DISPOSITION, STUDY, context),
        *describe_visits(PEOPLE, visits, DISPOSITION, STUDY, context, population="full_analysis"),
        *describe_analysed(treated, scores, make_pairs("P1", "P3"), STUDY, context, **at),
    ]
    return collect_results(rows).set_index("result_id")


def test_every_stage_is_counted():
    stages = {
        "screened": 5,
        "enrolled": 4,
        "procedure_safety": 3,
        "product_safety": 2,
        "full_analysis": 2,
        "per_protocol": 1,
        "not_enrolled": 1,
        "not_harvested": 1,
        "not_injected": 1,
        "discontinued": 1,
        "not_per_protocol": 1,
    }
    results = flow()["value"]
    assert {name: results[f"flow.{name}.n"] for name in stages} == stages


def test_who_enters_a_stage_either_reaches_the_next_or_is_lost_there():
    results = flow()["value"]
    chain = ["screened", "enrolled", "procedure_safety", "product_safety"]
    losses = ["not_enrolled", "not_harvested", "not_injected"]
    for before, after, lost in zip(chain[:-1], chain[1:], losses, strict=True):
        assert results[f"flow.{before}.n"] == results[f"flow.{after}.n"] + results[f"flow.{lost}.n"]


def test_every_loss_has_its_reason():
    lost = find_lost(PEOPLE, DISPOSITION)
    assert list(lost.itertuples(index=False, name=None)) == [
        ("P5", "not_enrolled", "too ill"),
        ("P4", "not_harvested", "reason not recorded"),
        ("P3", "not_injected", "physician decision"),
        ("P2", "discontinued", "withdrew consent"),
        ("P2", "not_per_protocol", "week_12_missing;different_assessor"),
    ]
    texts = flow()["text"]
    assert texts["flow.not_per_protocol.reasons"] == "different assessor (1); week 12 missing (1)"


def test_a_visit_counts_those_due_who_came_and_says_why_others_did_not():
    results = flow()
    assert results.loc["flow.week_12.n_due", "value"] == 2
    assert results.loc["flow.week_12.n_attended", "value"] == 1
    assert results.loc["flow.week_12.reasons", "text"] == "withdrew consent (1)"
    assert results.loc["flow.screening.n_due", "value"] == 5
    assert results.loc["flow.baseline.n_due", "value"] == 4


@pytest.mark.parametrize(("day", "reason"), [(None, "death"), (10, "death"), (11, NO_REASON)])
def test_an_end_after_the_window_of_a_visit_is_no_reason_for_missing_it(day, reason):
    ended = pd.DataFrame({"participant_id": ["P1"], "status": "discontinued", "reason": "death"})
    ended = shape_table(ended.assign(study_day=day), "disposition")
    assert explain_missed(["P1"], ended, STUDY.visit("week_1")) == [reason]


def test_an_outcome_is_analysed_in_the_population_with_the_reasons_of_the_others():
    results = flow()
    assert results.loc["flow.hand_mrss.n_analysed", "value"] == 1
    said = results.loc["flow.hand_mrss.reasons", "text"]
    assert said == "Baseline refused and Week 12 not recorded (1)"


def test_the_most_frequent_reason_comes_first_then_the_alphabet():
    assert join_reasons(["b", "a", "c", "c"]) == "c (2); a (1); b (1)"


def results_with(*, analysis, population, n, statistic="participants", outcome="any", value=None):
    context = Context(analysis, "x", "simulated", population)
    row = ResultWriter(context, outcome, n=n).row(statistic, value, "text")
    return collect_results([*flow().reset_index().to_dict("records"), row])


@pytest.mark.parametrize(
    ("analysis", "population", "n", "reconciles"),
    [
        ("safety", "procedure_safety", 3, True),
        ("safety", "procedure_safety", 2, False),
        ("safety", "product_safety", 3, False),
        ("baseline", "full_analysis", 1, True),
        ("baseline", "full_analysis", 3, False),
        ("efficacy", "per_protocol", 2, False),
        ("exposure", "nobody_knows", 1, False),
    ],
)
def test_a_denominator_reconciles_with_the_flow(analysis, population, n, reconciles):
    results = results_with(analysis=analysis, population=population, n=n)
    assert (len(find_unreconciled(results)) == 0) == reconciles


@pytest.mark.parametrize(("n_pairs", "reconciles"), [(1, True), (2, False)])
def test_the_pairs_of_an_outcome_are_those_that_the_flow_says(n_pairs, reconciles):
    options = {"outcome": "hand_mrss", "statistic": "n_pairs", "value": n_pairs}
    results = results_with(analysis="efficacy", population="full_analysis", n=1, **options)
    assert (len(find_unreconciled(results)) == 0) == reconciles


def test_a_contradiction_stops_the_run_and_is_named():
    results = results_with(analysis="safety", population="product_safety", n=9)
    with pytest.raises(DataError, match=r"safety\.any\.participants has 9 .* gives 2"):
        check_denominators(results)
