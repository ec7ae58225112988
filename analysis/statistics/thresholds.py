"""How many would reach a published threshold through measurement error alone."""

import math

from analysis.errors import DataError


def expect_by_noise(threshold, *, measurement_error, step=None):
    """Return the chance that an unchanged person's score improves by at least a threshold.

    Two measurements err independently, so a change with nothing behind it has a standard
    deviation of sqrt(2) measurement errors; it is taken as normal. On a grid the smallest
    possible change that reaches the threshold counts, less half a step.

    Parameters
    ----------
    threshold : float
        Improvement in the score's unit, above 0.
    measurement_error : float
        Standard error of one measurement, in the same unit.
    step : float, optional
        Step of the score's grid; None if it has none.

    Returns
    -------
    float
        0 to 1. With a Cochin score in whole points, an error of 4.5 and a threshold of 4: 0.29.

    Raises
    ------
    DataError
        A threshold, error or step that is not above 0.
    """
    for name, value in (
        ("threshold", threshold),
        ("measurement error", measurement_error),
        ("step", step),
    ):
        if value is not None and not value > 0:
            raise DataError(f"the {name} is above 0, not {value}")
    if step is not None:
        threshold = (math.ceil(threshold / step - 1e-9) - 0.5) * step
    return 0.5 * math.erfc(threshold / (math.sqrt(2) * measurement_error) / math.sqrt(2))
