"""Several outcomes, one error rate: the fixed sequence, and Holm with what it can reach."""

from dataclasses import dataclass

import numpy as np

from analysis.errors import DataError
from analysis.statistics.checks import check_share


@dataclass(frozen=True)
class FixedSequence:
    """Result of `fixed_sequence`.

    Parameters
    ----------
    rejected
        Whether each p-value, in order, counts as at or below alpha under the rule.
    stopped_at
        Index of the first that does not; None if all do. Later ones are descriptive.
    """

    rejected: tuple[bool, ...]
    stopped_at: int | None


def fixed_sequence(p_values, *, alpha=0.05):
    """Test in a fixed order, each at the full level, until the first p-value above it.

    Parameters
    ----------
    p_values : sequence of float or None
        In the order of testing; None (nothing to test) stops the sequence.
    alpha : float

    Raises
    ------
    DataError
        A p-value outside 0 to 1.
    """
    check_share(alpha, "alpha")
    _check_p_values([p for p in p_values if p is not None])
    stops = [i for i, p in enumerate(p_values) if p is None or p > alpha]
    stopped_at = stops[0] if stops else None
    end = len(p_values) if stopped_at is None else stopped_at
    return FixedSequence(tuple(i < end for i in range(len(p_values))), stopped_at)


@dataclass(frozen=True)
class Holm:
    """Result of `holm`: adjusted p-values, and the smallest that any could have been."""

    adjusted: tuple[float, ...]
    floor: float


def holm(p_values, *, attainable):
    """Adjust p-values by Holm's step-down rule, and say what it could have reached.

    With exact tests of seven pairs the first step asks for p <= 0.05/m, which is below the
    smallest attainable 0.015625 for m > 3: then the rule cannot reject whatever happens.

    Parameters
    ----------
    p_values : sequence of float
    attainable : sequence of float
        Smallest attainable p-value of each test.

    Raises
    ------
    DataError
        A p-value outside 0 to 1 or missing: the size of the family is decided before.
    """
    p = _check_p_values(p_values)
    smallest = _check_p_values(attainable)
    if p.size != smallest.size:
        raise DataError(f"{p.size} p-values but {smallest.size} smallest attainable ones")
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(p[order] * np.arange(p.size, 0, -1))
    adjusted = np.empty(p.size)
    adjusted[order] = np.minimum(1.0, stepped)
    floor = min(1.0, p.size * float(smallest.min())) if p.size else 1.0
    return Holm(tuple(adjusted.tolist()), floor)


def _check_p_values(p_values):
    array = np.asarray(p_values, dtype=float)
    if not ((array >= 0) & (array <= 1)).all():
        raise DataError("a p-value is a number from 0 to 1")
    return array
