"""How it was exported: what cannot be read, what does not fit, and what is then not known."""

from dataclasses import replace

import pandas as pd
import pytest
from small_site import make_site

from analysis.cleaning import clean_export
from analysis.cleaning.export import (
    CAPILLAROSCOPY,
    DIARY,
    DICTIONARY,
    REDCAP,
    parse_missing_codes,
    read_export,
)
from analysis.cleaning.fields import parse_codes
from analysis.cleaning.origin import check_manner
from analysis.cleaning.places import place_entries
from analysis.cleaning.state import SourceFile
from analysis.demo.export import make_export, write_export
from analysis.describe.baseline import describe_baseline, gather_baseline
from analysis.errors import DataError
from analysis.instruments.scores import score_items
from analysis.provenance import Manner
from analysis.results import Context


def test_missing_codes_of_the_project_are_stated_with_a_reason():
    assert parse_missing_codes('missing_codes: {"-77": refused}') == {"-77": "refused"}
    assert parse_missing_codes("simulated: true") == {}
    with pytest.raises(DataError, match=r'true or false.*in quotes, as "NO"'):
        parse_missing_codes("missing_codes: {NO: refused}")
    for wrong in ("missing_codes: -77", 'missing_codes: {"-77": tired}'):
        with pytest.raises(DataError, match="is no reason for code"):
            parse_missing_codes(wrong)


NAME, CHOICES = "Variable / Field Name", "Choices, Calculations, OR Slider Labels"
ONE, TWO, THREE = (REDCAP,), (REDCAP, DIARY), (REDCAP, DIARY, CAPILLAROSCOPY)


def export_with(valid, manner, **tables):
    provenance = replace(valid.provenance, manner=manner)
    return replace(valid, provenance=provenance, tables=valid.tables | tables)


@pytest.mark.parametrize(
    ("manner", "said"),
    [
        (Manner(values="labels"), "labels were exported"),
        (Manner(dates_shifted=ONE), "dates are shifted in redcap_export.csv and not in capill"),
        (Manner(dates_shifted=TWO), "and not in capillaroscopy.csv"),
        (Manner(identifiers_hashed=ONE), "record ids are hashed in redcap_export.csv and not"),
        (Manner(identifiers_hashed=("diary.csv",)), "diary.csv holds no participants"),
    ],
)
def test_what_was_done_to_one_file_only_stops(valid, manner, said):
    with pytest.raises(DataError, match=said) as stop:
        check_manner(export_with(valid, manner))
    assert "provenance.yml" in stop.value.file


@pytest.mark.parametrize("done", [(), ("all",), THREE])
def test_what_was_done_to_every_file_or_to_none_goes_on(valid, done):
    check_manner(export_with(valid, Manner(dates_shifted=done, identifiers_hashed=done)))


def test_a_file_without_rows_need_not_be_shifted(valid):
    empty = {name: valid.tables[name].iloc[:0] for name in (DIARY, CAPILLAROSCOPY)}
    check_manner(export_with(valid, Manner(dates_shifted=ONE), **empty))


def test_a_real_export_says_how_it_was_exported(valid):
    real = replace(valid, provenance=replace(valid.provenance, simulated=False, manner=None))
    with pytest.raises(DataError, match="states how it was exported"):
        check_manner(real)


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("mrss_complete", "Complete"),
        ("organ___1", "Unchecked"),
        ("redcap_event_name", "Week 12 (Arm 1: Main)"),
    ],
)
def test_cells_that_only_an_export_of_labels_has_stop(valid, column, cell):
    table = valid.tables[REDCAP].copy()
    table.loc[0, column] = cell
    with pytest.raises(DataError, match="export of labels") as stop:
        check_manner(export_with(valid, None, **{REDCAP: table}))
    assert stop.value.field == column


def test_an_export_of_labels_without_boxes_and_states_is_seen_by_its_choices(valid):
    table, dictionary = valid.tables[REDCAP].copy(), valid.tables[DICTIONARY]
    chosen = dictionary[dictionary["Field Type"].isin(["radio", "dropdown"])]
    for name, text in chosen[[NAME, CHOICES]].itertuples(index=False):
        table[name] = table[name].map(dict(parse_codes(text))).fillna("")
    with pytest.raises(DataError, match="export of labels"):
        check_manner(export_with(valid, None, **{REDCAP: table}))
    labelled = table.set_axis([f"Label of {name}" for name in table], axis=1)
    with pytest.raises(DataError, match="no column bears the name of a field"):
        check_manner(export_with(valid, None, **{REDCAP: labelled}))


