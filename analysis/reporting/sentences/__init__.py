"""Sentences whose truth depends on the data, chosen from the results by declared rules."""

from analysis.reporting.sentences import harms, outcomes, participants, plan
from analysis.reporting.sentences.evidence import ReportFacts
from analysis.reporting.values import Value

RULES = (
    outcomes.primary_estimate,
    outcomes.primary_direction,
    outcomes.primary_counts,
    outcomes.primary_test,
    outcomes.fixed_sequence,
    outcomes.secondary_directions,
    outcomes.secondary_intervals,
    outcomes.undirected_outcomes,
    outcomes.placebo_benchmark,
    plan.outcome_definitions,
    plan.intercurrent_events,
    plan.populations,
    plan.missing_visits,
    plan.threshold_sources,
    plan.measurement_errors,
    plan.followup_window,
    plan.analysed_population,
    plan.what_if,
    participants.flow,
    participants.attendance,
    participants.missing_pairs,
    harms.exposure,
    harms.adverse_events,
    harms.serious_events,
    harms.deaths,
    harms.local_reactions,
    harms.unobserved,
    harms.ulcers,
    plan.meaning,
    plan.season,
    plan.both_hands,
    plan.exact_agreement,
)


def choose_sentences(results, study):
    """Return every sentence by its key ``say.<name>``, as `Value` of kind ``sentence``."""
    evidence = ReportFacts(results, study)
    return {
        f"say.{rule.__name__}": Value(rule(evidence), f"say.{rule.__name__}", "sentence")
        for rule in RULES
    }
