"""The Hodges-Lehmann estimate of the typical change, with its exact interval."""

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analysis.statistics.checks import check_differences, check_share
from analysis.statistics.signed_rank import sum_over_signs


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
        Whether the asked level can be reached at all; if not (n <= 5 at 95 %), the interval is
        the whole range and `attained` lies below the asked level.
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
    array = check_differences(differences, at_least=1)
    walsh = make_walsh_averages(array)
    order, attained = find_walsh_order(array.size, check_share(confidence, "confidence"))
    return HodgesLehmann(
        estimate=float(np.median(walsh)),
        low=float(walsh[order - 1]),
        high=float(walsh[-order]),
        attained=attained,
        attainable=attained >= confidence,
    )


def make_walsh_averages(differences: ArrayLike) -> np.ndarray:
    """Return the sorted averages of all pairs of differences, each with itself included."""
    first, second = np.triu_indices(np.size(differences))
    half = np.asarray(differences, dtype=float) / 2
    return np.sort(half[first] + half[second])


@functools.cache
def find_walsh_order(n: int, confidence: float) -> tuple[int, float]:
    """Return k, the order from either end of the limits, and the level that they attain.

    Parameters
    ----------
    n
        Number of differences, at least 1.

    Returns
    -------
    k = 1, the whole range, where the asked level is out of reach.
    """
    probabilities = sum_over_signs(np.arange(1, n + 1)).probabilities
    tails = np.cumsum(probabilities)
    order = max(1, int(np.searchsorted(tails, (1 - confidence) / 2 * (1 + 1e-12), side="right")))
    return order, float(1 - 2 * tails[order - 1])
