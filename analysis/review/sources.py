"""Which files are the repository itself, and not what a run wrote."""

import shutil
import subprocess

from analysis.errors import MissingError
from analysis.review.checksums import FILE, read_checksums

WHEELS = "wheels/"
_WRITTEN = ("data/processed/", "report/_generated/", "report/_output/", "report/notebooks/")
_KEPT = ("data/processed/README.md",)
# Written by `make archive` alone.
_OF_ARCHIVES = ("ro-crate-metadata.json", FILE)


def list_sources(root):
    """Return the paths of the sources below `root`, sorted: git's, or those of an archive.

    Raises
    ------
    MissingError
        It is neither a git checkout nor an unpacked archive.
    """
    if (root / ".git").exists():
        if not shutil.which("git"):
            raise MissingError("git is not installed", hint="Install git")
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True
        )
        names = [name for name in listed.stdout.split("\0") if name and (root / name).is_file()]
    elif (root / FILE).exists():
        names = list(read_checksums(root / FILE))
    else:
        raise MissingError(
            "this is neither a git checkout nor an unpacked archive",
            file=root,
            hint="Clone the repository, or unpack the archive whole",
        )
    return sorted(name for name in names if is_source(name))


def is_source(name):
    """Say whether a path is of the repository itself."""
    if name in _KEPT:
        return True
    return not name.startswith((*_WRITTEN, WHEELS)) and name not in _OF_ARCHIVES


def copy_sources(root, folder, names):
    """Copy sources into a new folder, and nothing else."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(root / name, folder / name)
