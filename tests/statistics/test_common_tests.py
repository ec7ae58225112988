"""The usual tests, intervals of a count of seven participants."""

import pytest
from scipy.stats import ttest_rel
from worked_examples import ALL_IMPROVE, MAIZE, ONE_OPPOSITE, SLEEP, each_example

from analysis.errors import DataError
from analysis.statistics.common_tests import (
    clopper_pearson,
    describe_normality,
    paired_t,
    sign_test,
)


@each_example()
def test_paired_t_of_the_worked_examples(example):
    result = paired_t(example.change)
    t, p_value = example.t
    assert result.t == pytest.approx(t, abs=5e-5)
    assert result.p_value == pytest.approx(p_value, abs=5e-7)
    if example.mean:
        assert (result.low, result.high) == pytest.approx(example.mean, abs=5e-5)


def test_normality_is_described_as_scipy_does_from_three_changes_on():
    assert describe_normality(MAIZE.change).w == pytest.approx(0.90079, abs=1e-4)
    assert describe_normality([-1, 0, 1]).w == pytest.approx(1)


@pytest.mark.parametrize("example", [ONE_OPPOSITE, ALL_IMPROVE, SLEEP], ids=lambda e: e.name)
def test_paired_t_agrees_with_scipy(example):

    expected = ttest_rel(example.followup, example.baseline)
    limits = expected.confidence_interval(0.9)
    result = paired_t(example.change, confidence=0.9)
    assert (result.t, result.p_value, result.df) == pytest.approx(
        (expected.statistic, expected.pvalue, expected.df)
    )
    assert (result.low, result.high) == pytest.approx((limits.low, limits.high))


@pytest.mark.parametrize(
    ("changes", "p_value"),
    [([1, 1, 1, 1, 1, 1, -1], 16 / 128), ([0, 0, 2, 3], 0.5), ([1, -1], 1), ([], 1), ([0, 0], 1)],
)
def test_sign_test_counts_directions_and_drops_zeros(changes, p_value):
    assert sign_test(changes) == pytest.approx(p_value, rel=1e-12)


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
    assert ((result.low == 0), (result.high == 1)) == (count == 0, count == n)


@pytest.mark.parametrize(("count", "n"), [(0, 0), (8, 7), (-1, 7)])
def test_an_impossible_count_is_refused(count, n):
    with pytest.raises(DataError, match="not a possible count"):
        clopper_pearson(count, n)
