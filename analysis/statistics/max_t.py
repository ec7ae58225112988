"""All outcomes at once, by flipping the sign of a participant's whole set of changes."""

from dataclasses import dataclass

import numpy as np

from analysis.errors import DataError
from analysis.statistics.multiplicity import FixedSequence, Holm, fixed_sequence, holm
from analysis.statistics.sign_flip import DRAWS, sign_flip

__all__ = [
    "FixedSequence",
    "GlobalTest",
    "Holm",
    "MaxT",
    "fixed_sequence",
    "global_test",
    "holm",
    "max_t",
]

EXACT_UP_TO = 20
CHUNK = 2**14
TOLERANCE = 1e-12


@dataclass(frozen=True)
class MaxT:
    """Result of `max_t`, in the order of the outcomes.

    Parameters
    ----------
    adjusted
        Two-sided p-value of each outcome, adjusted for all of them.
    attainable
        The smallest that it could have been: 2^(1+z)/2^n with z zero or missing changes, and
        never below the share of one pattern where patterns are drawn.
    exact
        Whether all patterns of signs were used.
    """

    adjusted: tuple[float, ...]
    attainable: tuple[float, ...]
    exact: bool


def max_t(changes, *, draws=DRAWS, seed=2016):
    """Adjust for several outcomes by the joint sign-flip distribution of the largest statistic.

    Each participant has one sign for all outcomes, which keeps their correlation. The statistic
    u = |sum d| / sqrt(sum d^2) orders the patterns as |t| does and is never infinite. An
    adjusted p-value is the share of patterns whose largest u reaches the outcome's own.

    Parameters
    ----------
    changes : array_like, shape (n, m)
        A row per participant, a column per outcome; NaN where an outcome has no pair, which
        leaves that participant out of that outcome's u only.
    draws, seed : int
        Random patterns beyond n = 20, and what makes them the same each time.

    Raises
    ------
    DataError
        Not a matrix, or infinite changes.

    References
    ----------
    Westfall and Young's single-step maxT, with sign flips in place of permutations.
    """
    array, _ = _check_matrix(changes)
    spread = np.sqrt((array**2).sum(axis=0))
    unit = array / np.where(spread > 0, spread, 1)
    observed = np.abs(unit.sum(axis=0)) - TOLERANCE
    exact = len(unit) <= EXACT_UP_TO
    reached, patterns = np.zeros(unit.shape[1]), 0
    for signs in _make_all_signs(len(unit)) if exact else _draw_signs(len(unit), draws, seed):
        largest = np.abs(signs @ unit).max(axis=1, initial=0)
        reached += (largest[:, None] >= observed).sum(axis=0)
        patterns += len(signs)
    if not exact:
        reached, patterns = reached + 1, patterns + 1
    return MaxT(
        adjusted=tuple((reached / patterns).tolist()),
        attainable=tuple(_find_attainable(column, 1 / patterns) for column in (array != 0).T),
        exact=exact,
    )


@dataclass(frozen=True)
class GlobalTest:
    """Result of `global_test`.

    Parameters
    ----------
    p_value, attainable
        Two-sided, and the smallest that it could have been.
    mean_improvement
        Mean over participants and outcomes of the standardised improvements.
    n_participants, n_outcomes
        That entered.
    exact
        Whether all patterns of signs were used.
    """

    p_value: float
    attainable: float
    mean_improvement: float
    n_participants: int
    n_outcomes: int
    exact: bool


def global_test(improvements):
    """Test all outcomes by one p-value, from the sum of each participant's improvements.

    Improvements are divided by the outcome's root mean square, which sign flips do not change,
    and added up within a participant over the outcomes that are there; the sums go to the
    sign-flip test.

    Parameters
    ----------
    improvements : array_like, shape (n, m)
        Changes in the better direction; outcomes without one do not belong here. NaN where an
        outcome has no pair.

    Raises
    ------
    DataError
        Not a matrix, infinite values, no participant.

    References
    ----------
    O'Brien 1984, Biometrics 40:1079-87 (the sum of standardised outcomes).
    """
    array, present = _check_matrix(improvements)
    size = np.sqrt((array**2).sum(axis=0) / np.maximum(present.sum(axis=0), 1))
    standard = array / np.where(size > 0, size, 1)
    # Sums that are equal on paper must tie.
    sums = np.round(standard.sum(axis=1), 12)
    flip = sign_flip(sums)
    return GlobalTest(
        p_value=flip.p_value,
        attainable=_find_attainable(sums != 0, 0.0 if flip.exact else 1 / (DRAWS + 1)),
        mean_improvement=float(standard.sum() / max(present.sum(), 1)),
        n_participants=len(array),
        n_outcomes=array.shape[1],
        exact=flip.exact,
    )


def _find_attainable(nonzero, least):
    return min(1.0, max(least, float(np.ldexp(2.0, -int(nonzero.sum())))))


def _check_matrix(changes):
    array = np.asarray(changes, dtype=float)
    if array.ndim != 2:
        raise DataError("changes are a table of participants by outcomes")
    if np.isinf(array).any():
        raise DataError("a change is infinite")
    present = ~np.isnan(array)
    kept = present.any(axis=1)
    return np.where(present, array, 0.0)[kept], present[kept]


def _make_all_signs(n):
    # The mirror image of a pattern has the same u, so the first participant keeps a plus.
    for start in range(0, 2 ** max(n - 1, 0), CHUNK):
        numbers = np.arange(start, min(start + CHUNK, 2 ** max(n - 1, 0)))
        bits = numbers[:, None] >> np.arange(max(n - 1, 0)) & 1
        yield np.hstack([np.ones((len(numbers), min(n, 1))), 1 - 2 * bits])


def _draw_signs(n, draws, seed):
    generator = np.random.default_rng(seed)
    for start in range(0, draws, CHUNK):
        yield 1 - 2 * generator.integers(0, 2, (min(CHUNK, draws - start), n))
