"""The usual tests, intervals and effect sizes; an error where the data do not allow them."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analysis.errors import DataError
from analysis.statistics.checks import (
    check_differences,
    check_share,
    check_varying,
    is_count,
    is_number,
)


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
    """Return the exact two-sided p-value of the sign test: as many above zero as below.

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

    Seven values cannot show normality; a small W is only a warning about the t interval.

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
    """Return the exact interval of a proportion; its coverage is at least its level.

    Parameters
    ----------
    count, n
        Participants with the event, of all; 0 <= count <= n, n >= 1.

    Raises
    ------
    DataError
        Impossible counts.
    """
    if not is_count(n, at_least=1) or not is_count(count, at_most=n):
        raise DataError(f"{count} of {n} is not a possible count of participants")
    from scipy.stats import binomtest

    interval = binomtest(int(count), int(n)).proportion_ci(check_share(confidence, "confidence"))
    return Proportion(count / n, float(interval.low), float(interval.high))


@dataclass(frozen=True)
class EffectSize:
    """An estimate with its interval; None where no valid interval is known."""

    estimate: float
    low: float | None
    high: float | None


def d_z(differences: ArrayLike, *, confidence: float = 0.95) -> EffectSize:
    """Return the mean difference over the SD of the differences.

    The interval inverts the noncentral t distribution with n - 1 df. d_z grows with the
    correlation of the two visits and cannot be compared with a d between groups.

    Raises
    ------
    DataError
        Fewer than two differences, missing or infinite ones, all equal, or so nearly equal
        that the noncentral t distribution cannot be computed.
    """
    array = check_varying(differences)
    check_share(confidence, "confidence")
    return EffectSize(float(array.mean() / array.std(ddof=1)), *_find_interval(array, confidence))


def hedges_g_av(
    baseline: ArrayLike, followup: ArrayLike, *, confidence: float = 0.95
) -> EffectSize:
    """Return the mean change over the pooled SD of the two visits, corrected by J.

    The factor J has 2(n - 1) / (1 + r^2) df, r being the correlation of the visits. The
    interval rescales that of d_z with the ratio of the two standard deviations taken as
    known, so it is approximate; it is None where all changes are equal or nearly so.

    Parameters
    ----------
    baseline, followup
        Shape (n,): the same participants in the same order.

    Raises
    ------
    DataError
        Unequal lengths, fewer than three pairs, missing or infinite values, a visit at
        which all participants have the same value.
    """
    check_share(confidence, "confidence")
    before = check_differences(baseline, at_least=3)
    after = check_differences(followup, at_least=3)
    if before.size != after.size:
        raise DataError(f"{before.size} baseline values but {after.size} at follow-up")
    if np.ptp(before) == 0 or np.ptp(after) == 0:
        raise DataError("at one visit all values are equal, so the visits have no correlation")
    change = after - before
    pooled = math.sqrt((before.var(ddof=1) + after.var(ddof=1)) / 2)
    correlation = float(np.corrcoef(before, after)[0, 1])
    factor = small_sample_factor(2 * (before.size - 1) / (1 + correlation**2))
    estimate = float(factor * change.mean() / pooled)
    try:
        low, high = _find_interval(check_varying(change), confidence)
    except DataError:
        return EffectSize(estimate, None, None)
    scale = factor * float(change.std(ddof=1)) / pooled
    return EffectSize(estimate, low * scale, high * scale)


def small_sample_factor(df: float) -> float:
    """Return Hedges' exact factor J(df) = Gamma(df/2) / (sqrt(df/2) Gamma((df - 1)/2)), df > 1."""
    if not is_number(df) or not df > 1:
        raise DataError("degrees of freedom are a number above 1")
    return math.exp(math.lgamma(df / 2) - math.lgamma((df - 1) / 2)) / math.sqrt(df / 2)


def _find_interval(array: np.ndarray, confidence: float) -> tuple[float, float]:
    root = math.sqrt(array.size)
    t = float(array.mean() / array.std(ddof=1)) * root
    low, high = _find_noncentrality(t, array.size - 1, confidence)
    return low / root, high / root


def _find_noncentrality(t: float, df: int, confidence: float) -> tuple[float, float]:
    # scipy.special.nctdtrinc would be shorter, but is right to six digits only.
    from scipy.optimize import brentq
    from scipy.special import nctdtr

    spread = math.sqrt(1 + t * t / (2 * df))

    def below(shift: float) -> float:
        share = nctdtr(df, shift, t)
        if math.isnan(share):
            raise DataError("the differences are too nearly equal for an interval of their d_z")
        return share

    def find(share: float) -> float:
        reach = 3 * spread
        while below(t - reach) < share or below(t + reach) > share:
            reach *= 1.5
        return brentq(
            lambda shift: below(shift) - share, t - reach, t + reach, xtol=1e-13, rtol=1e-13
        )

    return find((1 + confidence) / 2), find((1 - confidence) / 2)
