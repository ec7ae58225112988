"""Fields as REDCap has them: what they hold, within which limits, and who fills them."""

import pandas as pd
import pytest
from small_site import CORE, clean_site, list_items, make_site

from analysis.cleaning import clean_export
from analysis.cleaning.dictionary import describe_fields
from analysis.cleaning.export import REDCAP
from analysis.cleaning.fields import parse_codes
from analysis.cleaning.logic import evaluate_branching, evaluate_calculation, name_box
from analysis.errors import DataError
from analysis.study import load_study

PAIN = {"field": "pain", "form": "pain", "instrument": "hand_pain", "item": "vas", "unit": "mm",
        "best": "0", "worst": "100", "confirmed_by": "A. Person"}  # fmt: skip
OPEN = {"field": "seen", "form": "pain", "type": "yesno"}


def at_baseline(*cells, columns="pain"):
    """Return rows of one person with some cells at baseline."""
    return f"""
    record_id, redcap_event_name, visit_date, anaesthesia_start, seen, {columns}
    SIM-01, baseline_arm_1, 2021-03-01, , 1, {", ".join(f'"{cell}"' for cell in cells)}
    SIM-01, procedure_arm_1, 2021-03-02, 2021-03-02 10:00, , {", ".join("" for _ in cells)}
    """


def clean_one(cell, field=PAIN, **changes):
    """Return the cleaned value of one cell and the rules that found something in it."""
    field = field | changes
    name = field["field"]
    found = clean_site(at_baseline(cell, columns=name), OPEN, field)
    rules = [*found.queries.loc[found.queries["field"] == name, "rule"]]
    frame = found.wide[REDCAP]
    return frame.loc["SIM-01|baseline_arm_1|", name], rules, found


@pytest.mark.parametrize(
    "field",
    [
        {"validation": ""},
        {"validation": "number"},
        {"validation": "number_1dp"},
        {"validation": "number_2dp_comma_decimal"},
        {"validation": "integer"},
        {"validation": "time_mm_ss"},
        {"validation": "float"},
        {"type": "notes"},
        {"type": "calc", "choices": "[other]*10"},
        {"type": "slider"},
    ],
)
def test_a_numeric_item_is_a_number_whatever_redcap_checks(field):
    _, rules, found = clean_one("45", **field)
    assert list_items(found, "hand_pain")["SIM-01", "baseline", "vas"] == 45.0
    assert rules == []


def test_a_declared_decimal_comma_is_no_question_and_one_point_may_separate_thousands():
    assert clean_one("40,5", validation="number_1dp_comma_decimal")[:2] == ("40.5", [])
    weight = {"field": "kg", "form": "pain", "table": "participants", "column": "weight_kg"}
    value, rules, found = clean_one("47,6", weight, validation="")
    assert (value, rules) == ("47.6", ["decimal_comma"])
    assert found.tables["participants"]["weight_kg"].tolist() == [47.6]
    assert clean_one("1.200", weight, validation="number_comma_decimal")[:2] == (
        "", ["thousands_or_decimal"],
    )  # fmt: skip


KAPANDJI = {
    "field": "kap", "form": "pain", "validation": "integer", "instrument": "kapandji",
    "item": "opposition", "location": "right", "best": "10", "worst": "0", "confirmed_by": "A",
}  # fmt: skip
PAIN_FORM = {"field": "when", "form": "pain"}
INJECTED = {"table": "procedures", "column": "first_injection"}
STARTED = {"table": "adverse_events", "column": "start_time"}
CONSENTED = {"table": "participants", "column": "consent_date"}


