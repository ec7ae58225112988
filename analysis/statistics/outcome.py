"""All statistics of one score at one visit, as rows of results."""

import numpy as np

from analysis.results import ResultWriter, attempt, format_p
from analysis.statistics.checks import round_differences
from analysis.statistics.inference import state_effect_sizes, state_estimate, state_test
from analysis.statistics.moments import compute_mean, compute_median, compute_sd
from analysis.statistics.normality import describe_normality
from analysis.statistics.paired_t import mean_interval
from analysis.statistics.thresholds import expect_by_noise

SUPPORTIVE = (
    *("n_pairs", "baseline_mean", "baseline_sd", "followup_mean", "followup_sd"),
    *("mean_change", "sd_change", "hl", "hl_low", "hl_high", "hl_level"),
    *("p_value", "p_min", "n_nonzero"),
    *("n_improved", "n_unchanged", "n_worse", "n_decreased", "n_increased"),
)


def summarise_outcome(
    pairs, outcome, study, context, *, visit, qualifier="", variant="primary", unit=None
):
    """Return every statistic of the primary analysis for the pairs of one score.

    Parameters
    ----------
    pairs : pandas.DataFrame, shape (n, ...)
        Rows of the table of that name, one per participant, of one population.
    outcome : analysis.study.Outcome
        Its precision, direction and threshold.
    study : analysis.study.Study
        Level, confidence and rule for zeros.
    context : analysis.results.Context
    visit, qualifier, variant : str
        As in the results; `qualifier` stands in the id.
    unit : str, optional
        Where it is not the outcome's.

    Returns
    -------
    list of dict
        Rows; a statistic that cannot be made has no value and a warning that says why.
    """
    writer = ResultWriter(
        context,
        outcome.name,
        n=len(pairs),
        unit=outcome.unit if unit is None else unit,
        decimals=outcome.decimals,
        qualifier=qualifier,
        variant=variant,
        visit=visit,
    )
    change = round_differences(pairs["change"], decimals=outcome.difference_decimals)
    improvement = round_differences(pairs["improvement"], decimals=outcome.difference_decimals)
    plan = study.analysis
    return [
        writer.count("n_pairs", len(pairs), method="participants with both visits"),
        *_describe_visit(writer, "baseline", pairs["baseline"]),
        *_describe_visit(writer, "followup", pairs["followup"]),
        *_describe_change(writer, change, plan),
        *state_estimate(writer, change, plan),
        *state_test(writer, change, plan),
        *state_effect_sizes(writer, pairs, change, plan),
        *_count_directions(writer, change, improvement, outcome),
        *_compare_threshold(writer, improvement, outcome),
        *_show_normality(writer, change),
    ]


def keep_supportive(rows):
    """Keep of rows what a supportive score is described by."""
    return [row for row in rows if row["statistic"] in SUPPORTIVE]


def _describe_visit(writer, name, scores):
    for statistic, compute in (
        ("mean", compute_mean),
        ("sd", compute_sd),
        ("median", compute_median),
    ):
        value, reason = attempt(compute, scores)
        yield writer.score(f"{name}_{statistic}", value, warning=reason)


def _describe_change(writer, change, plan):
    for statistic, compute in (("mean_change", compute_mean), ("sd_change", compute_sd)):
        value, reason = attempt(compute, change)
        yield writer.score(statistic, value, warning=reason)
    interval, reason = attempt(mean_interval, change, confidence=plan.confidence.value)
    for statistic, value in (
        ("mean_change_low", interval and interval.low),
        ("mean_change_high", interval and interval.high),
    ):
        yield writer.score(statistic, value, method="paired t interval", warning=reason)


def _count_directions(writer, change, improvement, outcome):
    if np.isfinite(improvement).any() or (not improvement.size and outcome.direction):
        counted, names = improvement, ("n_worse", "n_unchanged", "n_improved")
    else:
        counted, names = change, ("n_decreased", "n_unchanged", "n_increased")
    for sign, name in zip((-1, 0, 1), names, strict=True):
        yield writer.count(name, int((np.sign(counted) == sign).sum()))


def _compare_threshold(writer, improvement, outcome):
    threshold = outcome.threshold
    if threshold is None:
        yield writer.row("n_reached_mid", None, "none published")
        return
    method = f"improved by at least {threshold.value:g} {outcome.unit}, a group-level value"
    reached = int((improvement >= threshold.value - 1e-9).sum())
    yield writer.count("n_reached_mid", reached, method=method)
    if threshold.measurement_error is None:
        yield writer.row(
            "expected_by_noise", None, "not known", warning="no measurement error is published"
        )
        return
    share = expect_by_noise(
        threshold.value,
        measurement_error=threshold.measurement_error,
        step=threshold.score_step,
    )
    method = f"measurement error {threshold.measurement_error:g} {outcome.unit}, no true change"
    yield writer.percent("noise_share", share, method=method)
    yield writer.number("expected_by_noise", share * improvement.size, 1, method=method)


def _show_normality(writer, change):
    result, reason = attempt(describe_normality, change)
    warning = reason or f"shown, never used to choose a test; p = {format_p(result.p_value)}"
    yield writer.number(
        "shapiro_w", result and result.w, method="Shapiro and Wilk's W", warning=warning
    )
