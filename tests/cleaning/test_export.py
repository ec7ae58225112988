"""What stops the cleaning: each with the file, the place and the exit code."""

from dataclasses import replace

import pandas as pd
import pytest

from analysis.__main__ import main
from analysis.cleaning import clean_export, read_export
from analysis.cleaning.decode import parse_table
from analysis.cleaning.export import PARTICIPANT_FILES, REDCAP
from analysis.cleaning.origin import check_origin
from analysis.demo.export import make_export, write_export
from analysis.errors import DataError, MissingError


@pytest.fixture
def folder(tmp_path):
    write_export(make_export(7, 2016), tmp_path)
    return tmp_path


def alter(export, file, column, place, value):
    """Return an export with one other cell; `place` is the position of the row."""
    table = export.tables[file].copy()
    table.iloc[place, table.columns.get_loc(column)] = value
    return replace(export, tables=export.tables | {file: table})


WIDE = ",".join(f"c{number}" for number in range(21)) + "\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        ("a,a\n1,2\n", "two columns are called 'a'"),
        ("a,,b\n1,2,3\n", "column 2 has no name"),
        ("a,b\n1,2,3\n", "more cells"),
        ("a,b\n1,2\n1\n", "fewer cells"),
        ('a,b\n1,"2\n', "rectangular"),
        (f'{WIDE}1,"seen\n{WIDE}by",{"," * 18}\n', r"x\.csv:2: a quote swallows rows"),
    ],
)
def test_a_ragged_table_stops(text, message):
    with pytest.raises(DataError, match=message):
        parse_table(text, file="x.csv")


def test_cells_keep_their_text():
    frame = parse_table('a,b\nNA,"1,5\nnull"\n', file="x.csv")
    assert frame.loc[0].tolist() == ["NA", "1,5\nnull"]


def test_a_missing_file_is_named_with_what_is_there_instead(folder):
    (folder / "redcap_dictionary.csv").rename(folder / "Trial_DataDictionary.csv")
    there = r"redcap_dictionary\.csv.*under this name.*are Trial_DataDictionary\.csv"
    with pytest.raises(MissingError, match=there) as stop:
        read_export(folder)
    assert stop.value.exit_code == 3


def test_an_altered_file_differs_from_its_checksum(folder):
    path = folder / REDCAP
    path.write_bytes(path.read_bytes().replace(b"A1", b"A2", 1))
    with pytest.raises(DataError, match=r"redcap_export\.csv.*checksum"):
        read_export(folder)


def test_an_export_without_checksums_says_so(folder):
    (folder / "SHA256SUMS").unlink()
    assert read_export(folder).provenance.checksums == "absent"


def test_an_export_without_rows_stops(folder):
    (folder / "SHA256SUMS").unlink()
    path = folder / REDCAP
    path.write_text(path.read_text(encoding="utf-8-sig").split("\n")[0] + "\n", encoding="utf-8")
    with pytest.raises(DataError, match="no rows"):
        read_export(folder)


def test_an_unknown_column_is_named_with_the_nearest(valid, study):
    table = valid.tables[REDCAP].rename(columns={"vas_hand": "vas_hnd"})
    with pytest.raises(DataError, match=r"vas_hnd.*Did you mean vas_hand"):
        clean_export(replace(valid, tables=valid.tables | {REDCAP: table}), study)


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("redcap_event_name", "week_13_arm_1", "no event"),
        ("redcap_repeat_instrument", "fairy_tale", "no form"),
        ("redcap_repeat_instance", "first", "no instance"),
        ("mrss_complete", "7", "no form status"),
        ("haq_aid___3", "2", "no state of a checkbox"),
        ("record_id", "  ", "no participant"),
    ],
)
def test_a_wrong_code_in_the_structure_stops(valid, study, column, value, message):
    with pytest.raises(DataError, match=message) as stop:
        clean_export(alter(valid, REDCAP, column, 1, value), study)
    assert stop.value.field == column
    assert stop.value.file == REDCAP


def test_a_wrong_code_in_a_value_is_one_question_and_the_run_goes_on(valid, study):
    place = int((valid.tables[REDCAP]["sex"] != "").to_numpy().argmax())
    found = clean_export(alter(valid, REDCAP, "sex", place, "9"), study)
    assert found.queries[["field", "rule", "severity", "action"]].to_numpy().tolist() == [
        ["sex", "unknown_code", "error", "set_missing"]
    ]
    first = found.tables["participants"].iloc[0]
    assert first["sex"] == ""
    assert "sex=out_of_range" in first["missing_reasons"].split(";")


