"""Several outcomes, one error rate: fixed sequence, Holm, and sign flips of whole participants."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analysis.errors import DataError
from analysis.statistics.checks import APPROXIMATE_ABOVE, check_draws, check_share, convert_numbers
from analysis.statistics.sign_flip import DRAWS, sign_flip

EXACT_PARTICIPANTS = 20
PATTERNS_AT_ONCE = 2**14
# With many participants, fewer patterns at once keep memory at some ten megabytes.
SIGNS_AT_ONCE = 2**20
LEAST_DIFFERENCE = 1e-12


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


def fixed_sequence(p_values: Sequence[float | None], *, alpha: float = 0.05) -> FixedSequence:
    """Test in a fixed order, each at the full level, until the first p-value above it.

    Parameters
    ----------
    p_values
        In the order of testing; None (nothing to test) stops the sequence.

    Raises
    ------
    DataError
        A p-value outside 0 to 1.
    """
    check_share(alpha, "alpha")
    _check_p_values(p_values, missing=True)
    stops = [i for i, p in enumerate(p_values) if p is None or p > alpha]
    stopped_at = stops[0] if stops else None
    end = len(p_values) if stopped_at is None else stopped_at
    return FixedSequence(tuple(i < end for i in range(len(p_values))), stopped_at)


@dataclass(frozen=True)
class Holm:
    """Result of `holm`: adjusted p-values, and the smallest that any could have been."""

    adjusted: tuple[float, ...]
    floor: float


def holm(p_values: Sequence[float], *, attainable: Sequence[float]) -> Holm:
    """Adjust p-values by Holm's step-down rule, and return the smallest that it could reach.

    With exact tests of seven pairs the first step requires p <= 0.05/m, which is below the
    smallest attainable 0.015625 for m > 3: then the rule can never reject.

    Parameters
    ----------
    attainable
        Smallest attainable p-value of each test.

    Raises
    ------
    DataError
        A p-value outside 0 to 1 or missing: the size of the family is fixed beforehand.
    """
    p = _check_p_values(p_values)
    smallest = _check_p_values(attainable)
    if p.size != smallest.size:
        raise DataError(f"{p.size} p-values but {smallest.size} smallest attainable ones")
    if not p.size:
        return Holm((), 1.0)
    import pingouin

    _, adjusted = pingouin.multicomp(p, method="holm")
    return Holm(tuple(adjusted.tolist()), min(1.0, p.size * float(smallest.min())))


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


def max_t(changes: ArrayLike, *, draws: int = DRAWS, seed: int = 2016) -> MaxT:
    """Adjust for several outcomes by the joint sign-flip distribution of the largest statistic.

    Each participant has one sign for all outcomes, which keeps their correlation. The statistic
    u = |sum d| / sqrt(sum d^2) orders the patterns as |t| does and is never infinite. An
    adjusted p-value is the share of patterns whose largest u reaches the outcome's observed u.

    Parameters
    ----------
    changes
        Shape (n, m): a row per participant, a column per outcome; NaN where an outcome has no
        pair, which leaves that participant out of that outcome's u only.
    draws, seed
        Number of random patterns beyond n = 20, and the seed that makes them reproducible.

    Raises
    ------
    DataError
        Not a matrix, or infinite changes.

    References
    ----------
    Westfall and Young's single-step maxT, with sign flips in place of permutations.
    """
    array, _ = _check_matrix(changes)
    draws, seed = check_draws(draws, seed)
    spread = np.sqrt((array**2).sum(axis=0))
    unit = array / np.where(spread > 0, spread, 1)
    observed = np.abs(unit.sum(axis=0)) - LEAST_DIFFERENCE
    exact = len(unit) <= EXACT_PARTICIPANTS
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
        How many entered the test.
    exact
        Whether all patterns of signs were used.
    """

    p_value: float
    attainable: float
    mean_improvement: float
    n_participants: int
    n_outcomes: int
    exact: bool


def global_test(improvements: ArrayLike) -> GlobalTest:
    """Test all outcomes by one p-value, from the sum of each participant's improvements.

    Improvements are divided by the outcome's root mean square, which sign flips do not change,
    and summed within each participant over the outcomes present. The sums get a sign-flip test.

    Parameters
    ----------
    improvements
        Shape (n, m): changes in the better direction; outcomes without one do not belong here.
        NaN where an outcome has no pair.

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
    drawn = not flip.exact and sums.size <= APPROXIMATE_ABOVE
    return GlobalTest(
        p_value=flip.p_value,
        attainable=_find_attainable(sums != 0, 1 / (DRAWS + 1) if drawn else 0.0),
        mean_improvement=float(standard.sum() / max(present.sum(), 1)),
        n_participants=len(array),
        n_outcomes=array.shape[1],
        exact=flip.exact,
    )


def _check_p_values(p_values: Sequence[float | None], *, missing: bool = False) -> np.ndarray:
    given = np.asarray(p_values, dtype=object)
    if given.ndim != 1:
        raise DataError("p-values are a list")
    kept = [p for p in given if p is not None] if missing else given
    array = convert_numbers(np.array(kept, dtype=object), "p-values", smallest=0.0)
    if not ((array >= 0) & (array <= 1)).all():
        raise DataError("a p-value is a number from 0 to 1")
    return array


def _find_attainable(nonzero: np.ndarray, least: float) -> float:
    return min(1.0, max(least, float(np.ldexp(2.0, -int(nonzero.sum())))))


def _check_matrix(changes: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    array = convert_numbers(changes, "changes")
    if array.ndim != 2:
        raise DataError("changes are a table of participants by outcomes")
    if np.isinf(array).any():
        raise DataError("a change is infinite")
    present = ~np.isnan(array)
    kept = present.any(axis=1)
    return np.where(present, array, 0.0)[kept], present[kept]


def _make_all_signs(n: int) -> Iterator[np.ndarray]:
    # The mirror image of a pattern has the same u, so the first participant keeps a plus.
    for start in range(0, 2 ** max(n - 1, 0), PATTERNS_AT_ONCE):
        numbers = np.arange(start, min(start + PATTERNS_AT_ONCE, 2 ** max(n - 1, 0)))
        bits = numbers[:, None] >> np.arange(max(n - 1, 0)) & 1
        yield np.hstack([np.ones((len(numbers), min(n, 1))), 1 - 2 * bits])


def _draw_signs(n: int, draws: int, seed: int) -> Iterator[np.ndarray]:
    generator = np.random.default_rng(seed)
    at_once = max(1, min(PATTERNS_AT_ONCE, SIGNS_AT_ONCE // n))
    for start in range(0, draws, at_once):
        yield 1.0 - 2.0 * generator.integers(0, 2, (min(at_once, draws - start), n))
