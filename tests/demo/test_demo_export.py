"""What is written: the same bytes, a REDCap export that fits its dictionary, nobody's data."""

import hashlib
import re

import numpy as np
import pandas as pd
import pytest

from analysis import paths
from analysis.__main__ import main
from analysis.demo.export import make_export, write_export
from analysis.errors import UsageError

TRIAL = ("2016-10-01", "2018-01-31")
PERSONAL = {
    "resident registration number": r"\d{6}-?[1-8]\d{6}",
    "telephone number": r"\b0\d{1,2}-\d{3,4}-\d{4}\b",
    "address of electronic mail": r"\S+@\S+\.\w+",
    "name, chart or registration number": r"(?i)환자명|등록번호|chart no|patient name",
}


@pytest.fixture(scope="module")
def clean():
    return make_export(40, 2016, faults="none").tables


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("raw")
    assert main(["demo", "--participants", "7", "--seed", "2016", "--out", str(folder)]) == 0
    return folder


def test_the_committed_export_is_what_the_program_writes(written):
    committed = {path.name: path.read_bytes() for path in paths.RAW.iterdir() if path.is_file()}
    again = {path.name: path.read_bytes() for path in written.iterdir()}
    assert again.keys() == committed.keys()
    assert [name for name in again if again[name] != committed[name]] == []


def test_two_runs_give_the_same_bytes_and_another_seed_does_not(written, tmp_path):
    write_export(make_export(7, 2016), tmp_path / "same")
    write_export(make_export(7, 2017), tmp_path / "other")
    name = "redcap_export.csv"
    assert (tmp_path / "same" / name).read_bytes() == (written / name).read_bytes()
    assert (tmp_path / "other" / name).read_bytes() != (written / name).read_bytes()


def test_faults_are_planted_on_top_and_move_nothing_else():
    planted = make_export(30, 5)
    clean = make_export(30, 5, faults="none").tables["redcap_export.csv"]
    key = ["record_id", "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance"]
    both = clean.merge(planted.tables["redcap_export.csv"], on=key, suffixes=("", "_planted"))
    untouched = both["record_id"] > "SIM-07"
    for column in clean.columns.difference(key):
        assert both.loc[untouched, column].equals(
            both.loc[untouched, f"{column}_planted"].rename(column)
        )


def test_checksums_are_those_of_the_files(written):
    lines = (written / "SHA256SUMS").read_text().splitlines()
    sums = dict(reversed(line.split("  ")) for line in lines)
    assert sums.keys() == {path.name for path in written.iterdir()} - {"SHA256SUMS", "README.md"}
    for name, digest in sums.items():
        assert hashlib.sha256((written / name).read_bytes()).hexdigest() == digest


