"""Every rule on single cells: what came, what it becomes, by which rules, and why it is empty."""

from dataclasses import replace
from unicodedata import normalize

import pandas as pd
import pytest

from analysis.cleaning.columns import clean_column, clean_confirmed, is_tidy
from analysis.cleaning.fields import Field, Place
from analysis.cleaning.rules import CLEANING_RULES
from analysis.cleaning.values import list_distinct

SEX = Field("sex", "demographics", "choice", choices=(("1", "Female"), ("2", "Male")))
SIDE = Field("side", "ulcer", "choice", choices=(("1", "Right"), ("2", "Left")))
RATED = Field("haq_01", "shaq", "choice", choices=(("1", "0"), ("2", "1"), ("3", "2")))
LEVEL = Field("chfs_01", "cochin", "choice", choices=(("0", "None"), ("5", "Impossible")))
PAIN = Field("vas_hand", "hand_pain", "integer", low=0, high=100, place=Place(unit="mm"))
FINGER = Field("circ", "circumference", "number", low=35, high=85, place=Place(unit="mm"))
HEIGHT = Field("height_cm", "demographics", "number", low=120, high=200, place=Place(unit="cm"))
BLOOD = Field("lab_hb", "laboratory", "number", low=4, high=20, place=Place(unit="g/dL"))
VOLUME = Field("ml", "procedure", "number", low=0, high=3000, place=Place(unit="mL"))
FREE = Field("free", "laboratory", "number")
DAY = Field("visit_date", "visit", "date")
PARTIAL = Field("ae_start", "adverse_event", "partial_date")
MOMENT = Field("first_injection", "procedure", "datetime")
TIME = Field("ae_start_time", "adverse_event", "time")
TEXT = Field("ae_term", "adverse_event", "text")
NOTES = Field("visit_note", "visit", "notes")

ACTIONS = ("converted", "set_missing", "kept", "set_aside", "corrected")
LATEST = "2022-12-20"
CASES = (
    # Spelling
    (PAIN, " 56\u200b", "56", "surrounding_space", ""),
    (PAIN, "５６", "56", "full_width", ""),
    (PAIN, "٥٦", "", "not_a_number", "pending_query"),
    (FREE, "\N{MINUS SIGN}3", "-3", "full_width", ""),
    (PAIN, "\N{MINUS SIGN}99", "", "full_width;missing_number", "unknown"),
    (PAIN, "5\N{EN DASH}6", "", "full_width;not_a_number", "pending_query"),
    (PAIN, "\ufeff56", "56", "surrounding_space", ""),
    (PAIN, "⑧", "", "not_a_number", "pending_query"),
    (PAIN, "8\ufe0f\u20e3", "", "not_a_number", "pending_query"),
    (BLOOD, "13.0²", "", "not_a_number", "pending_query"),
    (VOLUME, "1\u202f200", "", "not_a_number", "pending_query"),
    (SEX, normalize("NFD", "여성"), "1", "full_width;label_for_code", ""),
    # A label that is a number is no word for its code: it may be another code.
    (RATED, "2", "2", "", ""),
    (RATED, "0", "", "unknown_code", "out_of_range"),
    (SEX, "F", "1", "label_for_code", ""),
    (SEX, "여", "1", "label_for_code", ""),
    (SEX, "남성", "2", "label_for_code", ""),
    (SEX, "Female ", "1", "surrounding_space;label_for_code", ""),
    (SIDE, "Rt.", "1", "label_for_code", ""),
    (SIDE, "왼손", "2", "label_for_code", ""),
    (SEX, "1.0", "1", "decimal_code", ""),
    (PAIN, "56.0", "56", "decimal_code", ""),
    # Units
    (FINGER, "56mm", "56", "unit_in_cell", ""),
    (FINGER, "56 ㎜", "56", "full_width;unit_in_cell", ""),
    (FINGER, "5,6 cm", "56", "unit_converted", ""),
    (HEIGHT, "1.58 m", "158", "unit_converted", ""),
    (VOLUME, "5 cc", "5", "unit_in_cell", ""),
    (BLOOD, "12.2 g/dL", "12.2", "unit_in_cell", ""),
    (BLOOD, "122 g/L", "", "not_a_number", "pending_query"),
    (FINGER, "5.6", "56", "centimetres", ""),
    (FINGER, "3.4", "", "out_of_range", "out_of_range"),
    (PAIN, "5.6", "", "not_an_integer", "pending_query"),
    # Numbers
    (BLOOD, "12,2", "12.2", "decimal_comma", ""),
    (BLOOD, "0,123", "", "decimal_comma;out_of_range", "out_of_range"),
    (VOLUME, "1,200", "", "thousands_or_decimal", "pending_query"),
    (PAIN, "<1", "", "qualifier", "pending_query"),
    (PAIN, "~50", "", "qualifier", "pending_query"),
    (PAIN, "50 이상", "", "qualifier", "pending_query"),
    (PAIN, "05-Mar", "", "excel_date", "pending_query"),
    (LEVEL, "1/2", "", "excel_date", "pending_query"),
    (PAIN, "3월 5일", "", "excel_date", "pending_query"),
    (PAIN, "about", "", "not_a_number", "pending_query"),
    (PAIN, "1e2", "", "not_a_number", "pending_query"),
    (PAIN, "101", "", "out_of_range", "out_of_range"),
    (LEVEL, "6", "", "unknown_code", "out_of_range"),
    # Missing codes
    (PAIN, "ND", "", "missing_code", "not_done"),
    (PAIN, "미시행", "", "missing_code", "not_done"),
    (PAIN, "모름", "", "missing_code", "unknown"),
    (DAY, "n/a", "", "missing_code", "not_applicable"),
    (LEVEL, "거부", "", "missing_code", "refused"),
    (PAIN, "NAVU", "", "missing_code", "unknown"),
    (replace(FREE, project_codes=(("-77", "refused"),)), "-77", "", "missing_code", "refused"),
    (replace(SEX, project_codes=(("1", "refused"),)), "1", "1", "", ""),
    (TEXT, "해당없음", "", "missing_code", "not_applicable"),
    (TEXT, normalize("NFD", "모름"), "", "missing_code", "unknown"),
    (PAIN, "-99", "", "missing_number", "unknown"),
    (PAIN, "999", "", "missing_number", "unknown"),
    (LEVEL, "99", "", "missing_number", "unknown"),
    (PAIN, "99", "99", "", ""),
    (FREE, "-99", "-99", "", ""),
    (LEVEL, "None", "0", "label_for_code", ""),
    # Dates
    (DAY, "2021-03-05", "2021-03-05", "", ""),
    (DAY, "2021년 3월 5일", "2021-03-05", "date_format", ""),
    (DAY, "2021. 3. 5.(금)", "2021-03-05", "date_format", ""),
    (DAY, "2021/3/5", "2021-03-05", "date_format", ""),
    (DAY, "20210305", "2021-03-05", "date_format", ""),
    (DAY, "5-Mar-2021", "2021-03-05", "date_format", ""),
    (DAY, "Mar 5, 2021", "2021-03-05", "date_format", ""),
    (DAY, "25/03/2021", "2021-03-25", "date_format", ""),
    (DAY, "03/25/2021", "2021-03-25", "date_format", ""),
    (DAY, "03/04/2021", "", "day_or_month", "pending_query"),
    (DAY, "21/03/05", "", "day_or_month", "pending_query"),
    (DAY, "21.03.05", "2021-03-05", "two_digit_year", ""),
    (DAY, "44260", "2021-03-05", "serial_date", ""),
    (DAY, "2021-03-05 00:00:00", "2021-03-05", "date_format", ""),
    (DAY, "2021-02-30", "", "impossible_date", "out_of_range"),
    (DAY, "2121-03-05", "", "implausible_date", "out_of_range"),
    (DAY, "1921-03-05", "", "implausible_date", "out_of_range"),
    (DAY, "2021-03", "", "not_a_date", "pending_query"),
    (PARTIAL, "2021-03", "2021-03", "", ""),
    (PARTIAL, "1998", "1998", "", ""),
    (PARTIAL, "2021년 3월", "2021-03", "date_format", ""),
    (PARTIAL, "2021-13", "", "impossible_date", "out_of_range"),
    (MOMENT, "2021-03-05 14:30", "2021-03-05 14:30", "", ""),
    (MOMENT, "2021. 3. 5. 오후 2:30", "2021-03-05 14:30", "date_format", ""),
    (MOMENT, "44260.5", "2021-03-05 12:00", "serial_date", ""),
    (MOMENT, "2021-03-05", "", "not_a_date", "pending_query"),
    (TIME, "오후 6:38", "18:38", "time_format", ""),
    (TIME, "12:05 AM", "00:05", "time_format", ""),
    (TIME, "9시 30분", "09:30", "time_format", ""),
    (TIME, "25:00", "", "not_a_time", "pending_query"),
    (TIME, "오전 13:00", "", "not_a_time", "pending_query"),
    # Texts stay as they are
    (TEXT, "<script>alert(1)</script>", "<script>alert(1)</script>", "", ""),
    (TEXT, " bruise", "bruise", "surrounding_space", ""),
    (NOTES, " NA ", " NA ", "", ""),
)  # fmt: skip


