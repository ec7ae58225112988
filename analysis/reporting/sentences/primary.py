"""Sentences about the primary outcome."""

from analysis.reporting.sentences.evidence import (
    count,
    excludes_zero,
    find_primary,
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