@pytest.mark.parametrize(
    ("place", "validation", "cell", "clean"),
    [
        (INJECTED, "datetime_seconds_dmy", "2021-03-02 11:12:59", "2021-03-02 11:12"),
        (INJECTED, "", "2021-03-02 11:12", "2021-03-02 11:12"),
        (STARTED, "time_hh_mm_ss", "11:12:59", "11:12"),
        (CONSENTED, "datetime_ymd", "2021-02-01 09:00", "2021-02-01 09:00"),
    ],
)  # fmt: skip
def test_seconds_are_left_out_and_a_moment_may_stand_for_its_day(place, validation, cell, clean):
    value, rules, found = clean_one(cell, PAIN_FORM | place, validation=validation)
    assert (value, [rule for rule in rules if rule != "date_order"]) == (clean, [])
    if place["column"] == "consent_date":
        assert found.tables["participants"]["consent_date"].tolist() == ["2021-02-01"]


@pytest.mark.parametrize(
    ("place", "validation", "cell", "found"),
    [
        (KAPANDJI, "number", "7.5", ["not_an_integer"]),
        (KAPANDJI, "number", "7.0", []),
        (CONSENTED, "integer", "2021", ["not_a_date"]),
    ],
)
def test_what_a_place_holds_is_stricter_than_what_redcap_checks(place, validation, cell, found):
    assert clean_one(cell, PAIN_FORM | place, validation=validation)[1] == found


@pytest.mark.parametrize(
    ("validation", "kind"),
    [("date_dmy", "date"), ("datetime_seconds_mdy", "datetime"), ("time_hh_mm_ss", "time")],
)
def test_a_date_does_not_go_to_a_number_nor_a_time_to_a_moment(validation, kind):
    with pytest.raises(DataError, match=rf"pain.*holds a {kind}, and goes to a number"):
        clean_one("2021-03-01", validation=validation)
    time = {"field": "anaesthesia_start", "validation": "time"}
    with pytest.raises(DataError, match=r"anaesthesia_start.*holds a time, and goes to a datetime"):
        clean_site(at_baseline("45"), OPEN, PAIN, core=[*CORE[:2], CORE[2] | time])


@pytest.mark.parametrize(
    "filled",
    [
        {"type": "calc", "choices": "1+1"},
        {"annotation": "@CALCTEXT(if([pain]>1,'2','3'))"},
        {"annotation": "@DEFAULT='2'"},
        {"annotation": "@SETVALUE='2'"},
        {"annotation": "@HIDDEN"},
        {"annotation": "@READONLY-SURVEY"},
    ],
)
def test_what_redcap_fills_opens_no_form_and_is_not_required(filled):
    score = {"field": "score", "form": "pain", "required": "y"} | filled
    rows = """
    record_id, redcap_event_name, visit_date, anaesthesia_start, pain, score
    SIM-01, baseline_arm_1, 2021-03-01, , 45,
    SIM-01, procedure_arm_1, 2021-03-02, 2021-03-02 10:00, , 2
    SIM-02, procedure_arm_1, 2021-03-02, 2021-03-02 10:00, , 2
    """
    found = clean_site(rows, PAIN, score)
    assert not found.queries["rule"].isin(["required_missing", "form_absent"]).any()
    assert {visit for _, visit, _ in list_items(found, "hand_pain")} == {"baseline"}
    assert found.changes["rule"].tolist() == ["filled_in_unopened"] * 2


def test_a_hidden_tag_for_paper_only_hides_nothing_here():
    score = {"field": "score", "form": "pain", "required": "y", "annotation": "@HIDDEN-PDF"}
    found = clean_site(at_baseline("45", "", columns="pain, score"), OPEN, PAIN, score)
    asked = found.queries[found.queries["field"] == "score"]
    assert asked["rule"].tolist() == ["required_missing"]


