"""provenance.yml: what it says of the export, and how it is carried on."""

import pytest

from analysis.errors import DataError
from analysis.provenance import (
    Manner,
    parse_manner,
    parse_provenance,
    read_provenance,
    write_provenance,
)


@pytest.mark.parametrize(
    ("written", "field", "hint"),
    [
        ("raw", "export", "these lines below it"),
        ({"values": "codes"}, "export: values", "raw or labels"),
        ({}, "export: values", "raw or labels"),
        ({"values": "raw", "date_shifted": "all"}, "export: date_shifted", "dates_shifted"),
        ({"values": "raw", "dates_shifted": True}, "export: dates_shifted", "none, all, or"),
        ({"values": "raw", "dates_shifted": {"a": 1}}, "export: dates_shifted", "none, all, or"),
        ({"values": "raw", "identifiers_hashed": [[1]]}, "export: identifiers_hashed", "none, all"),
        ({"values": "raw", "filters": {"arm": 1}}, "export: filters", "words"),
        ({"values": "raw", "blank_status": "no?"}, "export: blank_status", "true or false"),
        ({"values": "raw", "made_with": "excel"}, "export: made_with", "gui or api"),
    ],
)
def test_a_line_that_says_something_else_is_named(written, field, hint):
    with pytest.raises(DataError) as stop:
        parse_manner(written)
    assert stop.value.field == field
    assert hint in stop.value.hint


@pytest.mark.parametrize("value", ["[a, b]", "{a: 1}", "true"])
@pytest.mark.parametrize("field", ["description", "exported_on", "exported_by"])
def test_a_line_of_words_is_no_list(field, value):
    with pytest.raises(DataError, match="this is no text") as stop:
        parse_provenance(f"{field}: {value}", checksums="absent")
    assert stop.value.field == field


@pytest.mark.parametrize("day", ["20.12.2022", "12/20/2022", "2022-02-30", "20221220"])
def test_the_day_of_the_export_is_one_that_dates_can_be_held_against(day):
    with pytest.raises(DataError, match=r"is no day.*2024-05-31") as stop:
        parse_provenance(f"exported_on: '{day}'", checksums="absent")
    assert stop.value.field == "exported_on"


def test_the_manner_of_exporting_is_carried_beside_the_tables(tmp_path):
    text = """
simulated: false
export: {values: raw, made_with: gui, dates_shifted: [redcap_export.csv], filters: none}
"""
    read = parse_provenance(text, checksums="absent")
    assert read.manner == Manner("raw", "gui", ("redcap_export.csv",))
    assert read.dates_shifted
    write_provenance(read, tmp_path)
    assert read_provenance(tmp_path) == read


@pytest.mark.parametrize("shifted", [(), ("all",), ("redcap_export.csv",)])
def test_it_is_written_as_it_is_read(shifted):
    manner = Manner(made_with="api", dates_shifted=shifted, filters="arm 1 only")
    assert parse_manner(manner.describe()) == manner


def test_without_these_lines_nothing_is_known_of_it():
    assert parse_provenance("simulated: true", checksums="absent").manner is None
