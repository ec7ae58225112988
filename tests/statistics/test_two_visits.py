"""Two visits compared on a frame of one's own, and the same by pingouin and SciPy."""

import numpy as np
import pandas as pd
import pingouin
import pytest
from scipy import stats
from worked_examples import SLEEP, TIES_AND_ZERO

from analysis.statistics.signed_rank import rank_biserial, signed_rank
from analysis.statistics.two_visits import compare_visits, set_beside

EXACT = {"rel": 1e-12, "abs": 1e-12}


def make_pairs(example):
    return pd.DataFrame({"baseline": example.baseline, "followup": example.followup})


def make_random_changes(count=400):
    """Whole changes of 3 to 9 people, with ties and zeros, never all equal."""
    generator = np.random.default_rng(19)
    made = []
    while len(made) < count:
        change = generator.integers(-3, 4, generator.integers(3, 10)).astype(float)
        if np.ptp(change):
            made.append(change)
    return made


def test_400_random_sets_have_the_same_p_rank_biserial_correlation_and_t_elsewhere():
    sets = make_random_changes()
    assert sum(0 in change for change in sets) > 200
    for change in sets:
        frame = pd.DataFrame({"baseline": 0.0, "followup": change})
        ours = compare_visits(frame)["value"]
        wilcoxon = pingouin.wilcoxon(change).iloc[0]
        t = pingouin.ttest(change, 0).iloc[0]
        theirs = [wilcoxon["p_val"], wilcoxon["RBC"], t["T"], t["p_val"]]
        names = ["p_value", "rank_biserial", "t", "t_p_value"]
        assert ours[names].tolist() == pytest.approx(theirs, **EXACT), change
        # The same by the definition: the sum of the signed ranks over that of the ranks.
        ranks = stats.rankdata(abs(change[change != 0])) * np.sign(change[change != 0])
        by_hand = ranks.sum() / abs(ranks).sum()
        assert rank_biserial(change).estimate == pytest.approx(by_hand, **EXACT)


def test_p_is_that_of_all_permutations_of_signs_by_scipy():
    def sum_positive(change):
        return stats.rankdata(abs(change))[change > 0].sum()

    for change in make_random_changes(20):
        kept = change[change != 0]
        found = stats.permutation_test(
            (kept,), sum_positive, permutation_type="samples", n_resamples=np.inf
        )
        assert signed_rank(change).p_value == pytest.approx(found.pvalue, **EXACT)


def test_estimates_and_intervals_stand_first():
    compared = compare_visits(make_pairs(SLEEP), decimals=1)
    assert compared.index[:3].tolist() == ["hl", "mean_change", "p_value"]
    assert compared.loc["mean_change", ["low", "high"]].tolist() == pytest.approx(
        [0.7001, 2.4599], abs=5e-5
    )
    assert compared["value"]["n_pairs"] == 10


def test_a_row_without_a_score_is_left_out_and_too_few_rows_are_named():
    pairs = pd.DataFrame({"baseline": [1.0, 2.0, np.nan], "followup": [2.0, 2.0, 1.0]})
    compared = compare_visits(pairs)
    assert compared["value"][["n_pairs", "n_increased", "n_unchanged"]].tolist() == [2, 1, 1]
    assert np.isnan(compared["low"]["hl"])
    assert compared["method"]["hl"] == "too few for an interval at 95\N{NO-BREAK SPACE}%"
    assert "at least 3 needed" in compared["method"]["shapiro_w"]
    assert compare_visits(pairs.iloc[:0])["value"]["n_pairs"] == 0


def test_libraries_stand_beside_what_is_the_same_what_differs_and_what_they_refuse():
    pairs = make_pairs(TIES_AND_ZERO)
    before, after = pairs["baseline"], pairs["followup"]
    beside = set_beside(
        compare_visits(pairs, decimals=1),
        [
            ("t", "pingouin.ttest", lambda: pingouin.ttest(after, before, paired=True).iat[0, 0]),
            ("d_z", "pingouin.compute_effsize", lambda: pingouin.compute_effsize(after, before)),
            ("shapiro_w", "pingouin.normality", lambda: pingouin.normality([1, 2])["W"].iloc[0]),
        ],
    )
    assert beside["same"].tolist()[:2] == ["yes", "no"]
    assert beside["same"].iloc[2].startswith("refused: ")
