"""A participant's page: scores, items and raw cells, with changes and queries among them."""

import re
from html import escape

import pytest

from analysis.trail.people import make_people


@pytest.fixture(scope="module")
def pages(trial):
    return dict(make_people(trial, few=True))


def test_every_participant_has_a_page_under_a_number(trial, pages):
    assert [page["title"] for page in pages.values()] == list(trial.participants["participant_id"])
    assert next(iter(pages)) == "people/0001.html"


def test_every_link_within_a_page_leads_to_a_place_of_it(pages):
    for name, page in pages.items():
        places = set(re.findall(r' id="([^"]+)"', page["body"]))
        links = set(re.findall(r'href="#([^"]+)"', page["body"]))
        assert links - places == set(), name


def test_a_changed_cell_stands_as_received_with_what_it_became_and_by_which_rule(trial, pages):
    (change,) = trial.changes[trial.changes["rule"] == "decimal_comma"].head(1).itertuples()
    person = change.row.partition("|")[0]
    (body,) = (page["body"] for page in pages.values() if page["title"] == person)
    assert f">{escape(change.raw_value)}<" in body
    assert f"{escape(change.clean_value)} (decimal_comma)" in body


def test_queries_stand_on_the_page_of_whom_they_are_about(trial, pages):
    by_title = {page["title"]: page["body"] for page in pages.values()}
    about = trial.queries[trial.queries["participant_id"].isin(by_title)]
    assert len(about)
    for row in about.itertuples():
        assert f'id="{row.query_id}"' in by_title[row.participant_id]
