"""An error says what is wrong, where, and what to do next."""

import pytest

from analysis.errors import UsageError, suggest_name
from analysis.reproduce.pipeline import find_step

KNOWN = ("participants", "visits", "scores")


@pytest.mark.parametrize(
    ("name", "otherwise", "hint"),
    [
        ("score", "", "Did you mean scores"),
        ("score", "Describe it", "Did you mean scores"),
        ("xyz", "", "Known: participants, visits, scores"),
        ("xyz", "Describe it", "Describe it"),
    ],
)
def test_the_nearest_name_is_offered_else_all_of_them_else_what_to_do(name, otherwise, hint):
    assert suggest_name(name, KNOWN, otherwise=otherwise) == hint


def test_an_unknown_step_with_no_name_near_it_lists_the_steps():
    with pytest.raises(UsageError, match=r"Known: 01_clean, .*, results, report\."):
        find_step("xyz")
