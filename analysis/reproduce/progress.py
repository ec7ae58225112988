"""What a person sees while notebooks run: a bar on a terminal, a line elsewhere."""

import os
import time

WIDTH = 15
MOST = 2


class Reporter:
    """Tell how far a run is.

    Parameters
    ----------
    stream
        Where to write, by default to standard error as it is now; a bar is drawn only on a
        terminal.
    """

    def __init__(self, stream=None):
        self.stream = stream or os.fdopen(os.dup(2), "w", encoding="utf-8")
        self.terminal = self.stream.isatty()
        self.started = time.monotonic()

    def bar(self, name):
        """Return the options of papermill's progress bar, or False for none."""
        return self.terminal and {
            "desc": name.ljust(WIDTH),
            "leave": False,
            "file": self.stream,
            "bar_format": "{desc} {percentage:3.0f}% |{bar:24}| {n_fmt}/{total_fmt} cells",
        }

    def waiting(self, name):
        """Say that another run has this step in hand."""
        self._line(name, "waits for another run that is busy with it")

    def replaced(self, name, error):
        """Say why the built-in renderer did what Quarto could not."""
        self._line(name, f"made by the built-in renderer instead: {error}")

    def finished(self, name, causes, changed):
        """Say in one line that a step is done, why it ran, and what came of it."""
        seconds = time.monotonic() - self.started
        reason = "; ".join(causes[:MOST]) + ("; ..." if len(causes) > MOST else "")
        outcome = f"{len(changed)} files new" if changed else "nothing changed by it"
        self._line(name, f"done in {seconds:.1f} s, {outcome} ({reason})")

    def _line(self, name, text):
        print(f"{name.ljust(WIDTH)} {text}", file=self.stream, flush=True)
