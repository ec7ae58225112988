"""The Pythons of this machine."""

import os
import platform
import shutil
from pathlib import Path

from programs import call

VERSIONS = ("3.11", "3.12", "3.13", "3.14")
# Where pyenv keeps them; only some of them are on the PATH.
PYENV = "~/.pyenv"


def find_pythons():
    """Return the path of an interpreter for each of the other `VERSIONS` that is there.

    One on the PATH comes before those of pyenv.
    """
    root = Path(os.environ.get("PYENV_ROOT", PYENV)).expanduser()
    found = {}
    for version in VERSIONS:
        name = f"python{version}"
        candidates = [shutil.which(name), *sorted(root.glob(f"versions/{version}*/bin/{name}"))]
        whole = (str(path) for path in candidates if path and ask_version(path) == version)
        path = next(whole, None)
        if path and version != ask_version():
            found[version] = path
    return found


def list_absent(found):
    """Return the `VERSIONS` that are not among those that `find_pythons` has found."""
    return [version for version in VERSIONS if version not in {*found, ask_version()}]


def ask_version(path=""):
    """Return the version without its last part of an interpreter, by default of this one.

    It is "" where the interpreter does not start, as pyenv's stand-in for one not chosen.
    """
    version = platform.python_version()
    if path:
        code = "import platform as p; print(p.python_version())"
        version = call(path, "-Es", "-c", code).stdout
    return ".".join(version.strip().split(".")[:2])
