"""Published and computed examples of paired differences, with what each test makes of them."""

from dataclasses import dataclass

import numpy as np
import pytest


@dataclass(frozen=True)
class Example:
    """Seven or more pairs, with the decimals that they were recorded with, and what is known."""

    name: str
    baseline: tuple
    followup: tuple
    decimals: int
    t: tuple  # statistic and p of the paired t-test
    ranks: tuple  # statistic and p of the signed-rank test, rank-biserial correlation
    shift: tuple  # Hodges-Lehmann estimate, its limits, the level in percent
    flips: float  # p of the sign-flip test: patterns of all patterns
    mean: tuple = ()  # limits of the mean change by t
    d_z: float | None = None
    g_av: float | None = None  # shrunk with six degrees of freedom

    @property
    def change(self):
        return np.round(np.subtract(self.followup, self.baseline), self.decimals)


# Hollander and Wolfe 1973, Hamilton depression factor IV: y before, x after, as d = x - y.
DEPRESSION = Example(
    "depression",
    (0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29),
    (1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30),
    decimals=3,
    t=(3.0354, 0.016177),
    ranks=(40, 0.0390625, 0.7778),
    shift=(0.46, 0.010, 0.786, 96.09),
    flips=14 / 512,
)
# Darwin's maize, eighths of an inch; Fisher 1935 flips its signs.
MAIZE = Example(
    "maize",
    (0,) * 15,
    (49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48),
    decimals=0,
    t=(2.1480, 0.049703),
    ranks=(96, 0.041260, 0.60),
    shift=(25.0, 4.0, 41.5, 95.2),
    flips=1726 / 32768,
)
# Student's sleep data: one zero, one tie.
SLEEP = Example(
    "sleep",
    (0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2),
    (1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4),
    decimals=1,
    t=(4.0621, 0.00283289),
    mean=(0.7001, 2.4599),
    ranks=(45, 0.00390625, 1),
    shift=(1.3, 0.9, 2.7, 95.1),
    flips=4 / 1024,
)
ONE_OPPOSITE = Example(
    "one opposite",
    (42, 55, 38, 61, 29, 47, 50),
    (31, 40, 39, 45, 25, 42, 41.5),
    decimals=1,
    t=(-3.5919, 0.011477),
    mean=(-14.0502, -2.6641),
    ranks=(1, 0.03125, -0.928571),
    shift=(-8.25, -15.0, -2.0, 95.3),
    flips=4 / 128,
    d_z=-1.3576,
    g_av=-0.7987,
)
TIES_AND_ZERO = Example(
    "ties and zero",
    (8, 6, 10, 7, 9, 5, 11),
    (6, 6, 7, 6, 8, 6, 9),
    decimals=0,
    t=(-2.2478, 0.065639),
    mean=(-2.3869, 0.1012),
    ranks=(2, 0.125, -0.809524),
    shift=(-1.0, -2.5, 0.0, 95.3),
    flips=16 / 128,
    d_z=-1.1429 / 1.3452,
    g_av=-0.5664,
)
ALL_IMPROVE = Example(
    "all improve",
    (62, 48, 71, 35, 55, 44, 66),
    (40, 45, 52, 30, 47, 43, 51),
    decimals=0,
    t=(-3.3471, 0.015474),
    mean=(-18.0524, -2.8048),
    ranks=(0, 0.015625, -1),
    shift=(-10.5, -19, -3, 95.3),
    flips=2 / 128,
    d_z=-10.4286 / 8.2433,
    g_av=-0.8605,
)
TWO_ZEROS = Example(
    "two zeros",
    (8, 6, 10, 7, 9, 5, 11),
    (6, 6, 7, 6, 8, 5, 9),
    decimals=0,
    t=(-3.0571, 0.022306),
    ranks=(0, 0.0625, -1),
    shift=(-1.25, -2.5, 0.0, 95.3),
    flips=8 / 128,
    d_z=-1.2857 / 1.1127,
)
EXAMPLES = (DEPRESSION, MAIZE, SLEEP, ONE_OPPOSITE, TIES_AND_ZERO, ALL_IMPROVE, TWO_ZEROS)


def each_example(known="name"):
    """Give a test the examples of which something is known, each as `example`."""
    chosen = [each for each in EXAMPLES if getattr(each, known)]
    return pytest.mark.parametrize("example", chosen, ids=lambda each: each.name)