@pytest.mark.parametrize(
    ("formula", "cell", "asked"),
    [
        ("[a] + [b]", "5", []),
        ("[a] + [b]", "6", ["They give 5."]),
        ("sum([a],[b])/2", "2.5", []),
        ("round([a]/[b],1)", "0.7", []),
        ("if([a] > 1, 10, 20)", "20", ["They give 10."]),
        ("datediff([a],[b],'q')", "9", []),
        ("[event-name]", "9", []),
    ],
)
def test_a_calculation_is_compared_with_its_inputs_and_never_changed(formula, cell, asked):
    inputs = [{"field": name, "form": "pain", "validation": "number"} for name in "ab"]
    score = {"field": "score", "form": "pain", "type": "calc", "choices": formula}
    rows = at_baseline("2", "3", cell, columns="a, b, score")
    found = clean_site(rows, OPEN, *inputs, score)
    queries = found.queries[found.queries["field"] == "score"]
    assert [text.partition("? ")[2] for text in queries["message"]] == asked
    assert queries["rule"].tolist() == ["calculation_differs"] * len(asked)
    assert found.wide[REDCAP]["score"].max() == cell
    correction = {
        "source": REDCAP, "row": "SIM-01|baseline_arm_1|", "field": "score", "old_value": cell,
        "new_value": "1", "reason": "r", "by": "b", "date": "d",
    }  # fmt: skip
    tables = {"corrections.csv": pd.DataFrame([correction])}
    with pytest.raises(DataError, match="REDCap fills this field"):
        clean_site(rows, OPEN, *inputs, score, tables=tables)


def test_files_and_signatures_leave_only_that_they_are_there():
    found = clean_site(
        at_baseline("consent_kim.pdf", "", columns="scan, sign"),
        OPEN,
        {"field": "scan", "form": "pain", "type": "file"},
        {"field": "sign", "form": "pain", "type": "file", "validation": "signature"},
    )
    assert list_items(found, "pain")["SIM-01", "baseline", "scan"] == "[document]"
    assert found.changes["rule"].tolist() == ["file_there"]
    assert not list_items(found, "pain").get(("SIM-01", "baseline", "sign"))


def test_text_to_be_read_is_no_field_and_may_be_all_that_a_form_holds():
    welcome = {"field": "hello", "form": "welcome", "type": "descriptive"}
    rows = at_baseline("45", "2", "", columns="pain, welcome_complete, welcome_timestamp")
    found = clean_site(rows, OPEN, PAIN, welcome)
    assert list_items(found, "hand_pain")["SIM-01", "baseline", "vas"] == 45.0
    assert not list_items(found, "welcome")


def test_survey_columns_return_codes_and_ontology_fields_are_known():
    rows = at_baseline(
        "SNOMED:1", "[not completed]", "", "", "group_a",
        columns="drug, pain_timestamp, pain_return_code, redcap_survey_identifier, "
        "redcap_data_access_group",
    )  # fmt: skip
    drug = {"field": "drug", "form": "pain", "choices": "BIOPORTAL:SNOMEDCT"}
    found = clean_site(rows, OPEN, drug)
    assert list_items(found, "pain")["SIM-01", "baseline", "drug"] == "SNOMED:1"
    assert found.tables["participants"]["site"].tolist() == ["group_a"]


ORGAN = {"field": "organ", "form": "pain", "type": "checkbox"}


def test_codes_of_boxes_are_named_as_redcap_names_columns():
    assert [name_box("organ", code) for code in ("1", "-2", "UNK")] == [
        "organ___1", "organ____2", "organ___unk",
    ]  # fmt: skip
    rows = at_baseline("1", "0", "0", columns="organ___1, organ____2, organ___unk")
    export = make_site(rows, OPEN, ORGAN | {"choices": "1, Lung | -2, Heart | UNK, Other"})
    fields = describe_fields(export, load_study())
    assert {"organ___1", "organ____2", "organ___unk"} <= set(fields[REDCAP])


@pytest.mark.parametrize(
    ("column", "reason"),
    [
        *(("organ___ni", "unknown"), ("organ___na", "not_applicable")),
        *(("organ____99", "unknown"), ("organ____77", "refused")),
    ],
)
def test_a_ticked_box_for_a_missing_data_code_explains_the_set(column, reason):
    fields = ORGAN | {"choices": "1, Lung | 2, Heart"}
    rows = at_baseline("0", "0", "1", columns=f"organ___1, organ___2, {column}")
    found = clean_site(rows, OPEN, fields, missing_codes={"-77": "refused"})
    items = found.tables["items"]
    explained = items[items["item"].isin(["organ___1", "organ___2"])]
    assert explained["missing_reason"].tolist() == [reason, reason]
    assert explained["value"].isna().all()
    assert found.changes["rule"].tolist() == ["box_explained"] * 2


