"""Several outcomes: joint sign flips, the fixed sequence and Holm."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.errors import DataError
from analysis.statistics.checks import APPROXIMATE_ABOVE
from analysis.statistics.multiplicity import fixed_sequence, global_test, holm, max_t
from analysis.statistics.sign_flip import sign_flip

quick = settings(max_examples=60, deadline=None, derandomize=True)
tables = arrays(float, st.tuples(st.integers(1, 6), st.integers(1, 3)), elements=st.integers(-3, 3))


def enumerate_max_t(changes):
    present = ~np.isnan(changes)
    d = np.where(present, changes, 0)
    scale = np.sqrt((d**2).sum(axis=0))

    def u(signs):
        sums = np.abs((np.array(signs)[:, None] * d).sum(axis=0))
        return np.divide(sums, scale, out=np.zeros_like(sums), where=scale > 0)

    largest = [u(signs).max() for signs in itertools.product((-1, 1), repeat=len(d))]
    return [float((np.array(largest) >= seen - 1e-9).mean()) for seen in u(np.ones(len(d)))]


@quick
@given(tables)
def test_adjusted_p_equals_full_enumeration(changes):
    assert max_t(changes).adjusted == pytest.approx(enumerate_max_t(changes), abs=1e-12)


@quick
@given(tables, st.data())
def test_a_missing_change_drops_that_participant_from_that_outcome_only(changes, data):
    changes = changes.copy()
    row = data.draw(st.integers(0, len(changes) - 1))
    changes[row, 0] = np.nan
    if len(changes[0]) > 1:
        assert max_t(changes).adjusted == pytest.approx(enumerate_max_t(changes), abs=1e-12)


def test_one_outcome_is_the_sign_flip_test_jointly_and_globally():
    changes = np.array([-2.0, -1, -4, -3, 1, -5, 0])
    assert max_t(changes[:, None]).adjusted == (sign_flip(changes).p_value,)
    changes = np.array([2.0, 1, 4, 3, -1, 5, 0])
    result = global_test(changes[:, None])
    assert result.p_value == sign_flip(changes).p_value
    assert (result.n_participants, result.n_outcomes) == (7, 1)


def test_smallest_adjusted_p_does_not_depend_on_the_number_of_outcomes():
    changes = np.tile(np.array([[-1.0], [-2], [-3], [-4], [-5], [-6], [-7]]), (1, 9))
    changes[:2, 3] = 0
    result = max_t(changes)
    assert result.adjusted[0] == result.attainable[0] == 2 / 128
    assert result.attainable[3] == 2**3 / 2**7


def test_size_under_no_change_is_at_most_that_of_the_exact_test():
    generator = np.random.default_rng(4)
    rejected = [
        min(max_t(generator.normal(size=(7, 1)) + generator.normal(size=(7, 9))).adjusted) <= 0.05
        for _ in range(1500)
    ]
    assert np.mean(rejected) == pytest.approx(6 / 128, abs=0.016)


def test_order_of_participants_units_and_common_sign_do_not_matter():
    changes = np.random.default_rng(8).normal(-0.5, 1, (7, 4)).round(1)
    expected = max_t(changes).adjusted
    assert max_t(changes[::-1]).adjusted == expected
    assert max_t(-changes * [1, 10, 0.1, 3]).adjusted == pytest.approx(expected)


def test_beyond_twenty_participants_patterns_are_drawn_and_never_give_zero():
    changes = np.random.default_rng(9).normal(2, 1, (30, 2))
    result = max_t(changes)
    assert not result.exact
    assert min(result.adjusted) == min(result.attainable) == 1 / 20_000
    assert global_test(changes).attainable == 1 / 20_000
    assert max_t(changes) == result


def test_above_the_bound_the_global_test_is_approximated_and_max_t_still_drawn():
    changes = np.random.default_rng(9).normal(1, 1, (APPROXIMATE_ABOVE + 1, 2))
    result = global_test(changes)
    assert (result.exact, result.attainable) == (False, 2.0**-APPROXIMATE_ABOVE)
    assert 0 < result.p_value < 1e-20
    assert min(max_t(changes).adjusted) == 1 / 20_000


def test_holm_is_that_of_the_definition_in_any_order():
    p = np.array([0.3, 0.01, 0.04, 0.04, 0.2, 0.9])
    stepped = np.maximum.accumulate(np.sort(p) * np.arange(6, 0, -1)).clip(max=1)
    adjusted = holm(p, attainable=np.full(6, 0.01)).adjusted
    assert sorted(adjusted) == pytest.approx(stepped, rel=1e-12, abs=1e-12)
    assert np.argsort(adjusted, kind="stable")[0] == 1


def test_without_participants_or_changes_p_is_one():
    assert max_t(np.zeros((0, 2))).adjusted == (1, 1)
    assert max_t(np.zeros((7, 2))).adjusted == (1, 1)
    assert max_t(np.full((7, 1), np.nan)).attainable == (1,)


def test_holm_steps_down():
    result = holm([0.01, 0.04, 0.03, 0.005], attainable=[0.001] * 4)
    assert result.adjusted == pytest.approx((0.03, 0.06, 0.06, 0.02))
    assert holm([], attainable=[]).adjusted == ()


def test_global_test_adds_agreeing_outcomes_and_cancels_opposed_ones():
    first = np.array([2.0, 1, 4, 3, -1, 5, 2])
    second = np.array([1.0, 3, -1, 2, 2, 4, 1])
    assert global_test(np.column_stack([first, second])).p_value == 2 / 128
    opposed = global_test(np.column_stack([first, -first]))
    assert (opposed.p_value, opposed.mean_improvement) == (1, 0)
    assert opposed.attainable == 1


def test_global_test_counts_a_participant_with_a_missing_outcome():
    improvements = np.array([[1.0, np.nan], [2, 1], [np.nan, np.nan], [1, 1]])
    assert global_test(improvements).n_participants == 3
    with pytest.raises(DataError):
        global_test(np.zeros((0, 2)))


@pytest.mark.parametrize(
    ("p_values", "rejected", "stopped_at"),
    [
        ([0.01, 0.05, 0.2, 0.001], (True, True, False, False), 2),
        ([0.0625, 0.015625], (False, False), 0),
        ([0.01, 0.02], (True, True), None),
        ([0.01, None, 0.02], (True, False, False), 1),
        ([], (), None),
    ],
)
def test_fixed_sequence_stops_at_the_first_p_above_the_level(p_values, rejected, stopped_at):
    result = fixed_sequence(p_values)
    assert (result.rejected, result.stopped_at) == (rejected, stopped_at)


@pytest.mark.parametrize(
    ("n_pairs", "n_outcomes", "can_reject"),
    [(7, 3, True), (7, 4, False), (6, 1, True), (6, 2, False), (8, 6, True), (8, 7, False)],
)
def test_holm_cannot_reject_beyond_a_few_outcomes(n_pairs, n_outcomes, can_reject):
    smallest = [2 / 2**n_pairs] * n_outcomes
    assert (holm(smallest, attainable=smallest).floor <= 0.05) is can_reject
