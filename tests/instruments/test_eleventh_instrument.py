"""An instrument from outside the trial needs one file and a line of study.yml."""

import dataclasses

import pytest
from instrument_items import STUDY, join_items, write_items

from analysis import instruments
from analysis.errors import DataError
from analysis.instruments import check_scores, make_pairs, score_items
from analysis.instruments.__main__ import main

FILE = '''
"""Patient Health Questionnaire: nine items of 0 to 3."""

from analysis.instruments.answers import spread_items
from analysis.instruments.definition import Instrument, Item, Source, Variant
from analysis.instruments.score_rows import sum_answers

ITEMS = tuple(f"item_{number}" for number in range(1, 10))


def score_phq_9(items, scoring):
    """Add nine items."""
    return [sum_answers(spread_items(items, ITEMS), ITEMS, variant="sum_of_nine")]


INSTRUMENT = Instrument(
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


@pytest.fixture
def study(tmp_path, monkeypatch):
    (tmp_path / "phq_9.py").write_text(FILE, encoding="utf-8")
    monkeypatch.setattr(instruments, "__path__", [*instruments.__path__, str(tmp_path)])
    monkeypatch.syspath_prepend(tmp_path)  # forgets what was looked up before
    outcome = dataclasses.replace(
        STUDY.outcome("hand_pain_vas"),
        name="depression",
        instrument="phq_9",
        range=(0.0, 27.0),
        variants={"primary": "sum_of_nine"},
    )
    yield dataclasses.replace(STUDY, outcomes=(*STUDY.outcomes, outcome))
    monkeypatch.delitem(__import__("sys").modules, "analysis.instruments.phq_9", raising=False)
    monkeypatch.delattr(instruments, "phq_9", raising=False)


def phq(*answers):
    return {f"phq_9/item_{number}": answer for number, answer in enumerate(answers, start=1)}


def test_it_is_scored_paired_and_checked(study):
    items = join_items(write_items(phq(*[3] * 9)), write_items(phq(*[1] * 8, 0), visit="week_12"))
    scores = score_items(items, study)
    pairs = make_pairs(scores, items, study)
    assert pairs[["outcome", "baseline", "followup", "improvement"]].to_numpy().tolist() == [
        ["depression", 27, 8, 19]
    ]
    assert "phq_9" in set(check_scores(scores, items, study)["instrument"])


def test_its_missing_item_is_missing_and_its_four_is_refused(study):
    scores = score_items(write_items(phq(*[1] * 8, "refused")), study)
    assert scores[["status", "missing_reason"]].to_numpy().tolist() == [["missing", "refused"]]
    with pytest.raises(DataError, match="phq_9/item_9: the value is outside 0 to 3: 4"):
        score_items(write_items(phq(*[1] * 8, 4)), study)


def test_it_has_a_card(study, capsys):
    assert main(["phq_9"]) == 0
    assert capsys.readouterr().out.startswith("Patient Health Questionnaire (phq_9)")
