"""The exact signed-rank test against published examples, enumeration and SciPy."""

import itertools
import time
import warnings

import numpy as np
import pingouin
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import wilcoxon
from worked_examples import DEPRESSION, TIES_AND_ZERO, TWO_ZEROS, each_example

from analysis.errors import DataError, UsageError
from analysis.statistics.checks import APPROXIMATE_ABOVE, round_differences
from analysis.statistics.hodges_lehmann import hodges_lehmann
from analysis.statistics.sign_flip import sign_flip
from analysis.statistics.signed_rank import rank_biserial, signed_rank

EXACT = {"rel": 0, "abs": 1e-12}
quick = settings(max_examples=100, deadline=None, derandomize=True)
whole_changes = st.lists(st.integers(-4, 4), min_size=0, max_size=9)


def enumerate_signs(differences, zeros):
    """The definition: every pattern of signs of the non-zero differences, one by one."""
    d = np.asarray(differences, dtype=float)
    if zeros == "wilcoxon":
        d = d[d != 0]
    ranks = np.array([(np.abs(d) < a).sum() + ((np.abs(d) == a).sum() + 1) / 2 for a in np.abs(d)])
    kept, signs = ranks[d != 0], np.sign(d[d != 0])
    sums = np.array(
        [sum(kept[np.array(p, bool)]) for p in itertools.product((0, 1), repeat=len(kept))]
    )
    return float(kept[signs > 0].sum()), sums


@pytest.mark.parametrize("zeros", ["wilcoxon", "pratt"])
@quick
@given(whole_changes)
def test_p_equals_full_enumeration_with_ties_and_zeros(zeros, changes):
    statistic, sums = enumerate_signs(changes, zeros)
    result = signed_rank(changes, zeros=zeros)
    distance = np.abs(sums - sums.mean())
    observed = abs(statistic - sums.mean())
    assert result.statistic == statistic
    assert result.p_value == pytest.approx((distance >= observed).mean(), **EXACT)
    assert result.p_attainable == pytest.approx((distance >= distance.max()).mean(), **EXACT)
    attainable = sorted({float((distance >= far).mean()) for far in distance})
    rejecting = [p for p in attainable if p <= 0.05]
    assert result.p_largest_rejecting == (rejecting[-1] if rejecting else None)


@pytest.mark.parametrize("zeros", ["wilcoxon", "pratt"])
@quick
@given(whole_changes)
def test_one_sided_p_equals_full_enumeration(zeros, changes):
    statistic, sums = enumerate_signs(changes, zeros)
    greater = signed_rank(changes, zeros=zeros, alternative="greater")
    less = signed_rank(changes, zeros=zeros, alternative="less")
    assert greater.p_value == pytest.approx((sums >= statistic).mean(), **EXACT)
    assert less.p_value == pytest.approx((sums <= statistic).mean(), **EXACT)


@quick
@given(whole_changes.filter(lambda changes: any(changes)))
def test_mid_p_counts_half_of_what_was_observed(changes):
    statistic, sums = enumerate_signs(changes, "wilcoxon")
    result = signed_rank(changes)
    distance = np.abs(sums - sums.mean())
    observed = abs(statistic - sums.mean())
    expected = (distance > observed).mean() + (distance == observed).mean() / 2
    # At the centre both tails hold the observed sum, so that the two halves make 1.
    assert result.mid_p == pytest.approx(expected if observed else 1.0, **EXACT)


PATTERNS_AT_MOST = (1, 2, 3, 5, 7, 10, 14, 19, 24, 30, 37, 44, 52, 60, 68)


@pytest.mark.parametrize(("smaller", "patterns"), list(enumerate(PATTERNS_AT_MOST)))
def test_attainable_p_of_seven_untied_changes(smaller, patterns):
    # A set of distinct ranks 1 to 7 that sums to the smaller rank sum gets the other sign.
    opposite = next(
        chosen
        for size in range(8)
        for chosen in itertools.combinations(range(1, 8), size)
        if sum(chosen) == smaller
    )
    changes = [-rank if rank in opposite else rank for rank in range(1, 8)]
    assert signed_rank(changes, alternative="greater").p_value == patterns / 128
    assert signed_rank(changes).p_value == min(1.0, 2 * patterns / 128)


