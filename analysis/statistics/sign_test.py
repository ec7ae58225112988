"""The sign test: only the direction of each change counts."""

import math
from dataclasses import dataclass

from analysis.statistics.checks import check_differences


@dataclass(frozen=True)
class SignTest:
    """Result of `sign_test`: a two-sided exact p-value and what it counts."""

    p_value: float
    n_positive: int
    n_negative: int


def sign_test(differences):
    """Test whether differences lie above and below zero equally often.

    Zeros are dropped; the p-value is twice the smaller binomial tail, at most 1.

    Parameters
    ----------
    differences : array_like, shape (n,)
        Follow-up minus baseline, rounded to the recorded precision.

    Raises
    ------
    DataError
        Missing or infinite differences.
    """
    array = check_differences(differences)
    positive, negative = int((array > 0).sum()), int((array < 0).sum())
    n = positive + negative
    tail = sum(math.comb(n, k) for k in range(min(positive, negative) + 1))
    return SignTest(min(1.0, 2 * tail / 2**n), positive, negative)
