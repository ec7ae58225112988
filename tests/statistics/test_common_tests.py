"""The usual tests, intervals of a count of seven participants."""

import pytest
from worked_examples import (
    ALL_IMPROVE,
    DEPRESSION,
    MAIZE,
    ONE_OPPOSITE,
    SLEEP,
    TIES_AND_ZERO,
    TWO_ZEROS,
)

from analysis.errors import DataError
from analysis.statistics.common_tests import (
    clopper_pearson,
    describe_normality,
    paired_t,
    sign_test,
)


@pytest.mark.parametrize(
    ("example", "t", "p_value", "low", "high"),
    [
        (DEPRESSION, 3.0354, 0.016177, None, None),
        (MAIZE, 2.1480, 0.049703, None, None),
        (SLEEP, 4.0621, 0.00283289, 0.7001, 2.4599),
        (ONE_OPPOSITE, -3.5919, 0.011477, -14.0502, -2.6641),
        (TIES_AND_ZERO, -2.2478, 0.065639, -2.3869, 0.1012),
        (ALL_IMPROVE, -3.3471, 0.015474, -18.0524, -2.8048),
        (TWO_ZEROS, -3.0571, 0.022306, None, None),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_paired_t_of_the_worked_examples(example, t, p_value, low, high):
    result = paired_t(example.change)
    assert result.t == pytest.approx(t, abs=5e-5)
    assert result.p_value == pytest.approx(p_value, abs=5e-7)
    if low is not None:
        assert (result.low, result.high) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize("example", [ONE_OPPOSITE, ALL_IMPROVE, SLEEP], ids=lambda e: e.name)
def test_paired_t_agrees_with_scipy(example):
    from scipy.stats import ttest_rel

    expected = ttest_rel(example.followup, example.baseline)
    limits = expected.confidence_interval(0.9)
    result = paired_t(example.change, confidence=0.9)
    assert (result.t, result.p_value, result.df) == pytest.approx(
        (expected.statistic, expected.pvalue, expected.df)
    )
    assert (result.low, result.high) == pytest.approx((limits.low, limits.high))


@pytest.mark.parametrize(
    ("changes", "p_value"),
    [
        ([1, 1, 1, 1, 1, 1, -1], 16 / 128),
        ([0, 0, 2, 3], 0.5),
        ([1, -1], 1),
        ([], 1),
        ([0, 0], 1),
    ],
)
def test_sign_test_counts_directions_and_drops_zeros(changes, p_value):
    assert sign_test(changes) == pytest.approx(p_value, rel=1e-12)


def test_three_changes_are_enough_to_describe_their_normality():
    assert describe_normality([-1, 0, 1]).w == pytest.approx(1)


def test_normality_is_described_as_scipy_does():
    result = describe_normality(MAIZE.change)
    assert result.w == pytest.approx(0.90079, abs=1e-4)


@pytest.mark.parametrize(
    ("count", "n", "exact"),
    [
        (0, 7, (0, 41.0)),
        (1, 7, (0.4, 57.9)),
        (2, 7, (3.7, 71.0)),
        (3, 7, (9.9, 81.6)),
        (4, 7, (18.4, 90.1)),
        (5, 7, (29.0, 96.3)),
        (6, 7, (42.1, 99.6)),
        (7, 7, (59.0, 100)),
        (0, 6, (0, 45.9)),
        (6, 6, (54.1, 100)),
    ],
)
def test_exact_intervals_of_a_few(count, n, exact):
    result = clopper_pearson(count, n)
    assert result.estimate == count / n
    assert (100 * result.low, 100 * result.high) == pytest.approx(exact, abs=0.051)


def test_limits_at_none_and_all_are_exactly_zero_and_one():
    assert clopper_pearson(0, 7).low == 0
    assert clopper_pearson(7, 7).high == 1


@pytest.mark.parametrize(("count", "n"), [(0, 0), (8, 7), (-1, 7)])
def test_an_impossible_count_is_refused(count, n):
    with pytest.raises(DataError, match="no count"):
        clopper_pearson(count, n)
