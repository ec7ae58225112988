"""The shipped export, cleaned and scored once, with the results of its primary analysis."""

import pytest

from analysis import load, paths
from analysis.cleaning import clean_export, read_export
from analysis.cleaning.clean import write_cleaned
from analysis.cleaning.effects import describe_queries
from analysis.describe.baseline import describe_baseline, gather_baseline
from analysis.describe.flow import describe_analysed, describe_stages, describe_visits
from analysis.instruments.scores import compare_totals, pair_scores, score_items, set_aside_totals
from analysis.results import Context, collect_results
from analysis.safety.adverse_events import tabulate_adverse_events
from analysis.safety.phases import assign_phases
from analysis.statistics.efficacy import summarise_efficacy
from analysis.statistics.populations import prepare_pairs
from analysis.study import load_study
from analysis.tables import write_table


@pytest.fixture(scope="session")
def trial(tmp_path_factory):
    folder = tmp_path_factory.mktemp("processed")
    study = load_study()
    cleaned = clean_export(read_export(paths.RAW), study)
    write_cleaned(cleaned, folder)
    tables = cleaned.tables
    items = set_aside_totals(tables["items"], compare_totals(tables["items"]))
    scores = score_items(items, study)
    pairs = pair_scores(scores, items, study)
    write_table(scores, "scores", folder)
    write_table(pairs, "pairs", folder)
    people, visits = tables["participants"], tables["visits"]
    treated, ended = people[people["in_full_analysis"] == "yes"], tables["disposition"]
    flow = _context("flow", "03_describe")
    rows = [
        *describe_queries(tables["queries"], _context("cleaning", "01_clean")),
        summarise_efficacy(
            prepare_pairs(tables | {"scores": scores, "pairs": pairs}, study),
            scores,
            people,
            study,
            _context("efficacy", "04_efficacy", "full_analysis"),
        ),
        *describe_stages(people, ended, study, flow),
        *describe_visits(people, visits, ended, study, flow, population="full_analysis"),
        *describe_analysed(treated, scores, pairs, study, flow, followup_visit="week_12"),
    ]
    known = gather_baseline(
        treated, visits, tables["medications"], scores, study, followup_visit="week_12"
    )
    rows += describe_baseline(known, study, _context("baseline", "03_describe", "full_analysis"))
    events = assign_phases(tables["adverse_events"], people, last_day=98)
    rows.append(tabulate_adverse_events(events, people, _context("safety", "06_safety")))
    write_table(collect_results(rows), "results", folder)
    return load(folder)


def _context(analysis, notebook, population=""):
    return Context(analysis, notebook, "simulated", population)
