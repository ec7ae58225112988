"""The paired t test and its interval: a sensitivity analysis here."""

import math
import warnings
from dataclasses import dataclass

from analysis.statistics.checks import check_share, check_varying


@dataclass(frozen=True)
class PairedT:
    """Result of `paired_t`: mean difference, interval, t, df and two-sided p-value."""

    estimate: float
    low: float
    high: float
    t: float
    df: int
    p_value: float


def paired_t(differences, *, confidence=0.95):
    """Compare the mean difference with zero by Student's t.

    t and p come from pingouin, fed with the differences, so that it cannot pair by position or
    turn to another test. Its interval is rounded to two decimals; it is computed here.

    Parameters
    ----------
    differences : array_like, shape (n,)
        Follow-up minus baseline, n >= 2.

    Raises
    ------
    DataError
        Fewer than two differences, missing or infinite ones, or all equal (t is infinite).
    """
    array = check_varying(differences)
    check_share(confidence, "confidence")
    half = compute_half_width(array, confidence=confidence)
    t, p_value = _run_pingouin(array)
    mean = float(array.mean())
    return PairedT(mean, mean - half, mean + half, t, array.size - 1, p_value)


def compute_half_width(differences, *, confidence=0.95):
    """Return the t quantile times the standard error of the mean of an array."""
    from scipy.special import stdtrit

    quantile = float(stdtrit(differences.size - 1, (1 + confidence) / 2))
    return quantile * float(differences.std(ddof=1)) / math.sqrt(differences.size)


def _run_pingouin(array):
    from scipy.integrate import IntegrationWarning

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # Of its Bayes factor, which is not used, where the differences are nearly equal.
        warnings.simplefilter("ignore", IntegrationWarning)
        import pingouin

        row = pingouin.ttest(array, 0).iloc[0]
    return float(row["T"]), float(row["p_val"])
