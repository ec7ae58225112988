import pandas as pd
import pytest

from analysis.describe.exposure import (
    ALL_FINGERS,
    check_release,
    derive_exposure,
    describe_exposure,
    describe_release,
)
from analysis.results import Context, collect_results
from analysis.study import load_study
from analysis.tables import shape_table

STUDY = load_study()
CONTEXT = Context("exposure", "03_describe", "simulated", "procedure_safety")
PLANNED = STUDY.specification.planned_fingers.value
GOOD = {
    "participant_id": "P1",
    "anaesthesia_start": "2031-03-10T09:00",
    "first_injection": "2031-03-10T11:30",
    "processed_ml": 100,
    "final_volume_ml": 10,
    "nucleated_cells_million": 40,
    "viability_percent": 90,
    "endotoxin_eu_per_ml": 0.25,
    "gram_stain": "negative",
    "sterility": "no_growth",
    **{f"injected_{finger}_ml": 1.0 for finger in PLANNED},
    "injected_total_ml": 8.0,
    "n_fingers_injected": 8,
}
NOT_INJECTED = {
    "first_injection": "",
    **{f"injected_{finger}_ml": None for finger in PLANNED},
    "injected_total_ml": None,
    "n_fingers_injected": 0,
}


def expose(*changes):
    rows = [{**GOOD, "participant_id": f"P{n}", **cells} for n, cells in enumerate(changes, 1)]
    return derive_exposure(shape_table(pd.DataFrame(rows), "procedures"))


def states(**cells):
    checks = check_release(expose(cells), STUDY.specification)
    return {row.test: row.state for row in checks.itertuples() if row.state != "within"}


def test_cells_of_a_finger_are_its_volume_times_the_concentration_and_add_up():
    row = expose({}).iloc[0]
    assert row["cells_right_2_million"] == pytest.approx(4.0)
    assert row["injected_cells_million"] == pytest.approx(32.0)
    assert row["cells_per_finger_million"] == pytest.approx(4.0)
    assert row["yield_per_ml"] == pytest.approx(4.0)
    assert row["viable_cells_million"] == pytest.approx(36.0)
    assert row["minutes_to_injection"] == 150
    row = expose({"injected_right_2_ml": 0.5, "injected_total_ml": 7.5}).iloc[0]
    fingers = sum(row[f"cells_{f}_million"] for f in ALL_FINGERS if row[f"injected_{f}_ml"] > 0)
    assert fingers == pytest.approx(row["injected_cells_million"])


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({}, "yes"),
        ({"injected_total_ml": 8.5}, "no"),
        ({"final_volume_ml": 7.5}, "no"),
        ({"final_volume_ml": None}, ""),
        ({f"injected_{finger}_ml": None for finger in PLANNED}, ""),
    ],
)
def test_volumes_add_up_to_the_total_and_to_no_more_than_the_product(cells, expected):
    assert expose(cells)["volumes_add_up"].iloc[0] == expected


def test_no_dose_of_cells_follows_from_volumes_that_contradict_each_other():
    frame = expose({}, {"final_volume_ml": 7.5})
    doses = ["injected_cells_million", "cells_per_finger_million"]
    doses += [f"cells_{finger}_million" for finger in PLANNED]
    assert frame.loc[0, doses].notna().all() and frame.loc[1, doses].isna().all()
    assert frame.loc[1, ["final_volume_ml", "injected_total_ml"]].tolist() == [7.5, 8.0]
    shown = collect_results(describe_exposure(frame, CONTEXT)).set_index("result_id")["text"]
    assert shown["exposure.injected_cells_million.n"] == "1"
    assert shown["exposure.injected_cells_million.median_range"] == "32.0 (32.0 to 32.0)"
    assert shown["exposure.injected_total_ml.n"] == "2"


def test_who_was_not_injected_has_no_cells_in_any_finger():
    row = expose(NOT_INJECTED).iloc[0]
    assert pd.isna(row["injected_cells_million"]) and pd.isna(row["cells_per_finger_million"])
    assert pd.isna(row["minutes_to_injection"])


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({}, {}),
        ({"viability_percent": 70}, {}),
        ({"viability_percent": 69.9}, {"viability": "outside"}),
        ({"endotoxin_eu_per_ml": 5.01}, {"endotoxin": "outside"}),
        ({"endotoxin_eu_per_ml": None}, {"endotoxin": "unknown"}),
        ({"gram_stain": "positive"}, {"gram_stain": "outside"}),
        ({"sterility": "pending"}, {"sterility": "unknown"}),
        ({"sterility": "growth"}, {"sterility": "outside"}),
        (
            {"injected_right_5_ml": None, "injected_total_ml": 7.0, "n_fingers_injected": 7},
            {"planned_fingers": "outside"},
        ),
        ({"injected_right_2_ml": 2.1, "injected_total_ml": 9.1}, {"finger_volume": "outside"}),
        ({"final_volume_ml": 7.5}, {"volumes": "contradicted"}),
        (
            NOT_INJECTED,
            {"planned_fingers": "unknown", "finger_volume": "unknown", "volumes": "unknown"},
        ),
    ],
)
def test_a_product_is_held_against_the_specification(cells, expected):
    assert states(**cells) == expected


def test_a_participant_out_of_specification_twice_counts_once():
    frame = expose({"viability_percent": 60, "gram_stain": "positive"}, {}, NOT_INJECTED)
    checks = check_release(frame, STUDY.specification)
    shown = collect_results(describe_release(checks, CONTEXT)).set_index("result_id")["value"]
    assert shown["exposure.out_of_specification.n"] == 1
    assert shown["exposure.viability_test.within.n"] == 2
    assert shown["exposure.planned_fingers_test.unknown.n"] == 1


def test_a_contradiction_of_volumes_is_not_out_of_specification():
    checks = check_release(expose({"final_volume_ml": 7.5}, {}), STUDY.specification)
    shown = collect_results(describe_release(checks, CONTEXT)).set_index("result_id")["value"]
    assert shown["exposure.out_of_specification.n"] == 0
    states = ("within", "outside", "contradicted", "unknown")
    assert [shown[f"exposure.volumes_test.{state}.n"] for state in states] == [1, 0, 1, 0]


def test_exposure_is_summarised_over_everyone_harvested():
    results = collect_results(describe_exposure(expose({}, NOT_INJECTED), CONTEXT))
    shown = results.set_index("result_id")["text"]
    assert shown["exposure.n_fingers_injected.median_range"] == "4 (0 to 8)"
    assert shown["exposure.injected_total_ml.n_missing"] == "1"
    assert shown["exposure.gram_stain.negative.n_share"] == "2 of 2 (100\xa0%)"
    assert shown["exposure.injected_right_1_ml.median_range"] == "not estimable"
