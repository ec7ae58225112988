"""The primary analysis of every outcome, with what is shown beside it, as results."""

from analysis.results import collect_results
from analysis.statistics.benchmark import place_among_placebo
from analysis.statistics.family import summarise_family
from analysis.statistics.hands import average_treated_hands
from analysis.statistics.outcome import keep_supportive, summarise_outcome
from analysis.statistics.populations import select_pairs, select_population
from analysis.statistics.visits import describe_visits


def summarise_efficacy(pairs, scores, participants, study, context, *, visit=None):
    """Return all results of the changes from baseline.

    Parameters
    ----------
    pairs, scores, participants : pandas.DataFrame
        The tables of those names.
    study : analysis.study.Study
    context : analysis.results.Context
        Its population chooses the participants.
    visit : str, optional
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
        own = summarise_outcome(
            select_pairs(pairs, outcome.name, visit=visit), outcome, study, context, visit=visit
        )
        by_name = {row["statistic"]: row for row in own}
        tests[outcome.name] = (by_name["p_value"]["value"], by_name["p_min"]["value"])
        rows += own
        if outcome.name == study.placebo_benchmark.outcome:
            rows += place_among_placebo(by_name["mean_change"], study, context)
        rows += _summarise_beside(pairs, participants, outcome, study, context, visit)
        rows += describe_visits(scores, pairs, outcome, study, context)
    rows += summarise_family(pairs, tests, study, context, visit=visit)
    return collect_results(rows)


def _summarise_beside(pairs, participants, outcome, study, context, visit):
    """Variants, components and treated hands, each described by the supportive statistics."""
    beside = [
        (variant, variant, select_pairs(pairs, outcome.name, variant=variant, visit=visit), None)
        for variant in outcome.variants
        if variant != "primary"
    ]
    # A component has a unit of its own, which the tables do not carry.
    beside += [
        (name, "primary", select_pairs(pairs, outcome.name, component=name, visit=visit), "")
        for name in outcome.components
    ]
    treated = average_treated_hands(pairs, participants, outcome, visit=visit)
    if len(treated):
        beside.append(("treated_hands", "primary", treated, None))
    rows = []
    for qualifier, variant, chosen, unit in beside:
        if len(chosen):
            full = summarise_outcome(
                chosen,
                outcome,
                study,
                context,
                visit=visit,
                qualifier=qualifier,
                variant=variant,
                unit=unit,
            )
            rows += keep_supportive(full)
    return rows
