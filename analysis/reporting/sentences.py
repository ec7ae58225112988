"""Sentences whose truth depends on the data, chosen from the results by declared rules."""

import math
from dataclasses import dataclass

import pandas as pd

from analysis.reporting.values import Value
from analysis.study import Study


@dataclass(frozen=True)
class Evidence:
    """The results by id, and the plan."""

    results: pd.DataFrame
    study: Study

    def number(self, result_id):
        """Return the value of a result, NaN where there is none."""
        values = self.results.loc[self.results["result_id"] == result_id, "value"]
        return float(values.iloc[0]) if len(values) and pd.notna(values.iloc[0]) else math.nan

    def var(self, result_id):
        """Return the shortcode that prints a result."""
        return f"{{{{< var {result_id} >}}}}"

    def known(self, *result_ids):
        """Say whether all these results exist with a value."""
        return not any(math.isnan(self.number(result_id)) for result_id in result_ids)


def choose_sentences(results, study):
    """Return every sentence by its key ``say.<name>``, as `Value` of kind ``sentence``."""
    evidence = Evidence(results, study)
    return {
        f"say.{rule.__name__}": Value(rule(evidence), f"say.{rule.__name__}", "sentence")
        for rule in RULES
    }


def primary_estimate(evidence):
    """State the primary estimate with its interval; without pairs, that there is none."""
    outcome = _primary(evidence)
    label, at = _label(outcome), f"efficacy.{outcome.name}"
    if not evidence.known(f"{at}.hl"):
        return f"No participant had {label} at both visits, so that it could not be analysed."
    estimate = (
        f"The Hodges--Lehmann estimate of the change in {label} was "
        f"{evidence.var(f'{at}.hl')} {{{{< var study.outcomes.{outcome.name}.unit >}}}}"
    )
    pairs = f"pairs: {evidence.var(f'{at}.n_pairs')}"
    if not evidence.known(f"{at}.hl_low", f"{at}.hl_high"):
        return f"{estimate} ({pairs}; too few for an exact interval)."
    return (
        f"{estimate} (exact interval {evidence.var(f'{at}.hl_low')} to "
        f"{evidence.var(f'{at}.hl_high')}, level {evidence.var(f'{at}.hl_level')}; {pairs})."
    )


def primary_direction(evidence):
    """Say on which side the primary estimate lies, and whether the interval holds zero."""
    outcome = _primary(evidence)
    at = f"efficacy.{outcome.name}"
    if not evidence.known(f"{at}.hl"):
        return "No direction can be told."
    side = {
        1: "The estimate lies in the direction of improvement",
        -1: "The estimate lies in the direction of worsening",
        0: "The estimate is zero",
    }[_side(evidence, outcome)]
    if not evidence.known(f"{at}.hl_low", f"{at}.hl_high"):
        return f"{side}, and no interval of the declared level exists."
    if _excludes_zero(evidence, outcome):
        return f"{side}, and the interval excludes zero."
    return f"{side}, and the interval includes zero."


def primary_counts(evidence):
    """Count who improved, stayed and worsened on the primary outcome."""
    outcome = _primary(evidence)
    at = f"efficacy.{outcome.name}"
    known = evidence.known(f"{at}.n_improved", f"{at}.n_unchanged", f"{at}.n_worse")
    if not known or evidence.number(f"{at}.n_pairs") == 0:
        return "Nobody could be counted as improved, unchanged or worse."
    return (
        f"Of {evidence.var(f'{at}.n_pairs')} participants with both visits, "
        f"{evidence.var(f'{at}.n_improved')} improved, "
        f"{evidence.var(f'{at}.n_unchanged')} had the same score and "
        f"{evidence.var(f'{at}.n_worse')} worsened."
    )


def primary_test(evidence):
    """State the primary p-value with what it could have been."""
    outcome = _primary(evidence)
    at = f"efficacy.{outcome.name}"
    if not evidence.known(f"{at}.p_value") or evidence.number(f"{at}.n_nonzero") == 0:
        return "There was no non-zero change, so that nothing could be tested."
    told = (
        f"The exact two-sided p-value was {evidence.var(f'{at}.p_value')} (non-zero changes: "
        f"{evidence.var(f'{at}.n_nonzero')}); the smallest that these changes could have given "
        f"is {evidence.var(f'{at}.p_min')}"
    )
    if evidence.number(f"{at}.p_min") > evidence.study.analysis.alpha.value:
        return (
            f"{told}, so that no pattern of signs could have brought it to "
            "{{< var study.analysis.alpha >}} or below."
        )
    return f"{told}."


