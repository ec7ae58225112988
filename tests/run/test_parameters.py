"""A parameter is known and of the right type, or the run does not begin."""

import pytest

from analysis.errors import UsageError
from analysis.run.parameters import (
    check_names,
    choose_parameters,
    declared_parameters,
    parse_assignments,
)

CELL = {
    "cell_type": "code",
    "metadata": {"tags": ["parameters"]},
    "source": ['visit = "week_12"  # at which\n', "days = 14\n", "share = 0.5\n", "strict = True"],
}


def test_declared_parameters_are_the_plain_assignments():
    assert declared_parameters({"cells": [CELL]}) == {
        "visit": "week_12",
        "days": 14,
        "share": 0.5,
        "strict": True,
    }
    assert declared_parameters({"cells": []}) == {}


@pytest.mark.parametrize(
    ("text", "default", "value"),
    [("week_4", "week_12", "week_4"), ("7", 14, 7), ("1", 0.5, 1.0), ("false", True, False)],
)
def test_a_text_becomes_the_type_of_the_default(text, default, value):
    chosen = choose_parameters({"x": text, "of_another_notebook": "1"}, {"x": default})
    assert chosen == {"x": value} and type(chosen["x"]) is type(default)


@pytest.mark.parametrize(("text", "default"), [("seven", 14), ("1.5", 14), ("maybe", True)])
def test_another_type_is_refused(text, default):
    with pytest.raises(UsageError, match=f"'{text}' is no value for the parameter 'x'"):
        choose_parameters({"x": text}, {"x": default})


def test_an_unknown_name_is_refused_with_the_nearest():
    with pytest.raises(UsageError, match="Did you mean followup_visit"):
        check_names(["folowup_visit"], ["followup_visit", "population", "outputs"])
    with pytest.raises(UsageError, match="Known: followup_visit"):
        check_names(["xyz"], ["followup_visit"])


@pytest.mark.parametrize("text", ["x", "=1", "x=", "outputs=here", "study=other.yml"])
def test_what_sets_nothing_or_belongs_to_the_run_is_refused(text):
    with pytest.raises(UsageError):
        parse_assignments([text])


def test_a_value_may_hold_an_equals_sign():
    assert parse_assignments(["x=a=b", "y=1"]) == {"x": "a=b", "y": "1"}
