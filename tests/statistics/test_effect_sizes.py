"""Standardised changes, signed like the change."""

import numpy as np
import pingouin
import pytest
from scipy.stats import nct
from worked_examples import ONE_OPPOSITE, each_example

from analysis.errors import DataError
from analysis.statistics.common_tests import (
    d_z,
    describe_normality,
    hedges_g_av,
    paired_t,
    small_sample_factor,
)


@each_example("d_z")
def test_sizes_of_the_worked_examples_are_signed_like_the_change(example):
    assert d_z(example.change).estimate == pytest.approx(example.d_z, abs=1e-4)


@each_example("g_av")
def test_g_av_is_shrunk_by_the_df_that_fit_the_correlation(example):
    # The worked examples give g_av with J(6), which shrinks too much; J has 12/(1 + r^2) df.
    correlation = np.corrcoef(example.baseline, example.followup)[0, 1]
    factor = small_sample_factor(12 / (1 + correlation**2)) / small_sample_factor(6)
    result = hedges_g_av(example.baseline, example.followup)
    assert result.estimate == pytest.approx(example.g_av * factor, abs=1e-4)
    assert result.low < result.estimate < result.high


@pytest.mark.parametrize(("df", "factor"), [(5, 0.8407), (6, 0.8686), (7, 0.8882), (11, 0.9300)])
def test_exact_small_sample_factor(df, factor):
    assert small_sample_factor(df) == pytest.approx(factor, abs=5e-5)


@pytest.mark.parametrize(("correlation", "factor"), [(0.8, 0.893), (0.5, 0.919)])
def test_factor_of_g_av_at_seven_pairs(correlation, factor):
    assert small_sample_factor(12 / (1 + correlation**2)) == pytest.approx(factor, abs=5e-4)


def test_pingouin_s_sizes_of_pairs_are_unsigned_pooled_and_shrunk_too_little():

    pairs = (ONE_OPPOSITE.followup, ONE_OPPOSITE.baseline)
    row = pingouin.ttest(*pairs, paired=True).iloc[0]
    df = 12 / (1 + np.corrcoef(*pairs)[0, 1] ** 2)
    pooled = hedges_g_av(ONE_OPPOSITE.baseline, ONE_OPPOSITE.followup).estimate
    assert row["cohen_d"] == pytest.approx(-pooled / small_sample_factor(df))
    assert row["CI95"].tolist() == [-14.05, -2.66]
    hedges = pingouin.compute_effsize(*pairs, paired=True, eftype="hedges")
    assert hedges == pytest.approx(-row["cohen_d"] * (1 - 3 / 47))


def test_interval_of_d_z_inverts_the_noncentral_t_distribution():

    result = d_z(ONE_OPPOSITE.change)
    t, root = -3.5919325250962726, np.sqrt(7)
    assert nct.cdf(t, 6, result.low * root) == pytest.approx(0.975)
    assert nct.cdf(t, 6, result.high * root) == pytest.approx(0.025)


def test_interval_of_d_z_covers_as_often_as_it_says():
    generator = np.random.default_rng(11)
    covered = [
        (size := d_z(generator.normal(0.8, 1, 7))).low <= 0.8 <= size.high for _ in range(1500)
    ]
    assert np.mean(covered) == pytest.approx(0.95, abs=0.02)


def test_reversing_and_scaling_change_sign_and_nothing():
    change = np.array(ONE_OPPOSITE.change)
    result, other = d_z(change), d_z(-2.5 * change)
    assert (other.estimate, other.low, other.high) == pytest.approx(
        (-result.estimate, -result.high, -result.low)
    )


@pytest.mark.parametrize("function", [d_z, paired_t, describe_normality])
@pytest.mark.parametrize(
    "changes",
    [[], [1], [2, 2, 2, 2], [0, 0, 0], [0.1 + 0.2, 0.3, 0.3], [1, 2, np.nan], [1, 2, np.inf]],
)
def test_constant_or_too_few_changes_are_refused(function, changes):
    with pytest.raises(DataError):
        function(changes)


def test_g_needs_three_pairs_that_vary_at_both_visits():
    with pytest.raises(DataError, match="at least 3"):
        hedges_g_av([1, 2], [2, 4])
    with pytest.raises(DataError, match="no correlation"):
        hedges_g_av([5, 5, 5], [1, 2, 3])
    with pytest.raises(DataError, match="3 baseline values but 4"):
        hedges_g_av([1, 2, 3], [1, 2, 3, 4])


def test_g_av_of_equal_changes_has_no_interval():
    result = hedges_g_av([1, 2, 3, 4], [3, 4, 5, 6])
    assert result.estimate == pytest.approx(
        small_sample_factor(3) * 2 / np.std([1, 2, 3, 4], ddof=1)
    )
    assert result.low is result.high is None


@pytest.mark.parametrize("changes", [[1, 1.1], [-1, -1, -1.001], [15, 15, 15, 15, 15.0001]])
def test_nearly_equal_changes_have_a_t_but_no_interval_of_d_z(changes):
    assert abs(paired_t(changes).t) > 20
    with pytest.raises(DataError, match="too nearly equal"):
        d_z(changes)
