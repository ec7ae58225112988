"""Sentences about the procedure and the harms."""

PERIOD = "from the start of anaesthesia to the end of the follow-up visit's window"


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
        return f"No adverse event was recorded {PERIOD}."
    return (
        f"Adverse events recorded {PERIOD}: {evidence.var('safety.any.events')}, among "
        f"{evidence.var('safety.any.participants')} participants."
    )


def serious_events(evidence):
    """Count serious events; none is said with the upper bound of their rate."""
    if not evidence.known("safety.serious.n", "safety.serious.share_high"):
        return ""
    if evidence.number("safety.serious.n") == 0:
        return (
            "No serious adverse event was recorded in this period; rates of up to "
            f"{evidence.var('safety.serious.share_high')} remain possible."
        )
    return (
        f"Serious adverse events in this period: {evidence.var('safety.serious.events')}, among "
        f"{evidence.var('safety.serious.participants')} participants."
    )


def deaths(evidence):
    """Say whether anyone died."""
    if not evidence.known("safety.deaths.n"):
        return ""
    if evidence.number("safety.deaths.n") == 0:
        return "Nobody died in this period."
    return f"Deaths in this period: {evidence.var('safety.deaths.n')}."


def ulcers(evidence):
    """Set active digital ulcers at baseline beside those at follow-up, without a test."""
    visit = evidence.chosen("visit")
    before = "safety.digital_ulcers.baseline.n_active"
    after = f"safety.digital_ulcers.{visit}.n_active"
    if not evidence.known(before, after):
        return "Active digital ulcers were not counted at both visits."
    return (
        f"Active digital ulcers: {evidence.var(before)} at baseline and "
        f"{evidence.var(after)} at {{{{< var study.visits.{visit}.phrase >}}}}."
    )
