"""However a command ends, its last line says so, and what to do."""

import signal
import sys

import pytest
from programs import call

from analysis.command import INTERRUPTED, run_command
from analysis.errors import MissingError
from analysis.paths import ROOT


def raise_it(error):
    raise error


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (MissingError("no table", hint="Run make"), 3, "Error: no table. Run make."),
        (SyntaxError("", ("a.py", 2, 1, "def (\n")), 1, "a.py:2: this is not valid Python: def ("),
        (KeyboardInterrupt(), 130, "Interrupted. What is half done does not count"),
        (OSError(28, "No space left on device", "x.csv"), 3, "No space left on device (x.csv)."),
        (PermissionError(13, "Permission denied", ".run"), 3, "give access"),
        (IsADirectoryError(21, "", "a", None, "b.csv"), 3, "b.csv: there is a folder where a file"),
        (OSError(24, "Too many open files", "x.csv"), 3, "Allow more (ulimit -n 1024)"),
        (MemoryError(), 3, "not enough memory"),
        (EOFError("marshal data too short"), 3, "a compiled file of Python was cut off"),
        (ImportError("no module\nx"), 3, "no module x: a package is missing or damaged"),
    ],
)
def test_the_last_line_says_what_happened(capsys, error, code, words):
    assert run_command(raise_it, error) == code
    message = capsys.readouterr().err
    assert words in message and len(message.splitlines()) == 1


def test_a_file_in_the_place_of_a_folder_is_named(capsys, tmp_path):
    (tmp_path / "in the way").touch()
    assert run_command((tmp_path / "in the way" / "below").mkdir) == 3
    assert f"{tmp_path / 'in the way'}: this has to be a folder" in capsys.readouterr().err


@pytest.mark.parametrize("error", [ImportError("x"), AttributeError("numpy has no array")])
def test_a_file_that_is_read_in_place_of_a_package_is_named(capsys, tmp_path, monkeypatch, error):
    monkeypatch.chdir(tmp_path)
    # Chance names of Python's own parts stop nothing by themselves.
    (tmp_path / "test.py").touch()
    assert run_command(lambda: 0) == 0
    (tmp_path / "test.py").unlink()
    if isinstance(error, AttributeError):
        with pytest.raises(AttributeError):
            run_command(raise_it, error)
    (tmp_path / "numpy.py").touch()
    assert run_command(raise_it, error) == 3
    assert "numpy.py in this folder is read in place of" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("types.py", "types.py in this folder would be read in place of a part of Python"),
        ("test.py", "no run has written below"),
    ],
)
def test_make_names_a_file_that_is_read_in_place_of_a_part_of_python(tmp_path, name, message):
    (tmp_path / name).write_text("raise SystemExit('it was read')")
    for source in ("analysis", "Makefile", "environment.yml"):
        (tmp_path / source).symlink_to(ROOT / source)
    done = call("make", "clean", cwd=tmp_path)
    assert done.returncode == 2 and message in done.stderr


@pytest.mark.parametrize(
    ("limit", "message"),
    [
        ("-n 24", "only 24 open files. Allow more (ulimit -n"),
        ("-n 256", ""),
        ("-f 8", "only 4096 bytes in a file. Allow larger ones (ulimit -f"),
        ("-v 120000", "only 122880000 bytes of memory. Allow more (ulimit -v"),
        ("-f 2000000", ""),
    ],
)
def test_limits_of_a_shell_are_named_before_anything_begins(limit, message):
    limited = f"ulimit {limit}; exec {sys.executable} -m analysis instruments"
    done = call("sh", "-c", limited, cwd=ROOT)
    assert done.returncode == (3 if message else 0)
    assert message in done.stderr


def test_a_shadow_stops_a_command_before_it_begins(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pandas.py").touch()
    assert run_command(raise_it, RuntimeError("it began")) == 3
    assert "pandas.py in this folder" in capsys.readouterr().err


def test_an_error_of_another_package_with_the_number_of_the_system_is_told(capsys):
    error = RuntimeError("ZMQ")
    error.errno = 24
    assert run_command(raise_it, error) == 3
    assert "Allow more" in capsys.readouterr().err


def test_what_a_command_returns_is_its_code():
    assert [run_command(lambda: None), run_command(lambda: 1)] == [0, 1]


def test_an_interrupt_before_a_command_has_begun_says_so_too(tmp_path):
    early = tmp_path / "early.py"
    early.write_text(
        "import sys; sys.argv = ['-m']; import analysis, os, signal\n"
        "os.kill(os.getpid(), signal.SIGINT); print('went on')"
    )
    run = call(sys.executable, early, cwd=ROOT)
    assert run.returncode == -signal.SIGINT
    assert run.stdout == ""
    assert run.stderr.splitlines() == [INTERRUPTED]


def test_an_interrupt_that_python_would_forget_ends_the_command(tmp_path):
    forgotten = tmp_path / "forgotten.py"
    forgotten.write_text(
        "import sys; sys.argv = ['-m']; import analysis, os, signal, time\n"
        "from analysis.command import run_command\n"
        "class Dying:\n"
        "    def __del__(self): os.kill(os.getpid(), signal.SIGINT); time.sleep(1)\n"
        "def work(): Dying(); time.sleep(30)\n"
        "sys.exit(run_command(work))\n"
    )
    run = call(sys.executable, forgotten, cwd=ROOT, timeout=20)
    assert run.returncode == 130
    assert run.stderr.splitlines() == [INTERRUPTED]