@pytest.mark.parametrize(
    ("n", "smallest", "largest_rejecting_sum"),
    [
        (4, 0.125, None),
        (5, 0.0625, None),
        (6, 0.03125, 0),
        (7, 0.015625, 2),
        (8, 0.0078125, 3),
        (12, 2 / 4096, 13),
    ],
)
def test_smallest_p_by_number_of_nonzero_pairs(n, smallest, largest_rejecting_sum):
    result = signed_rank(np.arange(1, n + 1))
    assert result.p_attainable == result.p_value == smallest
    _, sums = enumerate_signs(range(1, n + 1), "wilcoxon")
    at = None if largest_rejecting_sum is None else 2 * (sums <= largest_rejecting_sum).mean()
    assert result.p_largest_rejecting == at


@each_example()
def test_worked_examples(example):
    statistic, p_value, biserial = example.ranks
    result = signed_rank(example.change)
    assert result.statistic == statistic
    assert result.p_value == pytest.approx(p_value, abs=5e-7)
    assert signed_rank(example.change, zeros="pratt").p_value == pytest.approx(p_value, abs=5e-7)
    assert rank_biserial(example.change).estimate == pytest.approx(biserial, abs=5e-5)


def test_one_sided_p_of_the_depression_data_is_the_published_one():
    result = signed_rank(DEPRESSION.change, alternative="greater")
    assert result.p_value == 0.01953125


def test_two_zeros_allow_no_p_at_the_usual_level_and_pratt_can_differ():
    result = signed_rank(TWO_ZEROS.change)
    assert (result.n_nonzero, result.p_attainable) == (5, 0.0625)
    assert result.p_largest_rejecting is None
    changes = [-6, -5, -4, -3, 2, 0, 1]
    assert signed_rank(changes).p_value == 0.15625
    assert signed_rank(changes, zeros="pratt").p_value == 0.1875
    assert rank_biserial(TIES_AND_ZERO.change, zeros="pratt").estimate == pytest.approx(-21 / 27)


def test_decimals_tie_only_after_rounding():
    # 0.3 and -0.3 on paper; in floating point their sizes differ in the last bit.
    changes = np.array([1.3 - 1.0, 6.8 - 7.1])
    assert signed_rank(round_differences(changes, decimals=1)).statistic == 1.5
    assert signed_rank(changes).statistic != 1.5


def test_scipy_agrees_up_to_thirteen_pairs_and_not_with_its_exact_method():
    generator = np.random.default_rng(7)
    for _ in range(40):
        changes = generator.integers(-4, 5, 7)
        if changes.any():
            for ours, theirs in (("wilcoxon", "wilcox"), ("pratt", "pratt")):
                expected = wilcoxon(changes, zero_method=theirs).pvalue
                assert signed_rank(changes, zeros=ours).p_value == pytest.approx(expected, **EXACT)
    # Ties and zeros: SciPy's "exact" looks the answer up in the table for neither.
    changes = [-2, 0, -3, -1, -1, 1, -2]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert wilcoxon(changes, method="exact").pvalue == 0.09375
    assert signed_rank(changes).p_value == signed_rank(changes, zeros="pratt").p_value == 0.125


def test_scipy_approximates_beyond_thirteen_pairs_with_ties():
    changes = [-4, -3, -3, -2, -2, -1, -1, -1, 1, 1, 2, -5, -6, -2, 3]
    assert wilcoxon(changes).pvalue == wilcoxon(changes, method="asymptotic").pvalue
    _, sums = enumerate_signs(changes, "wilcoxon")
    observed = abs(signed_rank(changes).statistic - sums.mean())
    exact = (np.abs(sums - sums.mean()) >= observed).mean()
    assert signed_rank(changes).p_value == pytest.approx(exact, **EXACT)
    assert wilcoxon(changes).pvalue != pytest.approx(exact, rel=0.01)


def test_pingouin_drops_zeros_from_its_rank_biserial_correlation_under_pratt_too():
    pair = (TIES_AND_ZERO.followup, TIES_AND_ZERO.baseline)
    row = pingouin.wilcoxon(*pair, zero_method="pratt").iloc[0]
    assert row["RBC"] == pytest.approx(rank_biserial(TIES_AND_ZERO.change).estimate)


