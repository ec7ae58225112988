"""What becomes of single cells in the processed tables, by small changes of a valid export."""

from dataclasses import replace

import pandas as pd
import pytest

from analysis.cleaning import clean_export
from analysis.cleaning.derive import count_days, derive_adverse_events, select_held
from analysis.cleaning.export import DIARY, DICTIONARY, MAP, REDCAP
from analysis.cleaning.logic import evaluate_branching
from analysis.cleaning.places import choose_baseline, place_entries
from analysis.cleaning.populations import find_intercurrent_events, list_exclusions
from analysis.cleaning.state import SourceFile

DAYS = pd.Series({"SIM-01": pd.Timestamp("2021-03-08")})


def diary(*dates):
    frame = pd.DataFrame({"entry_date": dates}, dtype="str")
    keys = pd.DataFrame({"participant": "SIM-01", "visit": ""}, index=frame.index)
    return SourceFile(DIARY, frame, frame, keys)


def test_diary_days_count_back_from_procedure_and_visit(study):
    file = diary("2021-03-07", "2021-02-22", "2021-02-21", "2021-03-08", "2021-05-30", "2021-05-31")
    week_12 = pd.Series({"SIM-01": pd.Timestamp("2021-05-31")})
    placed = place_entries(file, {"baseline": DAYS, "week_12": week_12}, study)
    assert placed[["visit", "occasion"]].to_numpy().tolist() == [
        ["baseline", "01"],
        ["baseline", "14"],
        ["unscheduled", "2021-02-21"],
        ["unscheduled", "2021-03-08"],
        ["week_12", "01"],
        ["unscheduled", "2021-05-31"],
    ]


def test_study_days_need_a_whole_date():
    dates = pd.Series(["2021-03-08", "2021-03-07", "2021-03", ""])
    days = count_days(dates, pd.Series(["SIM-01"] * 4), DAYS)
    assert days.fillna(-999).tolist() == [0, -1, -999, -999]


def test_an_event_lasts_from_its_first_day_to_its_last():
    days = [("2021-03-08", "2021-03-08"), ("2021-03", "2021-03-20")]
    events = pd.DataFrame(days, columns=["start_date", "end_date"])
    derived = derive_adverse_events(events.assign(participant_id="SIM-01"), DAYS)
    assert derived["duration_days"].fillna(0).tolist() == [1, 0]
    assert derived["start_precision"].tolist() == ["day", "month"]


@pytest.mark.parametrize(
    ("logic", "asked"),
    [
        ("[eligible] = '0'", [True, False, False]),
        ("[n] > 0", [False, True, False]),
        ("[eligible] <> '1' and [n] = '0'", [True, False, False]),
        ("([eligible] = '1' or [n] = 0) and [box(2)] = '1'", [False, True, False]),
        ('[eligible]="1"', [False, True, False]),
        ("datediff([a],[b]) > 1", None),
        ("[other][field] = '1'", None),
        ("[nowhere] = '1'", None),
        ("[eligible] = '1' and", None),
    ],
)
def test_branching_logic_is_read_or_said_to_be_beyond(logic, asked):
    frame = pd.DataFrame(
        {"eligible": ["0", "1", ""], "n": ["0", "2", ""], "box___2": ["0", "1", ""]}
    )
    derived = evaluate_branching(logic, frame.astype("str"))
    assert (derived if derived is None else derived.tolist()) == asked


def one_of(study, **changes):
    """Return the exclusions of a participant who would be per protocol but for the changes."""
    fingers = {f"injected_{name}_ml": "1" for name in study.specification.planned_fingers.value}
    procedures = fingers | {
        "participant_id": "SIM-01", "viability_percent": "90", "endotoxin_eu_per_ml": "0.3",
        "gram_stain": "negative", "sterility": "no_growth",
    }  # fmt: skip
    visits = pd.DataFrame(
        {
            "participant_id": "SIM-01",
            "visit": ["baseline", "week_12"],
            "status": "done",
            "in_window": ["yes", changes.pop("in_window", "yes")],
            "assessor": ["A1", changes.pop("assessor", "A1")],
        }
    )
    events = pd.DataFrame(
        {"participant_id": ["SIM-01"], "event": [changes.pop("event", "")], "prohibited": ["yes"]}
    )
    who = pd.Series(["SIM-01"])
    derived = list_exclusions(who, pd.DataFrame([procedures | changes]), visits, events, study)
    return derived["reason"].tolist()


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({}, []),
        ({"in_window": "no"}, ["week_12_outside_window"]),
        ({"assessor": "A2"}, ["different_assessor"]),
        ({"assessor": ""}, ["different_assessor"]),
        ({"event": "treatment_change"}, ["prohibited_treatment_change"]),
        ({"injected_left_5_ml": "0"}, ["finger_not_injected"]),
        ({"injected_left_5_ml": ""}, ["finger_not_injected"]),
        ({"viability_percent": "69.9"}, ["product_outside_specification"]),
        ({"viability_percent": "70"}, []),
        ({"endotoxin_eu_per_ml": ""}, ["product_outside_specification"]),
        ({"injected_right_2_ml": "2.1"}, ["product_outside_specification"]),
        ({"sterility": "growth"}, ["product_outside_specification"]),
        ({"sterility": "pending"}, []),
    ],
)
def test_per_protocol_asks_for_all_five_things(study, changes, reasons):
    assert one_of(study, **changes) == reasons


