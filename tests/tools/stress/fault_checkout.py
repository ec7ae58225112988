"""A checkout that may be spoiled: what it publishes, what it calls outdated, who works in it."""

import contextlib
import ctypes
import hashlib
import os
import shutil
import signal
import subprocess
import threading
import time
from pathlib import Path

import psutil

from analysis import paths
from analysis.review.sources import copy_sources, list_sources
from analysis.run.state import read_record
from analysis.run.steps import STEPS

ROOT = paths.ROOT
PUBLISHED = ("data/processed", "report/_generated", "report/_output", "report/notebooks")
REPORT = ("report", "RENDERER=builtin")
DEADLINE = 900
PR_SET_CHILD_SUBREAPER = 36


class Run:
    """A Make that has been started, and what it says; a full disk must not silence it."""

    def __init__(self, process):
        self.process = process
        self.pid = process.pid
        self._said = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def wait(self):
        """Wait for its end; return its exit code and all that it said."""
        code = self.process.wait(DEADLINE)
        self._reader.join(DEADLINE)
        return code, b"".join(self._said).decode("utf-8", "replace")

    def _read(self):
        with self.process.stdout as stream:
            self._said.extend(stream)


class Checkout:
    """A copy of the repository, and Make run in it as from a shell that knows of no test.

    Parameters
    ----------
    root : pathlib.Path
    goal : sequence of str
        What Make is asked for when it is to do all its work.
    """

    def __init__(self, root, goal=REPORT):
        self.root = Path(root)
        self.goal = goal

    def start(self, *arguments, out="", before=(), prepare=None):
        """Start Make in a process group of its own.

        Parameters
        ----------
        arguments : str
            For Make.
        out : str
            OUT, by default the checkout itself.
        before : sequence of str
            A program, with its arguments, that is to start Make.
        prepare : callable or None
            Called in the new process before the program starts.
        """
        words = [*before, "make", *arguments, *([f"OUT={out}"] if out else [])]
        own = ("PYTHON", "MAKE", "MFLAGS")
        run = subprocess.Popen(
            words,
            cwd=self.root,
            env={name: text for name, text in os.environ.items() if not name.startswith(own)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=prepare,
        )
        return Run(run)

    def make(self, *arguments, **options):
        """Run Make to its end; return its exit code and all that it said."""
        return self.start(*arguments, **options).wait()

    def published(self):
        """Return the hash of every published file, by its path in the checkout."""
        return {
            path.relative_to(self.root).as_posix(): _hash(path)
            for folder in PUBLISHED
            for path in sorted((self.root / folder).rglob("*"))
            if path.name != "README.md" and (path.is_symlink() or not path.is_dir())
        }

    def owners(self):
        """Return the step that publishes each file, as a finished run has recorded it."""
        outputs = paths.Outputs(self.root)
        records = {step.name: read_record(outputs, step.name) for step in STEPS}
        return {file: name for name, record in records.items() if record for file in record.files}

    def trusted(self):
        """Return the steps that `make why` calls up to date without a condition."""
        code, told = self.make("why")
        if code:
            return set()  # it says that it cannot tell
        return {line.partition(":")[0] for line in told.splitlines() if line.endswith("up to date")}

    def remove(self):
        """Take it away, with whatever still works in it."""
        end_processes(self.root)
        shutil.rmtree(self.root)

    def leftovers(self):
        """Return what a run is to take away behind itself."""
        stage = self.root / ".run" / "stage"
        return [path.relative_to(self.root).as_posix() for path in stage.glob("*")]

    def wait_for_processes(self, seconds):
        """Return what is still at work after so long, as text; nothing, if all have ended."""
        deadline = time.monotonic() + seconds
        while (left := find_processes(self.root)) and time.monotonic() < deadline:
            time.sleep(0.1)
        return [" ".join(_command(process))[:200] for process in left]


def copy_checkout(root, source=ROOT):
    """Copy the sources of a repository; the environment is shared."""
    copy_sources(source, root, list_sources(source))
    (root / ".venv").symlink_to((source / ".venv").resolve())
    return Checkout(root)


def clone_checkout(checkout, root):
    """Copy a checkout with all that its runs have written."""
    shutil.copytree(checkout.root, root, symlinks=True)
    return Checkout(root, checkout.goal)


def adopt_orphans():
    """Let a process whose parent has died come to this one, as to the manager of a session."""
    with contextlib.suppress(OSError, AttributeError):  # Linux alone knows of it
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def find_processes(folder):
    """Return the processes that work in a folder or below."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.status() != psutil.STATUS_ZOMBIE and folder in _above(process.cwd()):
                found.append(process)
    return found


def end_processes(folder):
    """Kill whatever works in a folder or below."""
    for process in find_processes(folder):
        _kill(os.kill, process.pid)


def kill_group(run):
    """Kill Make and whatever it has started, but for what leads a session of its own."""
    _kill(os.killpg, run.pid)


def kill_part(run, part, rng):
    """Kill one process below Make, or all of them at once; return whether there was one.

    Parameters
    ----------
    run : Run
    part : str
        ``make``, ``runner``, ``kernel`` or ``everything``.
    rng : random.Random
        Chooses where there are several.
    """
    try:
        below = psutil.Process(run.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return False
    kernels = [process for process in below if "ipykernel_launcher" in _command(process)]
    runners = [process for process in below if "analysis" in _command(process)]
    chosen = {
        "make": [psutil.Process(run.pid)] if run.process.poll() is None else [],
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


def _hash(path):
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return "unreadable"