def test_a_box_that_no_choice_and_no_missing_code_explains_stops():
    rows = at_baseline("0", "1", columns="organ___1, organ___7")
    with pytest.raises(DataError, match=r"organ___7.*missing_codes in provenance.yml"):
        clean_site(rows, OPEN, ORGAN | {"choices": "1, Lung"})


SEX = {"field": "sex", "form": "pain", "type": "radio", "table": "participants", "column": "sex",
       "choices": "1, Female | 2, Male | UNK, Unknown | 9, Not assessed"}  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "sex", "reason"),
    [
        ("1", "female", ""),
        ("UNK", "", "unknown"),
        ("9", "", "not_done"),
        ("Unknown", "", "unknown"),
    ],
)
def test_a_choice_of_ones_own_for_a_missing_value_is_missing_with_its_reason(cell, sex, reason):
    _, _, found = clean_one(cell, SEX)
    person = found.tables["participants"].iloc[0]
    assert person["sex"] == sex
    assert (f"sex={reason}" in person["missing_reasons"].split(";")) == bool(reason)


def test_a_choice_that_the_column_does_not_hold_is_named_before_anything_is_read():
    said = r"code 3 \(Intersex\).*participants\.sex holds one of female, male"
    with pytest.raises(DataError, match=said):
        clean_one("1", SEX | {"choices": "1, Female | 2, Male | 3, Intersex"})


@pytest.mark.parametrize(
    ("choices", "word"),
    [("1, Dr. Kim | 2, Dr. Lee", "dr_kim"), ("1, 김 | 2, 이", "김"), ("1, <5 y | 2, >5 y", "<5 y")],
)
def test_labels_stay_whole_where_nothing_or_one_word_for_two_would_be_left(choices, word):
    assessor = {"field": "assessor", "form": "visit", "type": "radio", "choices": choices,
                "table": "visits", "column": "assessor"}  # fmt: skip
    assert clean_one("1", assessor)[2].tables["visits"]["assessor"].iloc[0] == word


def test_words_typed_for_a_column_of_certain_words_are_read_as_choices():
    typed = SEX | {"type": "text", "choices": ""}
    assert clean_one("F", typed)[2].tables["participants"]["sex"].tolist() == ["female"]
    assert clean_one("robot", typed)[1] == ["unknown_code"]


def test_a_grade_with_labels_is_the_number_of_its_code():
    grade = {"field": "grade", "form": "pain", "type": "radio", "choices": "1, Mild | 2, Moderate",
             "table": "adverse_events", "column": "grade"}  # fmt: skip
    assert clean_one("2", grade)[2].tables["adverse_events"]["grade"].tolist() == [2]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("1, Yes | 0, No", (("1", "Yes"), ("0", "No"))),
        ("1, | 2, b", (("1", ""), ("2", "b"))),
        ("1, a | b | 2, c", (("1", "a | b"), ("2", "c"))),
        ("UNK, Unknown | -9, Other |", (("UNK", "Unknown"), ("-9", "Other"))),
    ],
)
def test_labels_may_be_empty_or_hold_a_pipe(text, codes):
    assert parse_codes(text) == codes


API_HEADER = (
    "field_name form_name field_type field_label select_choices_or_calculations "
    "text_validation_type_or_show_slider_number text_validation_min text_validation_max "
    "identifier branching_logic required_field field_annotation"
)


def test_a_dictionary_of_the_api_and_blank_rows_are_read():
    export = make_site(at_baseline("45"), OPEN, PAIN)
    table = export.tables["redcap_dictionary.csv"]
    table.columns = API_HEADER.split()
    table.loc[len(table)] = ""
    export.tables["fields.csv"].loc[99] = ""
    found = clean_export(export, load_study())
    assert list_items(found, "hand_pain")["SIM-01", "baseline", "vas"] == 45.0


