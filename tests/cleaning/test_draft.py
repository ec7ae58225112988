"""Drafts for another site: what is recognised and why, what is not, and what a person wrote."""

import pandas as pd
import pytest
import yaml

from analysis.__main__ import main
from analysis.cleaning.dictionary import parse_dictionary
from analysis.cleaning.draft import DRAFT_COLUMNS, draft_fields, draft_visits, format_report
from analysis.cleaning.export import DICTIONARY, MAP, REDCAP
from analysis.cleaning.fields import Field
from analysis.cleaning.mapping import parse_places
from analysis.cleaning.recognise import find_visit
from analysis.demo.export import make_export, write_export

HEADS = {
    "name": "Variable / Field Name",
    "form": "Form Name",
    "kind": "Field Type",
    "label": "Field Label",
    "choices": "Choices, Calculations, OR Slider Labels",
    "note": "Field Note",
    "validation": "Text Validation Type OR Show Slider Number",
    "low": "Text Validation Min",
    "high": "Text Validation Max",
}
FOUR = "1, None | 2, Some | 3, Much | 4, Unable"
SIX = "0, No | 1, Hardly | 2, A little | 3, Much | 4, Nearly | 5, Not at all"
NO_ROWS = pd.DataFrame(columns=DRAFT_COLUMNS)


def describe(valid, *rows):
    """Return a dictionary of a few fields, each a dict by the short names of `HEADS`."""
    columns = valid.tables[DICTIONARY].columns
    empty = dict.fromkeys(columns, "") | {HEADS["form"]: "f"}
    rows = (typed("record_id", "Participant"), *rows)
    full = [empty | {HEADS[name]: text for name, text in row.items()} for row in rows]
    return pd.DataFrame(full, columns=columns)


def draft(valid, study, *rows, held=NO_ROWS, **options):
    table = draft_fields(describe(valid, *rows), {}, held, study, **options)
    return table.set_index("field").drop(index="record_id")


def radio(name, label, choices):
    return {"name": name, "kind": "radio", "label": label, "choices": choices}


def typed(name, label, **facts):
    return {"name": name, "kind": "text", "label": label} | facts


@pytest.mark.parametrize(
    ("row", "place", "reason"),
    [
        (radio("chfs_1", "Schale halten", SIX), "cochin/kitchen_1", "by its name"),
        (radio("q17", "Hold a bowl", SIX), "cochin/kitchen_1", "by its label 'Hold a bowl'"),
        (radio("q3", "Cut meat", FOUR), "haq/eat_1", "by its label"),
        (radio("q4", "Cut meat", SIX), "cochin/kitchen_6", "by its label"),
        (typed("thumb", "Thumb opposition, <b>right</b>"), "kapandji/opposition/right", "by its"),
        (radio("dev", "Cane", "1, Yes | 0, No"), "haq/aid_walking", "by its label"),
        (radio("q5", "Hold a bowl", FOUR), "", "it looks like cochin/kitchen_1, but it has 4"),
        (typed("kap_r", "Right", validation="date_ymd"), "", "but it is a date and no number"),
        (typed("shoe", "Shoe size"), "", "no known field has such a name or label"),
        (typed("dob", "", validation="date_mdy"), "participants/birth_year", "by its name"),
        (typed("when", "Date", validation="date_ymd"), "", "no known field has such a name"),
    ],
)
def test_a_field_is_recognised_by_name_label_and_choices_or_not_at_all(
    valid, study, row, place, reason
):
    row = draft(valid, study, row).iloc[0]
    parts = ["table", "column", "instrument", "item", "location"]
    assert "/".join(filter(None, row[parts])) == place
    assert reason in row["note"]
    assert row["note"].startswith("draft: recognised" if place else "draft: not recognised")


def test_codes_are_copied_and_nothing_is_confirmed(valid, study):
    dictionary = describe(valid, radio("q3", "Cut meat", FOUR))
    table = draft_fields(dictionary, {}, NO_ROWS, study)
    assert table["codes"].tolist() == ["", FOUR]
    assert (table[["values", "best", "worst", "confirmed_by"]] == "").all(axis=None)
    fields = parse_dictionary(dictionary, parse_places(table), study.scoring)
    assert fields["q3"].place.item == "eat_1"


def test_the_unit_on_the_form_and_foreign_labels_are_named(valid, study):
    finger = typed("circ_r2", "Circumference", note="cm", validation="number")
    height = typed("height", "Height (in)", validation="number")
    table = draft(valid, study, finger, radio("sex", "Sex", "1, Woman | 2, Man"), height)
    assert table.loc["height", ["unit", "recorded_unit"]].tolist() == ["cm", "in"]
    assert table.loc["circ_r2", ["unit", "recorded_unit"]].tolist() == ["mm", "cm"]
    assert "which code is female, male" in table.loc["sex", "note"]