def fixed_sequence(evidence):
    """Say where the fixed sequence of tests stopped, in the registered order."""
    passed = []
    for outcome in evidence.study.outcomes:
        p = evidence.number(f"efficacy.{outcome.name}.p_value")
        if evidence.number(f"efficacy.{outcome.name}.n_nonzero") == 0:
            p = math.nan
        if p <= evidence.study.analysis.alpha.value:
            passed.append(_label(outcome))
            continue
        why = (
            "which could not be tested"
            if math.isnan(p)
            else f"p-value {evidence.var(f'efficacy.{outcome.name}.p_value')}"
        )
        if not passed:
            return (
                f"The fixed sequence stopped at its first step, {_label(outcome)} ({why}); every "
                "other p-value is descriptive."
            )
        return (
            f"The fixed sequence passed {_join(passed)} and stopped at {_label(outcome)} ({why}); "
            "every later p-value is descriptive."
        )
    return "The fixed sequence passed every outcome."


def secondary_directions(evidence):
    """Sort the other outcomes by the side on which their estimates lie."""
    sides = {1: [], -1: [], 0: [], None: []}
    for outcome in _others(evidence):
        if outcome.direction:
            sides[_side(evidence, outcome)].append(_label(outcome))
    parts = [
        f"{lead} {_join(sides[side])}"
        for side, lead in (
            (1, "the estimates lay in the direction of improvement for"),
            (-1, "the estimates lay in the direction of worsening for"),
            (0, "the estimates were zero for"),
            (None, "no estimate was possible for"),
        )
        if sides[side]
    ]
    return f"Among the other outcomes that have a better direction, {'; '.join(parts)}."


def secondary_intervals(evidence):
    """Name the other outcomes whose interval excludes zero."""
    excluding = [_label(o) for o in _others(evidence) if _excludes_zero(evidence, o)]
    if not excluding:
        return "None of their exact intervals excludes zero."
    return f"Taken one by one, the exact interval excludes zero for {_join(excluding)}."


def undirected_outcomes(evidence):
    """Say how outcomes without a better direction moved, never that they improved."""
    told = []
    for outcome in evidence.study.outcomes:
        if outcome.direction:
            continue
        at = f"efficacy.{outcome.name}.hl"
        value = evidence.number(at)
        if math.isnan(value):
            told.append(f"{_label(outcome)} could not be analysed")
        else:
            moved = "decreased" if value < 0 else "increased" if value > 0 else "stayed level"
            told.append(
                f"{_label(outcome)} {moved} (estimate {evidence.var(at)} "
                f"{{{{< var study.outcomes.{outcome.name}.unit >}}}})"
            )
    if not told:
        return ""
    return f"Without a better direction: {_join(told)}."


def missing_pairs(evidence):
    """Name the outcomes that have fewer pairs than the outcome with the most."""
    counts = []
    for outcome in evidence.study.outcomes:
        n = evidence.number(f"efficacy.{outcome.name}.n_pairs")
        counts.append((outcome, 0 if math.isnan(n) else n))
    most = max(n for _, n in counts)
    if not most:
        return "No outcome had any participant with both visits."
    fullest = next(outcome for outcome, n in counts if n == most)
    number = evidence.var(f"efficacy.{fullest.name}.n_pairs")
    fewer = [
        f"{_label(outcome)} ({evidence.var(f'efficacy.{outcome.name}.n_pairs') if n else 'none'})"
        for outcome, n in counts
        if n < most
    ]
    if not fewer:
        return f"Every outcome had {number} participants with both visits."
    return f"At most {number} participants had an outcome at both visits; fewer had {_join(fewer)}."


def threshold_sources(evidence):
    """List the published group-level thresholds with their populations and sources."""
    parts = []
    for outcome in evidence.study.outcomes:
        if outcome.threshold is None:
            continue
        at = f"study.outcomes.{outcome.name}"
        parts.append(
            f"{_label(outcome)}, {{{{< var {at}.threshold.value >}}}} {{{{< var {at}.unit >}}}} "
            f"({{{{< var {at}.threshold.population >}}}}) [@{outcome.threshold.source}]"
        )
    return f"The thresholds are: {'; '.join(parts)}."


