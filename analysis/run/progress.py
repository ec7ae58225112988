"""Report the progress of a run: a line per step and, on a terminal, the overall progress."""

import contextlib
import os
import re
import threading
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO, Any

from analysis.paths import Outputs
from analysis.run.state import read_fields, write_state
from analysis.run.steps import STEPS

_WIDTH = 15
MOST_CAUSES = 2
BAR = 20
SECONDS = 0.5
# Go to the left edge, and clear everything from there on.
ERASE = "\r\x1b[J"
# A step that takes longer than the last time is never shown as done by the clock alone.
ALMOST = 0.95
# Before this share is done, the elapsed time is no guide to the rest.
EARLY = 0.1


@dataclass(frozen=True)
class Note:
    """The progress of one step in this run; each process writes one for the others.

    Parameters
    ----------
    planned
        Whether the run is going to need it.
    began, ended
        Seconds since 1970; 0 if it has not yet.
    done, cells
        Code cells of its notebook that have run, and all of them.
    seconds
        How long it took when it last succeeded; 0 if unknown.
    """

    planned: bool = False
    began: float = 0.0
    ended: float = 0.0
    done: int = 0
    cells: int = 0
    seconds: float = 0.0

    @property
    def running(self) -> bool:
        """Whether it is running."""
        return self.began > 0 and not self.ended

    def share(self, now: float) -> float:
        """Return the share that is done, by its cells or by the time that it took before."""
        if not self.running:
            return float(self.ended > 0)
        by_cells = self.done / self.cells if self.cells else 0.0
        by_clock = min((now - self.began) / self.seconds, ALMOST) if self.seconds else 0.0
        return max(by_cells, by_clock)


class Reporter:
    """Report the progress of a run from one of its processes.

    On a terminal the last line is the overall progress. The processes of a run draw the same
    line over one another; a process with something to report writes it in place of that line.
    The default stream is the current standard error.
    """

    def __init__(self, outputs: Outputs, stream: IO[str] | None = None) -> None:
        self.outputs = outputs
        self.stream = stream or os.fdopen(os.dup(2), "w", encoding="utf-8")
        plain = any(os.environ.get(name) for name in ("CI", "NO_COLOR"))
        dumb = os.environ.get("TERM", "dumb") == "dumb"
        self.terminal = self.stream.isatty() and not plain and not dumb
        self.name, self.note = "", Note()
        self.over = threading.Event()
        self.drawer = threading.Thread(target=self._draw_on, daemon=True)

    def __enter__(self) -> "Reporter":
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        if self.drawer.is_alive():
            self.drawer.join()
        if self.note.running:
            self.keep(ended=time.time())
        if self.terminal and self.name:
            self._write(ERASE)

    def begin(self, name: str) -> None:
        """Record that a step has begun."""
        self.name, self.note = name, read_notes(self.outputs)[name]
        self.keep(began=time.time(), ended=0.0, done=0, cells=0)
        if self.terminal:
            self.drawer.start()

    def keep(self, **facts: Any) -> None:
        """Note facts about the step."""
        self.note = replace(self.note, **facts)
        write_note(self.outputs, self.name, self.note)

    def count(self, **_: Any) -> None:
        """Count a cell that has run; nbclient's hook."""
        self.keep(done=self.note.done + 1)

    def end(self, causes: list[str], changed: list[str]) -> None:
        """Report in one line that the step is done, why it ran, and how many files changed."""
        ended = time.time()
        seconds = ended - self.note.began
        reason = "; ".join(causes[:MOST_CAUSES]) + ("; ..." if len(causes) > MOST_CAUSES else "")
        outcome = f"{len(changed)} files new" if changed else "nothing changed by it"
        self.keep(ended=ended, seconds=seconds)
        self.write_line(self.name, f"done in {seconds:.1f} s, {outcome} ({reason})")

    def write_line(self, name: str, text: str) -> None:
        """Write a line about a step."""
        self._write(f"{ERASE if self.terminal else ''}{name.ljust(_WIDTH)} {text}\n")

    def _draw_on(self) -> None:
        while True:
            width = 80
            with contextlib.suppress(OSError):
                width = os.get_terminal_size(self.stream.fileno()).columns or width
            self._write(ERASE + format_progress(read_notes(self.outputs), width=width))
            if self.over.wait(SECONDS):
                return

    def _write(self, text: str) -> None:
        # A single write, so that the output of several processes does not mix.
        with contextlib.suppress(OSError):
            os.write(self.stream.fileno(), text.encode())


def read_notes(outputs: Outputs) -> dict[str, Note]:
    """Return the note of every step, by name, in the order of the run."""
    return {
        step.name: read_fields(_note_path(outputs, step.name), Note) or Note() for step in STEPS
    }


def write_note(outputs: Outputs, name: str, note: Note) -> None:
    """Write a note; it is only for display, so a full disk is ignored."""
    with contextlib.suppress(OSError):
        write_state(_note_path(outputs, name), asdict(note))


def plan_run(outputs: Outputs, needed: set[str], *, begins: bool = False) -> None:
    """Note which steps a run is going to need: when it begins, and again after each step."""
    for name, note in read_notes(outputs).items():
        if begins or not note.began:
            write_note(outputs, name, Note(planned=name in needed, seconds=note.seconds))


def estimate_run(notes: dict[str, Note], *, jobs: int) -> tuple[float, float | None]:
    """Return the share of a run that is done, and the seconds left, None while unknown.

    `jobs` is the number of steps that run in parallel.
    """
    now = time.time()
    planned = {name: note for name, note in notes.items() if note.planned or note.began}
    elapsed = now - min((note.began for note in planned.values() if note.began), default=now)
    known = [note.seconds for note in planned.values() if note.seconds]
    if not known:
        share = sum(note.share(now) for note in planned.values()) / max(len(planned), 1)
        return share, elapsed * (1 - share) / share if share > EARLY else None
    usual = sum(known) / len(known)
    rest = {name: (1 - note.share(now)) * (note.seconds or usual) for name, note in planned.items()}
    # No shorter than the longest chain of steps, nor than all work on all processors.
    chain: dict[str, float] = {}
    for step in STEPS:
        before = max((chain[name] for name in step.after), default=0.0)
        chain[step.name] = before + rest.get(step.name, 0.0)
    left = max(*chain.values(), sum(rest.values()) / jobs)
    return elapsed / (elapsed + left) if elapsed + left else 1.0, left


def format_progress(notes: dict[str, Note], *, width: int) -> str:
    """Return overall progress, time left and running steps, in a line that fits the terminal."""
    # The number of steps that Make runs in parallel, if known.
    jobs = re.search(r"-j(\d+)", os.environ.get("MAKEFLAGS", ""))
    share, left = estimate_run(notes, jobs=int(jobs[1]) if jobs else os.cpu_count() or 1)
    full = round(share * BAR)
    bar = f"[{'#' * full}{'.' * (BAR - full)}]{share:4.0%}"
    rest = [
        f"{name} {note.done}/{note.cells}" if note.cells else name
        for name, note in notes.items()
        if note.running
    ]
    return ", ".join([f"{bar}{_format_left(left)}", *rest])[: width - 1]


def _format_left(seconds: float | None) -> str:
    if seconds is None:
        return ""
    if seconds < 90:
        return f" about {max(round(seconds), 1)} s left"
    return f" about {round(seconds / 60)} min left"


def _note_path(outputs: Outputs, name: str) -> Path:
    return outputs.state / "progress" / f"{name}.json"
