"""Open the notebooks in JupyterLab, with the kernel of this environment."""

import json
import os
from pathlib import Path

from analysis import paths
from analysis.run.normalise import INJECTED
from analysis.run.state import clear_folder

COPIES = paths.NOTEBOOK_FOLDER / "executed"
OPTIONS = (
    "--ip=127.0.0.1",
    f"--ServerApp.root_dir={paths.ROOT}",
    "--LabApp.default_url=/lab/tree/notebooks",
    # It asks nobody outside, unasked, for newer versions.
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    # An interrupt ends the server and its kernels, without a question that waits for an answer.
    "--ServerApp.answer_yes=True",
)


def open_lab() -> None:
    """Run JupyterLab until it is interrupted; without a browser it prints its address."""
    lay_out_copies(paths.Outputs().notebooks, COPIES)
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"
    # It takes long to import, and an interrupt meanwhile has to end clearly as well.
    from jupyterlab.labapp import main

    root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    main([*OPTIONS, *root])


def lay_out_copies(executed: Path, folder: Path) -> None:
    """Put copies of the executed notebooks into a folder, to be read beside the sources.

    What is published stays as it is, whatever happens to the copies. They lack the cell of the
    run's parameters, so that one that is run again writes to scratch/ as its source does. The
    folder is cleared first.
    """
    clear_folder(folder)
    for path in sorted(executed.glob("*.ipynb")):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        notebook["cells"] = [
            cell for cell in notebook["cells"] if INJECTED not in cell["metadata"].get("tags", ())
        ]
        folder.mkdir(exist_ok=True)
        (folder / path.name).write_text(json.dumps(notebook), encoding="utf-8")
