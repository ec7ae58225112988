"""Sentences about what limits the findings."""

from analysis.reporting.sentences.evidence import count, find_primary
from analysis.statistics.other_tests import ALIKE_UP_TO

# Days between the visits that make about one season.
SEASON = (60, 120)


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
