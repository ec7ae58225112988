"""Sentences about who took part and who was seen."""

import math

from analysis.reporting.sentences.evidence import count, join, name_of


def flow(evidence):
    """Tell how many reached each stage, up to the first that nobody reached."""
    screened = evidence.number("flow.screened.n")
    enrolled = evidence.number("flow.enrolled.n")
    if screened == 1:
        text = f"{evidence.var('flow.screened.n')} person was screened and "
        text += "enrolled." if enrolled else "not enrolled."
    else:
        text = f"Of {evidence.var('flow.screened.n')} people who were screened, "
        text += f"{count(evidence, 'flow.enrolled.n', 'was', 'were')} enrolled."
    if not enrolled:
        return text
    if not evidence.number("flow.procedure_safety.n"):
        return f"{text} Anaesthesia was started in nobody."
    started = f"{text} Anaesthesia was started in {evidence.var('flow.procedure_safety.n')}"
    if not evidence.number("flow.full_analysis.n"):
        return f"{started}, and nobody was injected."
    injected = count(
        evidence,
        "flow.full_analysis.n",
        "was injected and forms the full analysis population",
        "were injected and form the full analysis population",
    )
    kept = count(evidence, "flow.per_protocol.n", "belongs", "belong")
    return f"{started}, and {injected}; {kept} to the per-protocol population."


def attendance(evidence):
    """Count who came to the follow-up visit, and in its window."""
    visit = evidence.chosen("visit")
    due, seen, inside = (f"flow.{visit}.n_{name}" for name in ("due", "attended", "in_window"))
    at = f"{{{{< var study.visits.{visit}.phrase >}}}}"
    if not evidence.number(due) or not evidence.known(due, seen, inside):
        return f"Nobody was due at {at}."
    if not evidence.number(seen):
        return f"At {at} none of {evidence.var(due)} was seen."
    attended = evidence.number(seen)
    text = f"At {at}, {evidence.var(seen)} of {evidence.var(due)} "
    text += "was seen, " if attended == 1 else "were seen, "
    if evidence.number(inside) == attended:
        return f"{text}in the window." if attended == 1 else f"{text}all in the window."
    return f"{text}{count(evidence, inside)} in the window."


def missing_pairs(evidence):
    """Name the outcomes that have fewer pairs than the outcome with the most."""
    counts = []
    for outcome in evidence.study.outcomes:
        n = evidence.number(f"efficacy.{outcome.name}.n_pairs")
        counts.append((outcome, 0 if math.isnan(n) else n))
    most = max(n for _, n in counts)
    if not most:
        return "Nobody had any outcome at both visits."
    fullest = next(outcome for outcome, n in counts if n == most)
    at = f"efficacy.{fullest.name}.n_pairs"
    fewer = [
        f"{name_of(outcome)} ({count(evidence, f'efficacy.{outcome.name}.n_pairs')})"
        for outcome, n in counts
        if n < most
    ]
    if not fewer:
        people = count(evidence, at, "participant", "participants")
        return f"Every outcome was scored at both visits in {people}."
    people = count(evidence, at, "participant has", "participants have")
    return f"At most {people} an outcome scored at both visits; fewer have {join(fewer)}."
