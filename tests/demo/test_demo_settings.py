"""Grids, totals and latent values from which the export is made."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.demo.measures import spread_total
from analysis.demo.other_files import dither
from analysis.demo.settings import LOADINGS, SEVERITY, TARGETS, Target


@pytest.mark.parametrize("name", TARGETS)
def test_clamping_to_the_grid_keeps_mean_and_spread(name):
    target = TARGETS[name]
    latent = np.random.default_rng(1).standard_normal(200_000)
    for fraction in (0, 0.6, 1):
        mean, sd = target.at(fraction)
        placed = target.place(latent, fraction)
        assert placed.mean() == pytest.approx(mean, abs=0.01 * target.sd)
        assert placed.std() == pytest.approx(sd, rel=0.01)
        assert placed.min() >= target.low and placed.max() <= target.high
        steps = placed / target.step
        assert np.abs(steps - np.round(steps)).max() < 1e-6


def test_spread_at_follow_up_follows_from_spread_of_the_change_and_correlation():
    # 12^2 = 18^2 + 15^2 - 2 * 0.75 * 18 * 15, and also with 12 in place of 15, which is further off
    assert Target(38, 18, -9, 12, 0.75, 0, 90).followup_sd == pytest.approx(15)


def test_contradictory_settings_keep_the_correlation():
    # With r = 0.8 and spread 0.65 no change spreads less than 0.39.
    target = Target(1.1, 0.65, -0.2, 0.35, 0.8, 0, 3)
    sd = target.followup_sd
    change = (0.65**2 + sd**2 - 2 * 0.8 * 0.65 * sd) ** 0.5
    assert sd == pytest.approx(0.52)
    assert change == pytest.approx(0.39)


def test_no_measure_is_explained_beyond_all_of_its_variance():
    for loads in LOADINGS.values():
        explained = sum(
            x * y * (1 if a == b else SEVERITY[a] * SEVERITY[b])
            for a, x in loads.items()
            for b, y in loads.items()
        )
        assert explained < 1


@given(total=st.lists(st.integers(0, 54), min_size=1, max_size=20), seed=st.integers(0, 1000))
@settings(max_examples=50, deadline=None, derandomize=True)
def test_items_add_up_to_the_total_within_their_range(total, seed):
    offsets = np.random.default_rng(seed).normal(0, 0.3, (len(total), 18))
    items = spread_total(np.array(total), 3, offsets)
    assert items.sum(axis=1).tolist() == total
    assert items.min() >= 0 and items.max() <= 3


@given(low=st.integers(0, 54), more=st.integers(0, 54), seed=st.integers(0, 1000))
@settings(max_examples=50, deadline=None, derandomize=True)
def test_a_higher_total_lowers_no_item(low, more, seed):
    offsets = np.random.default_rng(seed).normal(0, 0.3, (1, 18))
    before = spread_total(np.array([low]), 3, offsets)
    after = spread_total(np.array([min(low + more, 54)]), 3, offsets)
    assert (after >= before).all()


def test_the_item_with_the_lowest_offset_is_affected_first():
    offsets = np.array([[0.5, 0.0, 2.0]])
    assert spread_total(np.array([1]), 3, offsets).tolist() == [[0, 1, 0]]
    assert spread_total(np.array([3]), 3, offsets).tolist() == [[1, 2, 0]]


def test_dithering_keeps_the_mean_over_all_places():
    places = np.array([[0.125, 0.625, 0.375, 0.875]])
    assert dither(np.array([1.25]), places).tolist() == [[1, 1, 1, 2]]
    assert dither(np.array([1.5]), places).tolist() == [[1, 2, 1, 2]]