def measurement_errors(evidence):
    """Cite the measurement errors from which follows what noise alone would give."""
    parts = [
        f"{_label(outcome)} [@{outcome.threshold.measurement_error_source}]"
        for outcome in evidence.study.outcomes
        if outcome.threshold and outcome.threshold.measurement_error_source
    ]
    if not parts:
        return "For no outcome is a measurement error published."
    return f"A measurement error is published for {_join(parts)}."


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
    told = [f"{strategy} for {_join(names)}" for strategy, names in strategies.items()]
    return f"{'; '.join(told)}."


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


def exposure(evidence):
    """Say whether every procedure and product kept to the specification."""
    outside = "exposure.out_of_specification.n"
    if not evidence.known(outside):
        return "Whether the specification was kept is not known."
    if evidence.number(outside) == 0:
        return "Nobody had a test outside the specification."
    return f"At least one test was outside the specification in {evidence.var(outside)} of them."


def adverse_events(evidence):
    """Count adverse events and who had any; none is said as none recorded."""
    if not evidence.known("safety.any.n", "safety.any.events"):
        return "Nobody was at risk of an adverse event."
    if evidence.number("safety.any.events") == 0:
        return "No adverse event was recorded."
    return (
        f"Adverse events recorded: {evidence.var('safety.any.events')}, among "
        f"{evidence.var('safety.any.participants')} participants."
    )


def serious_events(evidence):
    """Count serious events; none is said with the upper bound of their rate."""
    if not evidence.known("safety.serious.n", "safety.serious.share_high"):
        return ""
    if evidence.number("safety.serious.n") == 0:
        return (
            "No serious adverse event was recorded; rates of up to "
            f"{evidence.var('safety.serious.share_high')} remain possible."
        )
    return (
        f"Serious adverse events: {evidence.var('safety.serious.events')}, among "
        f"{evidence.var('safety.serious.participants')} participants."
    )


def deaths(evidence):
    """Say whether anyone died."""
    if not evidence.known("safety.deaths.n"):
        return ""
    if evidence.number("safety.deaths.n") == 0:
        return "Nobody died."
    return f"Deaths: {evidence.var('safety.deaths.n')}."


def ulcers(evidence):
    """Set active digital ulcers at baseline beside those at follow-up, without a test."""
    visit = evidence.study.analysis.followup_visit.value
    before = "safety.digital_ulcers.baseline.n_active"
    after = f"safety.digital_ulcers.{visit}.n_active"
    if not evidence.known(before, after):
        return "Active digital ulcers were not counted at both visits."
    return (
        f"Active digital ulcers: {evidence.var(before)} at baseline and "
        f"{evidence.var(after)} at {{{{< var study.visits.{visit}.phrase >}}}}."
    )


def placebo_benchmark(evidence):
    """Set the mean change beside a published placebo arm; never a simulated one."""
    benchmark = evidence.study.placebo_benchmark
    at = f"efficacy.{benchmark.outcome}.mean_change"
    origins = set(evidence.results["data_origin"])
    if origins != {"real"} or not evidence.known(at):
        return ""
    return (
        f"In {{{{< var study.placebo_benchmark.trial >}}}} the mean change with placebo was "
        "{{< var study.placebo_benchmark.mean_change >}} points in the "
        f"{{{{< var study.outcomes.{benchmark.outcome}.phrase >}}}}; here it was "
        f"{evidence.var(at)}."
    )


RULES = (
    outcome_definitions,
    intercurrent_events,
    populations,
    missing_visits,
    exposure,
    adverse_events,
    serious_events,
    deaths,
    ulcers,
    placebo_benchmark,
    primary_estimate,
    primary_direction,
    primary_counts,
    primary_test,
    fixed_sequence,
    secondary_directions,
    secondary_intervals,
    undirected_outcomes,
    missing_pairs,
    threshold_sources,
    measurement_errors,
)


def _primary(evidence):
    return next(o for o in evidence.study.outcomes if o.role == "primary")


def _others(evidence):
    return [o for o in evidence.study.outcomes if o.role != "primary"]


def _side(evidence, outcome):
    """+1 better, -1 worse, 0 neither; None without an estimate."""
    value = evidence.number(f"efficacy.{outcome.name}.hl")
    if math.isnan(value):
        return None
    improvement = value * outcome.direction
    return (improvement > 0) - (improvement < 0)


def _excludes_zero(evidence, outcome):
    low = evidence.number(f"efficacy.{outcome.name}.hl_low")
    high = evidence.number(f"efficacy.{outcome.name}.hl_high")
    return low > 0 or high < 0


def _label(outcome):
    """Return the shortcode of the outcome's name within a sentence."""
    return f"{{{{< var study.outcomes.{outcome.name}.phrase >}}}}"


def _join(parts):
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
