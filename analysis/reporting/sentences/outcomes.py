"""Sentences about all registered outcomes together."""

import math

from analysis.reporting.sentences.evidence import (
    excludes_zero,
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
        return (
            f"The fixed sequence passed {join(passed)} and stopped at {name_of(outcome)} ({why}); "
            "every later p-value is descriptive."
        )
    return "The fixed sequence passed every outcome."


def secondary_directions(evidence):
    """Sort the other outcomes by the side on which their estimates lie."""
    sides = {1: [], -1: [], 0: [], None: []}
    for outcome in list_others(evidence):
        if outcome.direction:
            sides[tell_side(evidence, outcome)].append(name_of(outcome))
    parts = [
        f"{lead} {join(sides[side])}"
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
    excluding = [name_of(o) for o in list_others(evidence) if excludes_zero(evidence, o)]
    if not excluding:
        return "None of their exact intervals excludes zero."
    return f"Taken one by one, the exact interval excludes zero for {join(excluding)}."


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
        f"{name_of(outcome)} ({evidence.var(f'efficacy.{outcome.name}.n_pairs') if n else 'none'})"
        for outcome, n in counts
        if n < most
    ]
    if not fewer:
        return f"Every outcome had {number} participants with both visits."
    return f"At most {number} participants had an outcome at both visits; fewer had {join(fewer)}."


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
