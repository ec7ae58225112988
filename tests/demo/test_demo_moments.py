"""Ten thousand clean participants look as the settings say.

Tolerances: a mean within 0.06 of the spread at baseline, a spread within 7 %, a spread of a
change within 15 %, a correlation within 0.07. They leave room for what clamping at the ends of a
scale takes away; where settings contradict each other, the expected value is what they allow.
"""

import numpy as np
import pandas as pd
import pytest

from analysis.demo.export import make_export

HANDS = ["mrss_hand_r", "mrss_hand_l", "mrss_fing_r", "mrss_fing_l"]
HAQ_ITEMS = (2, 2, 3, 2, 3, 2, 3, 3)
COCHIN = [f"chfs_{item:02d}" for item in range(1, 19)]
FINGERS = {
    f"circ_{side}{finger}": mean
    for side in "rl"
    for finger, mean in zip("2345", (56, 56, 53, 47), strict=True)
}
# Mean, spread, change, spread of the change, correlation.
SETTINGS = {
    "hand_mrss": (8.0, 2.5, -1.4, 2.0, 0.8),
    "total_mrss": (15, 8, -2.0, 4.5, 0.9),
    "raynaud": (5.0, 2.0, -1.6, 2.0, 0.5),
    "vas_hand": (50, 25, -15, 22, 0.6),
    "cochin": (38, 18, -9, 12, 0.75),
    "haq_di": (1.1, 0.65, -0.20, 0.39, 0.8),
    "vas_rp": (1.5, 0.9, -0.45, 0.72, 0.6),
    "vas_du": (1.0, 1.0, -0.3, 0.8, 0.6),
    "vas_pain": (1.3, 0.8, -0.35, 0.7, 0.6),
    "vas_gi": (0.5, 0.7, 0, 0.5, 0.7),
    "vas_lung": (0.5, 0.7, 0, 0.5, 0.7),
    "vas_overall": (1.3, 0.8, -0.3, 0.6, 0.7),
    "kap_r": (8.0, 1.5, 0.4, 0.8, 0.85),
    "kap_l": (8.0, 1.5, 0.4, 0.8, 0.85),
    "density": (4.5, 1.5, 0.4, 0.8, 0.85),
    "evolution": (5.0, 1.8, -0.5, 1.0, 0.85),
    "circ_r3": (56, 4, -1.0, 1.5, 0.95),
}


@pytest.fixture(scope="module")
def tables():
    return make_export(10_000, 2016, faults="none").tables


@pytest.fixture(scope="module")
def baseline(tables):
    return _measures(tables, "baseline", "procedure")


@pytest.fixture(scope="module")
def week_12(tables):
    return _measures(tables, "week_12", "week_12")


def _measures(tables, visit, anchor):
    export = tables["redcap_export.csv"]
    export = export[export["redcap_repeat_instrument"] == ""].set_index("record_id")
    rows = export[export["redcap_event_name"] == f"{visit}_arm_1"]
    sites = [
        name for name in rows if name.startswith("mrss_") and name[5:] not in ("total", "complete")
    ]
    scales = [f"vas_{name}" for name in ("pain", "rp", "du", "gi", "lung", "overall")]
    plain = ["vas_hand", "kap_r", "kap_l", *HANDS, *FINGERS]
    scores = rows[plain].astype("float64")
    scores[scales] = rows[scales].astype("float64") / 50
    scores["hand_mrss"] = scores[HANDS].sum(axis=1)
    scores["total_mrss"] = rows[sites].astype("float64").sum(axis=1)
    scores["cochin"] = rows[COCHIN].astype("float64").sum(axis=1)
    scores["haq_di"] = _haq_index(rows)
    scores["raynaud"] = _diary_mean(tables["raynaud_diary.csv"], export, anchor)
    images = tables["capillaroscopy.csv"]
    images = images[(images["event"] == f"{visit}_arm_1") & (images["reader"] == "A")]
    fields = images[["density", "loss", "disorganisation", "ramified"]].astype("float64")
    means = fields.groupby(images["record_id"]).mean()
    scores["density"] = means["density"]
    scores["evolution"] = means[["loss", "disorganisation", "ramified"]].sum(axis=1)
    return scores


def _haq_index(rows):
    ends = np.cumsum(HAQ_ITEMS)
    index = 0
    for category, end in enumerate(ends, 1):
        items = [f"haq_{item:02d}" for item in range(end - HAQ_ITEMS[category - 1] + 1, end + 1)]
        score = rows[items].astype("int64").max(axis=1)
        boxes = rows.columns.intersection([f"haq_aid___{category}", f"haq_help___{category}"])
        supported = (rows[boxes] == "1").any(axis=1)
        index = index + score.mask(supported & (score < 2), 2)
    return index / 8