def medications(**changes):
    derived = {
        "participant_id": "SIM-01", "medication_number": 1, "name": "N", "class": "vasodilator",
        "start_date": "2019", "change": "none", "change_date": "",
    }  # fmt: skip
    return pd.DataFrame([derived | changes])


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, 0),
        ({"change": "started", "change_date": "2021-04-01"}, 1),
        ({"change": "increased", "change_date": "2021-04-01"}, 1),
        ({"change": "decreased", "change_date": "2021-04-01"}, 0),
        ({"change": "started", "change_date": "2021-03-01"}, 0),
        ({"change": "started", "change_date": "2021-08-01"}, 0),
        ({"change": "started", "change_date": "2021-04-01", "class": "analgesic"}, 0),
        ({"change": "increased", "change_date": ""}, 1),
        ({"start_date": "2021-04-01"}, 1),
    ],
)
def test_a_treatment_change_is_a_start_or_increase_between_procedure_and_followup(
    cleaned, study, changes, found
):
    tables = cleaned.tables | {"medications": medications(**changes)}
    visits = tables["visits"].copy()
    follow = (visits["participant_id"] == "SIM-01") & (visits["visit"] == "week_12")
    visits.loc[follow, "visit_date"] = "2021-05-31"
    events = find_intercurrent_events(tables | {"visits": visits}, DAYS, study)
    assert (events["event"] == "treatment_change").sum() == found


def test_every_table_of_a_valid_export_has_who_it_should(cleaned):
    people = cleaned.tables["participants"]
    assert people["in_enrolled"].eq("yes").sum() == 7
    failed = people[people["eligible"] == "no"]
    assert failed["participant_id"].str.startswith("SIM-S").all()
    assert not failed.filter(like="in_").eq("yes").any().any()
    assert set(cleaned.tables["disposition"]["participant_id"]) == set(people["participant_id"])
    assert len(cleaned.tables["procedures"]) == 7


def test_items_are_where_the_contract_puts_them(cleaned):
    items = cleaned.tables["items"].set_index(["instrument", "item", "location"]).sort_index()
    for where in (
        ("mrss", "hand_dorsum", "right"),
        ("haq", "dress_1", ""),
        ("haq", "aid_dressing", ""),
        ("haq", "help_activities", ""),
        ("finger_circumference", "circumference", "right_2"),
        ("mrss", "recorded_total", ""),
        ("capillaroscopy", "density", "left_5"),
    ):
        assert where in items.index
    occasions = items.loc[("capillaroscopy", "density", "left_5"), "occasion"]
    assert set(occasions) <= {f"reader_{r}/field_{f}" for r in "ab" for f in (1, 2)}
    assert items["source"].str.fullmatch(r"[a-z_]+\.csv:[a-z_]+:\w+").all()


def test_a_blank_answer_of_an_opened_form_is_not_done_and_a_refused_one_refused(valid, study):
    table = valid.tables[REDCAP].copy()
    place = table.index[table["chfs_01"] != ""][0]
    table.loc[place, ["chfs_01", "chfs_02"]] = ["", "거부"]
    found = clean_export(replace(valid, tables=valid.tables | {REDCAP: table}), study)
    items = found.tables["items"]
    who = items["participant_id"] == table.at[place, "record_id"]
    derived = items[
        who & items["source"].str.contains("chfs_0[12]") & (items["missing_reason"] != "")
    ]
    assert derived["missing_reason"].tolist() == ["not_done", "refused"]
    assert found.queries["rule"].tolist() == ["required_missing"]


def assessments(*rows):
    return pd.DataFrame(rows, columns=["visit", "item", "value"]).assign(
        participant_id="SIM-01", instrument="kapandji", text="", source="s"
    )


@pytest.mark.parametrize(
    ("rows", "day", "visits"),
    [
        ([("screening", "a", 1), ("baseline", "a", 2)], -1, ["screening", "baseline"]),
        ([("screening", "a", 1), ("baseline", "a", None)], -1, ["baseline", "screening"]),
        ([("screening", "a", 1), ("baseline", "a", 2)], 2, ["baseline", "screening"]),
        ([("screening", "a", 1)], -1, ["baseline"]),
        ([("screening", "a", None), ("baseline", "a", None)], -1, ["screening", "baseline"]),
    ],
)
def test_baseline_is_the_last_complete_assessment_before_anaesthesia(study, rows, day, visits):
    dated = pd.DataFrame(
        {"participant_id": "SIM-01", "visit": ["screening", "baseline"], "study_day": [-20, day]}
    )
    assert choose_baseline(assessments(*rows), dated, study)["visit"].tolist() == visits


