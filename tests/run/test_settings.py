"""What is chosen is possible, and mixes with no source, or the run does not begin."""

import pytest

from analysis import paths
from analysis.errors import UsageError
from analysis.run.settings import (
    check_parameters,
    choose_parameters,
    choose_settings,
    declared_parameters,
    parse_assignments,
)

CELL = {
    "cell_type": "code",
    "metadata": {"tags": ["parameters"]},
    "source": ['visit = "week_12"  # at which\n', "days = 14\n", "share = 0.5\n", "strict = True"],
}


def test_declared_parameters_are_the_plain_assignments():
    declared = {"visit": "week_12", "days": 14, "share": 0.5, "strict": True}
    assert declared_parameters({"cells": [CELL]}) == declared
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


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"folowup_visit": "week_4"}, "Did you mean followup_visit"),
        ({"xyz": "1"}, "Known: followup_visit"),
        ({"followup_visit": "week_5"}, "no 'week_5' .* There are: .*week_4, week_12"),
        ({"population": "everyone"}, "no 'everyone' .* There are: .*full_analysis"),
    ],
)
def test_a_name_that_does_not_exist_is_refused_with_those_that_do(given, words):
    with pytest.raises(UsageError, match=words):
        check_parameters(given)


def test_names_that_exist_are_taken():
    check_parameters({"followup_visit": "week_4", "population": "per_protocol"})


def choose(out, raw=""):
    return choose_settings(out=str(out), raw=str(raw), params=[], renderer="auto")


@pytest.mark.parametrize(
    "out",
    [
        "data",
        "data/raw",
        "data/processed/new",
        "analysis",
        "notebooks/x",
        "report",
        "tests/run",
        ".git/x",
    ],
)
def test_out_among_the_sources_is_wrong_use(out):
    with pytest.raises(UsageError, match="OUT lies in"):
        choose(paths.ROOT / out)


def test_out_in_the_export_is_wrong_use(tmp_path):
    export = tmp_path / "export"
    export.mkdir()
    (tmp_path / "link").symlink_to(export)
    for out in (export, export / "below", tmp_path / "link", tmp_path / "new" / ".." / "export"):
        with pytest.raises(UsageError, match=r"OUT lies in .*export, which a run only reads"):
            choose(out, export)
    assert choose(tmp_path / "exported", export).raw == export


@pytest.mark.parametrize("below", ["data", "data/processed", "report", "report/_generated", ".run"])
def test_an_out_whose_folders_lead_among_the_sources_is_wrong_use(tmp_path, below):
    export = tmp_path / "export"
    for leads_to in (paths.ROOT / "report", paths.RAW, export):
        out = tmp_path / leads_to.name
        (out / below).parent.mkdir(parents=True, exist_ok=True)
        (out / below).symlink_to(leads_to)
        with pytest.raises(UsageError, match="OUT lies in"):
            choose(out, export)


def test_a_link_to_itself_is_no_traceback(tmp_path):
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert choose(tmp_path / "loop").outputs.root == tmp_path / "loop"


@pytest.mark.parametrize("text", ["x", "=1", "x=", "outputs=here", "study=other.yml"])
def test_what_sets_nothing_or_belongs_to_the_run_is_refused(text):
    with pytest.raises(UsageError):
        parse_assignments([text])


def test_a_value_may_hold_an_equals_sign():
    assert parse_assignments(["x=a=b", "y=1"]) == {"x": "a=b", "y": "1"}
