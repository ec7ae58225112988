"""The conditional Wilcoxon signed-rank test with its distribution, and the rank-biserial."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analysis.errors import DataError
from analysis.statistics.checks import (
    APPROXIMATE_ABOVE,
    check_choice,
    check_differences,
    check_share,
)
from analysis.statistics.common_tests import EffectSize

_ZEROS = ("wilcoxon", "pratt")
_ALTERNATIVES = ("two-sided", "greater", "less")
# Between two rescalings a count at most doubles this many times, far from overflow.
RESCALE_EVERY = 50


@dataclass(frozen=True)
class RankSums:
    """The lower half of the distribution of the sum of positive ranks.

    Under the null hypothesis each of the 2^n patterns of signs is equally likely, given the
    ranks. The distribution is symmetric about half the sum of all ranks, so half is enough.

    Parameters
    ----------
    probabilities
        Entry t is the probability of the sum ``t * unit``, up to half the total.
    unit
        The step of the grid on which all sums lie.
    total
        The largest sum, in units.
    """

    probabilities: np.ndarray
    unit: float
    total: int

    def at_most(self, steps: int) -> float:
        """Return the probability of a sum of at most `steps` units (0 to total)."""
        if steps > self.total // 2:
            return 1.0 - self.at_most(self.total - steps - 1)
        return float(self.probabilities[: steps + 1].sum()) if steps >= 0 else 0.0

    def below_middle_of(self, steps: int) -> float:
        """Return the probability of a smaller sum, plus half that of a sum of `steps` units."""
        return self.at_most(steps) - float(self.probabilities[min(steps, self.total - steps)]) / 2

    def count_steps(self, level: float) -> int:
        """Return how many sums, in steps from 0, have a tail of at most `level` (below 0.5)."""
        return int(np.searchsorted(np.cumsum(self.probabilities), level, side="right"))


@dataclass(frozen=True)
class NormalSums:
    """The normal approximation to the distribution of the sum of positive ranks.

    Parameters
    ----------
    unit, total
        As in `RankSums`.
    spread
        Standard deviation of the sum, from the mid-ranks and so corrected for ties.
    """

    unit: float
    total: int
    spread: float

    def at_most(self, steps: int) -> float:
        """Return the probability of a sum of at most `steps` units, corrected for continuity."""
        return self._below(steps * self.unit + 0.5)

    def below_middle_of(self, steps: int) -> float:
        """Return the probability without the correction, which includes half that of `steps`."""
        return self._below(steps * self.unit)

    def count_steps(self, level: float) -> int:
        """Return how many sums, in steps from 0, have a tail of at most `level`."""
        from scipy.special import ndtri

        furthest = self.total * self.unit / 2 + self.spread * float(ndtri(level)) - 0.5
        return max(0, math.floor(furthest / self.unit) + 1)

    def _below(self, rank_sum: float) -> float:
        from scipy.special import ndtr

        return float(ndtr((rank_sum - self.total * self.unit / 2) / self.spread))


def rank_signed(differences: np.ndarray, *, zeros: str) -> np.ndarray:
    """Rank absolute differences and keep those of non-zero ones with their signs.

    Ties share their mean rank. ``wilcoxon`` drops zeros before ranking, ``pratt`` after it.

    Parameters
    ----------
    differences
        Shape (n,).
    zeros
        ``wilcoxon`` or ``pratt``.

    Returns
    -------
    numpy.ndarray, shape (n_nonzero,)
        Signed ranks, multiples of one half.
    """
    if zeros == "wilcoxon":
        differences = differences[differences != 0]
    from scipy.stats import rankdata

    ranks = rankdata(np.abs(differences))
    kept = differences != 0
    return np.sign(differences[kept]) * ranks[kept]


def sum_over_signs(ranks: np.ndarray) -> RankSums | NormalSums:
    """Return the distribution of the sum of the ranks that get a positive sign.

    One convolution per rank replaces the enumeration of 2^n patterns: the sum either contains
    the rank or not. Exact to the last bit up to 53 ranks, to about n units in the last place
    beyond; above `APPROXIMATE_ABOVE` ranks, the normal approximation.

    Parameters
    ----------
    ranks
        Shape (n,): positive multiples of one half, in any order.
    """
    doubled = np.sort(np.rint(2 * np.abs(ranks)).astype(int))
    step = int(np.gcd.reduce(doubled)) if doubled.size else 1
    sizes = doubled // step
    total = int(sizes.sum())
    if sizes.size > APPROXIMATE_ABOVE:
        return NormalSums(step / 2, total, math.sqrt(float((ranks.astype(float) ** 2).sum())) / 2)
    half = total // 2
    # Counts are rescaled now and then by a power of two, which loses no digit.
    counts = np.zeros(half + 1)
    counts[0] = 1.0
    top = pending = 0
    for size in sizes.tolist():
        top = min(top + size, half)
        counts[size : top + 1] += counts[: top + 1 - size].copy()
        pending += 1
        if pending == RESCALE_EVERY:
            counts = np.ldexp(counts, -pending)
            pending = 0
    return RankSums(np.ldexp(counts, -pending), step / 2, total)


@dataclass(frozen=True)
class SignedRank:
    """Result of `signed_rank`.

    Parameters
    ----------
    statistic
        Sum of the positive ranks.
    p_value
        Given the absolute differences; exact up to `APPROXIMATE_ABOVE` non-zero ones.
    mid_p
        The same with half the probability of the observed sum.
    n_nonzero
        Differences that are not zero; only they have a sign.
    p_attainable
        The smallest p-value that these absolute differences allow.
    p_largest_rejecting
        The largest attainable p-value at or below alpha, None if there is none.
    """

    statistic: float
    p_value: float
    mid_p: float
    n_nonzero: int
    p_attainable: float
    p_largest_rejecting: float | None


def signed_rank(
    differences: ArrayLike,
    *,
    zeros: str = "wilcoxon",
    alternative: str = "two-sided",
    alpha: float = 0.05,
) -> SignedRank:
    """Test whether differences are symmetric about zero, exactly unless there are many.

    The p-value counts, among all patterns of signs of the non-zero differences, those with a
    sum of positive ranks at least as far out as the observed one. It uses the actual mid-ranks
    and zeros, so it is exact with ties and zeros too. Round the differences to the recorded
    precision first (`round_differences`). With more than `APPROXIMATE_ABOVE` non-zero differences
    it is the normal approximation, corrected for ties and, except mid-p, for continuity.

    Parameters
    ----------
    differences
        Shape (n,): follow-up minus baseline. If all are zero, every p-value is 1.
    zeros
        ``wilcoxon``: zeros are dropped before ranking; ``pratt``: ranked and then dropped.
    alternative
        ``two-sided``, or whether differences tend to lie above (``greater``) or below zero
        (``less``).
    alpha
        Level for `p_largest_rejecting`.

    Raises
    ------
    DataError
        Missing or infinite differences.
    UsageError
        An unknown option.

    References
    ----------
    Wilcoxon 1945; Pratt 1959, J Am Stat Assoc 54:655-67 (ranks with zeros).
    """
    check_choice(zeros, _ZEROS, "zeros")
    check_choice(alternative, _ALTERNATIVES, "alternative")
    check_share(alpha, "alpha")
    ranks = rank_signed(check_differences(differences), zeros=zeros)
    sums = sum_over_signs(ranks)
    statistic = float(ranks[ranks > 0].sum())
    positive = round(statistic / sums.unit)
    outward = {
        "greater": sums.total - positive,
        "less": positive,
        "two-sided": min(positive, sums.total - positive),
    }[alternative]
    sides = 2 if alternative == "two-sided" else 1
    rejecting = sums.count_steps(alpha / sides)
    return SignedRank(
        statistic=statistic,
        p_value=min(1.0, sides * sums.at_most(outward)),
        mid_p=min(1.0, sides * sums.below_middle_of(outward)) if ranks.size else 1.0,
        n_nonzero=ranks.size,
        p_attainable=min(1.0, float(np.ldexp(float(sides), -ranks.size))),
        p_largest_rejecting=sides * sums.at_most(rejecting - 1) if rejecting else None,
    )


def rank_biserial(differences: ArrayLike, *, zeros: str = "wilcoxon") -> EffectSize:
    """Return the matched-pairs rank-biserial correlation, signed like the differences.

    It is (sum of positive ranks - sum of negative ranks) / sum of the ranks used, -1 to 1.
    It has no interval: none is known to keep its level with so few pairs or at -1 and 1.

    Raises
    ------
    DataError
        Missing or infinite differences, or only zeros.
    """
    check_choice(zeros, _ZEROS, "zeros")
    array = check_differences(differences)
    if not array.any():
        raise DataError("every difference is zero, so there is nothing to rank")
    if zeros == "pratt":
        ranks = rank_signed(array, zeros=zeros)
        return EffectSize(float(ranks.sum() / np.abs(ranks).sum()), low=None, high=None)
    import pingouin

    # Its test is not used, so the quickest method will do.
    row = pingouin.wilcoxon(array, method="asymptotic").iloc[0]
    return EffectSize(float(row["RBC"]), low=None, high=None)
