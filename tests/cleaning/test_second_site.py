"""The same people's export from another site ends with the same scores and pairs."""

from dataclasses import replace

import pandas as pd
import pytest
from second_site import leave_out, list_events, write_site

from analysis.cleaning import clean_export, read_export
from analysis.cleaning.check_data import follow_outcomes
from analysis.instruments.scores import pair_scores, score_items


def score(cleaned, study):
    items = cleaned.tables["items"]
    scores = score_items(items, study)
    return scores, pair_scores(scores, items, study)


@pytest.fixture(scope="module")
def shipped(valid, study):
    """Scores and pairs of the shipped form, without what the other site does not record."""
    return score(clean_export(replace(valid, tables=leave_out(valid.tables)), study), study)


@pytest.mark.parametrize("classic", [False, True], ids=["events", "classic"])
def test_another_site_s_export_gives_the_scores_and_pairs_of_the_same_people(
    valid, study, shipped, tmp_path, classic
):
    write_site(valid.tables, tmp_path, classic=classic)
    events = list_events()
    visits = tuple(replace(visit, events=(events[visit.name],)) for visit in study.visits)
    plan = study if classic else replace(study, visits=visits)
    cleaned = clean_export(read_export(tmp_path), plan)
    for found, expected in zip(score(cleaned, plan), shipped, strict=True):
        pd.testing.assert_frame_equal(found, expected)
    followed = follow_outcomes(cleaned, plan).set_index("outcome")["paired"]
    assert followed.drop("raynaud_condition_score").eq(7).all()
    assert followed["raynaud_condition_score"] == 0
    assert any("raynaud_diary.csv is absent" in note for note in cleaned.notes)
    assert cleaned.queries.empty
