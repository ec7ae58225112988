"""All statistics of one score at one visit, as rows of results."""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analysis.errors import DataError
from analysis.results import (
    NOT_ATTAINABLE,
    Context,
    ResultWriter,
    Row,
    attempt,
    format_p,
    format_percent,
    introduce_p,
)
from analysis.statistics.checks import compute_mean, compute_median, compute_sd, round_differences
from analysis.statistics.common_tests import d_z, describe_normality, hedges_g_av, paired_t
from analysis.statistics.hodges_lehmann import hodges_lehmann
from analysis.statistics.signed_rank import rank_biserial, signed_rank
from analysis.study import AnalysisPlan, Outcome

SUPPORTIVE = (
    *("n_pairs", "baseline_mean", "baseline_sd", "followup_mean", "followup_sd"),
    *("mean_change", "sd_change", "hl", "hl_low", "hl_high", "hl_level"),
    *("p_value", "p_min", "n_nonzero"),
    *("n_improved", "n_unchanged", "n_worse", "n_decreased", "n_increased"),
)
ZERO_RULES = {"wilcoxon": "zeros dropped", "pratt": "zeros ranked, then dropped"}


def summarise_outcome(
    pairs: pd.DataFrame, outcome: Outcome, plan: AnalysisPlan, writer: ResultWriter
) -> list[Row]:
    """Return every statistic of the primary analysis for the pairs of one score.

    Parameters
    ----------
    pairs
        Rows of the table of that name, one per participant, of one population.
    outcome
        Its precision, direction and threshold.
    plan
        Level, confidence and rule for zeros.
    writer
        As `make_writer` makes it; its `n` becomes the number of pairs.

    Returns
    -------
    list of dict
        Rows; a statistic that cannot be made has no value and a warning that says why.
    """
    writer = replace(writer, n=len(pairs))
    change, improvement = (
        round_differences(pairs[name], decimals=outcome.difference_decimals)
        for name in ("change", "improvement")
    )
    return [
        writer.count("n_pairs", len(pairs), method="participants with both visits"),
        *describe_scores(writer, pairs["baseline"], "baseline_"),
        *describe_scores(writer, pairs["followup"], "followup_"),
        *_describe_change(writer, change, plan),
        *state_estimate(writer, change, plan),
        *state_test(writer, change, plan),
        *_state_effect_sizes(writer, pairs, change, plan),
        *_count_directions(writer, change, improvement, outcome),
        *_compare_threshold(writer, improvement, outcome),
        *_show_normality(writer, change),
    ]


def make_writer(
    outcome: Outcome, context: Context, *, visit: str, variant: str = "primary", **options: Any
) -> ResultWriter:
    """Return the writer of an outcome's results; options as of `ResultWriter`."""
    scale: dict[str, Any] = {"unit": outcome.unit, "decimals": outcome.decimals}
    return ResultWriter(context, outcome.name, visit=visit, variant=variant, **scale | options)


def describe_scores(writer: ResultWriter, scores: ArrayLike, prefix: str = "") -> Iterator[Row]:
    """Yield mean, standard deviation and median of scores."""
    for name, compute in (("mean", compute_mean), ("sd", compute_sd), ("median", compute_median)):
        yield state_value(writer, prefix + name, compute, scores)


def state_value(
    writer: ResultWriter,
    statistic: str,
    compute: Callable[[Any], float],
    values: ArrayLike,
    method: str = "",
) -> Row:
    """Return the row of a value in the score's unit, or of the reason why there is none."""
    value, reason = attempt(compute, values)
    return writer.score(statistic, value, method=method, warning=reason)


def state_estimate(writer: ResultWriter, change: np.ndarray, plan: AnalysisPlan) -> Iterator[Row]:
    """Yield the Hodges-Lehmann estimate of rounded changes with its interval and level."""
    result, reason = attempt(hodges_lehmann, change, confidence=plan.confidence.value)
    method = "Hodges-Lehmann estimate, median of the Walsh averages, zeros kept"
    yield writer.score("hl", result.estimate if result else None, method=method, warning=reason)
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


def state_test(writer: ResultWriter, change: np.ndarray, plan: AnalysisPlan) -> Iterator[Row]:
    """Yield the exact test of rounded changes: p, mid-p, and what p could have been."""
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


