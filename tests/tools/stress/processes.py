"""The processes that work in a folder: find them, kill them, take over those that are orphaned."""

import contextlib
import ctypes
import os
import signal
import time
from pathlib import Path

import psutil

PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans():
    """Let a process whose parent has died come to this one, as to the manager of a session."""
    with contextlib.suppress(OSError, AttributeError):  # Linux alone knows of it
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
    """Return what is still at work in a folder after so long, as text; nothing if all ended."""
    deadline = time.monotonic() + seconds
    while (left := find_processes(folder)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return [f"left at work: {' '.join(_command(process))[:200]}" for process in left]


def kill_group(run):
    """Kill Make and whatever it has started, but for what leads a session of its own."""
    _kill(os.killpg, run.pid)


def kill_part(run, part, rng):
    """Kill one process below Make, or all of them at once; return whether there was one.

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
