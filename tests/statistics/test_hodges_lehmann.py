"""The Hodges-Lehmann estimate and its closed exact interval."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm
from worked_examples import each_example

from analysis.errors import UsageError
from analysis.statistics.checks import APPROXIMATE_ABOVE
from analysis.statistics.hodges_lehmann import find_walsh_order, hodges_lehmann
from analysis.statistics.signed_rank import signed_rank

quick = settings(max_examples=100, deadline=None, derandomize=True)
changes_of = st.lists(st.integers(-8, 8).map(lambda k: k / 2), min_size=1, max_size=12)


@each_example()
def test_worked_examples_with_zeros_kept(example):
    result = hodges_lehmann(example.change)
    *limits, percent = example.shift
    assert [result.estimate, result.low, result.high] == pytest.approx(limits)
    assert 100 * result.attained == pytest.approx(percent, abs=0.05)
    assert result.attainable


@pytest.mark.parametrize(
    ("n", "order", "attained"),
    [
        (4, 1, 0.875),
        (5, 1, 0.9375),
        (6, 1, 0.96875),
        (7, 3, 0.953125),
        (8, 4, 0.9609375),
        (12, 14, 0.95751953125),
    ],
)
def test_order_of_the_limits_and_level_by_number_of_pairs(n, order, attained):
    assert find_walsh_order(n, 0.95) == (order, attained)


@pytest.mark.parametrize("decimals", [0, 1, 12])
def test_many_pairs_have_the_estimate_and_limits_of_all_walsh_averages(decimals):
    changes = np.random.default_rng(6).normal(0.3, 2, 301).round(decimals)
    walsh = np.sort([(a + b) / 2 for i, a in enumerate(changes) for b in changes[i:]])
    result, (order, attained) = hodges_lehmann(changes), find_walsh_order(301, 0.95)
    assert (result.low, result.high) == (walsh[order - 1], walsh[-order])
    assert (result.estimate, result.attained) == (np.median(walsh), attained)


def test_above_the_bound_the_order_of_the_limits_is_approximated():

    for n in (APPROXIMATE_ABOVE, APPROXIMATE_ABOVE + 1):
        spread = np.sqrt(n * (n + 1) * (2 * n + 1) / 24)
        order, attained = find_walsh_order(n, 0.95)
        assert order == pytest.approx(n * (n + 1) / 4 - norm.ppf(0.975) * spread, abs=3)
        level = 1 - 2 * norm.cdf((order - 0.5 - n * (n + 1) / 4) / spread)
        assert attained == pytest.approx(level, abs=0.001)
        assert (attained == pytest.approx(level, abs=1e-12)) == (n > APPROXIMATE_ABOVE)


def test_five_pairs_allow_no_interval_at_95_percent():
    result = hodges_lehmann([1, 2, 3, 4, 5])
    assert (result.low, result.high) == (1, 5)
    assert (result.attained, result.attainable) == (0.9375, False)
    assert hodges_lehmann([1, 2, 3, 4, 5], confidence=0.9).attainable


# Smaller differences are refused: their squares are no numbers any more.
CHANGES = st.floats(-100, 100).filter(lambda change: change == 0 or abs(change) > 1e-100)


@quick
@given(st.lists(CHANGES, min_size=7, max_size=7))
def test_closed_form_at_seven_pairs(changes):
    d = np.sort(changes)
    result = hodges_lehmann(changes)
    assert result.low == pytest.approx(min(d[1], (d[0] + d[2]) / 2), abs=1e-9)
    assert result.high == pytest.approx(max(d[5], (d[4] + d[6]) / 2), abs=1e-9)


@quick
@given(st.lists(st.integers(-(10**6), 10**6), min_size=6, max_size=10, unique_by=abs))
def test_without_ties_the_interval_holds_zero_exactly_when_the_test_does_not_reject(changes):
    changes = [change for change in changes if change] or [1]
    result, p_value = hodges_lehmann(changes), signed_rank(changes).p_value
    if result.attainable and not (result.low == 0 or result.high == 0):
        assert (result.low <= 0 <= result.high) == (p_value > 1 - result.attained)


@quick
@given(changes_of, st.randoms(use_true_random=False))
def test_reversing_permuting_and_scaling_carry_over(changes, random):
    result = hodges_lehmann(changes)
    other = hodges_lehmann([-4 * value for value in random.sample(changes, len(changes))])
    assert (other.estimate, other.low, other.high) == (
        -4 * result.estimate,
        -4 * result.high,
        -4 * result.low,
    )
    assert other.attained == result.attained


@quick
@given(changes_of)
def test_another_change_at_the_estimate_leaves_it_inside_a_narrower_or_equal_range(changes):
    result = hodges_lehmann(changes)
    again = hodges_lehmann([*changes, result.estimate])
    assert result.low <= result.estimate <= result.high
    assert again.estimate == pytest.approx(result.estimate, abs=np.ptp(changes) / 2 + 1e-9)


def test_coverage_without_ties_is_the_attained_level():
    generator = np.random.default_rng(21)
    covered = [
        (interval := hodges_lehmann(generator.normal(size=7))).low <= 0 <= interval.high
        for _ in range(4000)
    ]
    assert np.mean(covered) == pytest.approx(0.953125, abs=0.01)


def test_constant_changes_have_themselves_as_estimate_and_limits_and_one_has_no_level():
    result = hodges_lehmann([2, 2, 2, 2, 2, 2, 2])
    assert (result.estimate, result.low, result.high) == (2, 2, 2)
    assert hodges_lehmann([3]).attained == 0


def test_confidence_is_a_share():
    with pytest.raises(UsageError, match="confidence"):
        hodges_lehmann([1, 2], confidence=95)
