"""Render a prepared project with Quarto, where a version that is new enough is installed."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from analysis.errors import AnalysisError, DataError, MissingError

_OLDEST = (1, 9)
# The newest version tested with the report; environment.yml and the set-up name it too.
TESTED = (1, 9, 38)
INSTEAD = "RENDERER=builtin does without it"
HINT = "Install Quarto 1.9 or newer (conda-forge has it), or ask for RENDERER=builtin"
# After so many seconds without output or a change in the project, Quarto counts as hanging, for
# example because it waits for a network.
PATIENCE = 240
UNRESOLVED = re.compile(r"unable to resolve|unresolved|not found in|could not find", re.I)
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_WARNING = re.compile(r"^(?:\[?WARN\w*[\]:]|WARNING)", re.I)


def find_quarto() -> tuple[str, tuple[int, ...]]:
    """Return the path of the program and its version.

    Raises
    ------
    MissingError
        There is no quarto, or it is too old.
    """
    program = shutil.which("quarto", path=_search_path())
    if not program:
        raise MissingError("there is no quarto on PATH", hint=HINT)
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    numbers = re.match(r"\d+(?:\.\d+)+", done.stdout.strip())
    version = tuple(map(int, numbers[0].split("."))) if numbers else ()
    if version < _OLDEST:
        known = done.stdout.strip() or "of unknown version"
        raise MissingError(f"Quarto {known} is not supported", hint=HINT)
    return program, version


def name_quarto() -> str:
    """Return the name of this renderer with its version."""
    _, version = find_quarto()
    return f"Quarto {_print(version)}"


def find_remark() -> str:
    """Return a remark on a Quarto newer than those tested with this report, or ""."""
    _, version = find_quarto()
    if version <= TESTED:
        return ""
    return f"Quarto {_print(version)} is newer than {_print(TESTED)}, the newest that was tested."


def render_quarto(
    folder: Path, suffixes: Sequence[str], *, epoch: int, tell: Callable[[str], None] = print
) -> Path:
    """Render a project made by `prepare_project`, and return the folder of the documents.

    Parameters
    ----------
    suffixes
        The formats: html, docx, pdf.
    epoch
        Time stamp of the documents, seconds.
    tell
        Called with each warning of Quarto, and with a remark on an untested version.

    Raises
    ------
    AnalysisError
        Quarto failed or hung.
    DataError
        Quarto left a reference unresolved.
    """
    program, _ = find_quarto()
    if remark := find_remark():
        tell(remark)
    # Quarto takes the name of one format, or all.
    asked = suffixes[0].replace("pdf", "typst") if len(suffixes) == 1 else "all"
    with tempfile.TemporaryDirectory(prefix="manuscript-") as place:
        # Quarto finds nothing to render below a folder whose name begins with a dot
        # (quarto-cli#3186), and OUT/.run is one.
        project = Path(place) / "project"
        shutil.copytree(folder, project)
        said = _run_quarto([program, "render", "--to", asked], project, epoch=epoch)
        for line in said:
            # A warning about verapdf concerns a validator that is not used.
            if _WARNING.match(line) and "verapdf" not in line:
                if UNRESOLVED.search(line):
                    raise DataError(f"Quarto reports: {line}", hint="Correct the reference")
                tell(f"Quarto: {line}")
        # Quarto copies figures beside the documents, which already contain them.
        ignored = shutil.ignore_patterns("_generated")
        shutil.copytree(project / "_preview", folder / "_preview", ignore=ignored)
    return folder / "_preview"


def _run_quarto(command: list[str], project: Path, *, epoch: int) -> list[str]:
    """Run Quarto until it ends or has been silent for too long; return the lines of its output."""
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(epoch), "TZ": "UTC", "NO_COLOR": "1"}
    log = project.with_name("log")
    with log.open("wb") as sink:
        # A separate process group: Quarto starts other programs, which have to end with it.
        process = subprocess.Popen(
            command,
            cwd=project,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _wait_for(process, log, project)
        finally:
            _end_group(process)
    said = _COLOUR.sub("", log.read_text(encoding="utf-8", errors="replace")).splitlines()
    if process.returncode:
        lines = [line.strip() for line in said if line.strip()]
        raise AnalysisError(f"Quarto could not render: {' '.join(lines[-3:])}", hint=INSTEAD)
    return said


def _wait_for(process: subprocess.Popen[bytes], log: Path, project: Path) -> None:
    seen, since = None, time.monotonic()
    while process.poll() is None:
        state = (log.stat().st_size, sum(path.stat().st_mtime_ns for path in project.iterdir()))
        if state != seen:
            seen, since = state, time.monotonic()
        elif time.monotonic() - since > PATIENCE:
            raise AnalysisError(
                f"Quarto gave no sign of life for {PATIENCE} s and was ended", hint=INSTEAD
            )
        time.sleep(0.2)


def _end_group(process: subprocess.Popen[bytes]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            break
        time.sleep(0.1)
    process.wait()


def _search_path() -> str:
    """Return the search path: first the folder of the Quarto that called this program, if any."""
    places = (os.environ.get("QUARTO_BIN_PATH", ""), os.environ.get("PATH", os.defpath))
    return os.pathsep.join(filter(None, places))


def _print(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
