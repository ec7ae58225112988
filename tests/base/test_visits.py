"""The visits of the plan: each has a role, and no event belongs to two."""

from dataclasses import replace

import pytest

from analysis.study import load_study
from analysis.visits import find_wrong_visits

STUDY = load_study()


def find_wrong(**changes):
    """Return what is wrong after changes of visits, each by its name."""
    visits = tuple(replace(v, **changes.get(v.name, {})) for v in STUDY.visits)
    return " / ".join(find_wrong_visits(visits, "baseline", "week_12"))


def test_visits_are_found_by_what_they_are_for():
    assert STUDY.list_visits("screening", "baseline") == ["screening", "baseline"]
    assert STUDY.list_visits("follow_up") == ["week_1", "week_4", "week_12"]
    assert STUDY.unscheduled == "unscheduled"
    assert find_wrong() == ""


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"baseline": {"role": "screening"}}, "exactly one has the role baseline"),
        ({"week_1": {"role": "procedure"}}, "exactly one has the role procedure"),
        ({"unscheduled": {"role": "follow_up"}}, "exactly one has the role unscheduled"),
        ({"week_1": {"day": None}}, "visit week_1: every visit but the unscheduled one has a day"),
        ({"week_12": {"role": "screening"}}, "analysis.followup_visit is follow_up"),
        ({"week_4": {"low": None, "high": None}}, "week_4: its window"),
        ({"week_4": {"low": 36, "high": 21}}, "week_4: its window"),
        ({"week_4": {"events": ("week_12_arm_1",)}}, "'week_12_arm_1' belongs to more than one"),
    ],
)
def test_a_plan_of_visits_that_contradicts_itself_is_named(changes, message):
    assert message in find_wrong(**changes)
