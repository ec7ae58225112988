"""The primary analysis of every outcome, with what is shown beside it, as results."""

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from analysis.results import Context, ResultWriter, Row, collect_results
from analysis.statistics.checks import compute_mean, compute_median, compute_sd, round_differences
from analysis.statistics.family import summarise_family
from analysis.statistics.outcome import (
    SUPPORTIVE,
    describe_scores,
    make_writer,
    state_value,
    summarise_outcome,
)
from analysis.statistics.placebo import compare_placebo
from analysis.statistics.populations import average_treated_hands, select_pairs, select_population
from analysis.study import Outcome, Study


def summarise_efficacy(
    pairs: pd.DataFrame,
    scores: pd.DataFrame,
    participants: pd.DataFrame,
    study: Study,
    context: Context,
    *,
    visit: str | None = None,
) -> pd.DataFrame:
    """Return all results of the changes from baseline.

    Parameters
    ----------
    pairs, scores, participants
        The tables of those names.
    context
        Its population chooses the participants.
    visit
        The follow-up visit; by default the one of study.yml.

    Returns
    -------
    pandas.DataFrame
        The table of results: ``efficacy.<outcome>.<statistic>`` for the primary variant;
        variants, components, treated hands and visits stand between outcome and statistic.
    """
    visit = study.visit(visit or study.analysis.followup_visit.value).name
    pairs = select_population(pairs, participants, context.population)
    scores = select_population(scores, participants, context.population)
    rows, tests = [], {}
    for outcome in study.outcomes:
        writer = make_writer(outcome, context, visit=visit)
        chosen = select_pairs(pairs, outcome.name, visit=visit)
        primary = summarise_outcome(chosen, outcome, study.analysis, writer)
        by_name = {row["statistic"]: row for row in primary}
        tests[outcome.name] = (by_name["p_value"]["value"], by_name["p_min"]["value"])
        rows += primary
        if outcome.name == study.placebo_benchmark.outcome:
            rows += compare_placebo(by_name["mean_change"], study, writer)
        for qualified, shown in _list_supportive(pairs, participants, outcome, writer):
            supportive = summarise_outcome(shown, outcome, study.analysis, qualified)
            rows += [row for row in supportive if row["statistic"] in SUPPORTIVE]
        rows += _describe_visits(scores, pairs, outcome, study, writer)
    rows += summarise_family(pairs, tests, study, context, visit=visit)
    return collect_results(rows)


def _list_supportive(
    pairs: pd.DataFrame, participants: pd.DataFrame, outcome: Outcome, writer: ResultWriter
) -> Iterator[tuple[ResultWriter, pd.DataFrame]]:
    """Yield writer and pairs of the variants, components and treated hands that have any."""
    visit = writer.visit
    for variant in outcome.variants:
        chosen = select_pairs(pairs, outcome.name, variant=variant, visit=visit)
        if variant != "primary" and len(chosen):
            yield replace(writer, qualifier=variant, variant=variant), chosen
    for name in outcome.components:
        chosen = select_pairs(pairs, outcome.name, component=name, visit=visit)
        if len(chosen):
            # A component has a unit of its own, which the tables do not carry.
            yield replace(writer, qualifier=name, unit=""), chosen
    treated = average_treated_hands(pairs, participants, outcome, visit=visit)
    if len(treated):
        yield replace(writer, qualifier="treated_hands"), treated


def _describe_visits(
    scores: pd.DataFrame, pairs: pd.DataFrame, outcome: Outcome, study: Study, writer: ResultWriter
) -> Iterator[Row]:
    """Yield what describes the primary score at each visit; none of it is a test."""
    for visit in study.visits:
        recorded = select_pairs(scores, outcome.name, visit=visit.name)["score"].dropna()
        values = select_pairs(pairs, outcome.name, visit=visit.name)["change"]
        change = round_differences(values, decimals=outcome.difference_decimals)
        at_visit = replace(writer, n=len(recorded), qualifier=visit.name, visit=visit.name)
        if len(recorded):
            yield at_visit.count("n_scores", len(recorded))
            yield from describe_scores(at_visit, recorded)
            yield at_visit.score("minimum", float(recorded.min()))
            yield at_visit.score("maximum", float(recorded.max()))
        at_visit = replace(at_visit, n=len(change))
        if len(change):
            yield at_visit.count("n_pairs", len(change))
            yield state_value(at_visit, "mean_change", compute_mean, change)
            yield state_value(at_visit, "sd_change", compute_sd, change)
            yield state_value(at_visit, "median_change", compute_median, change)
