"""Check and round the values that go into statistics; mean, SD and median."""

from collections.abc import Sequence
from decimal import Decimal
from numbers import Integral, Real
from typing import TypeGuard

import numpy as np
from numpy.typing import ArrayLike

from analysis.errors import DataError, UsageError
from analysis.results import APPROXIMATION

# Up to this many pairs, tests and intervals use every pattern of signs, in milliseconds; the work
# grows with the cube of the number. Above it, the normal approximation, corrected for ties and
# continuity, differs by less than 0.001 from the exact p-value and replaces it.
APPROXIMATE_ABOVE = 200
# Squares and sums of numbers up to this size stay finite; those of its inverse stay above zero.
_LARGEST = 1e140


def check_differences(differences: ArrayLike, *, at_least: int = 0) -> np.ndarray:
    """Return differences as a float array after checking them.

    Parameters
    ----------
    differences
        Shape (n,): follow-up minus baseline, one per participant.
    at_least
        The smallest n that the statistic is defined for.

    Raises
    ------
    DataError
        Not real numbers (complex, dates, masked), not one-dimensional, missing or infinite values,
        so large or small that their squares overflow or vanish, or too few.
    """
    array = convert_numbers(differences, "differences")
    if array.ndim != 1:
        raise DataError(f"differences have {array.ndim} dimensions, not one")
    wrong = int((~np.isfinite(array)).sum())
    if wrong:
        raise DataError(
            f"{wrong} of {array.size} differences missing or infinite",
            hint="A pair needs both visits; leave incomplete ones out first",
        )
    if array.size < at_least:
        noun = "difference" if array.size == 1 else "differences"
        raise DataError(f"{array.size} {noun}, at least {at_least} needed")
    return array


def convert_numbers(values: ArrayLike, name: str, *, smallest: float = 1 / _LARGEST) -> np.ndarray:
    """Return numbers of any shape as floats; missing and infinite ones stay.

    Parameters
    ----------
    name
        What the numbers are, for the message.
    smallest
        The smallest magnitude allowed, apart from zero.

    Raises
    ------
    DataError
        Not real numbers (text, truth values, complex numbers, dates, masked), or so large or small
        that their squares overflow or vanish.
    """
    try:
        given = np.asanyarray(values)
        if given.dtype.kind not in "iufO" or np.ma.is_masked(given):
            raise TypeError(given.dtype)
        if given.dtype.kind == "O" and not all(map(_may_be_number, given.flat)):
            raise TypeError("objects")
        array = np.asarray(values, dtype=float)
    except (TypeError, ValueError, OverflowError):
        raise DataError(f"{name} must be numbers", hint="Leave out missing pairs first") from None
    size = np.abs(array[np.isfinite(array) & (array != 0)])
    if np.any((size > _LARGEST) | (size < smallest)):
        raise DataError(f"{name} are too large or too small to compute with")
    return array


def _may_be_number(value: object) -> bool:
    """Return whether an item of a list is a real number, or None for a missing one."""
    strange = isinstance(value, bool | np.timedelta64)
    return value is None or (isinstance(value, Real | Decimal) and not strange)


def is_number(value: object) -> TypeGuard[float]:
    """Return whether a value is a single real number, neither too large nor too small to use."""
    if isinstance(value, bool | np.timedelta64) or not isinstance(value, Real):
        return False
    size = abs(int(value)) if isinstance(value, Integral) else abs(float(value))
    return size == 0 or 1 / _LARGEST <= size <= _LARGEST


def is_count(value: object, at_least: int = 0, at_most: float = 2**53) -> bool:
    """Return whether a value is a whole number from `at_least` to `at_most`."""
    return is_number(value) and at_least <= value <= at_most and value == int(value)


def check_draws(draws: int, seed: int) -> tuple[int, int]:
    """Return the number of sign patterns to draw and the random seed, after checking them.

    Raises
    ------
    DataError
        `draws` is not a whole number from 1, or `seed` not one from 0.
    """
    if not is_count(draws, at_least=1):
        raise DataError("draws must be a whole number from 1")
    if not is_count(seed):
        raise DataError("a seed must be a whole number from 0")
    return int(draws), int(seed)


def check_varying(differences: ArrayLike) -> np.ndarray:
    """Return differences after checking that they are not all equal.

    A constant change has no spread, so t would be infinite with p = 0. Equal to within
    rounding error counts as constant: decimals such as 0.1 leave noise in the last bit.

    Raises
    ------
    DataError
        As `check_differences`; all differences are equal.
    """
    array = check_differences(differences, at_least=2)
    if np.ptp(array) <= 1e-12 * np.abs(array).max():
        raise DataError("all differences are equal, so their spread says nothing")
    return array


def name_method(n: int, name: str) -> str:
    """Name a test or interval of `n` pairs as exact, or as the approximation for many."""
    if n <= APPROXIMATE_ABOVE:
        return f"exact {name}"
    return f"{name}, {APPROXIMATION} corrected for ties and continuity"


def check_choice(value: str, choices: Sequence[str], name: str) -> str:
    """Return an option after checking that it is one of its choices.

    Raises
    ------
    UsageError
        It is not.
    """
    if not isinstance(value, str) or value not in choices:
        raise UsageError(f"{name} is one of {', '.join(choices)}, not {value!r}")
    return value


def check_share(value: float, name: str) -> float:
    """Return a level such as 0.95 after checking that it lies between 0 and 1, both excluded.

    Raises
    ------
    UsageError
        It is not.
    """
    if not is_number(value) or not 0 < value < 1:
        raise UsageError(f"{name} lies between 0 and 1, not {value!r}")
    return value


def round_differences(differences: ArrayLike, *, decimals: int) -> np.ndarray:
    """Round differences to the recorded precision, so that equal changes tie.

    In floating point 7.1 - 6.8 and 1.3 - 1.0 differ in the last bit; unrounded, they do not tie.

    Parameters
    ----------
    differences
        Shape (n,).
    decimals
        `difference_decimals` of the outcome in study.yml, 0 to 15.

    Raises
    ------
    DataError
        As `convert_numbers`; `decimals` out of range.
    """
    if not is_count(decimals, at_most=15):
        raise DataError("decimals must be a whole number from 0 to 15")
    return np.round(convert_numbers(differences, "differences"), int(decimals)) + 0.0


def compute_mean(values: ArrayLike) -> float:
    """Return the mean of at least one finite value."""
    return float(check_differences(values, at_least=1).mean())


def compute_sd(values: ArrayLike) -> float:
    """Return the standard deviation, n - 1 in the denominator, of at least two values."""
    return float(check_differences(values, at_least=2).std(ddof=1))


def compute_median(values: ArrayLike) -> float:
    """Return the median of at least one finite value."""
    return float(np.median(check_differences(values, at_least=1)))
