"""The paired t interval and test: a sensitivity analysis here."""

import math
import warnings
from dataclasses import dataclass

from analysis.statistics.checks import check_share, check_varying


@dataclass(frozen=True)
class MeanInterval:
    """Result of `mean_interval`: mean difference and its interval."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True)
class PairedT:
    """Result of `paired_t`: mean difference, interval, t, df and two-sided p-value."""

    estimate: float
    low: float
    high: float
    t: float
    df: int
    p_value: float


def mean_interval(differences, *, confidence=0.95):
    """Return the mean difference with Student's t interval.

    Half of its width is the t quantile times the standard error of the mean. pingouin rounds
    its own to two decimals.

    Parameters
    ----------
    differences : array_like, shape (n,)
        Follow-up minus baseline, n >= 2.

    Raises
    ------
    DataError
        Fewer than two differences, missing or infinite ones, or all equal.
    """
    from scipy.special import stdtrit

    array = check_varying(differences)
    check_share(confidence, "confidence")
    quantile = float(stdtrit(array.size - 1, (1 + confidence) / 2))
    half = quantile * float(array.std(ddof=1)) / math.sqrt(array.size)
    mean = float(array.mean())
    return MeanInterval(mean, mean - half, mean + half)


def paired_t(differences, *, confidence=0.95):
    """Compare the mean difference with zero by Student's t.

    t and p come from pingouin, fed with the differences, so that it cannot pair by position or
    turn to another test; the interval is that of `mean_interval`, whose errors are raised.
    """
    interval = mean_interval(differences, confidence=confidence)
    array = check_varying(differences)
    t, p_value = _run_pingouin(array)
    return PairedT(interval.estimate, interval.low, interval.high, t, array.size - 1, p_value)


def _run_pingouin(array):
    from scipy.integrate import IntegrationWarning

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # Of its Bayes factor, which is not used, where the differences are nearly equal.
        warnings.simplefilter("ignore", IntegrationWarning)
        import pingouin

        row = pingouin.ttest(array, 0).iloc[0]
    return float(row["T"]), float(row["p_val"])
