"""Open the notebooks in JupyterLab, with the kernel of this environment."""

import json
import logging
import os
from pathlib import Path

from analysis import paths
from analysis.run.normalise import INJECTED
from analysis.run.state import (
    find_free_name,
    forget_hashes,
    hash_file,
    read_state,
    remove_written,
    replace_text,
    write_state,
)

COPIES = paths.NOTEBOOK_FOLDER / "executed"
_HASHES = "copies.json"
OPTIONS = (
    "--ip=127.0.0.1",
    f"--ServerApp.root_dir={paths.ROOT}",
    "--LabApp.default_url=/lab/tree/notebooks",
    # No search for newer versions on the network.
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    # An interrupt ends the server and its kernels without asking for confirmation.
    "--ServerApp.answer_yes=True",
)


def open_lab() -> None:
    """Run JupyterLab until it is interrupted; without a browser it prints its address."""
    for moved in lay_out_copies(paths.Outputs(), COPIES):
        print(f"Your version of a copy is kept: {os.path.relpath(moved)}", flush=True)
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"
    # Imported here: this takes long, and an interrupt meanwhile has to end cleanly as well.
    from jupyterlab.labapp import main

    # A signal that ends the server makes it log a line. Where the signal comes in the middle of
    # another line, that one cannot be written, which must not be reported instead of the end.
    logging.raiseExceptions = False
    root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    main([*OPTIONS, *root])


def lay_out_copies(outputs: paths.Outputs, folder: Path) -> list[Path]:
    """Put copies of the executed notebooks into a folder, to be read beside the sources.

    Changes to the copies do not affect the published files. Copies lack the cell of the run's
    parameters, so that one that is run again writes to scratch/ as its source does.

    Returns
    -------
        The new paths of copies that somebody had changed. All other files in the folder stay.
    """
    remove_copies(outputs, folder)
    moved, hashes = [], {}
    for path in sorted(outputs.notebooks.glob("*.ipynb")):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        notebook["cells"] = [
            cell for cell in notebook["cells"] if INJECTED not in cell["metadata"].get("tags", ())
        ]
        copy = folder / path.name
        if copy.exists():
            moved.append(copy.rename(find_free_name(folder / f"{path.stem}_mine.ipynb")))
        replace_text(copy, json.dumps(notebook))
        hashes[path.name] = hash_file(copy)
    write_state(outputs.state / _HASHES, hashes)
    return moved


def remove_copies(outputs: paths.Outputs, folder: Path) -> None:
    """Remove the copies that nobody has changed."""
    forget_hashes()
    remove_written(folder, read_state(outputs.state / _HASHES) or {})