def clean_one(field, raw):
    column = pd.Series([raw], index=["row"])
    value, rules, reason = raw, [], ""
    for finding in clean_column(column, field, latest=LATEST):
        value = finding.values[0] if pd.api.types.is_list_like(finding.values) else finding.values
        given = finding.reason
        reason = given[0] if pd.api.types.is_list_like(given) else given
        rules.append(finding.rule)
    return value, ";".join(rules), reason


@pytest.mark.parametrize(("field", "raw", "clean", "rules", "reason"), CASES)
def test_a_cell_changes_only_by_its_rule(field, raw, clean, rules, reason):
    assert clean_one(field, raw) == (clean, rules, reason)


def test_a_value_that_no_rule_touches_is_the_only_tidy_one():
    for field, raw, _, rules, _ in CASES:
        if field.kind == "notes":
            continue
        values = list_distinct(pd.Series([raw]))
        if is_tidy(values, field, latest=LATEST).any():
            assert rules == "", (field.name, raw)


def test_a_field_without_limits_holds_any_number():
    assert clean_one(FREE, "123456789") == ("123456789", "", "")
    assert clean_one(replace(FREE, low=0.0), "-1") == ("", "out_of_range", "out_of_range")


def test_every_rule_has_a_sentence_and_does_what_it_can():
    for rule in CLEANING_RULES.values():
        assert rule.sentence.endswith((".", "?")), rule.id
        assert rule.severity in ("error", "warning", "note", ""), rule.id
        assert rule.action in ACTIONS, rule.id
        assert rule.severity or rule.action != "kept", rule.id


@pytest.mark.parametrize(
    ("value", "asked", "used"),
    [("80", True, True), ("5.4", True, True), ("150", True, False), ("40", False, True)],
)
def test_a_confirmed_value_is_asked_about_as_ever_and_used_within_the_instrument_s_range(
    value, asked, used
):
    narrow, instrument = replace(PAIN, high=50), replace(PAIN, kind="number")
    column = pd.Series([value], index=["A|v|"], dtype="object")
    found = clean_confirmed(column, narrow, instrument, latest=LATEST)
    assert bool(found) == asked
    assert all(each.values is None for each in found) == used
