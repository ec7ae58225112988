"""A kernel that ends by no fault of its notebook is started again, but no cell is run twice."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from analysis.run.execute import TRIES, run_papermill


@pytest.mark.parametrize(
    ("losses", "cells", "runs", "ends"),
    [(2, 0, 3, True), (TRIES, 0, TRIES, False), (1, 1, 1, False)],
    ids=["lost twice before the first cell", "lost each time", "lost after a cell"],
)
def test_a_lost_kernel(monkeypatch, losses, cells, runs, ends):
    note, started = SimpleNamespace(done=0), []

    def count():
        note.done += 1

    def execute_notebook(*_, on_cell_executed, **__):
        started.append(1)
        for _ in range(cells):
            on_cell_executed()
        if len(started) <= losses:
            raise RuntimeError("Kernel died before replying to kernel_info")

    papermill = SimpleNamespace(execute_notebook=execute_notebook)
    monkeypatch.setitem(sys.modules, "papermill", papermill)
    reporter = SimpleNamespace(note=note, count=count)
    try:
        run_papermill(Path("a.ipynb"), Path("b.ipynb"), passed={}, reporter=reporter)
    except RuntimeError:
        assert not ends
    else:
        assert ends
    assert len(started) == runs
