"""Record ids, participants, events and projects without any, as sites have them."""

from dataclasses import replace

import pandas as pd
import pytest
from small_site import CORE, clean_site, list_items, make_site

from analysis.cleaning import clean_export
from analysis.cleaning.export import REDCAP
from analysis.cleaning.logs import show_origins
from analysis.cleaning.returned_sheet import Answer
from analysis.cleaning.take_answers import add_corrections
from analysis.errors import DataError
from analysis.instruments.scores import score_items
from analysis.study import load_study

PAIN = {"field": "pain", "form": "pain", "validation": "integer", "instrument": "hand_pain",
        "item": "vas", "unit": "mm", "best": "0", "worst": "100", "confirmed_by": "A"}  # fmt: skip
ROWS = """
{id}, redcap_event_name, {who} visit_date, anaesthesia_start, pain
1, baseline_arm_1, {one} 2021-03-01, , 40
1, procedure_arm_1, {none} 2021-03-02, 2021-03-02 10:00,
1, week_12_arm_1, {none} 2021-05-25, , 20
2, baseline_arm_1, {two} 2021-03-03, , 60
"""


def name_record(name, *more):
    return [{**CORE[0], "field": name}, *CORE[1:], *more]


def test_the_record_id_is_the_first_column_whatever_its_name():
    rows = ROWS.format(id="study_id", who="", one="", two="", none="")
    found = clean_site(rows, PAIN, core=name_record("study_id"))
    assert found.tables["participants"]["participant_id"].tolist() == ["1", "2"]
    assert list_items(found, "hand_pain")["1", "week_12", "vas"] == 20


def test_a_field_of_its_own_may_say_who_the_participant_is():
    who = {"field": "subject", "form": "visit", "table": "participants", "column": "participant_id"}
    record = {"field": "record_id", "form": "visit"}
    rows = ROWS.format(id="record_id", who="subject,", one="SVF-01,", two="SVF-02,", none=",")
    found = clean_site(rows, PAIN, core=[record, who, *CORE[1:]])
    assert found.tables["participants"]["participant_id"].tolist() == ["SVF-01", "SVF-02"]
    assert list_items(found, "hand_pain")["SVF-01", "week_12", "vas"] == 20
    again = ROWS.format(id="record_id", who="subject,", one="SVF-01,", two="SVF-01,", none=",")
    with pytest.raises(
        DataError, match=r"two records name one participant.*1 is SVF-01; 2 is SVF-01"
    ):
        clean_site(again, PAIN, core=[record, who, *CORE[1:]])


SPLIT = """
record_id, redcap_event_name, visit_date, anaesthesia_start, pain, aid___1, visit_complete
1, procedure_arm_1, 2021-03-02, 2021-03-02 10:00, , 0, 2
1, week_12_arm_1, 2021-05-25, , , 0, 2
1, week_12_survey_arm_1, {date}, , 20, 1, 0
"""


@pytest.mark.parametrize(
    ("date", "pain", "rows"),
    [("", 20, ["1|procedure_arm_1|", "1|week_12|"]),
     ("2021-05-20", None,
      ["1|procedure_arm_1|", "1|week_12_arm_1|", "1|week_12_survey_arm_1|"])],
)  # fmt: skip
def test_events_of_one_visit_become_one_row_unless_they_tell_different_things(
    study, date, pain, rows
):
    study = replace(
        study,
        visits=[
            replace(visit, events=(*visit.events, "week_12_survey_arm_1"))
            if visit.name == "week_12"
            else visit
            for visit in study.visits
        ],
    )
    aid = {"field": "aid", "form": "pain", "type": "checkbox", "choices": "1, Cane"}
    line = {
        "source": REDCAP, "row": "1|week_12_survey_arm_1|", "field": "pain", "old_value": "200",
        "new_value": "20", "reason": "r", "by": "b", "date": "d",
    }  # fmt: skip
    tables = {"corrections.csv": pd.DataFrame([line])}
    found = clean_site(SPLIT.format(date=date), PAIN, aid, study=study, tables=tables)
    assert found.raw[REDCAP].index.tolist() == rows
    assert list_items(found, "hand_pain").get(("1", "week_12", "vas")) == pain
    asked = set(found.queries["rule"])
    assert ("duplicate_row" in asked) == (pain is None)
    assert "correction_done" in asked


