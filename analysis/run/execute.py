"""Execute a notebook with papermill, and tell its failure in a few lines."""

import contextlib
import json
import logging
import os
import re
import shutil
import sys

from analysis import errors, paths
from analysis.errors import AnalysisError, DataError, MissingError
from analysis.run.environment import enter_environment, keep_fonts
from analysis.run.normalise import normalise_notebook, write_notebook

START_SECONDS = 300
TRIES = 3
# What the machine refuses: a full disk, a folder that may not be written.
SYSTEM = ("OSError", "PermissionError")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def execute_notebook(notebook, copy, *, passed, shown, outputs, raw, private, tell):
    """Execute a notebook, and write its normalised copy.

    Parameters
    ----------
    notebook, copy : pathlib.Path
        The notebook as committed, and where its executed copy goes.
    passed, shown : dict
        The parameters that the kernel gets, and what the copy shows in their place.
    outputs : analysis.paths.Outputs
    raw : pathlib.Path
        The export's folder.
    private : pathlib.Path
        A folder for the settings of IPython and Jupyter, new for each run.
    tell : analysis.run.progress.Reporter

    Returns
    -------
    pathlib.Path
        `copy`.

    Raises
    ------
    AnalysisError
        With the exit code of the error that the notebook raised; any other exception in
        the notebook is a `DataError` that names the cell.
    """
    enter_environment(outputs, private)
    papermill = _load_papermill()
    from papermill.exceptions import PapermillExecutionError

    source = json.loads(notebook.read_text(encoding="utf-8"))
    # One more holds the parameters.
    tell.expects(1 + sum(cell["cell_type"] == "code" for cell in source["cells"]))
    logging.getLogger("papermill").setLevel(logging.ERROR)
    # What it says of tasks that an interrupt has left undone means nothing to a person.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    try:
        with _divert_stderr(private / "kernel.log"):
            _run_papermill(papermill, notebook, copy, passed=passed, tell=tell)
    except (PapermillExecutionError, RuntimeError) as error:
        kept = _keep_copy(copy, outputs, notebook.stem)
        raise _explain_failure(error, notebook.stem, kept) from None
    except KeyboardInterrupt:
        _end_children()
        raise
    keep_fonts(outputs, private)
    executed = json.loads(copy.read_text(encoding="utf-8"))
    names = {passed[name]: shown[name] for name in ("raw", "inputs", "outputs") if name in passed}
    places = {
        f"{outputs.root}/": "",
        f"{paths.ROOT}/": "",
        f"{raw}": shown.get("raw", "data/raw"),
        sys.prefix: "<environment>",
        sys.base_prefix: "<python>",
    }
    normalised = normalise_notebook(executed, source, parameters=shown, names=places | names)
    write_notebook(normalised, copy)
    return copy


def _load_papermill():
    """Import papermill in half the time.

    jsonschema would compile the grammars of internationalised addresses and of durations, if it
    found their packages, which takes longer than all the rest; no notebook holds either.
    """
    for name in ("rfc3987_syntax", "isoduration"):
        sys.modules.setdefault(name, None)
    import papermill

    return papermill


def _run_papermill(papermill, notebook, copy, *, passed, tell):
    """Run all cells; a kernel that ends before the first has run is given another try.

    Kernels that start at the same moment may choose the same port, and one of them ends.
    """
    from analysis.run.kernel import PromptManager

    for tries_left in reversed(range(TRIES)):
        try:
            papermill.execute_notebook(
                _escape(notebook),
                _escape(copy),
                parameters=passed,
                kernel_name="python3",
                progress_bar=False,
                on_cell_executed=tell.counts,
                start_timeout=START_SECONDS,
                cwd=str(paths.ROOT),
                shutdown_kernel="immediate",
                kernel_manager_class=PromptManager,
                # Whole at the end; whoever waits looks at the bars.
                request_save_on_cell_execute=False,
            )
            return
        except RuntimeError:
            if tell.note.done or not tries_left:
                raise


@contextlib.contextmanager
def _divert_stderr(log):
    """Keep from the terminal what a kernel says of itself; what cells print is in the copy."""
    terminal = os.dup(2)
    with open(log, "wb") as file:
        os.dup2(file.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(terminal, 2)
            os.close(terminal)


def _escape(path):
    """papermill fills in braces in a path as if it were a template."""
    return str(path).replace("{", "{{").replace("}", "}}")


def _end_children():
    """End the kernel and whatever it has started, at once."""
    import psutil

    children = psutil.Process().children(recursive=True)
    for child in children:
        with contextlib.suppress(psutil.NoSuchProcess):
            child.kill()
    psutil.wait_procs(children, timeout=5)


def _keep_copy(copy, outputs, name):
    failed = outputs.state / "failed" / f"{name}.ipynb"
    if copy.exists():
        with contextlib.suppress(OSError):  # on a full disk the message matters more
            failed.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(copy, failed)
    return os.path.relpath(failed)


def _explain_failure(error, name, kept):
    hint = f"The notebook as far as it came: {kept}"
    if not hasattr(error, "ename"):
        return DataError(
            f"the kernel of {name} ended before its work",
            hint=f"Perhaps memory ran out, or somebody ended it: run make again. {hint}",
        )
    if error.ename in SYSTEM and error.evalue.startswith("[Errno"):
        return MissingError(
            f"{name}: {error.evalue}",
            hint=f"Make room or give access, and run make again. {hint}",
        )
    kind = getattr(errors, error.ename, None)
    if isinstance(kind, type) and issubclass(kind, AnalysisError):
        return kind(f"{name}: {error.evalue.rstrip('.')}", hint=hint)
    line = _failing_line(error)
    return DataError(
        f"{name}, cell {error.exec_count} raised {error.ename}: {error.evalue.rstrip('.')}{line}",
        hint=hint,
    )


def _failing_line(error):
    """Return the last line of the traceback that points into our own code."""
    text = COLOUR.sub("", "\n".join(error.traceback))
    arrows = re.findall(r"^-+> *\d+ (.*)$", text, re.MULTILINE)
    return f" (at: {arrows[-1].strip()})" if arrows else ""
