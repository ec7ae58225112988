"""How far changes look normal: shown, never used to choose a test."""

from dataclasses import dataclass

from analysis.statistics.checks import check_differences, check_varying


@dataclass(frozen=True)
class Normality:
    """Shapiro and Wilk's W (1: a straight normal plot) with its p-value."""

    w: float
    p_value: float


def describe_normality(differences):
    """Return Shapiro and Wilk's W of the differences.

    Seven values cannot show that they are normal; a small W only warns of the t interval.

    Raises
    ------
    DataError
        Fewer than three differences, missing or infinite ones, or all equal.
    """
    array = check_varying(check_differences(differences, at_least=3))
    from scipy.stats import shapiro

    w, p_value = shapiro(array)
    return Normality(float(w), float(p_value))
