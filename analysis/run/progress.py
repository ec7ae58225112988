"""What a person sees while steps run: bars on a terminal, a line for each step elsewhere."""

import contextlib
import os
import re
import threading
import time
from dataclasses import replace

from analysis.run.pace import Note, estimate_run, read_notes, write_note

WIDTH = 15
MOST = 2
BAR = 24
# On a narrower terminal the numbers are worth more than the bars.
NARROW = 64
SECONDS = 0.5
# To the left edge, and nothing from there on.
ERASE = "\r\x1b[J"


class Reporter:
    """Tell how far a run is, from one of its processes.

    On a terminal a blank line and the bars of all that runs stand below the cursor, which stays
    where the next line is going to be: whoever writes, writes above the bars, and whoever comes
    next, also of another process, draws them anew in one go.

    Parameters
    ----------
    outputs : analysis.paths.Outputs
        Where the run's processes leave their notes.
    stream
        Where to write, by default to standard error as it is now.
    """

    def __init__(self, outputs, stream=None):
        self.outputs = outputs
        self.stream = stream or os.fdopen(os.dup(2), "w", encoding="utf-8")
        self.terminal = _shows_bars(self.stream)
        self.jobs = _count_jobs()
        self.name, self.note = None, Note()
        self.over = threading.Event()
        self.drawer = threading.Thread(target=self._draw_on, daemon=True)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self.over.set()
        if self.drawer.is_alive():
            self.drawer.join()
        if self.note.running:
            self._keep(ended=time.time())
        if self.terminal and self.name:
            self._write(ERASE)

    def begins(self, name):
        """Say that a step has begun."""
        self.name = name
        self.note = read_notes(self.outputs)[name]
        self._keep(began=time.time(), ended=0.0, done=0, cells=0)
        if self.terminal:
            self.drawer.start()

    def expects(self, cells):
        """Say how many cells the step has."""
        self._keep(cells=cells)

    def counts(self, **_):
        """Count a cell that has run; nbclient's hook."""
        self._keep(done=self.note.done + 1)

    def waiting(self, name):
        """Say that another run has this step in hand."""
        self._line(name, "waits for another run that is busy with it")

    def replaced(self, name, error):
        """Say why the built-in renderer did what Quarto could not."""
        self._line(name, f"made by the built-in renderer instead: {error}")

    def finished(self, name, causes, changed):
        """Say in one line that a step is done, why it ran, and what came of it."""
        ended = time.time()
        seconds = ended - self.note.began
        reason = "; ".join(causes[:MOST]) + ("; ..." if len(causes) > MOST else "")
        outcome = f"{len(changed)} files new" if changed else "nothing changed by it"
        self._keep(ended=ended, seconds=seconds)
        self._line(name, f"done in {seconds:.1f} s, {outcome} ({reason})")

    def _keep(self, **facts):
        self.note = replace(self.note, **facts)
        write_note(self.outputs, self.name, self.note)

    def _line(self, name, text):
        self._write(f"{ERASE if self.terminal else ''}{name.ljust(WIDTH)} {text}\n")

    def _draw_on(self):
        while True:
            size = _measure(self.stream)
            lines = format_bars(read_notes(self.outputs), width=size.columns, jobs=self.jobs)
            lines = lines[-max(size.lines - 2, 1) :]
            below = "".join(f"\n{line}" for line in ("", *lines))
            self._write(f"{ERASE}{below}\r\x1b[{len(lines) + 1}A")
            if self.over.wait(SECONDS):
                return

    def _write(self, text):
        # In one go, so that what several processes write does not mix.
        with contextlib.suppress(OSError):
            os.write(self.stream.fileno(), text.encode())


def format_bars(notes, *, width, jobs):
    """Return a line for each step at work, and one for the whole run.

    Parameters
    ----------
    notes : dict of str to analysis.run.pace.Note
    width : int
        Columns of the terminal; no line reaches the last one.
    jobs : int
        How many steps run side by side.
    """
    now = time.time()
    lines = [
        _format_bar(
            name,
            note.share(now),
            f"{note.done} of {note.cells} cells" if note.cells else "",
            width,
        )
        for name, note in notes.items()
        if note.running
    ]
    share, left = estimate_run(notes, jobs=jobs)
    lines.append(_format_bar("all", share, _format_left(left), width))
    return lines


def _format_bar(name, share, text, width):
    full = round(share * BAR)
    bar = f"[{'#' * full}{'.' * (BAR - full)}] " if width >= NARROW else ""
    return f"{name.ljust(WIDTH - 1)} {bar}{share:4.0%} {text}"[: width - 1].rstrip()


def _format_left(seconds):
    if seconds is None:
        return ""
    if seconds < 90:
        return f"about {max(round(seconds), 1)} s left"
    return f"about {round(seconds / 60)} min left"


def _shows_bars(stream):
    plain = any(os.environ.get(name) for name in ("CI", "NO_COLOR"))
    return stream.isatty() and not plain and os.environ.get("TERM", "dumb") != "dumb"


def _measure(stream):
    with contextlib.suppress(OSError):
        size = os.get_terminal_size(stream.fileno())
        if size.columns and size.lines:
            return size
    return os.terminal_size((80, 24))


def _count_jobs():
    """Return how many steps Make runs side by side, as far as it says so."""
    told = re.search(r"-j(\d+)", os.environ.get("MAKEFLAGS", ""))
    return int(told[1]) if told else os.cpu_count()