DATES = """
record_id, redcap_event_name, date_a, date_b, anaesthesia_start, a_complete
1, baseline_arm_1, 2021-03-01, , , 2
1, procedure_arm_1, , , 2021-03-02 10:00,
1, week_12_arm_1, {early}, 2021-05-25, ,
"""


def test_each_form_may_have_the_date_of_its_visit():
    core = [
        CORE[0],
        CORE[2],
        {**CORE[1], "field": "date_a", "form": "a", "visit": "baseline"},
        {**CORE[1], "field": "date_b", "form": "b", "visit": "week_12"},
    ]
    found = clean_site(DATES.format(early=""), core=core)
    dated = found.tables["visits"].set_index("visit")["visit_date"]
    assert dated[["baseline", "week_12"]].tolist() == ["2021-03-01", "2021-05-25"]
    assert set(found.queries["rule"]) == {"visit_absent"}
    wrong = DATES.format(early="2021-05-24")
    with pytest.raises(DataError, match=r"week_12_arm_1, field date_a.*recorded at baseline"):
        clean_site(wrong, core=core)
    with pytest.raises(DataError, match="date_a goes to the same column"):
        clean_site(wrong, core=[{**each, "visit": ""} for each in core])


REPEATED = """
record_id, redcap_event_name, redcap_repeat_instrument, redcap_repeat_instance, visit_date, pain
1, baseline_arm_1, , , 2021-03-01,
1, baseline_arm_1, pain, 1, , 40
1, baseline_arm_1, pain, 2, , 90
1, week_12_arm_1, pain, 1, , 20
"""


def test_of_a_repeating_form_one_instance_is_the_value_of_a_visit_and_others_are_asked_about():
    found = clean_site(REPEATED, PAIN, core=CORE[:2])
    items = list_items(found, "hand_pain")
    assert [items["1", visit, "vas"] for visit in AT] == [40, 20]
    assert set(found.tables["items"]["occasion"]) == {""}
    aside = found.queries[found.queries["rule"] == "duplicate_row"]
    assert aside["cells"].tolist() == ["1|baseline_arm_1|pain#2:"]


AT = {"baseline": "bl", "week_12": "w12"}
CLASSIC = """
record_id, date_bl, date_w12, op_start, pain_bl, pain_w12, aid_bl___1, aid_w12___1, sex, q_complete
SIM-01, 2021-03-01, 2021-05-25, 2021-03-02 10:00, 40, 20, 1, 0, 2, 2
SIM-02, 2021-03-03, , 2021-03-04 10:00, 60, , 0, 0, 1, 0
"""


def classic_fields():
    """Return the fields of a project without events, most of them once for each visit."""
    fields = [
        CORE[0],
        {**CORE[2], "field": "op_start", "form": "op"},
        {"field": "sex", "form": "q", "type": "radio", "choices": "1, Female | 2, Male",
         "table": "participants", "column": "sex"},
    ]  # fmt: skip
    for visit, end in AT.items():
        fields += [
            {**CORE[1], "field": f"date_{end}", "form": f"visit_{end}", "visit": visit},
            {**PAIN, "field": f"pain_{end}", "form": "q", "visit": visit},
            {"field": f"aid_{end}", "form": "q", "type": "checkbox", "choices": "1, Cane"},
        ]
    return fields


BOXES = [
    {"type": "column", "field": f"aid_{end}___1", "instrument": "haq", "item": "aid_walking",
     "visit": visit, "best": "0", "worst": "1", "confirmed_by": "A", "codes": "1, Yes | 0, No"}
    for visit, end in AT.items()
]  # fmt: skip


def test_a_project_without_events_has_a_row_for_every_visit():
    found = clean_site(CLASSIC, *BOXES, core=classic_fields())
    visits = found.tables["visits"].query("status == 'done'")
    assert visits[["participant_id", "visit", "visit_date"]].to_numpy().tolist() == [
        ["SIM-01", "baseline", "2021-03-01"],
        ["SIM-01", "procedure", ""],
        ["SIM-01", "week_12", "2021-05-25"],
        ["SIM-02", "baseline", "2021-03-03"],
        ["SIM-02", "procedure", ""],
    ]
    items = list_items(found, "hand_pain")
    assert [items["SIM-01", visit, "vas"] for visit in AT] == [40, 20]
    assert list_items(found, "haq")["SIM-01", "week_12", "aid_walking"] == 0
    assert ("SIM-02", "week_12", "vas") not in items
    assert found.tables["participants"]["sex"].tolist() == ["male", "female"]
    assert found.tables["procedures"]["procedure_date"].tolist() == ["2021-03-02", "2021-03-04"]


