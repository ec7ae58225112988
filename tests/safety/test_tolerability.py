import pandas as pd
import pytest
from small_tables import make_items, make_participants

from analysis.reporting.tables.tolerability import make_laboratory_table
from analysis.results import Context, collect_results
from analysis.safety.tolerability import (
    AVERAGED,
    count_by_finger,
    describe_laboratory,
    describe_local_reactions,
    describe_ulcers,
    find_contradicted,
    find_known,
    find_visits,
    list_local_reactions,
    list_ulcers,
    name_test,
    pair_laboratory,
)
from analysis.study import load_study
from analysis.tables import shape_table

CONTEXT = Context("safety", "06_safety", "simulated", "procedure_safety")
PEOPLE = make_participants("P1", "P2", "P3")


def texts(rows):
    return collect_results(rows).set_index("result_id")["text"].to_dict()


def reaction(person, item, location, value, visit="week_1"):
    return (person, visit, "local_reaction", item, location, "", value)


def test_local_reactions_count_who_answered():
    items = make_items(
        reaction("P1", "swelling", "fingers", 2),
        reaction("P2", "swelling", "fingers", 0),
        reaction("P3", "swelling", "fingers", None),
        reaction("P1", "pain", "donor_site", 3),
        reaction("P2", "pain", "donor_site", 6),
        reaction("P9", "pain", "donor_site", 9),
    )
    shown = texts(describe_local_reactions(list_local_reactions(items, PEOPLE), CONTEXT))
    swelling = "safety.local_reaction.fingers.swelling.week_1"
    assert shown[f"{swelling}.any"] == "1 of 2 (50\xa0%)"
    assert [shown[f"{swelling}.{grade}"] for grade in ("mild", "moderate", "severe")] == list("010")
    pain = "safety.local_reaction.donor_site.pain.week_1"
    assert shown[f"{pain}.any"] == "2 of 2 (100\xa0%)"
    assert shown[f"{pain}.median_range"] == "4.5 (3 to 6)"


def test_somebody_who_answered_twice_at_a_visit_counts_once_at_the_worst():
    key = ("P1", "unscheduled", "local_reaction", "swelling", "fingers")
    items = make_items((*key, "01", 1), (*key, "02", 2))
    shown = texts(describe_local_reactions(list_local_reactions(items, PEOPLE), CONTEXT))
    swelling = "safety.local_reaction.fingers.swelling.unscheduled"
    counts = [shown[f"{swelling}.{name}"] for name in ("any", "mild", "moderate")]
    assert counts == ["1 of 1 (100\xa0%)", "0", "1"]


def test_who_had_any_reaction_and_who_a_severe_one_counts_once_over_all_visits():
    items = make_items(
        reaction("P1", "swelling", "fingers", 3),
        reaction("P1", "bruising", "donor_site", 3, "procedure"),
        reaction("P2", "pain", "donor_site", 9),
        reaction("P2", "swelling", "fingers", None),
        reaction("P3", "pain", "fingers", 0),
        reaction("P3", "swelling", "fingers", 0),
    )
    shown = texts(describe_local_reactions(list_local_reactions(items, PEOPLE), CONTEXT))
    assert shown["safety.local_reaction.overall.any"] == "2 of 3 (67\xa0%)"
    assert shown["safety.local_reaction.overall.severe"] == "1 of 2 (50\xa0%)"


def test_what_nobody_of_seven_had_comes_with_its_upper_bound():
    people = [f"P{number}" for number in range(1, 8)]
    items = make_items(*(reaction(name, "haematoma", "donor_site", 0) for name in people))
    seven = make_participants(*people)
    shown = texts(describe_local_reactions(list_local_reactions(items, seven), CONTEXT))
    name = "safety.local_reaction.donor_site.haematoma.week_1.any"
    assert shown[name] == "0 of 7; upper bound 41\xa0%"
    asked = pd.DataFrame({"participant_id": people, "visit": "week_12", "ulcers_present": "no"})
    visits = shape_table(asked, "visits")
    rows = describe_ulcers(list_ulcers(items, seven), visits, seven, CONTEXT, at=["week_12"])
    shown = texts(rows)["safety.digital_ulcers.week_12.participants"]
    assert shown == "0 of 7; upper bound 41\xa0%"


