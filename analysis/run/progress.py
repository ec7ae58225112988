"""What a person sees while steps run: bars on a terminal, a line for each step elsewhere."""

import contextlib
import os
import re
import threading
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from analysis.paths import Outputs
from analysis.run.state import read_state, write_state
from analysis.run.steps import STEPS

_WIDTH = 15
MOST_CAUSES = 2
BAR = 24
# On a narrower terminal the numbers are worth more than the bars.
NARROW = 64
SECONDS = 0.5
# To the left edge, and nothing from there on.
ERASE = "\r\x1b[J"
# A step that takes longer than the last time is never shown as done by the clock alone.
ALMOST = 0.95
# Before so much is done, the time so far says nothing about the rest.
EARLY = 0.1


@dataclass(frozen=True)
class Note:
    """What is known of one step in this run; each process leaves one for the others.

    Parameters
    ----------
    planned
        Whether the run is going to need it.
    began, ended
        Seconds since 1970; 0 while it has not.
    done, cells
        Code cells of its notebook that have run, and all of them.
    seconds
        How long it took when it last succeeded; 0 if nobody knows.
    """

    planned: bool = False
    began: float = 0.0
    ended: float = 0.0
    done: int = 0
    cells: int = 0
    seconds: float = 0.0

    @property
    def running(self) -> bool:
        """Whether it is at work."""
        return self.began > 0 and not self.ended

    def share(self, now: float) -> float:
        """Return how much of it is done, by its cells or by the time that it took before."""
        if not self.running:
            return float(self.ended > 0)
        by_cells = self.done / self.cells if self.cells else 0.0
        by_clock = min((now - self.began) / self.seconds, ALMOST) if self.seconds else 0.0
        return max(by_cells, by_clock)


class Reporter:
    """Say how far a run is, from one of its processes.

    On a terminal a blank line and the bars of all that runs stand below the cursor, which stays
    where the next line is going to be: whoever writes, writes above the bars, and whoever comes
    next, also of another process, draws them again in one go. By default it writes to standard
    error as it is now.
    """

    def __init__(self, outputs: Outputs, stream: IO[str] | None = None) -> None:
        self.outputs = outputs
        self.stream = stream or os.fdopen(os.dup(2), "w", encoding="utf-8")
        plain = any(os.environ.get(name) for name in ("CI", "NO_COLOR"))
        dumb = os.environ.get("TERM", "dumb") == "dumb"
        self.terminal = self.stream.isatty() and not plain and not dumb
        # How many steps Make runs side by side, as far as it says so.
        jobs = re.search(r"-j(\d+)", os.environ.get("MAKEFLAGS", ""))
        self.jobs = int(jobs[1]) if jobs else os.cpu_count() or 1
        self.name, self.note = "", Note()
        self.over = threading.Event()
        self.drawer = threading.Thread(target=self._draw_on, daemon=True)

    def __enter__(self) -> "Reporter":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.over.set()
        if self.drawer.is_alive():
            self.drawer.join()
        if self.note.running:
            self.keep(ended=time.time())
        if self.terminal and self.name:
            self._write(ERASE)

    def begin(self, name: str) -> None:
        """Say that a step has begun."""
        self.name = name
        self.note = read_notes(self.outputs)[name]
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

    def wait(self, name: str) -> None:
        """Say that another run has this step in hand."""
        self.write_line(name, "waits for another run that is busy with it")

    def end(self, name: str, causes: list[str], changed: list[str]) -> None:
        """Say in one line that a step is done, why it ran, and what came of it."""
        ended = time.time()
        seconds = ended - self.note.began
        reason = "; ".join(causes[:MOST_CAUSES]) + ("; ..." if len(causes) > MOST_CAUSES else "")
        outcome = f"{len(changed)} files new" if changed else "nothing changed by it"
        self.keep(ended=ended, seconds=seconds)
        self.write_line(name, f"done in {seconds:.1f} s, {outcome} ({reason})")

    def write_line(self, name: str, text: str) -> None:
        """Write a line about a step, above the bars."""
        self._write(f"{ERASE if self.terminal else ''}{name.ljust(_WIDTH)} {text}\n")

    def _draw_on(self) -> None:
        while True:
            size = os.terminal_size((80, 24))
            with contextlib.suppress(OSError):
                size = os.get_terminal_size(self.stream.fileno())
            lines = format_bars(read_notes(self.outputs), width=size.columns or 80, jobs=self.jobs)
            lines = lines[-max((size.lines or 24) - 2, 1) :]
            below = "".join(f"\n{line}" for line in ("", *lines))
            self._write(f"{ERASE}{below}\r\x1b[{len(lines) + 1}A")
            if self.over.wait(SECONDS):
                return

    def _write(self, text: str) -> None:
        # In one go, so that what several processes write does not mix.
        with contextlib.suppress(OSError):
            os.write(self.stream.fileno(), text.encode())


def read_notes(outputs: Outputs) -> dict[str, Note]:
    """Return the note of every step, by name, in the order of the run."""
    notes = {step.name: read_state(_note_path(outputs, step.name)) for step in STEPS}
    return {name: Note(**note) if note else Note() for name, note in notes.items()}


def write_note(outputs: Outputs, name: str, note: Note) -> None:
    """Leave a note; it is only for the eye, so that a full disk stops nothing here."""
    with contextlib.suppress(OSError):
        write_state(_note_path(outputs, name), asdict(note))


def plan_run(outputs: Outputs, needed: set[str], *, begins: bool = False) -> None:
    """Note which steps a run is going to need: when it begins, and again after each step."""
    for name, note in read_notes(outputs).items():
        if begins or not note.began:
            write_note(outputs, name, Note(planned=name in needed, seconds=note.seconds))


def estimate_run(notes: dict[str, Note], *, jobs: int) -> tuple[float, float | None]:
    """Return the share of a run that is done, and the seconds left, None as long as nobody can say.

    `jobs` is how many steps run side by side.
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


def format_bars(notes: dict[str, Note], *, width: int, jobs: int) -> list[str]:
    """Return a line for each step at work, and one for the whole run.

    No line reaches the last of the terminal's `width` columns; `jobs` as in `estimate_run`.
    """
    now = time.time()
    lines = [
        _format_bar(
            name, note.share(now), f"{note.done} of {note.cells} cells" if note.cells else "", width
        )
        for name, note in notes.items()
        if note.running
    ]
    share, left = estimate_run(notes, jobs=jobs)
    return [*lines, _format_bar("all", share, _format_left(left), width)]


def _format_bar(name: str, share: float, text: str, width: int) -> str:
    full = round(share * BAR)
    bar = f"[{'#' * full}{'.' * (BAR - full)}] " if width >= NARROW else ""
    return f"{name.ljust(_WIDTH - 1)} {bar}{share:4.0%} {text}"[: width - 1].rstrip()


def _format_left(seconds: float | None) -> str:
    if seconds is None:
        return ""
    if seconds < 90:
        return f"about {max(round(seconds), 1)} s left"
    return f"about {round(seconds / 60)} min left"


def _note_path(outputs: Outputs, name: str) -> Path:
    return outputs.state / "progress" / f"{name}.json"