def expect_by_noise(
    threshold: float, *, measurement_error: float, step: float | None = None
) -> float:
    """Return the chance that an unchanged person's score improves by at least a threshold.

    Two measurements err independently, so a change with nothing behind it has a standard
    deviation of sqrt(2) measurement errors; it is taken as normal. On a grid the smallest
    possible change that reaches the threshold counts, less half a step.

    Parameters
    ----------
    threshold
        Improvement in the score's unit, above 0.
    measurement_error
        Standard error of one measurement, in the same unit.
    step
        Step of the score's grid; None if it has none.

    Returns
    -------
    float
        0 to 1. With a Cochin score in whole points, an error of 4.5 and a threshold of 4: 0.29.

    Raises
    ------
    DataError
        A threshold, error or step that is not above 0.
    """
    given = {"threshold": threshold, "measurement error": measurement_error, "step": step}
    for name, value in given.items():
        if value is not None and not value > 0:
            raise DataError(f"the {name} is above 0, not {value}")
    if step is not None:
        threshold = (math.ceil(threshold / step - 1e-9) - 0.5) * step
    return 0.5 * math.erfc(threshold / (math.sqrt(2) * measurement_error) / math.sqrt(2))


def _describe_change(writer: ResultWriter, change: np.ndarray, plan: AnalysisPlan) -> Iterator[Row]:
    yield state_value(writer, "mean_change", compute_mean, change)
    yield state_value(writer, "sd_change", compute_sd, change)
    interval, reason = attempt(paired_t, change, confidence=plan.confidence.value)
    for limit in ("low", "high"):
        value = getattr(interval, limit, None)
        yield writer.score(
            f"mean_change_{limit}", value, method="paired t interval", warning=reason
        )


def _state_effect_sizes(
    writer: ResultWriter, pairs: pd.DataFrame, change: np.ndarray, plan: AnalysisPlan
) -> Iterator[Row]:
    result, reason = attempt(rank_biserial, change, zeros=plan.zeros.value)
    method = "matched-pairs rank-biserial correlation"
    value = result.estimate if result else None
    yield writer.number("rank_biserial", value, method=method, warning=reason)
    result, reason = attempt(d_z, change, confidence=plan.confidence.value)
    method = "mean change over its SD, noncentral t interval"
    for statistic, part in (("d_z", "estimate"), ("d_z_low", "low"), ("d_z_high", "high")):
        value = getattr(result, part, None)
        yield writer.number(statistic, value, method=method, warning=reason)
    result, reason = attempt(hedges_g_av, pairs["baseline"], pairs["followup"])
    method = "mean change over the pooled SD of the visits, small-sample factor J"
    yield writer.number("g_av", result.estimate if result else None, method=method, warning=reason)


def _count_directions(
    writer: ResultWriter, change: np.ndarray, improvement: np.ndarray, outcome: Outcome
) -> Iterator[Row]:
    if np.isfinite(improvement).any() or (not improvement.size and outcome.direction):
        counted, names = improvement, ("n_worse", "n_unchanged", "n_improved")
    else:
        counted, names = change, ("n_decreased", "n_unchanged", "n_increased")
    for sign, name in zip((-1, 0, 1), names, strict=True):
        yield writer.count(name, int((np.sign(counted) == sign).sum()))


def _compare_threshold(
    writer: ResultWriter, improvement: np.ndarray, outcome: Outcome
) -> Iterator[Row]:
    threshold = outcome.threshold
    if threshold is None:
        yield writer.row("n_reached_mid", None, "none published")
        return
    method = f"improved by at least {threshold.value:g} {outcome.unit}, a group-level value"
    reached = int((improvement >= threshold.value - 1e-9).sum())
    yield writer.count("n_reached_mid", reached, method=method)
    error, step = threshold.measurement_error, threshold.score_step
    if error is None:
        warning = "no measurement error is published"
        yield writer.row("expected_by_noise", None, "not known", warning=warning)
        return
    share = expect_by_noise(threshold.value, measurement_error=error, step=step)
    method = f"measurement error {error:g} {outcome.unit}, no true change"
    yield writer.percent("noise_share", share, method=method)
    yield writer.number("expected_by_noise", share * improvement.size, 1, method=method)


def _show_normality(writer: ResultWriter, change: np.ndarray) -> Iterator[Row]:
    result, reason = attempt(describe_normality, change)
    warning = reason
    if result:
        p = format_p(result.p_value)
        warning = f"shown, never used to choose a test; {introduce_p(p)}{p}"
    method = "Shapiro and Wilk's W"
    yield writer.number("shapiro_w", result.w if result else None, method=method, warning=warning)