def test_a_diary_whose_dates_were_shifted_apart_from_the_visits_stops(study):
    days = pd.date_range("2020-08-01", periods=14).strftime("%Y-%m-%d")
    diary = pd.DataFrame({"entry_date": days}, index=[f"A|{day}" for day in days])
    file = SourceFile(DIARY, diary, diary, diary.assign(participant="A"))
    treated, seen = pd.Timestamp("2021-03-02"), pd.Timestamp("2021-05-25")
    references = {"baseline": pd.Series({"A": treated}), "week_12": pd.Series({"A": seen})}
    with pytest.raises(DataError, match="dates of some files seem shifted"):
        place_entries(file, references, study)
    place_entries(file, references | {"week_12": pd.Series({"A": pd.NaT})}, study)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('"Record ID","How,\nthen?","Complete?"\n1,2,Complete\n', "labels"),
        ("Record ID|Event Name\n1|Baseline\n", "labels"),
        ('<?xml version="1.0"?><ODM></ODM>', "ODM file"),
        ('"Record ID","Event Name",Complete?,Complete?\n1,Baseline,Complete,Complete\n', "labels"),
        ("Record ID;Event Name;Complete?\n1;Baseline;Complete\n", "labels"),
    ],
)
def test_an_odm_file_and_labelled_headers_are_refused_by_name(tmp_path, text, said):
    write_export(make_export(7, 2016, faults="none"), tmp_path)
    (tmp_path / "SHA256SUMS").unlink()
    (tmp_path / REDCAP).write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=said):
        read_export(tmp_path)
    (tmp_path / REDCAP).rename(tmp_path / "project.xml")
    with pytest.raises(DataError, match=r"project\.xml.*ODM file"):
        read_export(tmp_path)


def test_removed_free_text_is_not_asked_for(valid, cleaned, study):
    table = valid.tables[REDCAP].copy()
    table[["ae_term", "ae_coded"]] = ""
    asked = clean_export(export_with(valid, None, **{REDCAP: table}), study)
    assert len(asked.queries)
    manner = Manner(free_text_removed=True)
    assert clean_export(export_with(valid, manner, **{REDCAP: table}), study).queries.empty


@pytest.mark.parametrize(
    ("column", "manner", "stops"),
    [
        ("phone", Manner(), False),
        ("remark", Manner(free_text_removed=True), False),
        ("weight", Manner(filters="no weight"), False),
        ("weight", Manner(), True),
        ("pain", Manner(filters="no pain"), True),
    ],
)
def test_a_column_may_be_absent_where_the_way_of_exporting_has_left_it_out(
    column, manner, stops, study
):
    fields = [
        {"field": "phone", "form": "visit", "identifier": "y"},
        {"field": "remark", "form": "visit", "type": "notes", "required": "y"},
        {"field": "weight", "form": "visit", "validation": "number"},
        {"field": "pain", "form": "visit", "table": "participants", "column": "height_cm"},
    ]
    header = [each["field"] for each in fields if each["field"] != column]
    rows = f"record_id, redcap_event_name, visit_date, anaesthesia_start, {', '.join(header)}\n"
    rows += f"SIM-01, procedure_arm_1, 2021-03-02, 2021-03-02 10:00{', ' * len(header)}"
    export = make_site(rows, *fields)
    export = replace(export, provenance=replace(export.provenance, manner=manner))
    if stops:
        with pytest.raises(DataError, match=f"{column}.*column is absent"):
            clean_export(export, study)
    else:
        assert "SIM-01" in clean_export(export, study).wide[REDCAP]["record_id"].to_numpy()


def test_where_all_dates_are_shifted_season_and_age_are_not_assessable(valid, study):
    found = clean_export(export_with(valid, Manner(dates_shifted=("all",))), study).tables
    assert found["participants"]["age"].isna().all()
    assert found["visits"]["study_day"].notna().any()
    scores = score_items(found["items"], study)
    people = found["participants"][found["participants"]["in_full_analysis"] == "yes"]
    options = {"followup_visit": "week_12", "dates_shifted": True}
    known = gather_baseline(people, found["visits"], found["medications"], scores, study, **options)
    rows = pd.DataFrame(describe_baseline(known, study, Context("baseline", "03", "simulated")))
    lost = rows[rows["text"] == "not assessable"]
    assert {"age", "season_baseline", "season_followup"} <= set(lost["outcome"])
    assert lost["value"].isna().all()
    assert "bmi" not in set(lost["outcome"])
