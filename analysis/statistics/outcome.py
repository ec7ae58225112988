"""All statistics of one score at one visit, as rows of results."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analysis.plan import AnalysisPlan
from analysis.results import (
    NOT_ATTAINABLE,
    UNBOUNDED,
    Context,
    ResultWriter,
    Row,
    attempt,
    format_p,
    format_percent,
    introduce_p,
)
from analysis.statistics.checks import (
    APPROXIMATE_ABOVE,
    compute_mean,
    compute_median,
    compute_sd,
    name_method,
    round_differences,
)
from analysis.statistics.common_tests import d_z, describe_normality, hedges_g_av, paired_t
from analysis.statistics.hodges_lehmann import hodges_lehmann
from analysis.statistics.populations import is_unbounded, select_survivors
from analysis.statistics.published import compare_threshold
from analysis.statistics.signed_rank import rank_biserial, signed_rank
from analysis.study import Outcome

SUPPORTIVE = (
    *("n_pairs", "n_deaths", "baseline_mean", "baseline_sd", "followup_mean", "followup_sd"),
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
        As `prepare_pairs` returns them, one per participant, of one score and population.
    outcome
        Its precision, direction and threshold.
    plan
        Level, confidence and rule for zeros.
    writer
        From `make_writer`; its `n` becomes the number of pairs. Deaths count only in the
        Hodges-Lehmann estimate and the signed ranks.

    Returns
    -------
    Rows; a statistic that cannot be computed has no value, and a warning with the reason.
    """
    survivors = select_survivors(pairs)
    ranked = replace(writer, n=len(pairs))
    writer = replace(writer, n=len(survivors), warning=warn_of_deaths(pairs))
    decimals = outcome.difference_decimals
    change, improvement = (
        round_differences(survivors[name], decimals=decimals) for name in ("change", "improvement")
    )
    with_deaths = round_differences(pairs["change"], decimals=decimals)
    return [
        *count_pairs(pairs, writer),
        *describe_scores(writer, survivors["baseline"], "baseline_"),
        *describe_scores(writer, survivors["followup"], "followup_"),
        *_describe_change(writer, change, plan),
        *state_estimate(ranked, with_deaths, plan),
        *state_test(ranked, with_deaths, plan),
        _correlate_ranks(ranked, with_deaths, plan),
        *_state_effect_sizes(writer, survivors, change, plan),
        *_count_directions(writer, change, improvement, outcome),
        *compare_threshold(writer, survivors, improvement, outcome),
        *_show_normality(writer, change),
    ]


def count_pairs(pairs: pd.DataFrame, writer: ResultWriter) -> Iterator[Row]:
    """Yield the number of pairs, and of deaths if there are any."""
    n_deaths = len(pairs) - len(select_survivors(pairs))
    writer = replace(writer, n=len(pairs), warning="")
    yield writer.count("n_pairs", len(pairs) - n_deaths, method="participants with both visits")
    if n_deaths:
        yield writer.count("n_deaths", n_deaths, method="worst rank, in ranks and estimate only")


def warn_of_deaths(pairs: pd.DataFrame) -> str:
    """Return the warning for statistics of survivors only; "" if nobody died."""
    return "" if len(select_survivors(pairs)) == len(pairs) else "survivors only"


def make_writer(
    outcome: Outcome, context: Context, *, visit: str, variant: str = "primary", **options: Any
) -> ResultWriter:
    """Return the writer of an outcome's results; `options` are those of `ResultWriter`."""
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
    """Return the row of a value in the score's unit, or with the reason why there is none."""
    value, reason = attempt(compute, values)
    return writer.score(statistic, value, method=method, warning=reason)


def state_estimate(writer: ResultWriter, change: np.ndarray, plan: AnalysisPlan) -> Iterator[Row]:
    """Yield the Hodges-Lehmann estimate of rounded changes with its interval and level."""
    result, reason = attempt(hodges_lehmann, change, confidence=plan.confidence.value)
    method = "Hodges-Lehmann estimate, median of the Walsh averages, zeros kept"
    yield _state_ranked(writer, "hl", result.estimate if result else None, method, reason)
    interval = name_method(change.size, "interval from the Walsh averages, zeros kept")
    method = f"closed {interval}"
    if result is None or not result.attainable:
        level = format_percent(plan.confidence.value)
        allow = "change allows" if change.size == 1 else "changes allow"
        reason = reason or f"{change.size} {allow} no {level} interval"
        for statistic in ("hl_low", "hl_high", "hl_level"):
            yield writer.row(statistic, None, NOT_ATTAINABLE, method=method, warning=reason)
        return
    yield _state_ranked(writer, "hl_low", result.low, method)
    yield _state_ranked(writer, "hl_high", result.high, method)
    bound = "at least" if change.size <= APPROXIMATE_ABOVE else "about"
    text = f"{bound} {format_percent(result.attained, 1)}"
    yield writer.row("hl_level", result.attained, text, method="level without ties")


def _state_ranked(
    writer: ResultWriter, statistic: str, value: float | None, method: str, reason: str = ""
) -> Row:
    if value is not None and is_unbounded(value):
        warning = "deaths have the worst rank, and no rank is a number of points"
        return writer.row(statistic, None, UNBOUNDED, method=method, warning=warning)
    return writer.score(statistic, value, method=method, warning=reason)


def state_test(writer: ResultWriter, change: np.ndarray, plan: AnalysisPlan) -> Iterator[Row]:
    """Yield the signed-rank test of rounded changes: p, mid-p and the attainable p-values."""
    alpha = plan.alpha.value
    result = signed_rank(change, zeros=plan.zeros.value, alpha=alpha)
    test = "conditional Wilcoxon signed-rank test, mid-ranks"
    method = f"{test}, {ZERO_RULES[plan.zeros.value]}, two-sided"
    method = name_method(result.n_nonzero, method)
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


def _describe_change(writer: ResultWriter, change: np.ndarray, plan: AnalysisPlan) -> Iterator[Row]:
    yield state_value(writer, "mean_change", compute_mean, change)
    yield state_value(writer, "sd_change", compute_sd, change)
    interval, reason = attempt(paired_t, change, confidence=plan.confidence.value)
    for limit in ("low", "high"):
        value = getattr(interval, limit, None)
        yield writer.score(
            f"mean_change_{limit}", value, method="paired t interval", warning=reason
        )


def _correlate_ranks(writer: ResultWriter, change: np.ndarray, plan: AnalysisPlan) -> Row:
    result, reason = attempt(rank_biserial, change, zeros=plan.zeros.value)
    method = "matched-pairs rank-biserial correlation"
    value = result.estimate if result else None
    return writer.number("rank_biserial", value, method=method, warning=reason)


def _state_effect_sizes(
    writer: ResultWriter, pairs: pd.DataFrame, change: np.ndarray, plan: AnalysisPlan
) -> Iterator[Row]:
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
    if outcome.has_error:
        counted, names = improvement, ("n_worse", "n_unchanged", "n_improved")
    else:
        counted, names = change, ("n_decreased", "n_unchanged", "n_increased")
    for sign, name in zip((-1, 0, 1), names, strict=True):
        yield writer.count(name, int((np.sign(counted) == sign).sum()))


def _show_normality(writer: ResultWriter, change: np.ndarray) -> Iterator[Row]:
    result, reason = attempt(describe_normality, change)
    warning = reason
    if result:
        p = format_p(result.p_value)
        warning = f"shown, never used to choose a test; {introduce_p(p)}{p}"
    method = "Shapiro and Wilk's W"
    yield writer.number("shapiro_w", result.w if result else None, method=method, warning=warning)
