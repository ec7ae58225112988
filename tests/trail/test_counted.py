"""The rows behind a count are those that the run counted."""

import pandas as pd
import pytest

from analysis import load
from analysis.results import Context, ResultWriter, collect_results
from analysis.safety.adverse_events import tabulate_adverse_events
from analysis.safety.phases import assign_phases
from analysis.tables import write_table
from analysis.trail.counted import find_counted
from analysis.trail.explain import find_result

PEOPLE = {
    "participant_id": ["A"],
    "procedure_date": ["2021-03-01"],
    "consent_date": ["2021-02-01"],
    "anaesthesia_start": ["2021-03-01 09:00"],
    "first_injection": ["2021-03-01 10:00"],
    "in_procedure_safety": ["yes"],
    "in_product_safety": ["yes"],
    "in_full_analysis": ["yes"],
}
# On days 5 and 60: within the windows of week_4 and of week_12 only.
EVENTS = {
    "participant_id": ["A", "A"],
    "event_number": [1, 2],
    "coded_term": ["Bruise", "Pain"],
    "class": ["skin", "skin"],
    "start_date": ["2021-03-06", "2021-04-30"],
    "grade": [1, 1],
}
VISITS = {
    "participant_id": ["A", "A"],
    "visit": ["week_4", "week_12"],
    "visit_date": ["2021-03-29", "2021-05-24"],
}


@pytest.fixture(params=[("week_4", [1], ["2021-03-29"]), ("week_12", [1, 2], ["2021-05-24"])])
def run(request, tmp_path):
    """A run with that follow-up visit, the events it counts, and the dates of the visit."""
    visit, counted, dates = request.param
    for name, table in (("participants", PEOPLE), ("adverse_events", EVENTS), ("visits", VISITS)):
        write_table(pd.DataFrame(table), name, tmp_path)
    trial = load(tmp_path)
    people = trial.participants
    last_day = trial.study.visit(visit).high
    events = assign_phases(trial.adverse_events, people, last_day=last_day)
    safety = tabulate_adverse_events(events, people, Context("safety", "06_safety", "simulated"))
    pairs, seasons = (
        ResultWriter(Context(analysis, notebook, "simulated", "full_analysis"), outcome, **at).row(
            statistic, 1, "1"
        )
        for analysis, notebook, outcome, statistic, at in (
            ("efficacy", "04_efficacy", "hand_mrss", "n_pairs", {"visit": visit}),
            ("baseline", "03_describe", "season_followup", "n_missing", {}),
        )
    )
    write_table(collect_results([safety, pairs, seasons]), "results", tmp_path)
    return trial, counted, dates


def test_events_are_shown_up_to_the_visit_that_the_run_was_given(run):
    trial, expected, _ = run
    result = find_result(trial.results, "safety.any.events")
    shown = find_counted(result, trial).rows["event_number"].tolist()
    assert shown == expected and len(shown) == result["value"]


def test_the_season_of_follow_up_is_that_of_the_visit_that_the_run_was_given(run):
    trial, _, expected = run
    result = find_result(trial.results, "baseline.season_followup.n_missing")
    assert find_counted(result, trial).rows["visit_date"].tolist() == expected
