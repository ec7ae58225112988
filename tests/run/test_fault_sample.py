"""A sample of the faults of `make stress`, on notebooks that take no time."""

import os
import random

import pytest
from checkout import clone_checkout
from stress.fault_bench import Bench, learn_expected
from stress.fault_clock import TIMES, date_files, turn_clock
from stress.fault_edits import NONE, Edit
from stress.fault_files import cut, delete, empty, flip, replace_by_folder, spoil_file
from stress.fault_kills import kill_runs
from stress.fault_places import (
    fill_disk,
    forbid_writing,
    limit_files,
    may_mount,
    run_twice,
    take_rights,
)
from stress.processes import adopt_orphans

pytestmark = pytest.mark.slow

SEED = 8
EDITS = (
    NONE,
    Edit("a word", "analysis/toys/word.py", "old", "new"),
    Edit("prose", "notebooks/03_describe.ipynb", "# Toy", "# Joy"),
)
FILES = {
    "data/processed/pairs.csv": flip,
    "report/notebooks/05_sensitivity.ipynb": cut,
    "report/_generated/figures/06_safety.txt": delete,
    "report/_generated/figures/word.txt": replace_by_folder,
    ".run/records/04_efficacy.json": empty,
    ".run/progress/04_efficacy.json": flip,
}
mounted = pytest.mark.skipif(not may_mount(), reason="needs the right to mount a disk")


@pytest.fixture(scope="module")
def bench(finished_toy, tmp_path_factory):
    folder = tmp_path_factory.mktemp("faults")
    adopt_orphans()
    source, sound = (clone_checkout(finished_toy, folder / n) for n in ("source", "sound 한글"))
    learned = learn_expected(sound, source.root, EDITS)
    return Bench(clone_checkout(sound, folder / "a bench"), sound, source.root, *learned)


@pytest.fixture
def rng(request):
    return random.Random(f"{SEED} {request.node.name}")


@pytest.mark.parametrize("part", ["group", "everything", "make", "runner"])
def test_killed_runs_are_recovered_from(bench, rng, part):
    outcome = kill_runs(bench, rng, part=part, kills=2)
    assert (outcome.faults, outcome.wrong) == (2, [])


def test_a_vanished_kernel_is_told(bench, rng):
    assert kill_runs(bench, rng, part="kernel", kills=1).wrong == []


@pytest.mark.parametrize("file", FILES)
def test_a_spoiled_file_is_never_taken_for_good(bench, rng, file):
    outcome = spoil_file(bench, rng, file=file, way=FILES[file])
    assert outcome.wrong == []
    assert outcome.ended == ("stopped" if FILES[file] is replace_by_folder else "recovered")


def test_files_that_may_not_grow_stop_the_run_with_a_message(bench, rng):
    outcome = limit_files(bench, rng, size=300)
    assert (outcome.ended, outcome.wrong) == ("stopped", [])


@mounted
def test_a_full_disk_stops_the_run_with_a_message(bench, rng):
    assert fill_disk(bench, rng).wrong == []


@mounted
def test_a_folder_mounted_read_only_stops_the_run_with_a_message(bench, rng):
    outcome = forbid_writing(bench, rng)
    assert (outcome.ended, outcome.wrong) == ("stopped", [])


@pytest.mark.skipif(not os.geteuid(), reason="root may write everywhere")
def test_a_folder_without_the_right_to_write_stops_the_run_with_a_message(bench, rng):
    outcome = take_rights(bench, rng)
    assert (outcome.ended, outcome.wrong) == ("stopped", [])


def test_two_runs_at_once_both_end_well(bench, rng):
    assert run_twice(bench, rng).wrong == []


@pytest.mark.parametrize("outdated", [True, False])
def test_times_of_files_mean_nothing(bench, rng, outdated):
    assert date_files(bench, rng, outdated=outdated).wrong == []


@pytest.mark.needs("faketime")
@pytest.mark.parametrize("when", TIMES)
def test_the_clock_of_a_run_means_nothing(bench, rng, when):
    assert turn_clock(bench, rng, when=when).wrong == []
