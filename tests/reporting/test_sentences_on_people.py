"""Sentences about people and harms are chosen from the results, down to nobody at all."""

import re

import pytest

SCREENED, ENROLLED, STARTED, INJECTED, KEPT = (
    f"flow.{stage}.n"
    for stage in ("screened", "enrolled", "procedure_safety", "full_analysis", "per_protocol")
)


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ({}, "Of 7 people who were screened, 7 were enrolled. Anaesthesia was started in 7, and 7 "
         "were injected and form the full analysis population; 7 belong to the per-protocol "
         "population."),
        ({ENROLLED: 1, STARTED: 1, INJECTED: 1, KEPT: 1}, "Of 7 people who were screened, 1 was "
         "enrolled. Anaesthesia was started in 1, and 1 was injected and forms the full analysis "
         "population; 1 belongs to the per-protocol population."),
        ({KEPT: 0}, "7 were injected and form the full analysis population; none belongs to the "
         "per-protocol population."),
        ({INJECTED: 0}, "Anaesthesia was started in 7, and nobody was injected."),
        ({STARTED: 0}, "7 were enrolled. Anaesthesia was started in nobody."),
        ({ENROLLED: 0}, "Of 7 people who were screened, none was enrolled."),
        ({SCREENED: 1, ENROLLED: 0}, "1 person was screened and not enrolled."),
        ({SCREENED: 1, ENROLLED: 1}, "1 person was screened and enrolled. Anaesthesia"),
    ],
)  # fmt: skip
def test_the_flow_is_told_up_to_the_stage_that_nobody_reached(say, numbers, expected):
    chosen = say(numbers=numbers)["flow"]
    for stage in (SCREENED, ENROLLED, STARTED, INJECTED, KEPT):
        chosen = chosen.replace(f"{{{{< var {stage} >}}}}", f"{numbers.get(stage, 7)}")
    assert expected in chosen


@pytest.mark.parametrize(
    ("due", "seen", "inside", "expected"),
    [
        (7, 7, 7, "7 of 7 were seen, all in the window."),
        (7, 6, 5, "6 of 7 were seen, 5 in the window."),
        (7, 6, 0, "6 of 7 were seen, none in the window."),
        (2, 1, 1, "1 of 2 was seen, in the window."),
        (2, 1, 0, "1 of 2 was seen, none in the window."),
        (7, 0, 0, "none of 7 was seen."),
        (0, 0, 0, "Nobody was due at"),
    ],
)
def test_who_came_to_the_follow_up_visit_is_counted(say, due, seen, inside, expected):
    counts = {"n_due": due, "n_attended": seen, "n_in_window": inside}
    chosen = say(numbers={f"flow.week_12.{name}": n for name, n in counts.items()})["attendance"]
    for name, number in counts.items():
        chosen = chosen.replace(f"{{{{< var flow.week_12.{name} >}}}}", f"{number}")
    assert expected in chosen


@pytest.mark.parametrize(
    ("events", "serious", "begins", "serious_begins"),
    [
        (0, 0, "No adverse event was recorded from", "No serious adverse event was recorded in"),
        (4, 1, "Adverse events recorded from", "Serious adverse events in this period:"),
    ],
)
def test_harms_are_counted_or_said_to_be_none(say, events, serious, begins, serious_begins):
    chosen = say(events=events, serious=serious)
    assert chosen["adverse_events"].startswith(begins)
    assert chosen["serious_events"].startswith(serious_begins)
    assert chosen["deaths"] == "Nobody died in this period."
    assert "@tbl-ae-overview" in chosen["unobserved"]
    assert say(numbers={"safety.deaths.n": 1})["deaths"].startswith("Deaths in this period: ")


def test_nothing_is_said_about_the_harms_of_a_procedure_that_nobody_had(say):
    chosen = say(numbers={"safety.any.n": (0, 0)})
    assert chosen["adverse_events"] == "Nobody was at risk of an adverse event of the procedure."
    assert chosen["serious_events"] == chosen["deaths"] == chosen["local_reactions"] == ""
    assert chosen["unobserved"] == "Where nobody was treated, nothing can be said about harms."
    assert chosen["exposure"] == "There was no procedure."


def test_volumes_or_tests_in_doubt_are_not_out_of_specification(say):
    outside, unknown = "exposure.out_of_specification.n", "exposure.viability_test.unknown.n"
    assert "at least one test was outside the specification" in say()["exposure"]
    chosen = say(numbers={outside: 0, unknown: 2})["exposure"]
    assert chosen == "No test that is on record was outside the specification."
    chosen = say(numbers={outside: 0})["exposure"]
    assert chosen == "Every test was within the specification."
    outside, doubted = "exposure.out_of_specification.n", "exposure.volumes_test.contradicted.n"
    chosen = say(numbers={outside: 0, doubted: 1})["exposure"]
    first, second = chosen.split(". ")
    assert first == "No test that is on record was outside the specification"
    assert second.startswith(f"In {{{{< var {doubted} >}}}} of {{{{< var flow.procedure_safety.n")
    assert "contradict" in say(numbers={doubted: 1})["exposure"]
    assert "contradict" not in say()["exposure"]