INSTANCES = """
record_id, redcap_repeat_instrument, redcap_repeat_instance, sex, op_start, visit_date, pain
SIM-01, , , 2, 2021-03-02 10:00, ,
SIM-01, assessment, 1, , , 2021-03-01, 40
SIM-01, assessment, 2, , , 2021-05-25, 20
SIM-01, assessment, 3, , , 2021-06-30, 10
"""


@pytest.mark.parametrize("named", [True, False])
def test_instances_of_a_repeating_form_are_the_visits_that_name_them(study, named):
    instances = {"baseline": ("assessment#1",), "week_12": ("assessment#2",)}
    visits = tuple(
        replace(visit, events=instances.get(visit.name, ()) if named else visit.events)
        for visit in study.visits
    )
    core = [
        CORE[0],
        {**CORE[2], "field": "op_start", "form": "op"},
        {"field": "sex", "form": "op", "type": "radio", "choices": "1, Female | 2, Male",
         "table": "participants", "column": "sex"},
        {**CORE[1], "form": "assessment"},
        {**PAIN, "form": "assessment"},
    ]  # fmt: skip
    line = {
        "source": REDCAP, "row": "SIM-01|assessment#2|", "field": "pain", "old_value": "20",
        "new_value": "21", "reason": "r", "by": "b", "date": "d",
    }  # fmt: skip
    tables = {"corrections.csv": pd.DataFrame([line] if named else [], columns=[*line])}
    found = clean_site(INSTANCES, core=core, study=replace(study, visits=visits), tables=tables)
    items = found.tables["items"]
    values = items.set_index(["visit", "occasion"])["value"].to_dict()
    if named:
        assert values == {("baseline", ""): 40, ("week_12", ""): 21, ("unscheduled", "03"): 10}
        dated = found.tables["visits"].set_index("visit")["visit_date"]
        assert dated[["baseline", "week_12"]].tolist() == ["2021-03-01", "2021-05-25"]
        assert found.notes == ()
    else:
        assert {visit for visit, _ in values} == {"unscheduled"}
        (note,) = found.notes
        assert "All rows of assessment are at the unscheduled visit" in note
        assert "name it under `events` of that visit in study.yml, as assessment#1" in note
    assert found.tables["participants"]["sex"].tolist() == ["male"]


def test_questions_and_corrections_of_such_a_project_name_its_own_fields():
    correction = {
        "source": REDCAP, "row": "SIM-01|week_12|", "field": "pain_w12", "old_value": "20",
        "new_value": "200", "reason": "r", "by": "b", "date": "d",
    }  # fmt: skip
    tables = {"corrections.csv": pd.DataFrame([correction])}
    found = clean_site(CLASSIC, *BOXES, core=classic_fields(), tables=tables)
    assert ("pain_w12", "out_of_range") in found.queries[["field", "rule"]].itertuples(
        index=False, name=None
    )
    assert found.changes["field"].tolist() == ["pain_w12"]
    assert found.queries["cells"].str.contains("SIM-01|week_12|:pain_w12", regex=False).any()
    assert not found.queries["cells"].str.contains("SIM-01|week_12|:pain_bl", regex=False).any()
    query = found.queries.loc[found.queries["rule"] == "out_of_range", "query_id"].item()
    given = Answer(query, "", "not_done", "", "", "Seen", "Kim", "at", "")
    asked = show_origins(found.asked, found.origins)
    lines, _ = add_corrections(tables["corrections.csv"].iloc[:0], [given], asked, {"Kim": "nurse"})
    assert lines[["row", "field", "new_value"]].to_numpy().tolist() == [
        ["SIM-01|week_12|", "pain_w12", ""]
    ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"visit": "week_13"}, "there is no visit 'week_13'.*Did you mean"),
        ({"visit": ""}, "this field needs a visit"),
        ({"visit": "baseline"}, "another field goes to the same place at the same visit"),
        ({"worst": "10"}, "has another `worst`"),
        ({"type": "radio", "choices": "1, a | 2, b"}, "has another 'Field Type'"),
    ],
)
def test_what_does_not_fit_such_a_project_is_named(changes, message):
    fields = classic_fields()
    place = next(place for place, field in enumerate(fields) if field["field"] == "pain_w12")
    fields[place] |= changes
    if "visit" in changes and not changes["visit"]:
        fields = [field for field in fields if field["field"] != "pain_bl"]
        rows = CLASSIC.replace("pain_bl, ", "").replace(" 40, 20", " 20").replace(" 60, ,", " ,")
    else:
        rows = CLASSIC
    with pytest.raises(DataError, match=message) as stop:
        clean_site(rows, *BOXES, core=fields)
    assert stop.value.field == "pain_w12"


