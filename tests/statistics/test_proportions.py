"""Intervals for a count of seven participants, and the noise behind a threshold."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import DataError
from analysis.statistics.proportions import clopper_pearson, upper_bound, wilson
from analysis.statistics.thresholds import expect_by_noise


@pytest.mark.parametrize(
    ("count", "n", "exact", "score"),
    [
        (0, 7, (0, 41.0), (0, 35.4)),
        (1, 7, (0.4, 57.9), (2.6, 51.3)),
        (2, 7, (3.7, 71.0), (8.2, 64.1)),
        (3, 7, (9.9, 81.6), (15.8, 75.0)),
        (4, 7, (18.4, 90.1), (25.0, 84.2)),
        (5, 7, (29.0, 96.3), (35.9, 91.8)),
        (6, 7, (42.1, 99.6), (48.7, 97.4)),
        (7, 7, (59.0, 100), (64.6, 100)),
        (0, 6, (0, 45.9), (0, 39.0)),
        (6, 6, (54.1, 100), (61.0, 100)),
    ],
)
def test_intervals_of_a_few(count, n, exact, score):
    for function, expected in ((clopper_pearson, exact), (wilson, score)):
        result = function(count, n)
        assert result.estimate == count / n
        assert (100 * result.low, 100 * result.high) == pytest.approx(expected, abs=0.051)


def test_limits_at_none_and_all_are_exactly_zero_and_one():
    for function in (clopper_pearson, wilson):
        assert function(0, 7).low == 0
        assert function(7, 7).high == 1


def test_upper_bound_without_an_event():
    assert upper_bound(0, 7) == pytest.approx(1 - 0.05 ** (1 / 7))
    assert upper_bound(0, 7) == pytest.approx(0.348, abs=5e-4)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_scipy_agrees(pair):
    from scipy.stats import binomtest

    test = binomtest(*pair)
    for function, method in ((clopper_pearson, "exact"), (wilson, "wilson")):
        expected = test.proportion_ci(method=method)
        result = function(*pair)
        assert (result.low, result.high) == pytest.approx((expected.low, expected.high), abs=1e-9)


@pytest.mark.parametrize(("count", "n"), [(0, 0), (8, 7), (-1, 7)])
@pytest.mark.parametrize("function", [clopper_pearson, wilson, upper_bound])
def test_an_impossible_count_is_refused(function, count, n):
    with pytest.raises(DataError, match="no count"):
        function(count, n)


@pytest.mark.parametrize(
    ("threshold", "error", "share"),
    [(4, 4.5, 0.29), (3.38, 4.5, 0.29), (4, 2.45, 0.16)],
    ids=["Cochin", "Cochin, threshold between points", "total mRSS"],
)
def test_noise_reaches_a_threshold_on_whole_points(threshold, error, share):
    result = expect_by_noise(threshold, measurement_error=error, step=1)
    assert result == pytest.approx(share, abs=0.005)


def test_without_a_grid_there_is_no_continuity_correction():
    from scipy.stats import norm

    result = expect_by_noise(1.4, measurement_error=1.0)
    assert result == pytest.approx(norm.sf(1.4 / 2**0.5))


def test_a_threshold_is_above_zero():
    with pytest.raises(DataError, match="threshold"):
        expect_by_noise(0, measurement_error=1)
