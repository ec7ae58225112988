"""A kernel that ends by no fault of its notebook."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from analysis.run.execute import TRIES, run_papermill


class Papermill:
    """It loses as many kernels as it is told to, each after some cells."""

    def __init__(self, losses, *, cells=0):
        self.losses, self.cells, self.runs = losses, cells, 0

    def execute_notebook(self, *_, on_cell_executed, **__):
        self.runs += 1
        for _ in range(self.cells):
            on_cell_executed()
        if self.runs <= self.losses:
            raise RuntimeError("Kernel died before replying to kernel_info")


class Reporter:
    """What counts the cells that have run."""

    def __init__(self):
        self.note = SimpleNamespace(done=0)

    def count(self):
        self.note.done += 1


@pytest.fixture
def run(monkeypatch):
    def run_once(papermill):
        monkeypatch.setitem(sys.modules, "papermill", papermill)
        run_papermill(Path("a.ipynb"), Path("b.ipynb"), passed={}, reporter=Reporter())
        return papermill.runs

    return run_once


def test_a_kernel_that_ends_before_the_first_cell_is_started_again(run):
    assert run(Papermill(losses=2)) == 3


def test_one_that_never_starts_is_told(run):
    papermill = Papermill(losses=TRIES)
    with pytest.raises(RuntimeError, match="died"):
        run(papermill)
    assert papermill.runs == TRIES


def test_no_cell_is_run_twice(run):
    papermill = Papermill(losses=1, cells=1)
    with pytest.raises(RuntimeError, match="died"):
        run(papermill)
    assert papermill.runs == 1
