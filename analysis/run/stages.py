"""Folders in which steps work, and what killed runs have left of them."""

import contextlib
import tempfile
from pathlib import Path

from analysis.run.publish import clear_folder
from analysis.run.state import hold_lock


class _BusyError(Exception):
    pass


def make_stage(outputs, name):
    """Make a new folder for a step, on the file system of OUT, and return it."""
    stages = outputs.state / "stage"
    stages.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=stages))


def sweep_stages(outputs):
    """Remove the folders of steps at which no run is at work."""
    for folder in (outputs.state / "stage").glob("*-*"):
        name = folder.name.rpartition("-")[0]
        with contextlib.suppress(_BusyError), hold_lock(outputs, name, on_wait=_leave):
            clear_folder(folder)


def _leave():
    raise _BusyError