def test_an_export_without_any_procedure_has_no_study_days(faulty, study):
    export, _ = faulty
    table = export.tables[REDCAP]
    untreated = table[table["redcap_event_name"] != "procedure_arm_1"]
    tables = export.tables | {REDCAP: untreated}
    found = clean_export(replace(export, tables=tables), study)
    assert found.tables["visits"]["study_day"].isna().all()
    assert found.tables["participants"]["in_full_analysis"].eq("no").all()
    assert found.tables["procedures"].empty


def test_a_value_in_the_row_of_another_form_is_asked_and_not_used(valid, study):
    table = valid.tables[REDCAP].copy()
    row = table.index[(table["redcap_event_name"] == "baseline_arm_1")][0]
    table.loc[row, "ae_term"] = "Headache"
    wrong = table.index[table["redcap_repeat_instrument"] == "adverse_event"][0]
    table.loc[wrong, "vas_hand"] = "50"
    found = clean_export(replace(valid, tables=valid.tables | {REDCAP: table}), study)
    # Adverse events repeat at unscheduled visits only, so at baseline the form may stand alone.
    assert found.queries["rule"].tolist().count("wrong_row") == 1
    assert set(found.queries.loc[found.queries["rule"] == "wrong_row", "field"]) == {"vas_hand"}


@pytest.mark.parametrize(
    ("changes", "asked"), [({"ae_coded": ""}, ["ae_coded"]), ({"ae_coded": "", "ae_term": ""}, [])]
)
def test_an_event_without_a_coded_term_is_asked_about_and_kept(
    valid, cleaned, study, changes, asked
):
    table = valid.tables[REDCAP].copy()
    row = table.index[table["redcap_repeat_instrument"] == "adverse_event"][0]
    table.loc[row, list(changes)] = list(changes.values())
    found = clean_export(replace(valid, tables=valid.tables | {REDCAP: table}), study)
    derived = found.queries[found.queries["rule"] == "ae_uncoded"]
    assert derived["field"].tolist() == asked
    assert len(found.tables["adverse_events"]) == len(cleaned.tables["adverse_events"])


def test_where_no_event_can_be_coded_every_event_is_asked_about(valid, study):
    tables = valid.tables.items()
    without = {name: table.drop(columns="ae_coded", errors="ignore") for name, table in tables}
    for name in (DICTIONARY, MAP):
        without[name] = without[name][without[name].iloc[:, 0] != "ae_coded"]
    found = clean_export(replace(valid, tables=without), study)
    asked = found.queries[found.queries["rule"] == "ae_uncoded"]
    assert set(asked["field"]) == {"ae_term"}
    assert len(asked) == len(found.tables["adverse_events"])


def test_unscheduled_visits_are_kept_by_date(valid, study):
    table = valid.tables[REDCAP].copy()
    like = table.loc[table["redcap_event_name"] == "week_1_arm_1"].iloc[0]
    cells = dict.fromkeys(table.columns, "") | {
        "record_id": like["record_id"],
        "redcap_event_name": "unscheduled_arm_1",
        "visit_complete": "2",
    }
    dates = ["2021-04-10", "2021-04-20", "2021-04-20"]
    extra = [
        cells | {"redcap_repeat_instance": str(n + 1), "visit_date": date}
        for n, date in enumerate(dates)
    ]
    table = pd.concat([table, pd.DataFrame(extra)], ignore_index=True)
    found = clean_export(replace(valid, tables=valid.tables | {REDCAP: table}), study)
    visits = found.tables["visits"]
    assert visits.loc[visits["visit"] == "unscheduled", "visit_date"].tolist() == dates[:2]
    assert found.changes["rule"].tolist() == ["duplicate_copy"]


def test_a_visit_whose_row_only_ends_the_participation_was_not_held(study):
    recorded = pd.DataFrame(
        [
            ("SIM-01", "week_4", "2021-05-01"),
            ("SIM-01", "week_12", ""),
            ("SIM-02", "procedure", ""),
            ("SIM-02", "week_12", ""),
        ],
        columns=["participant_id", "visit", "visit_date"],
    )
    items = pd.DataFrame([("SIM-02", "week_12")], columns=["participant_id", "visit"])
    held = select_held(recorded, items, study)
    assert held[["participant_id", "visit"]].to_numpy().tolist() == [
        ["SIM-01", "week_4"],
        ["SIM-02", "procedure"],
        ["SIM-02", "week_12"],
    ]