@pytest.mark.parametrize(
    "text",
    [
        # The tilde keeps the gate from finding them in this file.
        "born 800101~-2345678",
        "call 010~-1234-5678",
        "mail: a.kim~@example.org",
        "성명~: 홍길동",
        "chart no~. 123456",
    ],
)
def test_personal_data_stop_and_are_not_printed(valid, study, text):
    text = text.replace("~", "")
    with pytest.raises(DataError) as stop:
        clean_export(alter(valid, REDCAP, "assessor", 1, text), study)
    assert stop.value.field == "assessor"
    assert stop.value.participant == "SIM-01"
    for part in text.split():
        if any(sign.isdigit() for sign in part) or "@" in part or "홍" in part:
            assert part not in str(stop.value)


def test_a_field_that_the_dictionary_calls_identifying_may_hold_nothing(valid, study):
    dictionary = valid.tables["redcap_dictionary.csv"].copy()
    named = dictionary["Variable / Field Name"] == "assessor"
    dictionary.loc[named, "Identifier?"] = "y"
    tables = valid.tables | {"redcap_dictionary.csv": dictionary}
    with pytest.raises(DataError, match="identifier of the dictionary"):
        clean_export(replace(valid, tables=tables), study)


CORRECTION = {
    "source": REDCAP, "row": "SIM-01|screening_arm_1|", "field": "height_cm", "old_value": "158",
    "new_value": "159", "reason": "typing error", "by": "site", "date": "2022-12-01",
}  # fmt: skip


def correct(export, **changes):
    facts = CORRECTION | {"old_value": height(export)} | changes
    return replace(export, tables=export.tables | {"corrections.csv": pd.DataFrame([facts])})


def height(export):
    return export.tables[REDCAP]["height_cm"].iloc[0]


def test_a_correction_comes_first_and_is_a_change(valid, study):
    found = clean_export(correct(valid), study)
    assert found.tables["participants"].loc[0, "height_cm"] == 159
    assert found.changes[
        ["row", "field", "raw_value", "clean_value", "rule"]
    ].to_numpy().tolist() == [
        ["SIM-01|screening_arm_1|", "height_cm", height(valid), "159", "correction"]
    ]
    assert found.queries.empty


def test_a_correction_that_the_site_has_made_meanwhile_is_done(valid, study):
    found = clean_export(correct(valid, old_value="1", new_value=height(valid)), study)
    assert found.changes.empty
    assert found.queries[["field", "rule", "severity"]].to_numpy().tolist() == [
        ["height_cm", "correction_done", "note"]
    ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"old_value": "1"}, "neither the old value nor the new one"),
        ({"reason": " "}, "needs a reason"),
        ({"by": ""}, "a person"),
        ({"date": ""}, "a date"),
        ({"field": "redcap_event_name"}, "cannot be corrected"),
        ({"source": "other.csv"}, "no file"),
    ],
)
def test_a_correction_that_does_not_fit_stops(valid, study, changes, message):
    with pytest.raises(DataError, match=message):
        clean_export(correct(valid, **changes), study)


def test_a_correction_of_a_row_that_is_not_there_is_a_question(valid, study):
    found = clean_export(correct(valid, row="SIM-01|week_8_arm_1|"), study)
    assert found.queries["rule"].tolist() == ["correction_unused"]
    assert found.changes.empty


def test_a_file_that_claims_to_be_real_must_not_be_the_simulated_one(folder, study):
    export = read_export(folder)
    real = replace(export, provenance=replace(export.provenance, simulated=False))
    with pytest.raises(DataError):
        check_origin(real, study)


@pytest.mark.parametrize("empty", ["exported_on", "ethics", "responsible_person"])
def test_a_real_export_needs_its_date_its_ethics_and_a_person(valid, study, empty):
    facts = {"exported_on": "2026-01-01", "ethics": "Board, number", "responsible_person": "P"}
    facts[empty] = " "
    real = replace(
        valid,
        hashes=dict.fromkeys(PARTICIPANT_FILES, "another"),
        provenance=replace(valid.provenance, simulated=False, exported_on=facts.pop("exported_on")),
    )
    stated = replace(study, governance=replace(study.governance, **facts))
    with pytest.raises(DataError, match="a real export needs this statement") as caught:
        check_origin(real, stated)
    assert str(caught.value).count(empty) == 1
    assert caught.value.exit_code == 1


def test_the_command_says_what_it_found_and_ends_as_it_should(
    folder, tmp_path, tmp_path_factory, capsys
):
    out = tmp_path_factory.mktemp("check")
    assert main(["check-data", str(folder), str(out)]) == 0
    assert "SIMULATED" in capsys.readouterr().out
    assert {path.name for path in (out / "data_check").iterdir()} == {
        "queries.csv", "changes.csv", "queries.html", "queries.xlsx",
    }  # fmt: skip
    assert main(["check-data", str(folder), str(folder / "below")]) == 2
    (folder / REDCAP).write_bytes(b"\x00")
    assert main(["check-data", str(folder), str(out)]) == 1
    assert main(["check-data", str(tmp_path / "nowhere"), str(out)]) == 3
    assert "nowhere" in capsys.readouterr().err
