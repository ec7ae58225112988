import pandas as pd
import pytest
from small_tables import NOT_TREATED, make_events, make_participants

from analysis.safety.listing import list_adverse_events
from analysis.safety.overview import name_coding, name_grading
from analysis.safety.phases import assign_phases
from analysis.tables import read_table, write_table

PEOPLE = make_participants("P1", "P2", P2=NOT_TREATED)


def listed(*rows, coarsen=True):
    events = assign_phases(make_events(*rows), PEOPLE, last_day=98)
    return list_adverse_events(events, coarsen=coarsen)


def test_every_event_is_listed_also_those_counted_nowhere():
    rows = [
        ("P1", {"start_date": "2031-03-01", "start_day": -9}),
        ("P1", {"start_date": "2031-08-01", "start_day": 144}),
        ("P2", {"start_date": "2031-03-12", "start_day": None}),
    ]
    assert listed(*rows)["period"].tolist() == ["before", "after", "before"]


def test_coarsened_days_stand_for_dates_and_the_recorded_term_is_hidden():
    row = ("P1", {"term": "free text", "end_date": "2031-03-15", "end_day": 5})
    assert listed(row)[["event", "recorded", "days"]].iloc[0].tolist() == ["Bruising", "", "2 to 5"]
    shown = listed(row, coarsen=False)[["event", "recorded", "days"]].iloc[0].tolist()
    assert shown == ["Bruising", "free text", "2031-03-12 to 2031-03-15"]


@pytest.mark.parametrize(
    ("cells", "days"),
    [
        ({"ongoing": "yes"}, "2, ongoing"),
        ({}, "2 to not recorded"),
        ({"end_date": "2031-03-12", "end_day": 2}, "2"),
        ({"end_date": "2031-04"}, "2 to not known"),
        (
            {"start_day": None, "start_date": "2031-03", "end_day": 5, "end_date": "x"},
            "not known to 5",
        ),
        ({"start_day": -3, "ongoing": "yes"}, "−3, ongoing"),
    ],
)
def test_what_is_not_known_of_a_duration_is_said(cells, days):
    event = make_events(("P1", cells)).assign(phase="product_emergent", phase_flag="")
    assert list_adverse_events(event, coarsen=True)["days"].iloc[0] == days


def test_what_is_missing_uncoded_or_planned_is_said():
    row = listed(("P1", {"term": "tingling", "coded_term": "", "class": ""})).iloc[0]
    assert row["event"] == "tingling (not coded)"
    cells = {"grade": None, "related_product": "", "serious": "", "outcome": ""}
    row = listed(("P1", cells)).iloc[0]
    names = ["grade", "related_product", "serious", "outcome", "action"]
    assert row[names].tolist() == ["not recorded"] * 5
    stay = {"serious": "yes", "serious_criterion": "hospitalisation", "planned_stay": "yes"}
    row = listed(("P1", stay)).iloc[0]
    assert (row["serious"], row["note"]) == ("no", "planned hospital stay, not serious")


def test_the_action_none_survives_a_round_trip_through_the_file(tmp_path):
    write_table(make_events(("P1", {"action": "None"})), "adverse_events", tmp_path)
    events = assign_phases(read_table("adverse_events", tmp_path), PEOPLE, last_day=98)
    assert list_adverse_events(events, coarsen=True)["action"].iloc[0] == "None"


@pytest.mark.parametrize(
    ("dictionaries", "heading"),
    [
        ([("none", "")], "Term (no dictionary)"),
        ([("MedDRA", "27.0")], "Term (MedDRA 27.0)"),
        ([("MedDRA", "27.0"), ("none", "")], "Term (several dictionaries)"),
        ([], "Term (no dictionary)"),
    ],
)
def test_a_column_is_headed_meddra_only_where_all_the_data_say_so(dictionaries, heading):
    rows = [("P1", {"dictionary": d, "dictionary_version": v}) for d, v in dictionaries]
    assert name_coding(make_events(*rows)) == heading


def test_the_grading_scale_and_its_version_come_from_the_data():
    rows = [("P1", {"grading_scale": "CTCAE", "grading_scale_version": "4.03"}), ("P1", {})]
    assert name_grading(make_events(*rows)) == "CTCAE 4.03"
    assert name_grading(make_events(("P1", {}))) == "scale not recorded"


def test_an_empty_listing_keeps_its_columns():
    assert isinstance(listed(), pd.DataFrame)
    assert "event" in listed().columns and len(listed()) == 0
