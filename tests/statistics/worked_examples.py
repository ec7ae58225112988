"""Published and computed examples of paired differences, shared by the tests beside it."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Example:
    """Seven or more pairs, with the decimals that they were recorded with."""

    name: str
    baseline: tuple
    followup: tuple
    decimals: int

    @property
    def change(self):
        return np.round(np.subtract(self.followup, self.baseline), self.decimals)


# Hollander and Wolfe 1973, Hamilton depression factor IV: y before, x after, as d = x - y.
DEPRESSION = Example(
    "depression",
    (0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29),
    (1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30),
    3,
)
# Darwin's maize, eighths of an inch; Fisher 1935 flips its signs.
MAIZE = Example("maize", (0,) * 15, (49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48), 0)
# Student's sleep data: one zero, one tie.
SLEEP = Example(
    "sleep",
    (0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2),
    (1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4),
    1,
)
ONE_OPPOSITE = Example(
    "one opposite", (42, 55, 38, 61, 29, 47, 50), (31, 40, 39, 45, 25, 42, 41.5), 1
)
TIES_AND_ZERO = Example("ties and zero", (8, 6, 10, 7, 9, 5, 11), (6, 6, 7, 6, 8, 6, 9), 0)
ALL_IMPROVE = Example("all improve", (62, 48, 71, 35, 55, 44, 66), (40, 45, 52, 30, 47, 43, 51), 0)
TWO_ZEROS = Example("two zeros", (8, 6, 10, 7, 9, 5, 11), (6, 6, 7, 6, 8, 5, 9), 0)
