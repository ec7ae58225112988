"""What is inferred from the changes of one score: estimate, exact test, effect sizes.

Each function takes a `ResultWriter`, the rounded changes and the plan, and yields rows.
"""

from analysis.results import NOT_ATTAINABLE, attempt, format_percent
from analysis.statistics.effect_sizes import d_z, hedges_g_av
from analysis.statistics.hodges_lehmann import hodges_lehmann
from analysis.statistics.signed_rank import rank_biserial, signed_rank

ZERO_RULES = {
    "wilcoxon": "zeros dropped",
    "pratt": "zeros ranked, then dropped",
}


def state_estimate(writer, change, plan):
    """State the Hodges-Lehmann estimate with its interval and level."""
    result, reason = attempt(hodges_lehmann, change, confidence=plan.confidence.value)
    method = "Hodges-Lehmann estimate, median of the Walsh averages, zeros kept"
    yield writer.score("hl", result and result.estimate, method=method, warning=reason)
    method = "closed exact interval from the Walsh averages, zeros kept"
    if result is None or not result.attainable:
        level = format_percent(plan.confidence.value)
        allow = "change allows" if change.size == 1 else "changes allow"
        reason = reason or f"{change.size} {allow} no {level} interval"
        for statistic in ("hl_low", "hl_high", "hl_level"):
            yield writer.row(statistic, None, NOT_ATTAINABLE, method=method, warning=reason)
        return
    yield writer.score("hl_low", result.low, method=method)
    yield writer.score("hl_high", result.high, method=method)
    text = f"at least {format_percent(result.attained, 1)}"
    yield writer.row("hl_level", result.attained, text, method="level without ties")


def state_test(writer, change, plan):
    """State the exact test: p, mid-p, and what p could have been."""
    alpha = plan.alpha.value
    result = signed_rank(change, zeros=plan.zeros.value, alpha=alpha)
    method = (
        "exact conditional Wilcoxon signed-rank test, mid-ranks, "
        f"{ZERO_RULES[plan.zeros.value]}, two-sided"
    )
    warning = ""
    if result.p_attainable > alpha:
        warning = f"these changes allow no p at or below {alpha:g}"
    yield writer.p("p_value", result.p_value, method=method, warning=warning)
    yield writer.p("mid_p", result.mid_p, method=f"{method}, mid-p")
    yield writer.p("p_min", result.p_attainable, method="smallest attainable p")
    yield writer.p(
        "p_largest_rejecting",
        result.p_largest_rejecting,
        absent="none",
        method=f"largest attainable p at or below {alpha:g}",
    )
    yield writer.count("n_nonzero", result.n_nonzero, method="pairs whose change is not zero")


def state_effect_sizes(writer, pairs, change, plan):
    """State the effect sizes that have no unit."""
    result, reason = attempt(rank_biserial, change, zeros=plan.zeros.value)
    yield writer.number(
        "rank_biserial",
        result and result.estimate,
        method="matched-pairs rank-biserial correlation",
        warning=reason,
    )
    result, reason = attempt(d_z, change, confidence=plan.confidence.value)
    for statistic, value in (
        ("d_z", result and result.estimate),
        ("d_z_low", result and result.low),
        ("d_z_high", result and result.high),
    ):
        method = "mean change over its SD, noncentral t interval"
        yield writer.number(statistic, value, method=method, warning=reason)
    result, reason = attempt(hedges_g_av, pairs["baseline"], pairs["followup"])
    yield writer.number(
        "g_av",
        result and result.estimate,
        method="mean change over the pooled SD of the visits, small-sample factor J",
        warning=reason,
    )