def test_encodings_are_those_of_the_sites(written):
    assert (written / "redcap_export.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    images = (written / "capillaroscopy.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        images.decode("utf-8")
    assert re.search("[가-힣]", images.decode("cp949"))


def test_dictionary_has_the_columns_of_redcap_in_their_order(clean):
    columns = list(clean["redcap_dictionary.csv"].columns)
    assert len(columns) == 18
    assert columns[0] == "Variable / Field Name"
    assert columns[5] == "Choices, Calculations, OR Slider Labels"
    assert columns[-1] == "Field Annotation"


def test_every_value_of_a_clean_export_fits_the_dictionary(clean):
    export = clean["redcap_export.csv"]
    for field in clean["redcap_dictionary.csv"].to_dict("records"):
        name, kind = field["Variable / Field Name"], field["Field Type"]
        if kind == "checkbox":
            boxes = export.columns[export.columns.str.startswith(f"{name}___")]
            assert len(boxes) == field["Choices, Calculations, OR Slider Labels"].count("|") + 1
            assert set(export[boxes].to_numpy().ravel()) <= {"", "0", "1"}
            continue
        values = pd.Series([value for value in export[name].unique() if value])
        choices = field["Choices, Calculations, OR Slider Labels"]
        if kind == "yesno":
            choices = "1, Yes | 0, No"
        if choices:
            assert set(values) <= {part.split(",")[0].strip() for part in choices.split("|")}, name
        validation = field["Text Validation Type OR Show Slider Number"]
        if validation in ("integer", "number"):
            numbers = values.astype("float64")
            low, high = field["Text Validation Min"], field["Text Validation Max"]
            assert not low or numbers.min() >= float(low), name
            assert not high or numbers.max() <= float(high), name
        if validation == "integer":
            assert values.str.fullmatch(r"\d+").all(), name
        if validation == "date_ymd":
            assert values.str.fullmatch(r"\d{4}-\d{2}-\d{2}").all(), name


def test_required_fields_are_filled_wherever_their_form_is(clean):
    export = clean["redcap_export.csv"]
    for field in clean["redcap_dictionary.csv"].to_dict("records"):
        name, form = field["Variable / Field Name"], field["Form Name"]
        if field["Required Field?"] == "y" and name != "record_id":
            assert (export.loc[export[f"{form}_complete"] == "2", name] != "").all(), name


def test_rows_are_unique_and_no_event_without_data_is_exported(clean):
    export = clean["redcap_export.csv"]
    key = ["record_id", "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance"]
    assert not export.duplicated(key).any()
    assert (export.drop(columns=key) != "").any(axis=1).all()
    forms = {"medication", "digital_ulcer", "adverse_event"}
    assert set(export["redcap_repeat_instrument"]) - {""} == forms


def test_every_column_of_the_export_has_one_place(clean):
    places = clean["fields.csv"]
    assert not places["field"].duplicated().any()
    named = (places["column"] != "") ^ (places["item"] != "")
    assert named.all()
    export = clean["redcap_export.csv"]
    system = export.columns.str.endswith("_complete") | export.columns.str.startswith("redcap_")
    assert set(export.columns[~system]) == set(places["field"][~places["field"].str.contains(":")])
    for name in ("raynaud_diary.csv", "capillaroscopy.csv"):
        fields = places["field"][places["field"].str.startswith(f"{name}:")]
        assert set(clean[name].columns) == set(fields.str.partition(":")[2])


def test_a_checkbox_goes_to_one_place_per_box(clean):
    places = clean["fields.csv"].set_index("field")
    placed = places.loc["organ___1", ["table", "column"]].tolist()
    assert placed == ["participants", "interstitial_lung_disease"]
    assert places.loc["haq_aid___1", ["instrument", "item"]].tolist() == ["haq", "aid_dressing"]


@pytest.mark.parametrize("what", PERSONAL)
def test_no_file_holds_personal_data(written, what):
    for path in written.glob("*.csv"):
        text = path.read_bytes().decode("cp949" if path.stem == "capillaroscopy" else "utf-8")
        assert not re.search(PERSONAL[what], text), path.name


def test_no_date_lies_in_the_period_of_the_real_trial(clean):
    for table in clean.values():
        text = table.to_csv()
        days = set(re.findall(r"(?:19|20)\d{2}-[01]\d-[0-3]\d", text))
        assert not [day for day in days if TRIAL[0] <= day <= TRIAL[1]]


def test_everybody_met_the_entry_criteria(clean):
    export = clean["redcap_export.csv"]
    screened = export[export["icf_date"] != ""]
    enrolled = screened[screened["eligible"] == "1"]
    metres = enrolled["height_cm"].astype(float) / 100
    mass_index = enrolled["weight_kg"].astype(float) / metres**2
    age = enrolled["icf_date"].str[:4].astype(int) - enrolled["birth_year"].astype(int)
    assert len(enrolled) == 40 and mass_index.min() >= 17 and age.min() >= 18
    refused = screened[screened["eligible"] == "0"]
    assert refused["record_id"].str.startswith("SIM-S").all() and len(refused) == 6
    medicines = export[(export["cm_name"] != "") & (export["cm_change"] == "0")]
    consent = enrolled.set_index("record_id")["icf_date"]
    consented = pd.to_datetime(medicines["record_id"].map(consent))
    taken = consented - pd.to_datetime(medicines["cm_start"])
    assert taken.min() >= pd.Timedelta(days=90)


def test_visits_are_in_order_and_in_their_windows(clean):
    export = clean["redcap_export.csv"]
    visits = export[export["visit_date"] != ""]
    days = visits.pivot(index="record_id", columns="redcap_event_name", values="visit_date")
    days = days.dropna().apply(pd.to_datetime)
    after = days.sub(days["procedure_arm_1"], axis=0).apply(lambda gap: gap.dt.days)
    assert after["screening_arm_1"].between(-28, -15).all()
    assert after["baseline_arm_1"].between(-14, 0).all()
    assert after["week_1_arm_1"].between(4, 10).all()
    assert after["week_4_arm_1"].between(21, 35).all()
    assert after["week_12_arm_1"].between(70, 98).all()
    assert (days["procedure_arm_1"].dt.day_of_week < 5).all()


def test_times_of_the_procedure_are_in_order_and_volumes_add_up(clean):
    export = clean["redcap_export.csv"]
    done = export[export["anaesthesia_start"] != ""]
    times = done[["anaesthesia_start", "process_start", "process_end", "first_injection"]]
    times = times.apply(pd.to_datetime)
    gaps = times.diff(axis=1).iloc[:, 1:]
    assert (gaps > pd.Timedelta(0)).all(axis=None)
    minutes = gaps["process_end"].dt.total_seconds() / 60
    assert minutes.between(15, 20).all()
    injected = done[[name for name in done if name.startswith("inj_")]].astype(float)
    assert (injected.sum(axis=1) <= done["final_ml"].astype(float)).all()
    assert (done["processed_ml"].astype(int) <= done["lipo_ml"].astype(int)).all()
    parts = done[["cd45_pct", "asc_pct", "endo_pct"]].astype(float).sum(axis=1)
    assert parts.max() <= 100
    fingers = [f"inj_{side}{finger}" for side in "rl" for finger in range(2, 6)]
    skipped = (injected[fingers] == 0).sum(axis=1)
    assert skipped.tolist() == (np.arange(40) % 7 == 4).astype(int).tolist()


def test_adverse_events_are_minor_and_follow_consent(clean):
    export = clean["redcap_export.csv"]
    events = export[export["redcap_repeat_instrument"] == "adverse_event"]
    assert set(events["ae_serious"]) == {"0"} and set(events["ae_grade"]) <= {"1", "2"}
    consent = export[export["icf_date"] != ""].set_index("record_id")["icf_date"]
    assert (events["ae_start"] >= events["record_id"].map(consent)).all()
    assert (events["ae_stop"] >= events["ae_start"]).all()
    procedure = export[export["anaesthesia_start"] != ""].set_index("record_id")["visit_date"]
    assert (events["ae_start"] < events["record_id"].map(procedure)).sum() == 5
    assert (events["ae_planned_stay"] == "1").any()


def test_new_ulcers_are_reported_and_the_gate_question_agrees():
    export = make_export(300, 1, faults="none").tables["redcap_export.csv"]
    ulcers = export[export["redcap_repeat_instrument"] == "digital_ulcer"]
    reported = export.loc[export["ae_coded"] == "Digital ulcer", "record_id"]
    assert set(ulcers.loc[ulcers["du_new"] == "1", "record_id"]) == set(reported)
    active = ulcers[ulcers["du_active"] == "1"].groupby(["record_id", "redcap_event_name"]).size()
    asked = export[export["du_any"] != ""].set_index(["record_id", "redcap_event_name"])["du_any"]
    assert ((asked == "1") == active.reindex(asked.index).notna()).all()


@pytest.mark.parametrize("participants", [0, 6, 10_001])
def test_too_few_or_too_many_participants_are_wrong_use(participants, tmp_path, capsys):
    assert main(["demo", "--participants", str(participants), "--out", str(tmp_path / "raw")]) == 2
    assert "from 7 to 10000" in capsys.readouterr().err
    assert not (tmp_path / "raw").exists()


def test_a_real_export_is_never_overwritten(tmp_path):
    (tmp_path / "provenance.yml").write_text("simulated: false\n")
    with pytest.raises(UsageError, match="not simulated"):
        write_export(make_export(7, 2016), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["provenance.yml"]


def test_the_readme_says_that_the_improvement_is_assumed_and_placebo_improved_too(written):
    text = " ".join((written / "README.md").read_text(encoding="utf-8").split())
    assert "SIMULATED" in text
    assert "improvement in these data is an assumption" in text
    assert "improved in both arms" in text
    assert "SCLERADEC II" in text and "STAR" in text
