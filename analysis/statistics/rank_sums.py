"""Signed ranks, and the exact distribution of their sum over all patterns of signs."""

from dataclasses import dataclass

import numpy as np

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

    def exactly(self, steps: int) -> float:
        """Return the probability of a sum of `steps` units (0 to total)."""
        return float(self.probabilities[min(steps, self.total - steps)])


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
    _, place, counts = np.unique(np.abs(differences), return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks = (last - (counts - 1) / 2)[place]
    kept = differences != 0
    return np.sign(differences[kept]) * ranks[kept]


def sum_over_signs(ranks: np.ndarray) -> RankSums:
    """Return the exact distribution of the sum of the ranks that get a positive sign.

    One convolution per rank replaces the enumeration of 2^n patterns: the sum either contains
    the rank or not. Exact to the last bit up to 53 ranks, to about n units in the last place
    beyond.

    Parameters
    ----------
    ranks
        Shape (n,): positive multiples of one half, in any order.
    """
    doubled = np.sort(np.rint(2 * np.abs(ranks)).astype(int))
    step = int(np.gcd.reduce(doubled)) if doubled.size else 1
    sizes = doubled // step
    total = int(sizes.sum())
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
