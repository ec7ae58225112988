"""Mean, standard deviation and median, refused where there are too few values."""

import numpy as np

from analysis.statistics.checks import check_differences


def compute_mean(values):
    """Return the mean of at least one finite value."""
    return float(check_differences(values, at_least=1).mean())


def compute_sd(values):
    """Return the standard deviation, n - 1 in the denominator, of at least two values."""
    return float(check_differences(values, at_least=2).std(ddof=1))


def compute_median(values):
    """Return the median of at least one finite value."""
    return float(np.median(check_differences(values, at_least=1)))
