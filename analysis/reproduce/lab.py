"""Open the notebooks in JupyterLab, with the kernel of this environment."""

import os

from analysis import paths

OPTIONS = (
    "--ip=127.0.0.1",
    f"--ServerApp.root_dir={paths.ROOT}",
    "--LabApp.default_url=/lab/tree/notebooks",
    # It asks nobody outside for news or newer versions.
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    # An interrupt ends the server and its kernels, without a question that waits for an answer.
    "--ServerApp.answer_yes=True",
)


def open_lab():
    """Run JupyterLab until it is interrupted; without a browser it prints its address."""
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"
    # It takes long to import, and an interrupt meanwhile has to end clearly as well.
    from jupyterlab.labapp import main

    root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    main([*OPTIONS, *root])
