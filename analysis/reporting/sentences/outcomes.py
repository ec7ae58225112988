"""Sentences about the primary outcome, and about all registered outcomes together."""

import math

from analysis.reporting.sentences.evidence import (
    count,
    excludes_zero,
    find_primary,
    has_interval,
    join,
    list_others,
    name_of,
    tell_side,
)


def primary_estimate(evidence):
    """State the primary estimate with its interval; without pairs, that there is none."""
    outcome = find_primary(evidence)
    label, at = name_of(outcome), f"efficacy.{outcome.name}"
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
    """Say on which side the primary estimate lies, if there is one, and of its interval."""
    outcome = find_primary(evidence)
    at = f"efficacy.{outcome.name}"
    if not evidence.known(f"{at}.hl"):
        return ""
    side = {
        1: "The estimate lies in the direction of improvement",
        -1: "The estimate lies in the direction of worsening",
        0: "The estimate is zero",
    }[tell_side(evidence, outcome)]
    if not evidence.known(f"{at}.hl_low", f"{at}.hl_high"):
        return f"{side}, and no interval of the declared level exists."
    if excludes_zero(evidence, outcome):
        return f"{side}, and the interval excludes zero."
    return f"{side}, and the interval includes zero."


def primary_counts(evidence):
    """Count who improved, stayed and worsened on the primary outcome."""
    outcome = find_primary(evidence)
    at = f"efficacy.{outcome.name}"
    directions = (
        (f"{at}.n_improved", "improved"),
        (f"{at}.n_unchanged", "had the same score"),
        (f"{at}.n_worse", "worsened"),
    )
    pairs = evidence.number(f"{at}.n_pairs")
    if not pairs or not evidence.known(f"{at}.n_pairs", *(name for name, _ in directions)):
        return ""
    for name, verb in directions:
        if evidence.number(name) == pairs:
            number = count(evidence, name, "participant", "participants")
            return f"{'The' if pairs == 1 else 'All'} {number} with both scores {verb}."
    first, second, third = (f"{count(evidence, name)} {verb}" for name, verb in directions)
    return (
        f"Of {evidence.var(f'{at}.n_pairs')} participants with both scores, {first}, {second} and "
        f"{third}."
    )


def primary_test(evidence):
    """State the primary p-value with what it could have been."""
    outcome = find_primary(evidence)
    at = f"efficacy.{outcome.name}"
    if not evidence.known(f"{at}.hl"):
        return ""
    if not evidence.known(f"{at}.p_value") or evidence.number(f"{at}.n_nonzero") == 0:
        return "There was no non-zero change, so that nothing could be tested."
    text = (
        f"The exact two-sided p-value was {evidence.var(f'{at}.p_value')} (non-zero changes: "
        f"{evidence.var(f'{at}.n_nonzero')}); the smallest that these changes could have given "
        f"is {evidence.var(f'{at}.p_min')}"
    )
    if evidence.number(f"{at}.p_min") > evidence.study.analysis.alpha.value:
        return (
            f"{text}, so that no pattern of signs could have brought it to "
            "{{< var study.analysis.alpha >}} or below."
        )
    return f"{text}."


def fixed_sequence(evidence):
    """Say where the fixed sequence of tests stopped, in the registered order."""
    passed = []
    for outcome in evidence.study.outcomes:
        p = evidence.number(f"efficacy.{outcome.name}.p_value")
        if evidence.number(f"efficacy.{outcome.name}.n_nonzero") == 0:
            p = math.nan
        if p <= evidence.study.analysis.alpha.value:
            passed.append(name_of(outcome))
            continue
        why = (
            "which could not be tested"
            if math.isnan(p)
            else f"p-value {evidence.var(f'efficacy.{outcome.name}.p_value')}"
        )
        if not passed:
            return (
                f"The fixed sequence stopped at its first step, {name_of(outcome)} ({why}); every "
                "other p-value is descriptive."
            )
        text = f"The fixed sequence passed {join(passed)} and stopped at {name_of(outcome)} ({why})"
        if outcome is evidence.study.outcomes[-1]:
            return f"{text}, its last step."
        return f"{text}; every later p-value is descriptive."
    return "The fixed sequence passed every outcome."


def secondary_directions(evidence):
    """Sort the other outcomes by the side on which their estimates lie."""
    sides = {1: [], -1: [], 0: [], None: []}
    for outcome in list_others(evidence):
        if outcome.direction:
            sides[tell_side(evidence, outcome)].append(name_of(outcome))
    parts = [
        f"{lead.format(verbs[len(sides[side]) > 1])} {join(sides[side])}"
        for side, lead, *verbs in (
            (1, "the {} in the direction of improvement for", "estimate lay", "estimates lay"),
            (-1, "the {} in the direction of worsening for", "estimate lay", "estimates lay"),
            (0, "the {} zero for", "estimate was", "estimates were"),
            (None, "no {} possible for", "estimate was", "estimate was"),
        )
        if sides[side]
    ]
    if not parts:
        return ""
    return f"Among the other outcomes that have a better direction, {'; '.join(parts)}."


def secondary_intervals(evidence):
    """Name the other outcomes whose interval excludes zero, and those that have none."""
    others = list_others(evidence)
    excluding = [name_of(o) for o in others if excludes_zero(evidence, o)]
    without = [name_of(o) for o in others if not has_interval(evidence, o)]
    if not others:
        return ""
    if len(without) == len(others):
        return "None of the other outcomes has an exact interval."
    text = "No exact interval of the other outcomes excludes zero"
    if excluding:
        text = f"Taken one by one, the exact interval excludes zero for {join(excluding)}"
    return f"{text}; none exists for {join(without)}." if without else f"{text}."


def undirected_outcomes(evidence):
    """Say how outcomes without a better direction moved, never that they improved."""
    parts = []
    for outcome in evidence.study.outcomes:
        if outcome.direction:
            continue
        at = f"efficacy.{outcome.name}.hl"
        value = evidence.number(at)
        if math.isnan(value):
            parts.append(f"{name_of(outcome)} could not be analysed")
        else:
            moved = "decreased" if value < 0 else "increased" if value > 0 else "stayed level"
            parts.append(
                f"{name_of(outcome)} {moved} (estimate {evidence.var(at)} "
                f"{{{{< var study.outcomes.{outcome.name}.unit >}}}})"
            )
    if not parts:
        return ""
    return f"Without a better direction: {join(parts)}."


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
