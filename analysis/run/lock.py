"""Read requirements.lock, and hold an environment against it."""

import re

from analysis.errors import DataError, MissingError

ENTRY = re.compile(r"^(?P<name>[A-Za-z0-9][\w.-]*)==(?P<version>\S+)(?: ; (?P<marker>.+?))? \\$")


def find_block(text, name):
    """Return the lines of one package of the lock: its pin and its hashes."""
    found = re.search(rf"^{re.escape(name)}==.*\n(?:[ \t].*\n)*", text, re.MULTILINE)
    if not found:
        raise DataError(f"{name} is not in it", file="requirements.lock", hint="Run `make lock`")
    return found[0]


def read_lock(text):
    """Return version and marker of every package of the lock, by name."""
    entries = (ENTRY.match(line) for line in text.splitlines())
    return {entry["name"]: (entry["version"], entry["marker"] or "") for entry in entries if entry}


def compare_installed(locked, installed):
    """Return what differs from the lock, one phrase per package.

    Parameters
    ----------
    locked : dict of (str, str)
        As `read_lock` returns it.
    installed : dict of str
        Versions by normalised name.
    """
    from packaging.markers import Marker

    return [
        f"{name} is {installed.get(name, 'missing')}, locked is {version}"
        for name, (version, marker) in locked.items()
        if (not marker or Marker(marker).evaluate()) and installed.get(name) != version
    ]


def check_installed(path):
    """Hold the running environment against the lock.

    Raises
    ------
    MissingError
        A package is missing or has another version.
    """
    from importlib.metadata import distributions

    from packaging.utils import canonicalize_name

    installed = {canonicalize_name(each.metadata["Name"]): each.version for each in distributions()}
    differing = compare_installed(read_lock(path.read_text(encoding="utf-8")), installed)
    if differing:
        raise MissingError(
            f"the active conda environment differs from the lock: {'; '.join(differing[:5])}",
            file="requirements.lock",
            hint="Run `conda env update --prune --file environment.yml`, or deactivate it",
        )
