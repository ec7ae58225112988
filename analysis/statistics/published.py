"""Results compared with published thresholds, measurement errors and a placebo arm.

How often measurement error alone would reach a threshold shows what reaching it is worth.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.results import ResultWriter, Row, attempt
from analysis.statistics.checks import check_share, compute_mean, is_count, is_number
from analysis.study import Outcome, Study

# Multiple of the standard error of measurement within which 95 % of changes by noise alone stay.
BEYOND_ERROR = 1.96 * math.sqrt(2)


@dataclass(frozen=True)
class Prediction:
    """Where the mean change of n patients like those of a published placebo arm would lie.

    A t distribution with `df` degrees of freedom about `centre`, stretched by `scale`; `low`
    and `high` enclose the asked share of it.
    """

    centre: float
    scale: float
    df: int
    low: float
    high: float

    def place(self, mean: float) -> float:
        """Return the share of such groups, 0 to 1, whose mean would lie below this one."""
        from scipy.special import stdtr

        return float(stdtr(self.df, (mean - self.centre) / self.scale))


def compare_threshold(
    writer: ResultWriter, pairs: pd.DataFrame, improvement: np.ndarray, outcome: Outcome
) -> Iterator[Row]:
    """Yield how many reached the threshold or changed beyond error, and how many by noise alone."""
    threshold = outcome.threshold
    if threshold is None:
        yield writer.row("n_reached_mid", None, "none published")
        return
    method = f"improved by at least {threshold.value:g} {outcome.unit}, a group-level value"
    reached = int((improvement >= threshold.value - 1e-9).sum())
    yield writer.count("n_reached_mid", reached, method=method)
    step = threshold.score_step
    if threshold.measurement_error is None:
        warning = "no measurement error is published"
        yield writer.row("expected_by_noise", None, "not known", warning=warning)
        return
    errors = find_errors(
        pairs, threshold.measurement_error, between=threshold.measurement_error_between
    )
    method = f"{name_error(outcome)}, no true change"
    chances = [
        expect_by_noise(threshold.value, measurement_error=error, step=step) for error in errors
    ]
    share, reason = attempt(compute_mean, chances)
    yield writer.percent("noise_share", share, method=method, warning=reason)
    yield writer.number("expected_by_noise", float(sum(chances)), 1, method=method)
    limits = BEYOND_ERROR * errors
    method = f"by more than 1.96 x sqrt(2) x {name_error(outcome)}"
    yield writer.count("n_beyond_better", int((improvement > limits).sum()), method=method)
    yield writer.count("n_beyond_worse", int((-improvement > limits).sum()), method=method)
    chances = [
        2 * expect_by_noise(limit, measurement_error=error, step=step)
        for limit, error in zip(limits, errors, strict=True)
    ]
    yield writer.number("beyond_by_noise", float(sum(chances)), 1, method=f"{method}, either way")


def expect_by_noise(
    threshold: float, *, measurement_error: float, step: float | None = None
) -> float:
    """Return the chance that an unchanged person's score improves by at least a threshold.

    The errors of two measurements are independent, so without a true change the observed one has a
    standard deviation of sqrt(2) measurement errors; it is taken as normal. On a grid, the limit
    is the smallest possible change that reaches the threshold, less half a step.

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
    0 to 1. With a Cochin score in whole points, an error of 4.5 and a threshold of 4: 0.29.

    Raises
    ------
    DataError
        A threshold, error or step that is not above 0.
    """
    given = {"threshold": threshold, "measurement error": measurement_error, "step": step}
    for name, value in given.items():
        if (value is not None or name != "step") and not (is_number(value) and value > 0):
            raise DataError(f"the {name} is a number above 0, not {value}")
    if step is not None:
        threshold = (math.ceil(threshold / step - 1e-9) - 0.5) * step
    return 0.5 * math.erfc(threshold / (math.sqrt(2) * measurement_error) / math.sqrt(2))


def find_errors(pairs: pd.DataFrame, error: float, *, between: float | None) -> np.ndarray:
    """Return the standard error of measurement of each pair, in the outcome's unit.

    The error between observers, where published, applies unless both visits name one assessor.
    """
    if between is None:
        return np.full(len(pairs), error)
    same = pairs.reindex(columns=["same_assessor"], fill_value=False)["same_assessor"]
    return np.where(same.astype(bool), error, between)


def name_error(outcome: Outcome) -> str:
    """Return an outcome's measurement error in words, and how it was derived if it was."""
    threshold = outcome.threshold
    if threshold is None or threshold.measurement_error is None:
        return ""
    text = f"measurement error {threshold.measurement_error:g} {outcome.unit}"
    if threshold.measurement_error_between is not None:
        text += f" ({threshold.measurement_error_between:g} unless one assessor saw both visits)"
    derivation = threshold.measurement_error_derivation
    return f"{text}, derived: {derivation}" if derivation else text


def predict_placebo_mean(
    *, mean: float, sd: float, n_placebo: int, n: int, confidence: float = 0.95
) -> Prediction:
    """Predict the mean change of n patients like those of a published placebo arm.

    The spread is sd * sqrt(1/n + 1/n_placebo), since the arm's own mean is an estimate, with
    n_placebo - 1 df. It assumes normal changes, and patients, setting, season and time of
    follow-up like those of that trial; it is a benchmark, not a test.

    Parameters
    ----------
    mean, sd
        Change in the placebo arm.
    n_placebo, n
        Its size, and the size of the group to predict.

    Raises
    ------
    DataError
        An empty group, a placebo arm of fewer than two, an SD not above 0.
    """
    sizes_hold = is_count(n, at_least=1) and is_count(n_placebo, at_least=2)
    if not sizes_hold or not is_number(mean) or not is_number(sd) or not sd > 0:
        raise DataError(f"no prediction for {n} from {n_placebo} with SD {sd}")
    from scipy.special import stdtrit

    df = n_placebo - 1
    scale = sd * math.sqrt(1 / n + 1 / n_placebo)
    reach = float(stdtrit(df, (1 + check_share(confidence, "confidence")) / 2)) * scale
    return Prediction(mean, scale, df, mean - reach, mean + reach)


def compare_placebo(mean_change: Row, study: Study, writer: ResultWriter) -> list[Row]:
    """Return the rows that compare the mean change with a published placebo arm.

    Parameters
    ----------
    mean_change
        The result of that name, of the benchmark's outcome.

    Returns
    -------
    Empty where no participant has a change.
    """
    n, value = mean_change["n"], mean_change["value"]
    if value is None:
        return []
    benchmark = study.placebo_benchmark
    prediction = predict_placebo_mean(
        mean=benchmark.mean_change,
        sd=benchmark.sd_change,
        n_placebo=benchmark.n,
        n=n,
        confidence=study.analysis.confidence.value,
    )
    warning = "a benchmark, not a test; assumes normal changes and patients like that trial's"
    if writer.context.data_origin == "simulated":
        warning += "; simulated data: shows the method only"
    writer = replace(writer, n=n, variant="", warning=warning)
    method = f"predictive interval for the mean of {n} placebo-like patients"
    share = "share of such groups whose mean would lie below the observed one"
    return [
        writer.score("placebo_low", prediction.low, method=method),
        writer.score("placebo_high", prediction.high, method=method),
        writer.percent("placebo_position", prediction.place(value), method=share),
    ]
