"""An instrument from outside needs a file, its name in the catalogue, study.yml and fields.csv."""

import pandas as pd
import pytest
from instrument_items import join_items, write_items

from analysis import paths
from analysis.__main__ import main
from analysis.cleaning import clean_export
from analysis.cleaning.export import RawExport
from analysis.demo.export import make_export
from analysis.errors import DataError
from analysis.instruments import cards, catalogue, scores
from analysis.instruments.checks import check_scores
from analysis.instruments.scores import pair_scores, score_items
from analysis.provenance import Provenance
from analysis.study import load_study

PHQ_CODES = "0, no | 1, some | 2, more | 3, daily"
FILE = '''
"""Patient Health Questionnaire: nine items of 0 to 3."""

from analysis.instruments.answers import spread_items, sum_answers
from analysis.instruments.definition import Instrument, Item, Source, Variant

ITEMS = tuple(f"item_{number}" for number in range(1, 10))


def score_phq_9(items, scoring):
    """Add nine items."""
    return [sum_answers(spread_items(items, ITEMS), ITEMS, variant="sum_of_nine")]


PHQ_9 = Instrument(
    name="phq_9",
    label="Patient Health Questionnaire",
    measures="symptoms of depression",
    items=tuple(Item(item, f"symptom {item[-1]}", 0, 3, integer=True) for item in ITEMS),
    better="lower",
    rated_by="participant",
    recall="two weeks",
    anchors="0 not at all, 3 nearly every day",
    scoring_rule="plain sum",
    missing_rule="all nine are needed",
    variants=(Variant("sum_of_nine", "nine items", 0, 27),),
    score=score_phq_9,
    licence="free to use",
    sources=(Source("Kroenke 2001", "recalled"),),
)
'''

LINES = """
  - name: depression
    label: Depression
    registered_name: "not registered"
    role: secondary
    instrument: phq_9
    unit: points
    range: [0, 27]
    better: lower
    of_hands: false
    decimals: 1
    difference_decimals: 0
    analysed_as: "nine items of 0 to 3"
    source: assumed
    variants: {primary: sum_of_nine}
    shown_beside: []
    components: []
    threshold: null

# Counted and listed beside safety"""


@pytest.fixture
def study(tmp_path, monkeypatch):
    module = {}
    exec(FILE, module)
    monkeypatch.setattr(catalogue, "INSTRUMENTS", [*catalogue.INSTRUMENTS, module["PHQ_9"]])
    for each in (cards, scores):
        monkeypatch.setattr(each, "INSTRUMENTS", catalogue.INSTRUMENTS)
    plan = paths.STUDY.read_text(encoding="utf-8")
    (tmp_path / "study.yml").write_text(
        plan.replace("\n# Counted and listed beside safety", LINES), encoding="utf-8"
    )
    return load_study(tmp_path / "study.yml")


def phq(*answers):
    return {f"phq_9/item_{number}": answer for number, answer in enumerate(answers, start=1)}


def test_it_is_scored_paired_and_checked(study):
    items = join_items(write_items(phq(*[3] * 9)), write_items(phq(*[1] * 8, 0), visit="week_12"))
    scores = score_items(items, study)
    pairs = pair_scores(scores, items, study)
    assert pairs[["outcome", "baseline", "followup", "improvement"]].to_numpy().tolist() == [
        ["depression", 27, 8, 19]
    ]
    assert "phq_9" in set(check_scores(scores, items, study)["instrument"])


def test_its_missing_item_is_missing_and_its_four_is_refused(study):
    scores = score_items(write_items(phq(*[1] * 8, "refused")), study)
    assert scores[["status", "missing_reason"]].to_numpy().tolist() == [["missing", "refused"]]
    with pytest.raises(DataError, match="phq_9/item_9: the value is outside 0 to 3: 4"):
        score_items(write_items(phq(*[1] * 8, 4)), study)


def add_form(table, name):
    """Add nine fields to the dictionary, to fields.csv and, answered by 1, to the export."""
    fields = [f"phq_{number}" for number in range(1, 10)]
    if name == "redcap_dictionary.csv":
        like = table[table["Field Type"] == "radio"].iloc[0]
        rows = [
            like.to_dict()
            | {"Variable / Field Name": field, "Form Name": "phq", "Field Label": "a symptom"}
            | {"Choices, Calculations, OR Slider Labels": PHQ_CODES}
            | {"Branching Logic (Show field only if...)": ""}
            for field in fields
        ]
        return pd.concat([table, pd.DataFrame(rows)], ignore_index=True)
    if name == "fields.csv":
        rows = [
            dict.fromkeys(table.columns, "")
            | {"field": field, "instrument": "phq_9", "item": f"item_{field[-1]}"}
            | {"codes": PHQ_CODES, "best": "0", "worst": "3", "confirmed_by": "A person"}
            for field in fields
        ]
        return pd.concat([table, pd.DataFrame(rows)], ignore_index=True)
    if name == "redcap_export.csv":
        filled = table["hand_pain_complete"].where(table["hand_pain_complete"] == "2", "")
        return table.assign(**dict.fromkeys(fields, filled.replace("2", "1")), phq_complete=filled)
    return table


def test_it_comes_from_the_export_by_lines_of_fields_csv(study):
    made = make_export(7, 2016, faults="none")
    tables = {name: add_form(table.astype("str"), name) for name, table in made.tables.items()}
    provenance = Provenance("phq", made.provenance["exported_on"], "test", True, "absent")
    export = RawExport("phq", tables, dict.fromkeys(tables, "utf-8-sig"), {}, provenance)
    items = clean_export(export, study).tables["items"]
    scores = score_items(items, study)
    depression = scores[scores["outcome"] == "depression"]
    assert set(depression["visit"]) >= {"baseline", "week_12"}
    assert set(depression["score"]) == {9.0}
    pairs = pair_scores(scores, items, study)
    assert (pairs["outcome"] == "depression").sum() >= 7


def test_it_has_a_card(study, capsys):
    assert main(["instruments", "phq_9"]) == 0
    assert capsys.readouterr().out.startswith("Patient Health Questionnaire (phq_9)")
