"""A clean run of everything in a copy of the sources, independent of any earlier run."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from analysis import paths
from analysis.errors import DataError, MissingError
from analysis.review.evidence import Evidence, take_evidence
from analysis.run.settings import CHOICES, choose_renderer
from analysis.run.setup import ENVIRONMENT
from analysis.run.state import hash_file

FRESH = "fresh"


class FailedRunError(DataError):
    """The clean run has failed, so there is nothing to compare."""


def make_clean_run(
    copy: Path, record: Evidence, renderer: str, raw: Path | None, tell: Callable[[str], None]
) -> Evidence:
    """Run everything in a copy, with the record's renderer if it is `auto`; return the evidence."""
    renderer = _choose_recorded_renderer(record) if renderer == "auto" else renderer
    tell(f"A clean run of everything, with {renderer} as renderer, in a copy")
    outputs, export, environment = run_copy(copy, renderer=renderer, raw=raw)
    return take_evidence(outputs, raw=export, environment=environment)


def run_copy(
    copy: Path, *, renderer: str, raw: Path | None = None, root: Path = paths.ROOT
) -> tuple[paths.Outputs, Path, Path]:
    """Make the report in a copy of the sources, independent of any earlier run.

    Parameters
    ----------
    copy
        A folder that contains the sources and nothing else.
    renderer
        ``auto``, ``quarto`` or ``builtin``.
    raw
        An export outside the sources; it is copied beside them.
    root
        The repository whose environment is reused if its lock is the same; otherwise the copy
        makes a new environment, from the wheels in it if there are any.

    Returns
    -------
    (analysis.paths.Outputs, pathlib.Path, pathlib.Path)
        Where the run wrote, the export that it read, the prefix of the Python that ran it.

    Raises
    ------
    MissingError
        There is no make.
    DataError
        The run failed; it has printed why.
    """
    if not shutil.which("make"):
        raise MissingError("make is not installed", hint="Install GNU Make")
    same = hash_file(copy / paths.LOCK.name) == hash_file(root / paths.LOCK.name)
    if same and not (copy / ENVIRONMENT).exists():
        (copy / ENVIRONMENT).symlink_to(Path(sys.prefix))
    outputs, export, chosen = paths.Outputs(copy), copy / "data" / "raw", []
    if raw:
        export = copy / raw.name
        shutil.copytree(raw, export)
        outputs, chosen = paths.Outputs(copy / FRESH), [f"RAW={raw.name}", f"OUT={FRESH}"]
    # Make would prefer a GNUmakefile.
    command = ["make", "--file=Makefile", "--no-print-directory", "-j2", "report"]
    command += [f"RENDERER={renderer}", *chosen]
    left_out = ("PYTHON", "MAKE", "MFLAGS")
    known = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    process = subprocess.Popen(command, cwd=copy, env=known, stdout=2, start_new_session=True)
    try:
        code = process.wait()
    except BaseException:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()
        raise
    if code:
        raise FailedRunError("the run has failed, so there is nothing to compare")
    conda = os.environ.get("CONDA_PREFIX") if not (copy / ENVIRONMENT).exists() else None
    return outputs, export, Path(conda or copy / ENVIRONMENT)


def _choose_recorded_renderer(record: Evidence) -> str:
    """Return the record's renderer, if this machine has it, so that texts can be compared."""
    for choice in CHOICES[1:]:
        with contextlib.suppress(MissingError):
            if choose_renderer(choice)[1] in record.texts:
                return choice
    return "auto"