def test_two_fields_of_one_place_and_an_identifier_are_named_in_the_notes(valid, study):
    twice = [typed(name, "Systolic blood pressure") for name in ("one", "two")]
    dictionary = describe(valid, *twice, typed("surname", "Surname"))
    dictionary.loc[dictionary[HEADS["name"]] == "surname", "Identifier?"] = "y"
    notes = draft_fields(dictionary, {}, NO_ROWS, study).set_index("field")["note"]
    assert "two goes there too: keep the place of one" in notes["one"]
    assert "one goes there too" in notes["two"]
    assert notes["surname"].endswith("REDCap flags it: leave it out of the export")


def test_what_a_person_has_filled_in_stays_and_open_rows_are_tried_again(valid, study):
    rows = (radio("a", "Hold a bowl", SIX), typed("b", "Shoe size"))
    held = draft(valid, study, *rows).reset_index()
    held.loc[0, ["item", "best", "worst", "confirmed_by"]] = ["kitchen_2", "0", "5", "A person"]
    held.loc[1, "note"] = "the site's own"
    again = draft(valid, study, *rows, typed("kap_r", "Right"), held=held)
    assert again.loc["a", ["item", "confirmed_by"]].tolist() == ["kitchen_2", "A person"]
    assert again.loc["b", "note"] == "the site's own"
    assert again.loc["kap_r", "item"] == "opposition"


def test_where_there_are_no_events_the_end_of_a_name_tells_the_visit(valid, study):
    rows = [typed(f"kap_r_{end}", f"Right, {label}") for end, label in
            (("bl", "baseline"), ("w12", "week 12"))]  # fmt: skip
    table = draft(valid, study, *rows, classic=True)
    assert table["visit"].tolist() == ["baseline", "week_12"]
    assert set(table["item"]) == {"opposition"}
    assert find_visit(Field("kap_r", "f", "text"), study.visits)[1] == ""


def test_events_are_given_to_the_visits_that_bear_their_name_and_others_are_listed(study):
    events = ["baseline_arm_1", "week_12_arm_1b", "tag_der_op_arm_1"]
    visits, unknown = draft_visits(events, study)
    found = {visit["name"]: visit["events"] for visit in visits if visit["events"]}
    assert found == {"baseline": ["baseline_arm_1"], "week_12": ["week_12_arm_1b"]}
    assert unknown == ["tag_der_op_arm_1"]
    visits[2]["events"] = ["tag_der_op_arm_1"]
    assert draft_visits(events, study, visits) == (visits, [])


@pytest.fixture
def site(tmp_path):
    """A folder with what a site sends, and nothing that a person has to fill in."""
    write_export(make_export(7, 2016, faults="none"), tmp_path)
    for name in (MAP, "provenance.yml", "SHA256SUMS", "README.md"):
        (tmp_path / name).unlink()
    return tmp_path


def test_the_command_drafts_says_what_is_missing_and_keeps_what_was_written(site, capsys):
    assert main(["draft", str(site)]) == 0
    output = capsys.readouterr().out
    assert "kapandji: 2 fields" in output
    assert "anchors that nobody has confirmed" in output
    assert len(pd.read_csv(site / MAP)) > 200
    # Whatever only a person knows stops the cleaning.
    assert main(["check-data", str(site), str(site.with_name("out"))]) == 1
    assert "export: " in capsys.readouterr().err
    text = (site / "provenance.yml").read_text(encoding="utf-8")
    written = text.replace("simulated: false", "simulated: true").partition("export:")[0]
    (site / "provenance.yml").write_text(written + "export: {values: raw}\n", encoding="utf-8")
    before = (site / "provenance.yml").read_bytes(), (site / MAP).read_bytes()
    assert main(["draft", str(site)]) == 0
    assert ((site / "provenance.yml").read_bytes(), (site / MAP).read_bytes()) == before
    assert main(["check-data", str(site), str(site.with_name("out"))]) == 1
    assert "nobody has confirmed" in capsys.readouterr().err
    visits = yaml.safe_load((site / "visits.yml").read_text(encoding="utf-8"))["visits"]
    assert visits[1]["events"] == ["baseline_arm_1"]


def test_a_field_that_a_person_gave_a_place_is_not_listed_as_open(valid, study):
    dictionary = describe(valid, typed("shoe", "Shoe size"), typed("hat", "Hat size"))
    table = draft_fields(dictionary, {}, NO_ROWS, study)
    table.loc[table["field"] == "shoe", "table"] = "items"
    described = parse_dictionary(dictionary, {}, study.scoring)
    report = format_report(table, [], described, study)
    assert "no known field has such a name or label: hat\n" in report


def test_an_outcome_that_nothing_feeds_is_named(site, capsys):
    for name in (DICTIONARY, REDCAP):
        table = pd.read_csv(site / name, dtype="str", keep_default_na=False)
        if name == DICTIONARY:
            table = table[~table.iloc[:, 0].str.startswith("kap_")]
        else:
            table = table.drop(columns=["kap_r", "kap_l"])
        table.to_csv(site / name, index=False)
    assert main(["draft", str(site)]) == 0
    assert "kapandji: nothing feeds it yet" in capsys.readouterr().out


def test_the_shipped_export_is_left_alone_and_a_missing_one_is_named(tmp_path, capsys):
    assert main(["draft", "data/raw"]) == 2
    assert main(["draft", str(tmp_path)]) == 3
    assert REDCAP in capsys.readouterr().err
