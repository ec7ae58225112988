"""Sentences that follow from the plan, and about what limits the findings."""

from analysis.reporting.sentences.evidence import count, find_primary, join, name_of
from analysis.statistics.alternatives import ALIKE_UP_TO

# Days between the visits that make about one season.
SEASON = (60, 120)


def outcome_definitions(evidence):
    """List the outcomes as analysed, with range and unit, in the registered order."""
    items = []
    for number, outcome in enumerate(evidence.study.outcomes, 1):
        at = f"study.outcomes.{outcome.name}"
        better = {
            "lower": "; lower is better",
            "higher": "; higher is better",
            "none": "; no direction is better",
        }[outcome.better]
        items.append(
            f"{number}. **{{{{< var {at}.label >}}}}** ({{{{< var {at}.role >}}}}): "
            f"{{{{< var {at}.analysed_as >}}}}; {{{{< var {at}.span >}}}} "
            f"{{{{< var {at}.unit >}}}}{better}."
        )
    return "\n".join(items)


def intercurrent_events(evidence):
    """List the intercurrent events under the strategy that the plan gives each."""
    strategies = {}
    for event in evidence.study.intercurrent_events:
        name = f"{{{{< var study.intercurrent_events.{event.name}.phrase >}}}}"
        strategies.setdefault(event.strategy.replace("_", " "), []).append(name)
    parts = [f"{strategy} ({'; '.join(names)})" for strategy, names in strategies.items()]
    return f"{join(parts)}."


def populations(evidence):
    """State the rule of every population."""
    rules = [
        f"{{{{< var study.populations.{p.name}.phrase >}}}} "
        f"({{{{< var study.populations.{p.name}.rule >}}}})"
        for p in evidence.study.populations
    ]
    return f"The populations are: {'; '.join(rules)}."


def missing_visits(evidence):
    """State the rule for missing visits."""
    return "For missing visits the rule is: {{< var study.analysis.missing_visits >}}."


def threshold_sources(evidence):
    """List the published group-level thresholds with their populations and sources."""
    parts = []
    for outcome in evidence.study.outcomes:
        if outcome.threshold is None:
            continue
        at = f"study.outcomes.{outcome.name}"
        parts.append(
            f"{name_of(outcome)}, {{{{< var {at}.threshold.value >}}}} {{{{< var {at}.unit >}}}} "
            f"({{{{< var {at}.threshold.population >}}}}) [@{outcome.threshold.source}]"
        )
    if not parts:
        return "For no outcome is a threshold published."
    return f"The thresholds are: {'; '.join(parts)}."


def measurement_errors(evidence):
    """Cite the measurement errors from which follows what noise alone would give."""
    parts = [
        f"{name_of(outcome)} [@{outcome.threshold.measurement_error_source}]"
        for outcome in evidence.study.outcomes
        if outcome.threshold and outcome.threshold.measurement_error_source
    ]
    if not parts:
        return "For no outcome is a measurement error published."
    return f"A measurement error is published for {join(parts)}."


def followup_window(evidence):
    """Name the follow-up visit that was analysed, with its day and window."""
    at = f"study.visits.{evidence.chosen('visit')}"
    return (
        f"The follow-up visit is {{{{< var {at}.phrase >}}}}, study day {{{{< var {at}.day >}}}}, "
        f"with a window from day {{{{< var {at}.low >}}}} to day {{{{< var {at}.high >}}}}."
    )


def analysed_population(evidence):
    """Name the population that was analysed."""
    at = f"study.populations.{evidence.chosen('population')}.phrase"
    return f"The outcomes are analysed in the {{{{< var {at} >}}}} population."


def what_if(evidence):
    """Say, and say first, when visit or population are not those of the plan."""
    plan = evidence.study.analysis
    visit, population = evidence.chosen("visit"), evidence.chosen("population")
    if (visit, population) == (plan.followup_visit.value, plan.population.value):
        return ""
    return (
        "**This is not the planned analysis:** it takes "
        f"{{{{< var study.visits.{visit}.phrase >}}}} as the follow-up visit and the "
        f"{{{{< var study.populations.{population}.phrase >}}}} population."
    )


def meaning(evidence):
    """Say what limits the primary estimate, where there is one."""
    if not evidence.known(f"efficacy.{find_primary(evidence).name}.hl"):
        return ""
    return "What this can mean is limited by the design more than by the arithmetic."


def season(evidence):
    """Say how far apart in the year the two visits lie."""
    day = evidence.study.visit(evidence.chosen("visit")).day
    if day is not None and SEASON[0] <= day <= SEASON[1]:
        return (
            "Baseline and follow-up lie about one season apart, and Raynaud's phenomenon follows "
            "the season [@pauling2019]."
        )
    return (
        "Raynaud's phenomenon follows the weather [@pauling2019], which need not have been the "
        "same at baseline and at follow-up."
    )


def both_hands(evidence):
    """Say for whom the other hand can be no control."""
    both = "baseline.treated_hands.both.n"
    someone = f"flow.{evidence.chosen('population')}.n"
    if not evidence.known(both) or not evidence.number(both):
        return ""
    if evidence.number(both) == evidence.people(both):
        return (
            "Both hands were treated at once, so that no hand can serve as a control for the other."
        )
    return (
        f"In {evidence.var(both)} of {evidence.var(someone)} both hands were treated at once, so "
        "that no hand of theirs can serve as a control for the other."
    )


def exact_agreement(evidence):
    """Say of few pairs that the exact tests cannot disagree."""
    at = f"efficacy.{find_primary(evidence).name}.n_pairs"
    if not 0 < evidence.number(at) <= ALIKE_UP_TO:
        return ""
    return (
        f"With {count(evidence, at, 'pair', 'pairs')} the signed-rank tests, the sign flips and "
        "the exact interval reach the same decision by arithmetic, so that their agreement is no "
        "further evidence."
    )
