"""A sample of `make stress`: every kind once or more, in few exports."""

import ast
import re

import pytest

from analysis.cleaning.rules import CLEANING_RULES
from analysis.paths import ROOT
from stress.corrupt_files import make_rng, write_files
from stress.corrupt_forms import FORMS
from stress.fault_edits import EDITS
from stress.stops import STOPS
from stress.trial import (
    ELSEWHERE,
    KINDS,
    judge_files,
    make_base,
    plant_many,
    try_harmless,
    try_known,
    try_random,
    try_stop,
    try_valid,
)

SEED = 1


@pytest.mark.parametrize("edit", [edit for edit in EDITS if edit.file], ids=lambda edit: edit.name)
def test_what_the_fault_harness_edits_stands_there(edit):
    assert edit.old in (ROOT / edit.file).read_text(encoding="utf-8")


def test_every_rule_has_a_kind_of_fault_that_it_must_find():
    planted = {kind.rule for kind in KINDS}
    assert not planted & ELSEWHERE.keys()
    assert planted | ELSEWHERE.keys() == CLEANING_RULES.keys()


@pytest.mark.parametrize("rule", ELSEWHERE)
def test_a_rule_that_this_form_cannot_show_is_named_by_the_test_that_shows_it(rule):
    file, name = ELSEWHERE[rule]
    text = (ROOT / file).read_text(encoding="utf-8")
    (test,) = (
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef) and node.name == name
    )
    first = min([test.lineno, *(mark.lineno for mark in test.decorator_list)])
    shown = "\n".join(text.splitlines()[first - 1 : test.end_lineno])
    assert re.search(rf"\b{rule}\b", shown)


@pytest.mark.parametrize(
    ("kinds", "size"),
    [
        pytest.param(FORMS, 84, id="forms"),
        *(pytest.param(KINDS[part::5], 48, marks=pytest.mark.slow) for part in range(5)),
    ],
)
def test_every_kind_of_fault_is_found_and_nothing_else(kinds, size):
    bench = plant_many(size, SEED, make_rng("sample", len(kinds), kinds[0].name), kinds, size)
    assert {fault.kind for fault in bench.faults} == {kind.name for kind in kinds}
    files = write_files(bench.finish(), make_base(size, SEED).provenance)
    verdict = judge_files(files, bench.faults, size, SEED)
    assert (verdict.missed, verdict.alarms) == ((), ())


@pytest.mark.slow
@pytest.mark.parametrize("number", [0, 4, 7])
def test_faults_are_found_in_an_export_of_any_size_that_is_written_otherwise(number):
    outcome = try_known(number)
    assert (outcome.found, outcome.alarms) == (outcome.planted, ())


@pytest.mark.slow
@pytest.mark.parametrize("number", range(3))
def test_an_export_that_is_written_otherwise_gives_the_same_tables(number):
    outcome = try_harmless(number)
    assert outcome.found == outcome.planted, outcome.notes


def test_nothing_is_asked_about_a_valid_export():
    assert try_valid(0).alarms == ()


@pytest.mark.parametrize("number", range(len(STOPS)), ids=[stop.name for stop in STOPS])
def test_what_cannot_be_read_stops_the_run_and_is_named(number):
    outcome = try_stop(number)
    assert outcome.found == outcome.planted, outcome.notes


@pytest.mark.parametrize("number", range(8))
def test_what_is_spoiled_at_random_stops_with_its_file_or_balances(number):
    outcome = try_random(number)
    assert outcome.ended in ("stopped", "balanced"), outcome.notes