def _diary_mean(diary, export, anchor):
    day = export.loc[export["redcap_event_name"] == f"{anchor}_arm_1", "visit_date"]
    back = pd.to_datetime(diary["record_id"].map(day)) - pd.to_datetime(diary["entry_date"])
    rated = diary[back.dt.days.between(1, 14)]
    return rated["rating"].astype("float64").groupby(rated["record_id"]).mean()


@pytest.mark.parametrize("name", SETTINGS)
def test_mean_spread_change_and_correlation_are_the_settings(name, baseline, week_12):
    mean, sd, change, change_sd, correlation = SETTINGS[name]
    before, after = baseline[name], week_12[name]
    assert before.mean() == pytest.approx(mean, abs=0.06 * sd)
    assert before.std() == pytest.approx(sd, rel=0.07)
    assert (after - before).mean() == pytest.approx(change, abs=0.06 * sd)
    assert (after - before).std() == pytest.approx(change_sd, rel=0.15)
    assert before.corr(after) == pytest.approx(correlation, abs=0.07)


def test_right_and_left_resemble_each_other_and_fingers_have_their_own_mean(baseline):
    for name, mean in FINGERS.items():
        assert baseline[name].mean() == pytest.approx(mean, abs=0.2)
    for finger in "2345":
        correlation = baseline[f"circ_r{finger}"].corr(baseline[f"circ_l{finger}"])
        assert correlation == pytest.approx(0.8, abs=0.05)
    assert baseline["kap_r"].corr(baseline["kap_l"]) == pytest.approx(0.8, abs=0.05)
    for site in ("hand", "fing"):
        assert baseline[f"mrss_{site}_r"].corr(baseline[f"mrss_{site}_l"]) > 0.7


def test_questionnaires_agree_with_each_other_more_than_with_the_skin(baseline):
    assert baseline["cochin"].corr(baseline["haq_di"]) == pytest.approx(0.84, abs=0.03)
    assert 0.30 <= baseline["cochin"].corr(baseline["hand_mrss"]) <= 0.42
    assert 0.30 <= baseline["cochin"].corr(baseline["total_mrss"]) <= 0.42


def test_the_thumb_score_has_a_ceiling(baseline, week_12):
    assert 0.1 < (baseline["kap_r"] == 10).mean() < (week_12["kap_r"] == 10).mean() < 0.4
    assert baseline["kap_r"].max() == 10


def test_nothing_was_put_into_bowel_and_breathing(baseline, week_12):
    for name in ("vas_gi", "vas_lung"):
        change = week_12[name] - baseline[name]
        assert abs(change.mean()) < 3 * change.std() / 100


def test_recorded_totals_are_the_sums_of_their_items(tables):
    export = tables["redcap_export.csv"]
    asked = export[export["chfs_total"] != ""]
    assert (asked[COCHIN].astype("int64").sum(axis=1) == asked["chfs_total"].astype("int64")).all()


def test_events_product_and_people_have_the_magnitudes_of_the_settings(tables):
    export = tables["redcap_export.csv"]
    events = export[export["redcap_repeat_instrument"] == "adverse_event"]
    assert 1 <= len(events) / 10_000 <= 2
    ulcers = export[(export["du_active"] == "1")].groupby("redcap_event_name").size() / 10_000
    assert ulcers["baseline_arm_1"] == pytest.approx(1, abs=0.05)
    assert ulcers["week_12_arm_1"] - ulcers["baseline_arm_1"] == pytest.approx(-0.4, abs=0.05)
    done = export[export["lipo_ml"] != ""]
    for field, mean, sd in (("lipo_ml", 180, 60), ("tnc_e6", 40, 18), ("viability_pct", 90, 5)):
        values = done[field].astype("float64")
        assert values.mean() == pytest.approx(mean, rel=0.02)
        assert values.std() == pytest.approx(sd, rel=0.1)
    injected = done["inj_r3"].astype("float64")
    assert injected.mean() == pytest.approx(1, abs=0.01)
    assert injected.std() == pytest.approx(0.1, rel=0.1)


def test_two_readers_saw_the_same_images_and_mostly_agree(tables):
    images = tables["capillaroscopy.csv"]
    first = images[images["reader"] == "A"].set_index("image_id")
    second = images[images["reader"] == "B"].set_index("image_id")
    assert 0.1 < len(second) / len(first) < 0.2
    both = first.loc[second.index]
    place = ["hand", "finger", "field", "event"]
    assert both[place].equals(second[place])
    apart = both["density"].astype("int64") - second["density"].astype("int64")
    assert apart.abs().max() == 1 and 0.5 < (apart == 0).mean() < 0.8
