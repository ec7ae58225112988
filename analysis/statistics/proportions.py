"""Exact and score intervals for a count out of n participants."""

import math
from dataclasses import dataclass

from analysis.errors import DataError
from analysis.statistics.checks import check_share


@dataclass(frozen=True)
class Proportion:
    """A share of participants with its two-sided interval, all 0 to 1."""

    estimate: float
    low: float
    high: float


def clopper_pearson(count, n, *, confidence=0.95):
    """Return the exact interval of a proportion; it covers at least as often as it says.

    Parameters
    ----------
    count, n : int
        Participants with the event, of all; 0 <= count <= n, n >= 1.

    Raises
    ------
    DataError
        Impossible counts.
    """
    _check_count(count, n)
    tail = (1 - check_share(confidence, "confidence")) / 2
    return Proportion(count / n, _find_low(count, n, tail), 1 - _find_low(n - count, n, tail))


def upper_bound(count, n, *, confidence=0.95):
    """Return the exact one-sided upper bound of a proportion, 1 - 0.05^(1/n) for no event.

    Raises
    ------
    DataError
        Impossible counts.
    """
    _check_count(count, n)
    return 1 - _find_low(n - count, n, 1 - check_share(confidence, "confidence"))


def wilson(count, n, *, confidence=0.95):
    """Return Wilson's score interval of a proportion: shorter, right on average.

    Raises
    ------
    DataError
        Impossible counts.
    """
    from scipy.special import ndtri

    _check_count(count, n)
    z = float(ndtri((1 + check_share(confidence, "confidence")) / 2))
    share = count / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    # At 0 and n the limit is 0 and 1 by algebra; subtraction would leave noise.
    low = 0.0 if count == 0 else centre - half
    high = 1.0 if count == n else centre + half
    return Proportion(share, low, high)


def _find_low(count, n, tail):
    from scipy.special import betaincinv

    return float(betaincinv(count, n - count + 1, tail)) if count else 0.0


def _check_count(count, n):
    if n < 1 or not 0 <= count <= n:
        raise DataError(f"{count} of {n} is no count of participants")
