"""Execute a notebook with papermill, and explain its failure in a few lines."""

import contextlib
import json
import logging
import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from analysis import errors, paths
from analysis.command import CUT_OFF, FREE_MEMORY, is_cut_off
from analysis.errors import AnalysisError, DataError, MissingError
from analysis.run.environment import enter_environment, keep_fonts
from analysis.run.normalise import normalise_notebook, write_notebook
from analysis.run.progress import Reporter

START_SECONDS = 300
TRIES = 3
# Errors of the machine: a full disk, a folder without write access.
SYSTEM = ("OSError", "PermissionError")
MEMORY = ("MemoryError", "_ArrayMemoryError")
# How a package says so while it is imported, or a thread is started.
_UNMAPPED = re.compile("cannot allocate memory|failed to map segment|can't start new thread", re.I)
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
# Where a traceback shows the place of a syntax error: a file's line or a cell's.
_BROKEN = re.compile(r"^ *(?:File (.+):(\d+)|Cell .+)\n +(.+)\n *\^\n\w+Error: ", re.MULTILINE)


def execute_notebook(
    notebook: Path,
    folder: Path,
    *,
    parameters: dict[str, tuple[Any, Any]],
    outputs: paths.Outputs,
    reporter: Reporter,
) -> tuple[Path, list[str]]:
    """Execute a notebook; return the path of its normalised copy, and the code that it loaded.

    Parameters
    ----------
    folder
        Where the copy goes, and the settings of IPython and Jupyter; new for each run.
    parameters
        By name: the value for the kernel, and the value that the copy shows in its place.

    Raises
    ------
    AnalysisError
        With the exit code of the error that the notebook raised; any other exception in
        the notebook is a `DataError` that names the cell.
    """
    private, copy = folder / "private", folder / "executed.ipynb"
    enter_environment(outputs, private)
    from papermill.exceptions import PapermillExecutionError

    source = json.loads(notebook.read_text(encoding="utf-8"))
    # One more cell holds the parameters.
    reporter.keep(cells=1 + sum(cell["cell_type"] == "code" for cell in source["cells"]))
    logging.getLogger("papermill").setLevel(logging.ERROR)
    # Its messages about tasks that an interrupt has left undone mean nothing to users.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    try:
        with _divert_stderr(private / "kernel.log"):
            passed = {name: value for name, (value, _) in parameters.items()}
            run_papermill(notebook, copy, passed=passed, reporter=reporter)
    except (PapermillExecutionError, RuntimeError) as error:
        kept = _keep_copy(copy, outputs, notebook.stem)
        raise _explain_failure(error, notebook.stem, kept) from None
    except KeyboardInterrupt:
        _end_children()
        raise
    keep_fonts(outputs, private)
    names = {
        f"{outputs.root}/": "",
        f"{paths.ROOT}/": "",
        sys.prefix: "<environment>",
        sys.base_prefix: "<python>",
        **{value: shown for value, shown in parameters.values() if value != shown},
    }
    shown = {name: shown for name, (_, shown) in parameters.items()}
    executed = json.loads(copy.read_text(encoding="utf-8"))
    write_notebook(normalise_notebook(executed, source, parameters=shown, names=names), copy)
    return copy, (private / "ipython" / "code").read_text(encoding="utf-8").splitlines()


def run_papermill(
    notebook: Path, copy: Path, *, passed: dict[str, Any], reporter: Reporter
) -> None:
    """Run all cells; try again if the kernel ends before the first cell has run.

    Kernels that start at the same moment may choose the same port, and one of them ends.
    """
    import papermill

    for tries_left in reversed(range(TRIES)):
        try:
            papermill.execute_notebook(
                _escape(notebook),
                _escape(copy),
                parameters=passed,
                kernel_name="python3",
                progress_bar=False,
                on_cell_executed=reporter.count,
                start_timeout=START_SECONDS,
                cwd=str(paths.ROOT),
                shutdown_kernel="immediate",
                # The copy is written once, at the end; the progress shows how far it is.
                request_save_on_cell_execute=False,
            )
            return
        except RuntimeError:
            if reporter.note.done or not tries_left:
                raise


@contextlib.contextmanager
def _divert_stderr(log: Path) -> Iterator[None]:
    """Keep a kernel's messages from the terminal; what cells print is in the copy."""
    terminal = os.dup(2)
    with open(log, "wb") as file:
        os.dup2(file.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(terminal, 2)
            os.close(terminal)


def _escape(path: Path) -> str:
    """Escape braces in a path, which papermill would fill in as in a template."""
    return str(path).replace("{", "{{").replace("}", "}}")


def _end_children() -> None:
    """Kill the kernel and all processes that it has started."""
    import psutil

    children = psutil.Process().children(recursive=True)
    for child in children:
        with contextlib.suppress(psutil.NoSuchProcess):
            child.kill()
    psutil.wait_procs(children, timeout=5)


def _keep_copy(copy: Path, outputs: paths.Outputs, name: str) -> str:
    failed = outputs.state / "failed" / f"{name}.ipynb"
    if copy.exists():
        with contextlib.suppress(OSError):  # on a full disk the message matters more
            failed.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(copy, failed)
    return os.path.relpath(failed)


def _explain_failure(error: Any, name: str, kept: str) -> AnalysisError:
    hint = f"The notebook as far as it came: {kept}"
    if not hasattr(error, "ename"):
        return MissingError(
            f"the kernel of {name} ended before its work",
            hint=f"Perhaps memory ran out, or somebody ended it: run make again. {hint}",
        )
    if error.ename in MEMORY or _UNMAPPED.search(error.evalue):
        return MissingError(
            f"{name}: this machine has not enough memory", hint=f"{FREE_MEMORY}. {hint}"
        )
    if is_cut_off(error.evalue):
        return MissingError(f"{name}: {CUT_OFF}", hint=hint)
    if error.ename in SYSTEM and error.evalue.startswith("[Errno"):
        return MissingError(
            f"{name}: {error.evalue}",
            hint=f"Make room or give access, and run make again. {hint}",
        )
    kind = getattr(errors, error.ename, None)
    if isinstance(kind, type) and issubclass(kind, AnalysisError):
        return kind(f"{name}: {error.evalue.rstrip('.')}", hint=hint)
    text = COLOUR.sub("", "\n".join(error.traceback))
    broken = _BROKEN.findall(text)
    if broken:
        file, line, source = broken[-1]
        problem = f"{name} needs code that is not valid Python: {source}"
        place = {"file": os.path.relpath(file), "line": int(line)} if file else {}
        return DataError(problem, hint=hint, **place)
    # The last line of the traceback that points into our own code.
    arrows = re.findall(r"^-+> *\d+ (.*)$", text, re.MULTILINE)
    line = f" (at: {arrows[-1].strip()})" if arrows else ""
    return DataError(
        f"{name}, cell {error.exec_count} raised {error.ename}: {error.evalue.rstrip('.')}{line}",
        hint=hint,
    )