@pytest.mark.parametrize(
    ("low", "high"),
    [("", "today"), ("now", ""), ("[other]", "[event][other]"), ("00:00", "23:59"),
     (".5", "210,5"), ("2020-01-01", "31-12-2021"), ("-5", "+100.")],
)  # fmt: skip
def test_limits_that_redcap_knows_are_read(low, high):
    assert clean_one("45", validation="number", low=low, high=high)[:2] == ("45", [])


def test_a_limit_that_is_none_is_named():
    with pytest.raises(DataError, match=r"pain.*'lots' is no number"):
        clean_one("45", low="lots")


@pytest.mark.parametrize(
    ("cell", "clean", "rules"),
    [("9", "9", ["outside_form_limits"]), ("7", "7", []), ("11", "", ["out_of_range"])],
)
def test_limits_of_the_form_are_soft_where_the_instrument_has_its_own(cell, clean, rules):
    value, found, _ = clean_one(cell, KAPANDJI, low="0", high="8")
    assert (value, found) == (clean, rules)


@pytest.mark.parametrize(
    ("logic", "asked"),
    [
        ("[organ(UNK)] = '1'", True), ("[organ(-9)] = '1'", False), ("[Sex] = 'M'", True),
        ("[n] >= .5", True), ("[n] * 2 = 4", True), ("sum([n],[m]) > 4", True), ("[n] < [m]", True),
        ("[d] > '2021-01-01'", True), ("([n] = 2 or [m] = 9) and [sex] <> ''", True),
    ],
)  # fmt: skip
def test_branching_logic_reads_codes_numbers_and_functions(logic, asked):
    cells = {"organ___unk": "1", "organ____9": "0", "sex": "M", "n": "2", "m": "3"}
    frame = pd.DataFrame([cells | {"d": "2021-05-01"}])
    assert evaluate_branching(logic, frame).tolist() == [asked]
    assert evaluate_calculation("[n] + [m]", frame).tolist() == [5.0]


def test_a_row_of_a_repeating_form_has_the_other_forms_in_the_row_of_its_event():
    repeats = "redcap_repeat_instrument, redcap_repeat_instance"
    rows = f"""
    record_id, redcap_event_name, {repeats}, visit_date, anaesthesia_start, treated, term, ongoing
    SIM-01, week_1_arm_1, , , 2021-03-08, , 1, ,
    SIM-01, week_1_arm_1, ae, 1, , , , Rash, 1
    SIM-01, week_1_arm_1, ae, 2, , , , Cough,
    """
    event = {"form": "ae", "table": "adverse_events"}
    found = clean_site(
        rows,
        {"field": "treated", "form": "visit", "type": "yesno"},
        event | {"field": "term", "column": "term"},
        event | {"field": "ongoing", "type": "yesno", "column": "ongoing",
                 "branching": "[treated] = '1'"},
    )  # fmt: skip
    assert "not_asked_for" not in set(found.queries["rule"])
    assert found.tables["adverse_events"]["missing_reasons"].tolist() == ["", "ongoing=not_done"]


def test_most_dates_in_another_form_are_one_question():
    rows = """
    record_id, redcap_event_name, visit_date, anaesthesia_start
    SIM-01, baseline_arm_1, 25/03/2021,
    SIM-01, procedure_arm_1, 26/03/2021, 2021-03-26 10:00
    SIM-02, baseline_arm_1, 01/02/2021,
    SIM-02, procedure_arm_1, 2021-02-02, 2021-02-02 10:00
    """
    found = clean_site(rows)
    dates = found.queries[found.queries["field"] == "visit_date"]
    assert dates["rule"].tolist() == ["spreadsheet_dates"]
    assert "3 of 4 dates" in dates["message"].iloc[0]
    assert found.tables["visits"]["visit_date"].isin(["2021-03-25", "2021-03-26"]).sum() == 2
    changes = found.changes.set_index("row")["rule"]
    assert changes["SIM-01|baseline_arm_1|"] == "rewritten_date"
    assert changes["SIM-02|baseline_arm_1|"] == "rewritten_unclear"