def test_the_upper_limit_of_no_serious_event_comes_with_its_level(say):
    chosen = say()["serious_events"]
    assert "two-sided {{< var study.confidence_percent >}} Clopper--Pearson interval" in chosen
    assert chosen.endswith("{{< var safety.serious.share_high >}}.")


@pytest.mark.parametrize(
    ("some", "severe", "expected"),
    [
        ((7, 7), (1, 7), "SOME participants had at least one, and SEVERE had one that was graded "
         "severe."),
        ((7, 7), (0, 7), "SOME participants had at least one, and none was graded severe."),
        ((2, 7), (0, 0), "SOME participants had at least one."),
        ((0, 7), (0, 7), "nobody had one."),
    ],
)  # fmt: skip
def test_local_reactions_are_counted_apart_from_adverse_events(say, some, severe, expected):
    ids = [f"safety.local_reaction.overall.{name}" for name in ("any", "severe")]
    chosen = say(numbers=dict(zip(ids, (some, severe), strict=True)))["local_reactions"]
    for result_id, name in zip(ids, ("SOME", "SEVERE"), strict=True):
        chosen = chosen.replace(f"{{{{< var {result_id} >}}}}", name)
    begins = "Local reactions were asked for and are counted apart from adverse events: "
    assert chosen == begins + expected


def test_local_reactions_without_an_answer_are_not_none(say):
    chosen = say(numbers={"safety.local_reaction.overall.any": (0, 0)})["local_reactions"]
    assert chosen == "No answer about local reactions is on record."


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (7, 7, "}} at baseline and {{"),
        (7, 6, "week_12.phrase >}}, where they are known for fewer participants."),
        (6, 7, "at baseline, where they are known for fewer participants, and {{"),
        (7, 0, "Active digital ulcers were not counted at both visits."),
    ],
)
def test_ulcers_of_fewer_participants_are_said_to_be_so(say, before, after, expected):
    at = "safety.digital_ulcers.{}.n_active".format
    numbers = {at("baseline"): (2, before), at("week_12"): (2, after)}
    assert expected in say(numbers=numbers)["ulcers"]


@pytest.mark.parametrize(
    ("new", "healed", "expected"),
    [
        ({"week_4": 0, "week_12": 2}, 1, "New since the visit before: none at WEEK_4; N at "
         "WEEK_12, in K participants. Healed since baseline: N at WEEK_12, in K participants."),
        ({"week_4": 3, "week_12": 0}, 0, "New since the visit before: N at WEEK_4, in K "
         "participants; none at WEEK_12. Healed since baseline: none at WEEK_12."),
        ({"week_4": (0, 0), "week_12": 0}, 0, "New since the visit before: none at WEEK_12. "
         "Healed since baseline: none at WEEK_12."),
    ],
)  # fmt: skip
def test_new_ulcers_are_told_for_every_visit_and_healed_ones_for_the_last(
    say, new, healed, expected
):
    numbers = {f"safety.digital_ulcers.{visit}.n_new": n for visit, n in new.items()}
    numbers["safety.digital_ulcers.week_12.n_healed"] = healed
    chosen = say(numbers=numbers)["ulcers"]
    for pattern, name in (
        (r"\{\{< var study\.visits\.(\w+)\.phrase >\}\}", lambda found: found[1].upper()),
        (r"\{\{< var [\w.]+\.n_\w+ >\}\}", "N"),
        (r"\{\{< var [\w.]+\.participants_\w+ >\}\}", "K"),
    ):
        chosen = re.sub(pattern, name, chosen)
    assert chosen == f"Active digital ulcers: N at baseline and N at WEEK_12. {expected}"


@pytest.mark.parametrize(
    ("both", "n", "expected"),
    [
        (7, 7, "Both hands were treated"),
        (5, 7, "In {{< var baseline.treated_hands.both.n >}} of {{< var flow.full_analysis.n"),
        (0, 7, ""),
    ],
)
def test_the_other_hand_is_no_control_where_both_were_treated(say, both, n, expected):
    chosen = say(numbers={"baseline.treated_hands.both.n": (both, n)})["both_hands"]
    assert chosen.startswith(expected)
    assert bool(chosen) == bool(expected)
