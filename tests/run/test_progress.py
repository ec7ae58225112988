"""One line for each step, and on a terminal how far all is and how long the rest takes."""

import os
import pty
import re
import time

import pytest

from analysis import paths
from analysis.run.outdated import find_needed
from analysis.run.progress import (
    ERASE,
    Note,
    Reporter,
    estimate_run,
    format_progress,
    plan_run,
    read_notes,
)
from analysis.run.steps import STEPS

NOW = 1000.0
ENDED = {"planned": True, "began": NOW - 10, "ended": NOW - 4}
RUNNING = {"planned": True, "began": NOW - 4}


@pytest.fixture
def outputs(tmp_path):
    return paths.Outputs(tmp_path)


@pytest.fixture
def clock(monkeypatch):
    monkeypatch.setattr(time, "time", lambda: NOW)


def notes_of(**known):
    return {step.name: known.get(step.name[3:], Note()) for step in STEPS}


@pytest.mark.parametrize(
    ("known", "jobs", "left"),
    [
        # One after the other, the longest chain; 06 beside it is shorter.
        ({"clean": (RUNNING, 5), "score": ({}, 4), "safety": ({}, 3)}, 2, 1 + 4),
        # With one job all has to wait for all.
        ({"clean": (RUNNING, 5), "score": ({}, 4), "safety": ({}, 3)}, 1, 1 + 4 + 3),
        # What has ended takes no more time, what was never timed takes as long as the others.
        ({"clean": (ENDED, 6), "score": (RUNNING, 8), "safety": ({}, 0)}, 1, 4 + 7),
    ],
)
def test_the_time_left_is_what_the_steps_took_the_last_time(clock, known, jobs, left):
    notes = notes_of(
        **{name: Note(**{"planned": True, **note}, seconds=s) for name, (note, s) in known.items()}
    )
    share, seconds = estimate_run(notes, jobs=jobs)
    elapsed = 10 if "ended" in known["clean"][0] else 4
    assert seconds == pytest.approx(left)
    assert share == pytest.approx(elapsed / (elapsed + left))


def test_without_an_earlier_run_cells_are_counted(clock):
    notes = notes_of(clean=Note(**RUNNING, done=1, cells=2), score=Note(planned=True))
    assert estimate_run(notes, jobs=2) == (0.25, 12.0)
    notes["01_clean"] = Note(**RUNNING, done=0, cells=2)
    assert estimate_run(notes, jobs=2) == (0.0, None)


def test_a_step_slower_than_the_last_time_is_not_shown_as_done(clock):
    assert Note(**RUNNING, done=1, cells=10, seconds=2).share(NOW) < 1


def test_the_plan_is_what_is_outdated_and_may_become_so(outputs):
    needed = find_needed(["02_score"], until="results")
    assert needed == {"02_score", "03_describe", "04_efficacy", "05_sensitivity", "results"}
    plan_run(outputs, needed, begins=True)
    assert {name for name, note in read_notes(outputs).items() if note.planned} == needed
    plan_run(outputs, set())
    assert not any(note.planned for note in read_notes(outputs).values())


@pytest.mark.parametrize("width", [20, 40, 64, 200])
def test_all_that_runs_stands_in_one_line_that_does_not_reach_the_last_column(
    clock, monkeypatch, width
):
    monkeypatch.setenv("MAKEFLAGS", " -j2 --jobserver-auth=3,4")
    notes = notes_of(
        clean=Note(**RUNNING, done=1, cells=2), safety=Note(**RUNNING, done=12, cells=16)
    )
    whole = "[############........] 62% about 2 s left, 01_clean 1/2, 06_safety 12/16"
    assert format_progress(notes, width=width) == whole[: width - 1]


def run_step(outputs, stream):
    with Reporter(outputs, stream) as reporter:
        reporter.begin("01_clean")
        reporter.keep(cells=2)
        reporter.count()
        reporter.end(["new"], [])


def read_all(descriptor):
    os.set_blocking(descriptor, False)
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        return b"".join(iter(lambda: file.read(65536), None)).decode()


def test_on_a_terminal_the_progress_is_drawn_and_taken_away(outputs, monkeypatch):
    for name in ("CI", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    screen, terminal = pty.openpty()
    with os.fdopen(terminal, "w") as stream:
        run_step(outputs, stream)
        shown = read_all(screen)
    assert re.search(r"\[[#.]{20}\] *\d+%", shown)
    assert "done in 0.0 s, nothing changed by it (new)" in shown
    assert shown.endswith(ERASE)
    assert read_notes(outputs)["01_clean"].seconds > 0


@pytest.mark.parametrize(("name", "value"), [("TERM", "dumb"), ("NO_COLOR", "1"), ("CI", "true")])
def test_a_plain_terminal_gets_a_line_for_each_step(outputs, monkeypatch, name, value):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv(name, value)
    screen, terminal = pty.openpty()
    with os.fdopen(terminal, "w") as stream:
        run_step(outputs, stream)
        shown = read_all(screen)
    assert "\x1b" not in shown and len(shown.splitlines()) == 1


def test_a_step_that_fails_is_no_longer_shown_as_running(outputs, tmp_path):
    with (
        open(tmp_path / "stream", "w") as stream,
        pytest.raises(KeyboardInterrupt),
        Reporter(outputs, stream) as reporter,
    ):
        reporter.begin("01_clean")
        raise KeyboardInterrupt
    assert not read_notes(outputs)["01_clean"].running
