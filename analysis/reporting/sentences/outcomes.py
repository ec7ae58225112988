"""Sentences about all registered outcomes together."""

import math

from analysis.reporting.sentences.evidence import (
    excludes_zero,
    has_interval,
    join,
    list_others,
    name_of,
    tell_side,
)


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
        told = f"The fixed sequence passed {join(passed)} and stopped at {name_of(outcome)} ({why})"
        if outcome is evidence.study.outcomes[-1]:
            return f"{told}, its last step."
        return f"{told}; every later p-value is descriptive."
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
    told = "No exact interval of the other outcomes excludes zero"
    if excluding:
        told = f"Taken one by one, the exact interval excludes zero for {join(excluding)}"
    return f"{told}; none exists for {join(without)}." if without else f"{told}."


def undirected_outcomes(evidence):
    """Say how outcomes without a better direction moved, never that they improved."""
    told = []
    for outcome in evidence.study.outcomes:
        if outcome.direction:
            continue
        at = f"efficacy.{outcome.name}.hl"
        value = evidence.number(at)
        if math.isnan(value):
            told.append(f"{name_of(outcome)} could not be analysed")
        else:
            moved = "decreased" if value < 0 else "increased" if value > 0 else "stayed level"
            told.append(
                f"{name_of(outcome)} {moved} (estimate {evidence.var(at)} "
                f"{{{{< var study.outcomes.{outcome.name}.unit >}}}})"
            )
    if not told:
        return ""
    return f"Without a better direction: {join(told)}."


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
