"""Run everything anew in a folder that cannot see what an earlier run wrote."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from analysis import paths
from analysis.errors import DataError, MissingError
from analysis.run.setup import FOLDER
from analysis.run.state import hash_file

FRESH = "fresh"


def run_afresh(copy, *, renderer, raw=None, root=paths.ROOT):
    """Make the report in a copy of the sources.

    Parameters
    ----------
    copy : pathlib.Path
        A folder that holds the sources and nothing else.
    renderer : str
        ``auto``, ``quarto`` or ``builtin``.
    raw : pathlib.Path or None
        An export outside the sources; it is copied beside them.
    root : pathlib.Path
        The repository whose environment is used again if its lock is the same; else the copy
        makes an environment of its own, from the wheels beside it if there are any.

    Returns
    -------
    (analysis.paths.Outputs, pathlib.Path, pathlib.Path)
        Where it wrote, the export that it read, the prefix of the Python that ran it.

    Raises
    ------
    MissingError
        There is no make.
    DataError
        The run failed; it has said why.
    """
    if not shutil.which("make"):
        raise MissingError("make is not installed", hint="Install GNU Make")
    if hash_file(copy / paths.LOCK.name) == hash_file(root / paths.LOCK.name):
        (copy / FOLDER).symlink_to(Path(sys.prefix))
    outputs, export, chosen = paths.Outputs(copy), copy / "data" / "raw", []
    if raw:
        export = copy / raw.name
        shutil.copytree(raw, export)
        outputs, chosen = paths.Outputs(copy / FRESH), [f"RAW={raw.name}", f"OUT={FRESH}"]
    command = ["make", "--no-print-directory", "-j2", "report", f"RENDERER={renderer}", *chosen]
    own = ("PYTHON", "MAKE", "MFLAGS")
    known = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    process = subprocess.Popen(command, cwd=copy, env=known, stdout=2, start_new_session=True)
    try:
        code = process.wait()
    except BaseException:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()
        raise
    if code:
        raise DataError(
            "the run has failed, so there is nothing to compare", hint="Its messages stand above"
        )
    conda = os.environ.get("CONDA_PREFIX") if not (copy / FOLDER).exists() else None
    return outputs, export, Path(conda or copy / FOLDER)
