"""The packages of the lock: where each is described, and their files for an archive."""

import shutil
import subprocess
import sys
import tempfile
from importlib import metadata

from analysis import paths
from analysis.errors import MissingError
from analysis.review.sources import WHEELS


def find_pages(packages):
    """Return the first page that each package names in its own metadata."""
    told = {name: metadata.metadata(name) for name in packages}
    listed = {
        name: [
            each["Home-page"],
            *(url.partition(", ")[2] for url in each.get_all("Project-URL", ())),
        ]
        for name, each in told.items()
    }
    return {name: next(filter(None, urls)) for name, urls in listed.items() if any(urls)}


def get_wheels(folder):
    """Get the packages of the lock for this platform and this Python.

    Parameters
    ----------
    folder : pathlib.Path
        Where they come to lie, alone: those of an earlier lock or another Python go.

    Returns
    -------
    dict of pathlib.Path
        By their path in an archive.

    Raises
    ------
    MissingError
        The package index cannot be reached, or lacks one.
    """
    shutil.rmtree(folder, ignore_errors=True)
    with tempfile.TemporaryDirectory() as place:
        # The locked environment has no pip, and uv cannot download without installing.
        subprocess.run([sys.executable, "-m", "venv", place], check=True)
        command = [f"{place}/bin/python", "-m", "pip", "download", "--quiet", "--no-input"]
        command += ["--no-deps", "--only-binary", ":all:", "--require-hashes"]
        command += ["--dest", str(folder), "--requirement", str(paths.LOCK)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = " ".join(done.stderr.strip().splitlines()[-2:])
        raise MissingError(
            f"the packages could not be had: {last}",
            hint="Look whether this machine reaches its package index, or leave out WHEELS=1",
        )
    return {f"{WHEELS}{path.name}": path for path in folder.glob("*.whl")}