def ulcer(person, visit, occasion, finger, **states):
    return [
        (person, visit, "digital_ulcers", name, finger, occasion, value)
        for name, value in states.items()
    ]


ULCERS = make_items(
    *ulcer("P1", "baseline", "1", "right_2", active=1, new=0, healed=0, size=4),
    *ulcer("P1", "baseline", "2", "right_2", active=1, new=0, healed=0),
    *ulcer("P1", "week_12", "1", "right_2", active=0, new=0, healed=1),
    *ulcer("P2", "week_12", "1", "left_3", active=1, new=1, healed=None),
)
VISITS = shape_table(
    pd.DataFrame(
        [
            ("P1", "baseline", "yes"),
            ("P2", "baseline", "no"),
            ("P3", "baseline", ""),
            ("P1", "week_12", "no"),
        ],
        columns=["participant_id", "visit", "ulcers_present"],
    ),
    "visits",
)


def test_an_ulcer_is_listed_with_its_finger_and_states():
    gate = ULCERS.iloc[:1].assign(item="present", occasion="", location="", value=1.0)
    listed = list_ulcers(pd.concat([ULCERS, gate]), PEOPLE)
    names = ["participant_id", "visit", "finger", "active", "new", "healed"]
    assert list(listed[names].itertuples(index=False, name=None)) == [
        ("P1", "baseline", "right_2", "yes", "no", "no"),
        ("P1", "baseline", "right_2", "yes", "no", "no"),
        ("P1", "week_12", "right_2", "no", "no", "yes"),
        ("P2", "week_12", "left_3", "yes", "yes", ""),
    ]
    assert listed["size_mm"].tolist()[0] == 4 and pd.isna(listed["size_mm"].tolist()[1])


def test_ulcers_and_participants_with_ulcers_are_two_counts():
    listed = list_ulcers(ULCERS, PEOPLE)
    rows = describe_ulcers(listed, VISITS, PEOPLE, CONTEXT, at=["baseline", "week_12"])
    shown = texts(rows)
    assert shown["safety.digital_ulcers.baseline.participants"] == "1 of 2 (50\xa0%)"
    assert shown["safety.digital_ulcers.baseline.n_active"] == "2"
    assert shown["safety.digital_ulcers.week_12.participants"] == "1 of 2 (50\xa0%)"
    assert shown["safety.digital_ulcers.week_12.n_healed"] == "1"


def test_new_and_healed_ulcers_are_counted_with_their_participants():
    listed = list_ulcers(
        make_items(
            *ulcer("P1", "week_12", "1", "right_2", active=1, new=1, healed=0),
            *ulcer("P1", "week_12", "2", "right_3", active=1, new=1, healed=0),
            *ulcer("P2", "week_12", "1", "left_3", active=0, new=0, healed=1),
        ),
        PEOPLE,
    )
    shown = texts(describe_ulcers(listed, VISITS, PEOPLE, CONTEXT, at=["week_12"]))
    names = ("n_new", "participants_new", "n_healed", "participants_healed")
    counts = [shown[f"safety.digital_ulcers.week_12.{name}"] for name in names]
    assert counts == ["2", "1 of 2 (50\xa0%)", "1", "1 of 2 (50\xa0%)"]


def test_an_unanswered_question_is_no_absence_of_ulcers_and_an_unasked_visit_left_out():
    here = list_ulcers(ULCERS, PEOPLE).query("visit == 'baseline'")
    assert find_known(here, VISITS, PEOPLE, "baseline") == ["P1", "P2"]
    listed = list_ulcers(ULCERS, PEOPLE)
    assert find_visits(listed, VISITS, load_study()) == ["baseline", "week_12"]


