"""Find and kill the processes that work in a folder, and adopt orphaned ones."""

import contextlib
import ctypes
import os
import signal
import time
from pathlib import Path

import psutil

PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans():
    """Make this process adopt processes whose parents have died, as a session manager does."""
    with contextlib.suppress(OSError, AttributeError):  # only Linux supports it
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def find_processes(folder):
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.status() != psutil.STATUS_ZOMBIE and folder in _above(process.cwd()):
                found.append(process)
    return found


def end_processes(folder):
    for process in find_processes(folder):
        _kill(os.kill, process.pid)


def wait_for_processes(folder, seconds):
    """Return, as text, the processes still at work in a folder after so many seconds."""
    deadline = time.monotonic() + seconds
    while (left := find_processes(folder)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return [f"left at work: {' '.join(_command(process))[:200]}" for process in left]


def kill_group(run):
    """Kill Make and the processes that it has started, except those with separate sessions."""
    _kill(os.killpg, run.pid)


def kill_part(run, part, rng):
    """Kill one process of a run, or all of them at once; return True if there was one.

    `part` is ``make``, ``runner``, ``kernel`` or ``everything``.
    """
    try:
        below = psutil.Process(run.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return False
    kernels = [process for process in below if "ipykernel_launcher" in _command(process)]
    runners = [process for process in below if "analysis" in _command(process)]
    chosen = {
        "make": [psutil.Process(run.pid)] if run.poll() is None else [],
        "runner": rng.sample(runners, min(1, len(runners))),
        "kernel": rng.sample(kernels, min(1, len(kernels))),
    }.get(part, below)
    if part == "everything":
        kill_group(run)
    for process in chosen:
        _kill(os.kill, process.pid)
    return bool(chosen)


def _kill(call, pid):
    try:
        call(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _above(folder):
    return (Path(folder), *Path(folder).parents)


def _command(process):
    try:
        return process.cmdline()
    except psutil.Error:
        return []
