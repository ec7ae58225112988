"""The tests and intervals of the primary analysis for many trials of one size at once.

`analysis.statistics.signed_rank` and its neighbours handle one trial; here every operation runs
over the rows of an array, so 200 000 trials take seconds. Tests check that both agree.
"""

import functools
import itertools

import numpy as np

from analysis.errors import UsageError

MAX_PARTICIPANTS = 12


def rank_without_zeros(changes: np.ndarray) -> np.ndarray:
    """Rank the absolute changes of each trial among its non-zero ones.

    Parameters
    ----------
    changes
        Shape (trials, participants). On their grid, as integers or rounded numbers, so that
        equal changes are equal.

    Returns
    -------
    numpy.ndarray, shape (trials, participants), int32
        Twice the mid-rank, so that ties stay whole; 0 for a change of zero.
    """
    size = np.abs(changes)
    ranks = np.zeros(changes.shape, dtype=np.int32)
    for other in range(changes.shape[1]):
        column = size[:, other, None]
        counted = column > 0
        ranks += np.where(counted, 2 * (column < size) + (column == size), 0)
    # A change is equal to itself: that gives 1 of the 2 * rank = 2 * below + ties + 1.
    return np.where(size > 0, ranks + 1, 0)


def compute_signed_rank_p(changes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Compute the exact two-sided signed-rank p of each trial, zeros dropped.

    Parameters
    ----------
    changes
        Shape (trials, participants). Up to 12 participants.

    Returns
    -------
    p_value, mid_p : numpy.ndarray, shape (trials,)
        Conditional on the absolute changes: the share of the sign patterns whose signed rank
        sum is at least as far from zero, and that share less half of those equally far. Both
        are 1 where the ranks are balanced or every change is zero.
    """
    ranks = rank_without_zeros(changes)
    observed = np.abs((np.sign(changes).astype(np.int32) * ranks).sum(axis=1))[:, None]
    # Single precision holds these whole numbers exactly.
    possible = np.abs(ranks.astype(np.float32) @ _list_signs(changes.shape[1]))
    further = (possible > observed).mean(axis=1)
    equal = (possible == observed).mean(axis=1)
    return further + equal, np.where(observed[:, 0] == 0, 1.0, further + equal / 2)


def compute_walsh_limits(changes: np.ndarray, order: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the `order`-th smallest and largest Walsh average of each trial, zeros kept.

    Parameters
    ----------
    changes
        Shape (trials, participants).
    order
        3 for seven participants at 95 % (`hodges_lehmann.find_walsh_order`).

    Returns
    -------
    low, high : numpy.ndarray, shape (trials,)
        The closed interval of Tukey; it covers a value equal to a limit.
    """
    first, second = np.triu_indices(changes.shape[1])
    averages = np.sort((changes[:, first] + changes[:, second]) / 2, axis=1)
    return averages[:, order - 1], averages[:, -order]


def compute_t_limits(
    changes: np.ndarray, confidence: float = 0.95
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the t interval of the mean change of each trial, and whether it has one.

    Parameters
    ----------
    changes
        Shape (trials, participants).

    Returns
    -------
    low, high : numpy.ndarray, shape (trials,)
    defined : numpy.ndarray of bool, shape (trials,)
        False where all changes are equal: there is no standard error and no test.
    """
    from scipy import stats

    n = changes.shape[1]
    mean = changes.mean(axis=1)
    spread = changes.std(axis=1, ddof=1)
    half = stats.t.ppf((1 + confidence) / 2, n - 1) * spread / np.sqrt(n)
    return mean - half, mean + half, np.ptp(changes, axis=1) > 0


@functools.cache
def _list_signs(n: int) -> np.ndarray:
    """All sign patterns up to reversal, which leaves the distance from zero as it is."""
    if n > MAX_PARTICIPANTS:
        raise UsageError(f"at most {MAX_PARTICIPANTS} participants, not {n}")
    return np.array([(1, *rest) for rest in itertools.product((1, -1), repeat=n - 1)], "float32").T
