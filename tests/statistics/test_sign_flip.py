"""The sign-flip test of the mean and its interval."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm
from worked_examples import each_example

from analysis.statistics.checks import APPROXIMATE_ABOVE
from analysis.statistics.hodges_lehmann import hodges_lehmann
from analysis.statistics.sign_flip import sign_flip
from analysis.statistics.signed_rank import signed_rank

quick = settings(max_examples=60, deadline=None, derandomize=True)
whole_changes = st.lists(st.integers(-6, 6), min_size=1, max_size=8)


@each_example()
def test_worked_examples(example):
    result = sign_flip(example.change)
    assert result.p_value == example.flips
    assert (result.exact, result.standard_error) == (True, 0)


@quick
@given(whole_changes)
def test_p_and_limits_equal_full_enumeration(changes):
    d = np.array(changes, dtype=float)
    result = sign_flip(d)
    sums = np.array([np.dot(p, d) for p in itertools.product((-1, 1), repeat=d.size)])
    assert result.p_value == (np.abs(sums) >= abs(d.sum())).mean()
    subsets = itertools.product((False, True), repeat=d.size)
    means = sorted(d[list(chosen)].mean() for chosen in subsets if any(chosen))
    order = max(1, int(0.025 * 2**d.size))
    assert (result.low, result.high) == pytest.approx((means[order - 1], means[-order]), abs=1e-11)


@quick
@given(st.lists(st.integers(-50, 50), min_size=7, max_size=7))
def test_at_seven_pairs_limits_and_decision_are_those_of_the_signed_rank_test(changes):
    flipped, ranked = sign_flip(changes), hodges_lehmann(changes)
    assert (flipped.low, flipped.high) == pytest.approx((ranked.low, ranked.high), abs=1e-9)
    assert flipped.attained == ranked.attained
    assert (flipped.p_value <= 0.05) == (signed_rank(changes).p_value <= 0.05)


def test_limits_are_those_where_the_test_turns():
    changes = np.array([3.1, -0.4, 2.2, 5.0, 1.7, 0.9, 4.4, -1.3, 2.8])
    result = sign_flip(changes)
    for limit, outward in ((result.low, -1), (result.high, 1)):
        assert sign_flip(changes - (limit + outward * 1e-6)).p_value <= 0.05
        assert sign_flip(changes - (limit - outward * 1e-6)).p_value > 0.05


def test_twenty_five_pairs_are_exact_and_more_are_drawn_with_their_error():
    changes = np.random.default_rng(5).normal(0.4, 1, 25)
    exact = sign_flip(changes)
    drawn = sign_flip(np.append(changes, 0.0))
    assert exact.exact
    assert not drawn.exact
    assert drawn.standard_error > 0
    assert drawn.p_value == pytest.approx(exact.p_value, abs=5 * drawn.standard_error)
    assert drawn.low == pytest.approx(exact.low, abs=0.05)
    assert sign_flip(np.append(changes, 0.0)) == drawn


def test_above_the_bound_no_patterns_are_drawn_and_p_is_corrected_for_continuity():
    generator = np.random.default_rng(12)
    changes = generator.integers(-3, 4, APPROXIMATE_ABOVE).astype(float)
    drawn, normal = sign_flip(changes, draws=199_999), sign_flip([*changes, 0.0])
    assert drawn.standard_error > 0
    assert (normal.exact, normal.standard_error, normal.attained) == (False, 0, 0.95)
    assert normal.p_value == pytest.approx(drawn.p_value, abs=5 * drawn.standard_error)
    assert (normal.low, normal.high) == pytest.approx((drawn.low, drawn.high), abs=0.02)
    size = np.sqrt((changes**2).sum())
    assert normal.p_value == pytest.approx(2 * norm.sf((abs(changes.sum()) - 1) / size))
    assert sign_flip([2.0] * (APPROXIMATE_ABOVE + 1)).low == 2


@quick
@given(whole_changes, st.sampled_from([0.1, 7.0, 1e-8]))
def test_reversing_and_scaling_carry_over(changes, factor):
    result = sign_flip(changes)
    other = sign_flip([-factor * value for value in changes])
    assert other.p_value == result.p_value
    assert (other.low, other.high) == pytest.approx(
        (-factor * result.high, -factor * result.low), abs=factor * 1e-10
    )


def test_changes_of_zero_only_have_p_one():
    result = sign_flip([0, 0, 0])
    assert (result.p_value, result.low, result.high) == (1, 0, 0)
