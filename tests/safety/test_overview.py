import pandas as pd
import pytest
from small_tables import make_events, make_participants

from analysis.errors import DataError
from analysis.safety.overview import check_deaths, classify_relation, is_related, summarise_overview
from analysis.safety.phases import assign_phases
from analysis.tables import shape_table

SEVEN = make_participants(*(f"P{number}" for number in range(1, 8)))


def overview(*rows):
    """Return participants and events under every heading that has any."""
    phased = assign_phases(make_events(*rows), SEVEN, last_day=98)
    summary = summarise_overview(phased, SEVEN).set_index("category")
    counts = summary[["participants", "events"]].apply(tuple, axis=1)
    return {name: pair for name, pair in counts.items() if pair != (0, 0)}


def test_the_four_relations_are_never_merged():
    assert overview(
        ("P1", {"related_liposuction": "definite"}),
        ("P2", {"related_injection": "probable", "related_product": "possible"}),
        ("P3", {"related_disease": "possible"}),
    ) == {
        "any": (3, 3),
        "related_liposuction": (1, 1),
        "related_injection": (1, 1),
        "related_product": (1, 1),
        "related_disease": (1, 1),
    }


def test_related_begins_at_possible():
    answers = ["unrelated", "unlikely", "possible", "probable", "definite", "", "None"]
    events = make_events(*[("P1", {})] * 7).assign(related_product=answers)
    assert is_related(events, "related_product").tolist() == [False] * 2 + [True] * 3 + [False] * 2


def test_what_was_not_recorded_or_is_in_doubt_is_counted_as_such():
    expected = {"any": (1, 1), "relation_not_recorded": (1, 1)}
    assert overview(("P1", {"related_product": ""})) == expected
    assert overview(("P1", {"grade": None})) == {"any": (1, 1), "grade_not_recorded": (1, 1)}
    assert overview(("P1", {"start_date": "2031-03-10"}))["period_uncertain"] == (1, 1)


def test_severe_is_not_serious_and_serious_is_not_severe():
    assert overview(("P1", {"grade": 3})) == {"any": (1, 1), "grade_3_or_more": (1, 1)}
    serious = {"serious": "yes", "serious_criterion": "medically_important"}
    assert overview(("P1", serious)) == {"any": (1, 1), "serious": (1, 1)}


def test_a_planned_overnight_stay_is_neither_serious_nor_severe():
    stay = {"serious": "yes", "serious_criterion": "hospitalisation"}
    assert overview(("P1", {**stay, "planned_stay": "yes"})) == {"any": (1, 1)}
    assert "serious" in overview(("P1", {**stay, "planned_stay": "no"}))
    prolonged = {**stay, "serious_criterion": "life_threatening", "planned_stay": "yes"}
    assert "serious" in overview(("P1", prolonged))


def test_a_death_is_a_fatal_outcome_or_grade_5():
    counts = overview(("P1", {"outcome": "fatal", "grade": 4}), ("P2", {"grade": 5}))
    assert counts["deaths"] == (2, 2)
    assert counts["grade_3_or_more"] == (2, 2)


def test_a_death_known_only_from_the_end_of_the_trial_stops_the_run():
    ended = {"participant_id": ["P1"], "status": ["discontinued"], "reason": ["death"]}
    disposition = shape_table(pd.DataFrame(ended), "disposition")
    check_deaths(make_events(("P1", {"outcome": "fatal"})), disposition)
    with pytest.raises(DataError, match=r"P1.*no adverse event was fatal"):
        check_deaths(make_events(("P1", {})), disposition)


def test_one_sign_per_event_says_to_what_it_is_related():
    harvest, product = {"related_liposuction": "definite"}, {"related_product": "possible"}
    events = make_events(
        ("P1", harvest),
        ("P1", product),
        ("P1", {**harvest, **product}),
        ("P1", {"related_injection": ""}),
        ("P1", {"related_disease": "definite"}),
    )
    relations = classify_relation(events).tolist()
    assert relations == ["harvest", "injected", "both", "unknown", "neither"]