def test_who_is_said_to_have_ulcers_of_which_none_is_recorded_counts_neither_with_nor_without():
    visits = VISITS.assign(ulcers_present=["yes", "no", "yes", "no"])
    here = list_ulcers(ULCERS, PEOPLE).query("visit == 'baseline'")
    assert find_known(here, visits, PEOPLE, "baseline") == ["P1", "P3"]
    assert find_contradicted(here, visits, PEOPLE, "baseline") == ["P2"]
    rows = collect_results(describe_ulcers(here, visits, PEOPLE, CONTEXT, at=["baseline"]))
    shown = rows.set_index("result_id").loc["safety.digital_ulcers.baseline.participants"]
    assert shown["text"] == "1 of 2 (50\xa0%)"
    assert shown["warning"] == "ulcers said to be present, none recorded: not counted"
    plain = describe_ulcers(here, VISITS, PEOPLE, CONTEXT, at=["baseline"])
    assert {row["warning"] for row in plain} == {""}


def test_an_ulcer_on_record_counts_whatever_the_question_says():
    visits = VISITS.assign(ulcers_present="no")
    rows = describe_ulcers(list_ulcers(ULCERS, PEOPLE), visits, PEOPLE, CONTEXT, at=["baseline"])
    assert texts(rows)["safety.digital_ulcers.baseline.participants"] == "1 of 3 (33\xa0%)"


def test_the_map_counts_active_ulcers_by_finger_at_both_visits():
    counts = count_by_finger(list_ulcers(ULCERS, PEOPLE), at=["baseline", "week_12"])
    assert list(counts.itertuples(index=False, name=None)) == [
        ("P1", "right_2", 2, 0),
        ("P2", "left_3", 0, 1),
    ]
    listed = list_ulcers(make_items(), PEOPLE)
    assert len(count_by_finger(listed, at=["baseline", "week_12"])) == 0


def laboratory(*rows):
    items = make_items(
        *((person, visit, "laboratory", item, "", "", value) for person, visit, item, value in rows)
    )
    return pair_laboratory(items, PEOPLE, before="screening", after="week_12")


def test_laboratory_values_are_paired_and_rises_and_falls_are_counted():
    pairs = laboratory(
        ("P1", "screening", "hb", 12.1),
        ("P1", "week_12", "hb", 12.4),
        ("P2", "screening", "hb", 12.0),
        ("P2", "week_12", "hb", 12.0),
        ("P3", "screening", "hb", 11.0),
    )
    shown = texts(describe_laboratory(pairs, CONTEXT, before="screening", after="week_12"))
    assert shown["safety.laboratory.hb.screening.median_range"] == "12.1 (12.0 to 12.1)"
    assert shown["safety.laboratory.hb.change.median_range"] == "0.2 (0.0 to 0.3)"
    counts = [shown[f"safety.laboratory.hb.{name}"] for name in ("n_higher", "n_equal", "n_lower")]
    assert counts == ["1", "1", "0"]
    assert len(laboratory()) == 0


def test_several_values_of_a_test_at_a_visit_are_averaged_and_it_is_said():
    values = [("screening", "", 12), ("week_12", "01", 13), ("week_12", "02", 15)]
    rows = [("P1", visit, "laboratory", "hb", "", time, value) for visit, time, value in values]
    visits = {"before": "screening", "after": "week_12"}
    pairs = pair_laboratory(make_items(*rows), PEOPLE, **visits)
    assert pairs[["change", "averaged"]].to_numpy().tolist() == [[2, True]]
    results = collect_results(describe_laboratory(pairs, CONTEXT, **visits))
    assert set(results["warning"]) >= {AVERAGED}
    table = make_laboratory_table(pairs, results, load_study(), **visits)
    assert table.notes[-1].startswith("Of several values")


@pytest.mark.parametrize(
    ("item", "unit", "name"), [("wbc", "10^9/L", "White cells, 10⁹/L"), ("ck_mb", "", "Ck mb")]
)
def test_a_test_is_printed_with_its_unit(item, unit, name):
    assert name_test(item, unit) == name
