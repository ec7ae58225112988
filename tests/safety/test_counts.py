import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_tables import make_events, make_participants

from analysis.errors import DataError
from analysis.safety.counts import count_events, order_by_frequency, summarise_classes_and_terms

SEVEN = make_participants(*(f"P{number}" for number in range(1, 8)))


def count(rows, by=(), people=SEVEN):
    summary = count_events(make_events(*rows), people, by=by)
    return list(summary[[*by, "participants", "events"]].itertuples(index=False, name=None))


def test_a_participant_counts_once_at_the_worst_grade_within_the_other_categories():
    assert count([("P1", {}), ("P1", {})], ["coded_term"]) == [("Bruising", 1, 2)]
    rows = [("P1", {"grade": 1}), ("P1", {"grade": 3}), ("P2", {"grade": 1})]
    by_grade = [("Bruising", "1", 1, 2), ("Bruising", "3", 1, 1)]
    assert count(rows, ["coded_term", "grade"]) == by_grade
    assert count(rows, ["coded_term"]) == [("Bruising", 2, 3)]
    rows = [("P1", {"grade": 1}), ("P1", {"grade": 3, "coded_term": "Pain"})]
    assert count(rows, ["coded_term", "grade"]) == [("Bruising", "1", 1, 1), ("Pain", "3", 1, 1)]


def test_a_missing_grade_or_relation_is_a_category_and_no_worse_than_a_recorded_one():
    rows = [("P1", {"grade": None}), ("P1", {"grade": 2}), ("P2", {"grade": None})]
    assert count(rows, ["grade"]) == [("", 1, 2), ("2", 1, 1)]
    rows = [("P1", {"related_product": ""}), ("P2", {"related_product": "possible"})]
    assert count(rows, ["related_product"]) == [("", 1, 1), ("possible", 1, 1)]


def test_the_causality_none_is_a_text_and_not_a_missing_value():
    events = make_events(("P1", {})).assign(related_product="None")
    summary = count_events(events, SEVEN, by=["related_product"])
    assert summary["related_product"].tolist() == ["None"]


def test_zero_events_count_nobody_and_bear_the_upper_bound_41_percent():
    row = count_events(make_events(), SEVEN).iloc[0]
    assert (row["participants"], row["events"], row["denominator"]) == (0, 0, 7)
    assert row["share_low"] == 0
    assert row["share_high"] == pytest.approx(0.410, abs=0.0005)


def test_one_participant_with_all_events_is_one_of_seven():
    row = count_events(make_events(*[("P4", {})] * 9), SEVEN).iloc[0]
    assert (row["participants"], row["events"]) == (1, 9)
    # Clopper-Pearson for 1 of 7: 0.4 to 57.9 %.
    assert (row["share_low"], row["share_high"]) == pytest.approx((0.004, 0.579), abs=0.0005)


def test_everyone_with_an_event_has_the_upper_limit_one():
    row = count_events(make_events(*((f"P{i}", {}) for i in range(1, 8))), SEVEN).iloc[0]
    assert row["share_low"] == pytest.approx(0.590, abs=0.0005)
    assert row["share_high"] == 1


def test_a_class_with_no_coded_term_keeps_its_events():
    rows = [("P1", {"coded_term": ""}), ("P2", {"coded_term": "", "class": ""})]
    assert count(rows, ["class", "coded_term"]) == [("", "", 1, 1), ("Skin", "", 1, 1)]


def test_a_denominator_of_nobody_has_no_share():
    row = count_events(make_events(), SEVEN.iloc[:0]).iloc[0]
    assert row["denominator"] == 0
    assert pd.isna(row["share"]) and pd.isna(row["share_high"])


def test_a_denominator_that_does_not_fit_stops_the_run():
    with pytest.raises(DataError, match="P9"):
        count_events(make_events(("P9", {})), SEVEN)
    with pytest.raises(DataError, match="twice"):
        count_events(make_events(), pd.concat([SEVEN, SEVEN.iloc[:1]]))


def test_what_others_had_and_nobody_here_is_listed_as_zero():
    both = make_events(("P1", {}), ("P2", {"coded_term": "Pain"}))
    summary = count_events(both.iloc[:1], SEVEN, by=["coded_term"], among=both)
    counted = summary[["coded_term", "participants", "events", "denominator"]]
    assert counted.to_numpy().tolist() == [["Bruising", 1, 1, 7], ["Pain", 0, 0, 7]]
    others = count_events(both.iloc[:1], SEVEN, by=["coded_term"], among=both.iloc[1:])
    pd.testing.assert_frame_equal(others, summary)


def test_categories_are_sorted_by_participants_then_events_then_name():
    summary = pd.DataFrame(
        {"coded_term": ["b", "a", "d", "c"], "participants": [1, 1, 2, 1], "events": [1, 1, 2, 3]}
    )
    ordered = order_by_frequency(summary, ["coded_term"])["coded_term"]
    assert ordered.tolist() == ["d", "c", "a", "b"]


def test_a_class_counts_its_participants_and_is_not_the_sum_of_its_terms():
    rows = [
        ("P1", {"coded_term": "Bruising"}),
        ("P1", {"coded_term": "Ulcer"}),
        ("P2", {"coded_term": "Ulcer"}),
        ("P3", {"coded_term": "Headache", "class": "Nerves"}),
    ]
    summary = summarise_classes_and_terms(make_events(*rows), SEVEN)
    columns = ["level", "class", "coded_term", "participants", "events"]
    assert list(summary[columns].itertuples(index=False, name=None)) == [
        ("class", "Skin", "", 2, 3),
        ("term", "Skin", "Ulcer", 2, 2),
        ("term", "Skin", "Bruising", 1, 1),
        ("class", "Nerves", "", 1, 1),
        ("term", "Nerves", "Headache", 1, 1),
    ]


GRADES = st.sampled_from([1, 2, 3, None])
ROWS = st.lists(
    st.tuples(
        st.sampled_from(SEVEN["participant_id"].tolist()),
        st.builds(dict, coded_term=st.sampled_from(["a", "b", ""]), grade=GRADES),
    ),
    max_size=12,
)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(ROWS)
def test_events_add_up_over_categories_and_participants_never_exceed_events(rows):
    by_term = count_events(make_events(*rows), SEVEN, by=["coded_term", "grade"])
    assert by_term["events"].sum() == len(rows)
    assert (by_term["participants"] <= by_term["events"]).all()
    once = by_term.groupby("coded_term")["participants"].sum().to_dict()
    for term in {cells["coded_term"] for _, cells in rows}:
        people = {person for person, cells in rows if cells["coded_term"] == term}
        assert once[term] == len(people)