def test_a_repeating_event_has_an_instance_and_no_form():
    rows = """
    record_id, redcap_event_name, redcap_repeat_instrument, redcap_repeat_instance, \
    visit_date, anaesthesia_start, pain
    SIM-01, baseline_arm_1, , 1, 2021-03-01, , 40
    SIM-01, procedure_arm_1, , , 2021-03-02, 2021-03-02 10:00,
    SIM-01, unscheduled_arm_1, , 1, 2021-04-01, , 31
    SIM-01, unscheduled_arm_1, , 2, 2021-04-20, , 32
    """
    found = clean_site(rows, PAIN)
    items = found.tables["items"]
    pain = items[items["instrument"] == "hand_pain"]
    assert pain[["visit", "occasion", "value"]].to_numpy().tolist() == [
        ["baseline", "", 40.0],
        ["unscheduled", "01", 31.0],
        ["unscheduled", "02", 32.0],
    ]
    # Neither is the score of that visit.
    assert set(score_items(items, load_study())["visit"]) == {"baseline"}


LISTS = [("baseline_arm_1", "pain"), ("procedure_arm_1", "procedure")]
LISTS += [(event, "visit") for visit in load_study().visits for event in visit.events]


def test_a_form_is_absent_where_the_list_of_forms_by_event_has_it():
    rows = """
    record_id, redcap_event_name, visit_date, visit_complete, \
    anaesthesia_start, procedure_complete, pain, pain_complete
    SIM-01, baseline_arm_1, 2021-03-01, 2, , , , 0
    SIM-01, procedure_arm_1, 2021-03-02, 2, 2021-03-02 10:00, 2, ,
    SIM-01, week_12_arm_1, 2021-05-25, 2, , , , 0
    """
    eligible = {"field": "ok", "form": "visit", "type": "yesno", "table": "participants",
                "column": "eligible"}  # fmt: skip
    rows = rows.replace("visit_complete", "ok, visit_complete", 1).replace(", 2, ,", ", 1, 2, ,", 1)
    rows = rows.replace("02, 2, 2021", "02, , 2, 2021").replace("25, 2,", "25, , 2,")
    export = make_site(rows, PAIN, eligible)
    listed = replace(export, events=pd.DataFrame(LISTS, columns=["event", "form"]))
    study = load_study()
    absent = [
        each.queries.loc[each.queries["rule"] == "form_absent", ["visit", "field"]]
        .to_numpy()
        .tolist()
        for each in (clean_export(export, study), clean_export(listed, study))
    ]
    assert absent == [[], [["baseline", "pain_complete"]]]


def test_an_event_that_the_list_of_events_does_not_have_is_named():
    export = make_site(ROWS.format(id="record_id", who="", one="", two="", none=""), PAIN)
    events = pd.DataFrame({"event": ["baseline_arm_1", "week_12_arm_2"]})
    with pytest.raises(DataError, match=r"study\.yml.*list of events has no 'procedure_arm_1'"):
        clean_export(replace(export, events=events), load_study())


def test_a_quote_that_swallows_lines_is_named_with_its_line():
    export = make_site(ROWS.format(id="record_id", who="", one="", two="", none=""), PAIN)
    export.tables[REDCAP].loc[2, "pain"] = "20\n2,baseline_arm_1,"
    with pytest.raises(DataError, match=r"redcap_export\.csv:4.*swallows line breaks") as stop:
        clean_export(export, load_study())
    assert stop.value.field == "pain"
