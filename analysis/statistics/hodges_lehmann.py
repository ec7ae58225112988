"""The Hodges-Lehmann estimate of the typical change, with its interval."""

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analysis.errors import DataError
from analysis.statistics.checks import check_differences, check_share, is_count
from analysis.statistics.signed_rank import sum_over_signs

# Up to this many Walsh averages are searched at once: quicker than narrowing them down first.
_SORTED_AT_ONCE = 2**14


@dataclass(frozen=True)
class HodgesLehmann:
    """Result of `hodges_lehmann`.

    Parameters
    ----------
    estimate, low, high
        In the unit of the differences; the interval is closed.
    attained
        The level without ties, printed as "at least": ties and zeros only raise it.
    attainable
        Whether the requested level can be reached at all; if not (n <= 5 at 95 %), the interval
        is the whole range and `attained` lies below the requested level.
    """

    estimate: float
    low: float
    high: float
    attained: float
    attainable: bool


def hodges_lehmann(differences: ArrayLike, *, confidence: float = 0.95) -> HodgesLehmann:
    """Estimate the pseudomedian of differences, zeros kept.

    The estimate is the median of the n(n + 1)/2 Walsh averages (d_i + d_j)/2, i <= j; the
    limits are the k-th from either end, k from the exact distribution of the rank sum. It
    assumes that the differences are symmetric about the pseudomedian.

    Parameters
    ----------
    differences
        Shape (n,): follow-up minus baseline, rounded to the recorded precision.
    confidence
        The level to reach.

    Raises
    ------
    DataError
        No differences, missing or infinite ones.

    References
    ----------
    Bauer 1972, J Am Stat Assoc 67:687-90 (the interval).
    """
    half = np.sort(check_differences(differences, at_least=1)) / 2
    order, attained = find_walsh_order(half.size, check_share(confidence, "confidence"))
    return HodgesLehmann(
        estimate=find_pseudomedian(half),
        low=find_walsh_average(half, order),
        high=find_walsh_average(half, half.size * (half.size + 1) // 2 + 1 - order),
        attained=attained,
        attainable=attained >= confidence,
    )


def find_pseudomedian(half: np.ndarray) -> float:
    """Return the median of the Walsh averages; `half` is the sorted differences over 2."""
    n_walsh = half.size * (half.size + 1) // 2
    middle = {(n_walsh + 1) // 2, n_walsh // 2 + 1}
    return float(np.mean([find_walsh_average(half, order) for order in middle]))


def find_walsh_average(half: np.ndarray, order: int) -> float:
    """Return the Walsh average of a given order: over all pairs, each with itself included.

    A row is the pairs of one difference with itself and all greater ones. Instead of sorting, each
    step drops the pairs that a weighted median of the rows' medians shows to be too low or high.

    Parameters
    ----------
    half
        Shape (n,): the differences over 2, sorted.
    order
        1 for the smallest, n(n + 1)/2 for the largest.

    References
    ----------
    Johnson and Mizoguchi 1978, SIAM J Comput 7:147-53 (selection in X + Y).
    """
    rows = np.arange(half.size)
    first, end = rows, np.full(half.size, half.size)
    while (end - first).sum() > _SORTED_AT_ONCE:
        width = end - first
        medians = half + half[np.minimum((first + end) // 2, half.size - 1)]
        by_size = np.argsort(medians, kind="stable")
        reached = np.cumsum(width[by_size])
        pivot = medians[by_size[np.searchsorted(reached, reached[-1] / 2)]]
        below, up_to = (_find_ends(half, limit) for limit in (pivot, np.nextafter(pivot, np.inf)))
        if order <= (below - rows).sum():
            end = np.minimum(end, below)
        elif order > (up_to - rows).sum():
            first = np.maximum(first, up_to)
        else:
            return float(pivot)
        end = np.maximum(first, end)
    width = end - first
    starts = np.cumsum(width) - width
    second = np.arange(width.sum()) + np.repeat(first - starts, width)
    position = order - 1 - int((first - rows).sum())
    return float(np.partition(np.repeat(half, width) + half[second], position)[position])


def _find_ends(half: np.ndarray, limit: float) -> np.ndarray:
    """Return, for each row, the first column whose sum, as rounded, reaches a limit."""
    low, high = np.arange(half.size), np.full(half.size, half.size)
    while np.any(low < high):
        middle = (low + high) // 2
        less = (half + half[np.minimum(middle, half.size - 1)] < limit) & (low < high)
        low, high = np.where(less, middle + 1, low), np.where(less, high, middle)
    return low


@functools.lru_cache(maxsize=None, typed=True)
def find_walsh_order(n: int, confidence: float) -> tuple[int, float]:
    """Return k, the order of the limits from either end, and the level that they attain.

    Above `APPROXIMATE_ABOVE` differences both come from the normal approximation to the rank sum.

    Parameters
    ----------
    n
        Number of differences, at least 1.

    Returns
    -------
    k = 1, the whole range, where the requested level is out of reach.
    """
    if not is_count(n, at_least=1):
        raise DataError("the number of differences is a whole number from 1")
    sums = sum_over_signs(np.arange(1, n + 1))
    order = max(1, sums.count_steps((1 - confidence) / 2 * (1 + 1e-12)))
    return order, 1 - 2 * sums.at_most(order - 1)