@quick
@given(whole_changes, st.randoms(use_true_random=False), st.sampled_from([0.25, 3.0, 1e6]))
def test_reversing_permuting_and_scaling_leave_p_alone(changes, random, factor):
    result = signed_rank(changes)
    shuffled = random.sample(changes, len(changes))
    scaled = [factor * value for value in shuffled]
    assert signed_rank(scaled) == result
    reversed_signs = signed_rank([-value for value in changes])
    assert reversed_signs.p_value == result.p_value
    assert reversed_signs.mid_p == result.mid_p
    total = reversed_signs.statistic + result.statistic
    assert total == result.n_nonzero * (result.n_nonzero + 1) / 2


@quick
@given(whole_changes)
def test_another_zero_leaves_the_wilcoxon_test_alone(changes):
    assert signed_rank([*changes, 0]) == signed_rank(changes)


@quick
@given(st.lists(st.integers(1, 4), min_size=1, max_size=8))
def test_another_tied_change_in_the_common_direction_halves_p(sizes):
    more = signed_rank([*sizes, sizes[0]])
    assert more.p_value == signed_rank(sizes).p_value / 2


def test_up_to_the_bound_p_is_exact_and_above_it_the_named_approximation():
    generator = np.random.default_rng(1)
    for n in (APPROXIMATE_ABOVE, APPROXIMATE_ABOVE + 1):
        for decimals in (0, 9):
            signs = generator.choice([-1, 1], n, p=[0.42, 0.58])
            changes = (np.abs(generator.normal(0, 3, n)).round(decimals) + 1) * signs
            padded = [*changes, 0, 0, 0]
            for ours, theirs in (("wilcoxon", "wilcox"), ("pratt", "pratt")):
                options = {"zero_method": theirs, "method": "asymptotic"}
                result = signed_rank(padded, zeros=ours)
                corrected = wilcoxon(padded, correction=True, **options).pvalue
                uncorrected = wilcoxon(padded, **options).pvalue
                assert result.p_value == pytest.approx(corrected, abs=0.001)
                assert result.mid_p == pytest.approx(uncorrected, abs=0.001)
                approximated = n > APPROXIMATE_ABOVE
                assert (result.p_value == pytest.approx(corrected, rel=1e-9)) == approximated
                assert (result.mid_p == pytest.approx(uncorrected, rel=1e-9)) == approximated
                assert 0.0498 < result.p_largest_rejecting <= 0.05


@pytest.mark.parametrize("alternative", ["greater", "less"])
def test_the_approximation_has_a_side(alternative):
    changes = np.round(np.random.default_rng(2).normal(0.2, 2, 1000))
    options = {"method": "asymptotic", "correction": True, "alternative": alternative}
    expected = wilcoxon(changes, **options).pvalue
    assert signed_rank(changes, alternative=alternative).p_value == pytest.approx(expected)


@pytest.mark.parametrize("function", [signed_rank, hodges_lehmann, sign_flip])
def test_twenty_thousand_pairs_take_less_than_a_few_seconds(function):
    changes = np.random.default_rng(1).normal(0.2, 2, 20_000)
    start = time.process_time()
    function(changes)
    assert time.process_time() - start < 5


@pytest.mark.parametrize("changes", [[], [0], [0, 0, 0], [2]])
def test_without_two_nonzero_changes_p_is_one(changes):
    result = signed_rank(changes)
    assert (result.p_value, result.p_attainable, result.mid_p <= 1) == (1, 1, True)
    assert result.p_largest_rejecting is None


def test_rank_biserial_needs_a_change():
    with pytest.raises(DataError, match="nothing to rank"):
        rank_biserial([0, 0])
    assert rank_biserial([-2] * 7).estimate == -1


def test_an_unknown_option_is_wrong_use():
    with pytest.raises(UsageError, match="zsplit"):
        signed_rank([1, 2], zeros="zsplit")
    with pytest.raises(UsageError, match="alternative"):
        signed_rank([1, 2], alternative="smaller")
    with pytest.raises(UsageError, match="alpha"):
        signed_rank([1, 2], alpha=5)
