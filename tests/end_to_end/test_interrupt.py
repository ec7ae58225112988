"""Ctrl-C on a terminal: no process is left, no half output, and the last lines say it."""

import contextlib
import fcntl
import os
import pty
import signal
import subprocess
import termios
import threading
import time

import psutil
import pytest
from checkout import copy_checkout
from programs import track
from stress.processes import find_processes

DEADLINE = 120
# A shell of a person who sees the bars.
LEFT_OUT = ("PYTHON", "MAKE", "CI", "NO_COLOR")


class Terminal:
    """A program in the foreground of a terminal of its own, and what stands on it."""

    def __init__(self, words, folder, temporary):
        self._screen, terminal = pty.openpty()
        self.program = subprocess.Popen(
            words,
            cwd=folder,
            env={name: text for name, text in os.environ.items() if not name.startswith(LEFT_OUT)}
            | {"TERM": "xterm", "TMPDIR": str(temporary)},
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(terminal)
        self._shown = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def text(self):
        return b"".join(self._shown).decode("utf-8", "replace").replace("\r", "")

    def below(self):
        """Return the program, the processes that it has started, and those that they have."""
        program = psutil.Process(self.program.pid)
        return [program, *program.children(recursive=True)]

    def wait_until(self, happens):
        deadline = time.monotonic() + DEADLINE
        while not happens(self):
            assert self.program.poll() is None, self.text()
            assert time.monotonic() < deadline, self.text()
            time.sleep(0.05)

    def press_control_c(self, times=1):
        """Press it, wait for the end, and return what is still at work of what was there."""
        return self._end(lambda: os.write(self._screen, b"\x03" * times))

    def send(self, number):
        """Send a signal as a shell does to its job: that its terminal is closed, or to end."""
        return self._end(lambda: os.killpg(self.program.pid, number))

    def _end(self, act):
        below = self.below()
        act()
        self.program.wait(DEADLINE)
        _, left = psutil.wait_procs(below, timeout=30)
        self._reader.join(DEADLINE)
        return [process for process in left if process.status() != psutil.STATUS_ZOMBIE]

    def _read(self):
        # A terminal that nobody has open any longer is an error to its other end.
        with contextlib.suppress(OSError):
            while piece := os.read(self._screen, 65536):
                self._shown.append(piece)


def runs(word):
    def is_there(terminal):
        with contextlib.suppress(psutil.Error):
            return any(word in " ".join(each.cmdline()) for each in terminal.below())
        return False

    return is_there


def has_open(word):
    """Return a condition: a process has read that far, since it holds a file of this name."""

    def is_there(terminal):
        with contextlib.suppress(psutil.Error, OSError):
            for each in terminal.below():
                files = [*each.open_files(), *each.memory_maps()]
                if any(word in file.path for file in files):
                    return True
        return False

    return is_there


def shows(word):
    return lambda terminal: word in terminal.text()


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    checkout = copy_checkout(tmp_path_factory.mktemp("interrupt") / "임상 trial")
    track(checkout.root)
    return checkout


@pytest.mark.parametrize(
    ("words", "moment", "seconds"),
    [
        ("make report", has_open(".run/locks/01_clean"), 0),
        ("make -j2 report", runs("ipykernel"), 0.5),
        ("make check-data", has_open("/numpy/"), 0),
        ("make check-data", has_open("/pandas/"), 0.5),
        ("make verify", runs("ipykernel"), 0.5),
        ("make matrix", runs("ipykernel"), 0),
        ("make benchmark", has_open("/pandas/"), 1),
        ("make lab", has_open("/zmq/"), 0),
        ("make lab", shows("?token="), 0),
        ("make stress", has_open("/pandas/"), 1),
        (".venv/bin/python tests/tools faults", runs("ipykernel"), 0.5),
        (".venv/bin/python -m analysis explain efficacy.kapandji.hl", has_open("/numpy/"), 0),
    ],
)
def test_control_c_ends_everything_and_says_so(checkout, tmp_path, words, moment, seconds):
    terminal = Terminal(words.split(), checkout.root, tmp_path)
    terminal.wait_until(moment)
    time.sleep(seconds)  # into the work
    assert terminal.press_control_c() == []
    assert find_processes(checkout.root) == []
    assert "Traceback" not in terminal.text()
    last = " ".join(terminal.text().splitlines()[-6:])
    assert "nterrupt" in last or "Shutting down" in last, last
    assert checkout.published() == {}
    # pytest keeps the folders of its last tests.
    assert [path for path in tmp_path.iterdir() if not path.name.startswith("pytest-")] == []


@pytest.mark.parametrize(
    "end",
    [
        lambda terminal: terminal.press_control_c(times=2),
        lambda terminal: terminal.send(signal.SIGTERM),
        lambda terminal: terminal.send(signal.SIGHUP),
    ],
    ids=["control-c twice", "terminated", "terminal closed"],
)
def test_whatever_ends_the_lab_ends_all_of_it(checkout, end, tmp_path):
    terminal = Terminal(["make", "lab"], checkout.root, tmp_path)
    terminal.wait_until(shows("?token="))
    assert end(terminal) == []
    assert find_processes(checkout.root) == []
    assert "Traceback" not in terminal.text()
    assert "nterrupt" in terminal.text() or "Shutting down" in terminal.text()


def test_a_run_goes_on_where_it_was_interrupted(checkout, tmp_path):
    first = checkout.root / "report" / "notebooks" / "01_clean.ipynb"
    terminal = Terminal(["make", "notebooks"], checkout.root, tmp_path)
    terminal.wait_until(lambda _: first.exists())
    assert terminal.press_control_c() == []
    published = checkout.published()
    assert {file for file in published if file.endswith(".ipynb")} == {
        first.relative_to(checkout.root).as_posix()
    }
    assert "01_clean" in checkout.examine("up to date")
