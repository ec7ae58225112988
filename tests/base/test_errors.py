"""An error says what is wrong, where, and what to do next."""

import ast

import pytest

from analysis import paths
from analysis.errors import UsageError, suggest_name
from analysis.run.steps import find_step

PACKAGE = paths.ROOT / "analysis"
# What stops a person who puts in an export, edits the plan, or holds tables against R.
MET = (
    *sorted((PACKAGE / "cleaning").glob("*.py")),
    *(PACKAGE / name for name in ("provenance.py", "records.py", "tables.py", "review/qc.py")),
)
FAMILY = ("DataError", "UsageError", "MissingError")
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


@pytest.mark.parametrize("path", MET, ids=lambda path: path.stem)
def test_what_stops_a_person_says_what_to_do_next(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in FAMILY:
            hints = [keyword.value for keyword in node.keywords if keyword.arg == "hint"]
            assert hints and ast.unparse(hints[0]) != "''", f"{path.name}:{node.lineno}"
