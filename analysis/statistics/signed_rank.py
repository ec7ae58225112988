"""The exact conditional Wilcoxon signed-rank test, with what its p-value could have been."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analysis.errors import DataError
from analysis.statistics.checks import check_choice, check_differences, check_share
from analysis.statistics.common_tests import EffectSize
from analysis.statistics.rank_sums import RankSums, rank_signed, sum_over_signs

_ZEROS = ("wilcoxon", "pratt")
_ALTERNATIVES = ("two-sided", "greater", "less")


@dataclass(frozen=True)
class SignedRank:
    """Result of `signed_rank`.

    Parameters
    ----------
    statistic
        Sum of the positive ranks.
    p_value
        Exact, given the absolute differences.
    mid_p
        The same with half the probability of what was observed.
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
    """Test whether differences are symmetric about zero, exactly.

    The p-value counts, among all patterns of signs of the non-zero differences, those with a
    sum of positive ranks at least as far out as the observed one. Mid-ranks and zeros are
    those actually used, so that the answer is exact with ties and zeros too. Round the
    differences to the recorded precision first (`round_differences`).

    Parameters
    ----------
    differences
        Shape (n,): follow-up minus baseline. Without a non-zero one every p-value is 1.
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
    return SignedRank(
        statistic=statistic,
        p_value=min(1.0, sides * sums.at_most(outward)),
        mid_p=min(1.0, sides * (sums.at_most(outward) - sums.exactly(outward) / 2))
        if ranks.size
        else 1.0,
        n_nonzero=ranks.size,
        p_attainable=min(1.0, float(np.ldexp(float(sides), -ranks.size))),
        p_largest_rejecting=_find_largest_rejecting(sums, sides, alpha),
    )


def _find_largest_rejecting(sums: RankSums, sides: int, alpha: float) -> float | None:
    tails = sides * np.cumsum(sums.probabilities)
    rejecting = tails[(sums.probabilities > 0) & (tails <= alpha)]
    return float(rejecting[-1]) if rejecting.size else None


def rank_biserial(differences: ArrayLike, *, zeros: str = "wilcoxon") -> EffectSize:
    """Return the matched-pairs rank-biserial correlation, signed like the differences.

    It is (sum of positive ranks - sum of negative ranks) / sum of the ranks used, -1 to 1.
    It has no interval: none is known to cover at this size, and it degenerates at -1 and 1.

    Raises
    ------
    DataError
        Missing or infinite differences, or none that is not zero.
    """
    check_choice(zeros, _ZEROS, "zeros")
    ranks = rank_signed(check_differences(differences), zeros=zeros)
    if not ranks.size:
        raise DataError("every difference is zero, so there is nothing to rank")
    return EffectSize(estimate=float(ranks.sum() / np.abs(ranks).sum()), low=None, high=None)
