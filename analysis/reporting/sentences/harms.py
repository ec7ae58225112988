"""Sentences about the procedure and the harms."""

PERIOD = "from the start of anaesthesia to the end of the follow-up visit's window"


def exposure(evidence):
    """Say whether every procedure and product kept to the specification."""
    if not _at_risk(evidence):
        return "There was no procedure."
    outside, contradicted = (
        "exposure.out_of_specification.n",
        "exposure.volumes_test.contradicted.n",
    )
    everyone = evidence.var("flow.procedure_safety.n")
    unknown = evidence.results["result_id"].str.fullmatch(
        r"exposure\.\w+_test\.(?:unknown|contradicted)\.n"
    )
    if evidence.number(outside):
        text = (
            f"In {evidence.var(outside)} of {everyone} procedures at least one test was outside "
            "the specification."
        )
    elif evidence.results.loc[unknown, "value"].sum():
        text = "No test that is on record was outside the specification."
    else:
        text = "Every test was within the specification."
    if evidence.number(contradicted):
        text += (
            f" In {evidence.var(contradicted)} of {everyone} procedures the recorded volumes "
            "contradict each other, so that no dose of cells is known; the site was asked."
        )
    return text


def adverse_events(evidence):
    """Count adverse events and who had any; none is said as none recorded."""
    if not _at_risk(evidence):
        return "Nobody was at risk of an adverse event of the procedure."
    if evidence.number("safety.any.events") == 0:
        return f"No adverse event was recorded {PERIOD}."
    return (
        f"Adverse events recorded {PERIOD}: {evidence.var('safety.any.events')}, in "
        f"{evidence.var('safety.any.participants')} participants."
    )


def serious_events(evidence):
    """Count serious events; none is said with the upper limit of their rate, and its level."""
    if not _at_risk(evidence):
        return ""
    if evidence.number("safety.serious.n") == 0:
        return (
            "No serious adverse event was recorded in this period; the upper limit of the "
            f"two-sided {evidence.var('study.confidence_percent')} Clopper--Pearson interval is "
            f"{evidence.var('safety.serious.share_high')}."
        )
    return (
        f"Serious adverse events in this period: {evidence.var('safety.serious.events')}, in "
        f"{evidence.var('safety.serious.participants')} participants."
    )


def deaths(evidence):
    """Say whether anyone died."""
    if not _at_risk(evidence):
        return ""
    if evidence.number("safety.deaths.n") == 0:
        return "Nobody died in this period."
    return f"Deaths in this period: {evidence.var('safety.deaths.n')}."


def unobserved(evidence):
    """Say what an event that was not seen leaves open."""
    if not _at_risk(evidence):
        return "Where nobody was treated, nothing can be said about harms."
    return (
        "That an event was not observed among so few people leaves a wide range of rates open, as "
        "the upper bounds in @tbl-ae-overview show."
    )


def local_reactions(evidence):
    """Count who had a local reaction that was asked for, and who a severe one."""
    if not _at_risk(evidence):
        return ""
    some, severe = (f"safety.local_reaction.overall.{name}" for name in ("any", "severe"))
    if not evidence.people(some):
        return "No answer about local reactions is on record."
    text = "Local reactions were asked for and are counted apart from adverse events: "
    if not evidence.number(some):
        return f"{text}nobody had one."
    text += f"{evidence.var(some)} participants had at least one"
    if not evidence.people(severe):
        return f"{text}."
    if not evidence.number(severe):
        return f"{text}, and none was graded severe."
    return f"{text}, and {evidence.var(severe)} had one that was graded severe."


def ulcers(evidence):
    """Set active digital ulcers at baseline beside those at follow-up, without a test, and tell
    which were new at the visits between and which had healed.
    """
    visit = evidence.chosen("visit")
    before = "safety.digital_ulcers.baseline.n_active"
    after = f"safety.digital_ulcers.{visit}.n_active"
    first, then = evidence.people(before), evidence.people(after)
    if not first or not then:
        return "Active digital ulcers were not counted at both visits."
    fewer = ", where they are known for fewer participants"
    text = (
        f"Active digital ulcers: {evidence.var(before)} at baseline"
        f"{f'{fewer},' if first < then else ''} and {evidence.var(after)} at "
        f"{{{{< var study.visits.{visit}.phrase >}}}}{fewer if then < first else ''}."
    )
    new = "; ".join(_count_ulcers(evidence, each, "new") for each in _list_visits(evidence, visit))
    return (
        f"{text} New since the visit before: {new}. "
        f"Healed since baseline: {_count_ulcers(evidence, visit, 'healed')}."
    )


def _list_visits(evidence, last):
    """Return the visits after baseline, up to the last, at which ulcers were counted."""
    study = evidence.study
    first, final = (study.visit(name).day for name in (study.analysis.baseline_visit.value, last))
    return [
        visit.name
        for visit in study.visits
        if visit.day is not None
        and first < visit.day <= final
        and evidence.people(f"safety.digital_ulcers.{visit.name}.n_new")
    ]


def _count_ulcers(evidence, visit, state):
    at = f"at {{{{< var study.visits.{visit}.phrase >}}}}"
    start = f"safety.digital_ulcers.{visit}"
    if not evidence.number(f"{start}.n_{state}"):
        return f"none {at}"
    return (
        f"{evidence.var(f'{start}.n_{state}')} {at}, in "
        f"{evidence.var(f'{start}.participants_{state}')} participants"
    )


def _at_risk(evidence):
    """Say whether anaesthesia was started in anybody."""
    return evidence.people("safety.any.n") > 0
