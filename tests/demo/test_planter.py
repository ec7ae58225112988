"""A planter finds cells, changes them, and says where they lie, as received."""

import pandas as pd
import pytest

from analysis.demo.planter import DIARY, IMAGES, REDCAP, Planter

KEYS = ["record_id", "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance"]


@pytest.fixture
def planter():
    rows = [
        ("SIM-01", "baseline_arm_1", "", "", "7"),
        ("SIM-01", "unscheduled_arm_1", "adverse_event", "1", ""),
        ("SIM-02", "baseline_arm_1", "", "", "8"),
    ]
    diary = [("SIM-01", "2021-03-01", "21:00", "5")]
    return Planter(
        {
            REDCAP: pd.DataFrame(rows, columns=[*KEYS, "kap_l"]),
            DIARY: pd.DataFrame(diary, columns=["record_id", "entry_date", "entry_time", "rating"]),
            IMAGES: pd.DataFrame(columns=["record_id", "image_id", "reader"]),
        }
    )


def test_a_changed_cell_is_described_with_what_stands_there_and_what_is_true(planter):
    place = planter.find_row("SIM-01", "baseline")
    assert planter.change(REDCAP, place, "kap_l", "17") == {
        "file": REDCAP,
        "row": "SIM-01|baseline_arm_1|",
        "field": "kap_l",
        "participant": "SIM-01",
        "visit": "baseline",
        "raw_value": "17",
        "true_value": "7",
    }
    assert planter.finish()[REDCAP]["kap_l"].tolist() == ["17", "", "8"]


def test_a_changed_key_is_described_as_received(planter):
    described = planter.change(DIARY, planter.find_rows(DIARY, "SIM-01")[0], "record_id", "sim1")
    assert (described["row"], described["visit"]) == ("sim1|2021-03-01|21:00", "")


def test_rows_are_added_at_the_end_and_taken_out(planter):
    like = planter.find_row("SIM-01", "unscheduled", "adverse_event")
    added = planter.add(REDCAP, like, redcap_repeat_instance="2")
    assert planter.describe(REDCAP, added, "")["row"] == "SIM-01|unscheduled_arm_1|adverse_event#2"
    planter.remove(REDCAP, planter.find_row("SIM-02", "baseline"))
    finished = planter.finish()[REDCAP]
    assert finished["redcap_repeat_instance"].tolist() == ["", "1", "2"]
    assert finished["record_id"].unique().tolist() == ["SIM-01"]


def test_the_tables_that_were_given_stay_as_they_are(planter):
    given = planter.finish()
    other = Planter(given)
    other.write(REDCAP, 0, kap_l="9")
    assert given[REDCAP].at[0, "kap_l"] == "7"
