"""Find the versions of Python on this machine."""

import os
import platform
import shutil
from pathlib import Path

from programs import call

VERSIONS = ("3.11", "3.12", "3.13", "3.14")
# The folder of pyenv, whose Pythons are not all on the PATH.
PYENV = "~/.pyenv"


def find_pythons():
    """Return the path of an interpreter for each of the other `VERSIONS` that is installed.

    One on the PATH takes precedence over those of pyenv.
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
    """Return the `VERSIONS` that `find_pythons` has not found, apart from the running one."""
    return [version for version in VERSIONS if version not in {*found, ask_version()}]


def ask_version(path=""):
    """Return the version of an interpreter, by default the running one, as major.minor.

    It is "" if the interpreter does not start, such as pyenv's shim of a version not selected.
    """
    version = platform.python_version()
    if path:
        code = "import platform as p; print(p.python_version())"
        version = call(path, "-Es", "-c", code).stdout
    return ".".join(version.strip().split(".")[:2])
