"""The sign-flip (randomisation) test of the mean, with its interval by test inversion."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from analysis.statistics.checks import (
    APPROXIMATE_ABOVE,
    check_differences,
    check_draws,
    check_share,
)

EXACT_UP_TO = 25
DRAWS = 19_999
# Sums that differ by less than this share of the sum of absolute values count as equal.
_TOLERANCE = 1e-12
CHUNK = 2_000
# Bisection of values within -1 to 1 stops at this width; digits beyond `_DIGITS` are noise.
BISECTION = 1e-15
_DIGITS = 13


@dataclass(frozen=True)
class SignFlip:
    """Result of `sign_flip`.

    Parameters
    ----------
    p_value
        Two-sided.
    low, high
        The closed interval for the mean (more exactly: the centre of symmetry).
    attained
        Its level without ties; below the requested level where that is out of reach.
    exact
        Whether all patterns of signs were used.
    standard_error
        Monte Carlo error of `p_value`; 0 where no patterns were drawn.
    """

    p_value: float
    low: float
    high: float
    attained: float
    exact: bool
    standard_error: float


def sign_flip(
    differences: ArrayLike, *, confidence: float = 0.95, draws: int = DRAWS, seed: int = 2016
) -> SignFlip:
    """Test by sign flips of the mean whether differences are symmetric about zero.

    The p-value is the share of the 2^n patterns of signs whose mean lies at least as far from
    zero as the observed one. The limits are the k-th smallest and largest of the means of all
    non-empty subsets, which inverts the test. Up to n = 25 this is exact, by matching the sums of
    two halves. Beyond, patterns and subsets are random, with the observed pattern among them; above
    `APPROXIMATE_ABOVE`, the normal approximation is used, its p-value corrected for continuity.

    Parameters
    ----------
    differences
        Shape (n,): follow-up minus baseline, rounded to the recorded precision.
    confidence
        Level of the interval.
    draws, seed
        Number of random patterns beyond n = 25, and the seed that makes them reproducible.

    Raises
    ------
    DataError
        No differences, missing or infinite ones.

    References
    ----------
    Hartigan 1969, J Am Stat Assoc 64:1303-17 (subset means as limits).
    """
    array = check_differences(differences, at_least=1)
    check_share(confidence, "confidence")
    draws, seed = check_draws(draws, seed)
    scale = float(np.abs(array).max())
    if scale == 0:
        return SignFlip(1.0, 0.0, 0.0, _attained(array.size, confidence), True, 0.0)
    flip = _flip_exactly if array.size <= EXACT_UP_TO else _flip_randomly
    flip = _approximate if array.size > APPROXIMATE_ABOVE else flip
    result = flip(array / scale, confidence, draws, seed)
    digits = _DIGITS - math.ceil(math.log10(scale))
    limits = {name: round(result[name] * scale, digits) + 0.0 for name in ("low", "high")}
    return SignFlip(**result | limits)


def _find_order(patterns: int, confidence: float) -> int:
    return max(1, math.floor((1 - confidence) / 2 * patterns * (1 + 1e-12)))


def _attained(n: int, confidence: float) -> float:
    return 1 - 2 * _find_order(2**n, confidence) / 2**n


def _flip_exactly(array: np.ndarray, confidence: float, _draws: int, _seed: int) -> dict[str, Any]:
    n = array.size
    half = n // 2
    slack = _TOLERANCE * np.abs(array).sum()

    def count_sums(values: np.ndarray, limit: float) -> int:
        """Count the subsets (the empty one too) with a sum of at most `limit`."""
        first, second = _subset_sums(values[:half]), np.sort(_subset_sums(values[half:]))
        return int(np.searchsorted(second, limit - first, side="right").sum())

    # A pattern's sum is twice the sum of its positive subset, minus the sum of absolute values.
    sizes = np.abs(array)
    outward = (sizes.sum() - abs(array.sum())) / 2
    p_value = min(1.0, 2 * count_sums(sizes, outward + slack) / 2**n)
    order = _find_order(2**n, confidence)

    def find_limit(values: np.ndarray) -> float:
        """Bisect for the order-th smallest mean of a non-empty subset."""
        low, high = float(values.min()), float(values.max())
        while high - low > BISECTION:
            middle = (low + high) / 2
            # A subset's mean is at most the middle when its deviations from it sum to 0 or less.
            if count_sums(values - middle, 0.0) - 1 >= order:
                high = middle
            else:
                low = middle
        return high

    return {
        "p_value": p_value,
        "low": find_limit(array),
        "high": -find_limit(-array),
        "attained": _attained(n, confidence),
        "exact": True,
        "standard_error": 0.0,
    }


def _flip_randomly(array: np.ndarray, confidence: float, draws: int, seed: int) -> dict[str, Any]:
    n = array.size
    generator = np.random.default_rng(seed)
    observed = abs(array.sum()) - _TOLERANCE * np.abs(array).sum()
    beyond, means = 0, []
    for start in range(0, draws, CHUNK):
        chosen = generator.random((min(CHUNK, draws - start), n)) < 0.5
        sums = chosen @ array
        beyond += int((np.abs(2 * sums - array.sum()) >= observed).sum())
        counts = chosen.sum(axis=1)
        means.append(sums[counts > 0] / counts[counts > 0])
    ordered = np.sort(np.concatenate(means))
    order = _find_order(ordered.size + 1, confidence)
    p_value = (1 + beyond) / (1 + draws)
    return {
        "p_value": p_value,
        "low": float(ordered[order - 1]),
        "high": float(ordered[-order]),
        "attained": 1 - 2 * order / (ordered.size + 1),
        "exact": False,
        "standard_error": math.sqrt(p_value * (1 - p_value) / draws),
    }


def _approximate(array: np.ndarray, confidence: float, _draws: int, _seed: int) -> dict[str, Any]:
    from scipy.special import ndtr, ndtri

    n, mean = array.size, float(array.mean())
    # The sums of patterns lie two grid steps apart; half of that is the continuity correction.
    step = float(np.diff(np.unique(np.append(np.abs(array), 0.0))).min())
    outward = max(0.0, abs(n * mean) - step) / math.sqrt(float((array**2).sum()))
    z = float(ndtri((1 + confidence) / 2))
    # The limits are the centres at which the test, with its spread about the centre, just rejects.
    reach = z * math.sqrt(float(((array - mean) ** 2).sum()) / (n * (n - z * z)))
    return {
        "p_value": min(1.0, 2 * float(ndtr(-outward))),
        "low": mean - reach,
        "high": mean + reach,
        "attained": confidence,
        "exact": False,
        "standard_error": 0.0,
    }


def _subset_sums(values: np.ndarray) -> np.ndarray:
    sums = np.zeros(1)
    for value in values:
        sums = np.concatenate([sums, sums + value])
    return sums
