"""The usual tests and intervals, computed by SciPy once the data allow them."""

from dataclasses import dataclass

from numpy.typing import ArrayLike

from analysis.errors import DataError
from analysis.statistics.checks import check_differences, check_share, check_varying


@dataclass(frozen=True)
class PairedT:
    """Result of `paired_t`: mean difference, interval, t, df and two-sided p-value."""

    estimate: float
    low: float
    high: float
    t: float
    df: int
    p_value: float


def paired_t(differences: ArrayLike, *, confidence: float = 0.95) -> PairedT:
    """Compare the mean difference with zero by Student's t, with its interval.

    Parameters
    ----------
    differences
        Shape (n,): follow-up minus baseline, n >= 2.

    Raises
    ------
    DataError
        Fewer than two differences, missing or infinite ones, or all equal.
    """
    array = check_varying(differences)
    check_share(confidence, "confidence")
    from scipy.stats import ttest_1samp

    test = ttest_1samp(array, 0)
    low, high = map(float, test.confidence_interval(confidence))
    t, p_value = float(test.statistic), float(test.pvalue)
    return PairedT(float(array.mean()), low, high, t, array.size - 1, p_value)


def sign_test(differences: ArrayLike) -> float:
    """Return the exact two-sided p-value of as many differences above as below zero.

    Zeros are dropped; the p-value is twice the smaller binomial tail, at most 1.

    Parameters
    ----------
    differences
        Shape (n,): follow-up minus baseline, rounded to the recorded precision.

    Raises
    ------
    DataError
        Missing or infinite differences.
    """
    array = check_differences(differences)
    n = int((array != 0).sum())
    if not n:
        return 1.0
    from scipy.stats import binomtest

    return float(binomtest(int((array > 0).sum()), n).pvalue)


@dataclass(frozen=True)
class Normality:
    """Shapiro and Wilk's W (1: a straight normal plot) with its p-value."""

    w: float
    p_value: float


def describe_normality(differences: ArrayLike) -> Normality:
    """Return Shapiro and Wilk's W of the differences: shown, never used to choose a test.

    Seven values cannot show that they are normal; a small W only warns of the t interval.

    Raises
    ------
    DataError
        Fewer than three differences, missing or infinite ones, or all equal.
    """
    array = check_varying(check_differences(differences, at_least=3))
    from scipy.stats import shapiro

    w, p_value = shapiro(array)
    return Normality(float(w), float(p_value))


@dataclass(frozen=True)
class Proportion:
    """A share of participants with its two-sided interval, all 0 to 1."""

    estimate: float
    low: float
    high: float


def clopper_pearson(count: int, n: int, *, confidence: float = 0.95) -> Proportion:
    """Return the exact interval of a proportion; it covers at least as often as it says.

    Parameters
    ----------
    count, n
        Participants with the event, of all; 0 <= count <= n, n >= 1.

    Raises
    ------
    DataError
        Impossible counts.
    """
    if n < 1 or not 0 <= count <= n or int(count) != count or int(n) != n:
        raise DataError(f"{count} of {n} is no count of participants")
    from scipy.stats import binomtest

    interval = binomtest(int(count), int(n)).proportion_ci(check_share(confidence, "confidence"))
    return Proportion(count / n, float(interval.low), float(interval.high))
