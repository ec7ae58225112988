"""Properties that hold for every instrument, on people drawn within the ranges."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from instrument_items import STUDY
from random_items import draw_items

from analysis.instruments.catalogue import find_instrument, find_variant
from analysis.instruments.checks import check_scores
from analysis.instruments.definition import FINGERS
from analysis.instruments.locations import pair_locations
from analysis.instruments.scores import pair_scores, score_items

KEY = ["participant_id", "visit", "outcome", "variant", "component"]
ITEMS = draw_items(60, seed=1)
SCORES = score_items(ITEMS, STUDY)
PAIRS = pair_scores(SCORES, ITEMS, STUDY)


def test_every_kind_of_score_is_among_them():
    assert set(SCORES["status"]) == {"complete", "prorated", "missing"}
    assert set(SCORES["outcome"]) == {o.name for o in (*STUDY.outcomes, *STUDY.supporting)}


def test_scores_lie_within_the_range_of_their_variant_and_hold_their_relations():
    assert (check_scores(SCORES, ITEMS, STUDY)["n_checked"] > 0).sum() > 15


def test_scores_and_pairs_do_not_depend_on_the_order_of_rows():
    for seed in (1, 2):
        mixed = ITEMS.sample(frac=1, random_state=seed)
        pd.testing.assert_frame_equal(score_items(mixed, STUDY), SCORES)
        pd.testing.assert_frame_equal(pair_scores(SCORES, mixed, STUDY), PAIRS)


def test_a_person_scores_the_same_alone_and_among_others():
    alone = score_items(ITEMS[ITEMS["participant_id"] == "SIM-00007"], STUDY)
    among = SCORES[SCORES["participant_id"] == "SIM-00007"].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone, among)


def test_a_score_is_empty_exactly_when_it_is_missing_and_then_has_a_reason():
    empty = SCORES["score"].isna()
    assert (empty == (SCORES["status"] == "missing")).all()
    assert (empty == (SCORES["missing_reason"] != "")).all()


def test_nothing_missing_means_complete_and_something_missing_means_not():
    present = SCORES[SCORES["score"].notna()]
    assert ((present["status"] == "complete") == (present["n_missing"] == 0)).all()


def test_with_nothing_missing_prorated_variants_equal_complete_ones():
    whole = score_items(draw_items(20, seed=2, missing=0), STUDY).set_index(KEY)["score"]
    for outcome, loose, strict in (
        ("cochin_hand_function", "primary", "complete_only"),
        ("raynaud_condition_score", "primary", "any_day"),
        ("finger_circumference", "primary", "all_available"),
        ("capillaroscopy", "primary", "all_available"),
    ):
        scores = whole.xs(outcome, level="outcome")
        first = scores.xs(loose, level="variant")
        pd.testing.assert_series_equal(first, scores.xs(strict, level="variant"))
        assert first.notna().all()


def test_missing_never_counts_as_zero():
    """Where every answer is the highest, no blank pulls a score that is made below the top."""
    scores = score_items(draw_items(60, seed=5, missing=0.08, at_top=True), STUDY)
    made = scores[scores["score"].notna() & (scores["component"] == "total")]
    assert (made["status"] == "prorated").sum() > 100
    for outcome in STUDY.outcomes:
        for name, own_name in outcome.variants.items():
            variant = made[(made["outcome"] == outcome.name) & (made["variant"] == name)]
            top = find_variant(find_instrument(outcome.instrument), own_name).high
            np.testing.assert_allclose(variant["score"], top, err_msg=f"{outcome.name} {name}")


@pytest.mark.parametrize("seed", [3, 4])
def test_a_worse_item_never_makes_a_better_score(seed):
    """Raising any item raises no score that falls with severity, and the other way round."""
    rng = np.random.default_rng(seed)
    raised = ITEMS.copy()
    room = ~ITEMS["item"].isin(["line_length", "circumference", "opposition", "density"])
    higher = room & (rng.uniform(size=len(ITEMS)) < 0.05) & ITEMS["value"].notna()
    top = ITEMS.groupby(["instrument", "item"])["value"].transform("max")
    raised.loc[higher, "value"] = np.minimum(ITEMS["value"] + 1, top)[higher]
    after = score_items(raised, STUDY).set_index(KEY)["score"]
    before = SCORES.set_index(KEY)["score"]
    assert (after.dropna() >= before.dropna() - 1e-12).all()
    assert (after > before + 1e-12).sum() > 100


@given(
    sizes=st.lists(st.integers(35, 85), min_size=16, max_size=16),
    removed=st.integers(0, 7),
    visit=st.sampled_from(["baseline", "week_12"]),
)
@settings(max_examples=40, deadline=None, derandomize=True)
def test_removing_a_finger_at_one_visit_moves_the_change_by_no_more_than_it_explains(
    sizes, removed, visit
):
    variant = find_variant(find_instrument("finger_circumference"), "matched_mean")
    index = pd.MultiIndex.from_tuples(
        [("SIM-01", v, finger, "", "") for v in ("baseline", "week_12") for finger in FINGERS],
        names=["participant_id", "visit", "location", "field", "reader"],
    )
    measures = pd.DataFrame({"total": np.array(sizes, dtype=float)}, index=index)
    measures = measures.assign(**{part.name: measures["total"] for part in variant.components})
    lacking = measures.drop(index=[("SIM-01", visit, FINGERS[removed], "", "")])
    change, after = (
        (pairs["followup"] - pairs["baseline"])[pairs["component"] == "total"].iloc[0]
        for pairs in (pair_locations(each, variant, 6, "baseline") for each in (measures, lacking))
    )
    gap = sizes[8 + removed] - sizes[removed]
    # The change of 8 fingers is 7/8 of that of the others plus 1/8 of the removed finger's own.
    assert change == pytest.approx(7 / 8 * after + gap / 8)
