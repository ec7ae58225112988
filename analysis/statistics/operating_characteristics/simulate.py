"""Simulate blocks of trials and count the rejections and the coverage."""

import zlib
from typing import Any

import numpy as np
import pandas as pd

from analysis.statistics.hodges_lehmann import find_walsh_order
from analysis.statistics.operating_characteristics import many_trials
from analysis.statistics.operating_characteristics.scenarios import ALPHA, Family, Scenario

CONFIDENCE = 0.95
# With fewer non-zero changes than this the smallest two-sided p is at least 1/16.
FEWEST_NONZERO = 6


def count_block(
    scenario: Scenario | Family, *, block: int, trials: int, seed: int
) -> dict[str, int]:
    """Simulate one block of trials of one scenario and count.

    Parameters
    ----------
    block
        Number of the block; with `seed` and the scenario's name it fixes the random numbers,
        so neither the worker nor the order of the blocks matters.
    trials
        Trials in the block.

    Returns
    -------
    Number of trials by statistic; the counts of blocks can be added up.
    """
    sequence = np.random.SeedSequence(seed, spawn_key=(zlib.crc32(scenario.name.encode()), block))
    rng = np.random.default_rng(sequence)
    if isinstance(scenario, Family):
        return _count_family(scenario, rng, trials)
    normals = rng.standard_normal((trials, scenario.n, 2))
    return _count_outcome(scenario, draw_changes(scenario, normals))


def draw_changes(scenario: Scenario, normals: np.ndarray) -> np.ndarray:
    """Turn standard normal numbers into changes, counted in steps of the outcome's grid.

    Parameters
    ----------
    normals
        Shape (..., n, 2): two per participant.

    Returns
    -------
    numpy.ndarray, shape (..., n)
        In units of `step`, whole numbers, so that equal changes are equal; in the unit of the
        outcome where there is no grid.

    Notes
    -----
    With bounds each score is rounded and kept within them. Without a true change the two visits
    are then exchangeable, so the changes are symmetric about zero despite floor and ceiling.
    """
    unit = scenario.step or 1
    first, second = normals[..., 0], normals[..., 1]
    if scenario.bounds is None:
        return _place(scenario, (scenario.mean_change + scenario.sd_change * first) / unit)
    r = scenario.correlation
    later = r * first + np.sqrt(1 - r**2) * second
    floor, ceiling = (bound / unit for bound in scenario.bounds)
    baseline, followup = (
        np.clip(_place(scenario, latent / unit), floor, ceiling)
        for latent in (
            scenario.baseline_mean + scenario.baseline_sd * first,
            scenario.baseline_mean + scenario.mean_change + scenario.baseline_sd * later,
        )
    )
    return followup - baseline


def summarise_counts(
    scenario: Scenario | Family, counts: dict[str, int], trials: int
) -> pd.DataFrame:
    """Turn counts into one row per statistic.

    Returns
    -------
    The scenario's settings, `trials`, `statistic`, `value` (a share of the trials) and
    `error`, its Monte Carlo standard error.
    """
    single = None if isinstance(scenario, Family) else scenario
    shares = {statistic: count / trials for statistic, count in counts.items()}
    return pd.DataFrame(
        {
            "scenario": scenario.name,
            "n": scenario.n,
            "mean_change": single.mean_change if single else 0.0,
            "sd_change": single.sd_change if single else None,
            "step": single.step if single else None,
            "correlation": round(scenario.correlation, 12),
            "trials": trials,
            "statistic": list(shares),
            "value": list(shares.values()),
            "error": [(share * (1 - share) / trials) ** 0.5 for share in shares.values()],
        }
    )


def _place(scenario: Scenario, values: np.ndarray) -> np.ndarray:
    # Halves round up at both visits alike; numpy's rounding to even would favour even scores.
    return np.floor(values + 0.5) if scenario.step else values


def _count_outcome(scenario: Scenario, changes: np.ndarray) -> dict[str, int]:
    truth = scenario.mean_change / (scenario.step or 1)
    rejected, limits = _judge(changes)
    low, high = many_trials.compute_walsh_limits(
        changes, find_walsh_order(scenario.n, CONFIDENCE)[0]
    )
    t_low, t_high = limits
    counts = {
        "p_out_of_reach": (changes != 0).sum(axis=1) < FEWEST_NONZERO,
        **{f"rejected_{test}": answer for test, answer in rejected.items()},
        "covered_closed": (low <= truth) & (truth <= high),
        "covered_open": (low < truth) & (truth < high),
        "covered_t": (t_low <= truth) & (truth <= t_high),
    }
    return {statistic: int(trials.sum()) for statistic, trials in counts.items()}


def _count_family(family: Family, rng: np.random.Generator, trials: int) -> dict[str, int]:
    size = (trials, family.n, 2)
    shared = rng.standard_normal(size)
    r = family.correlation
    found: dict[str, Any] = {}
    for scenario in family.scenarios:
        normals = np.sqrt(r) * shared + np.sqrt(1 - r) * rng.standard_normal(size)
        rejected, _ = _judge(draw_changes(scenario, normals))
        found = {test: found.get(test, False) | answer for test, answer in rejected.items()}
    return {f"any_{test}": int(answer.sum()) for test, answer in found.items()}


def _judge(changes: np.ndarray) -> tuple[dict[str, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    p_value, mid_p = many_trials.compute_signed_rank_p(changes)
    low, high, defined = many_trials.compute_t_limits(changes)
    rejected = {
        "exact": p_value <= ALPHA,
        "mid_p": mid_p <= ALPHA,
        "t": defined & ((low > 0) | (high < 0)),
    }
    return rejected, (low, high)
