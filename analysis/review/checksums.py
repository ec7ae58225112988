"""SHA256SUMS of a folder: what it holds, and whether that is all."""

import re
from pathlib import PurePosixPath

from analysis.errors import DataError
from analysis.run.state import MISSING, forget_hashes, hash_file

FILE = "SHA256SUMS"
_LINE = re.compile(r"([0-9a-f]{64})  (.+)")


def read_checksums(path):
    """Return the hashes by path.

    Raises
    ------
    DataError
        A line is not a hash and a path, a path stands there twice, or it leads out of the folder:
        whoever reads or copies what is listed would reach beyond it.
    """
    found = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        match = _LINE.fullmatch(line)
        if not match or match[2] in found:
            raise DataError("this line is no checksum of its own", file=path, line=number)
        plain = PurePosixPath(match[2])
        strange = str(plain) != match[2] or not match[2].isprintable()
        if plain.is_absolute() or ".." in plain.parts or strange:
            raise DataError("this path leads elsewhere", file=path, line=number)
        found[match[2]] = match[1]
    return found


def write_checksums(hashes):
    """Return the text of SHA256SUMS, sorted by path."""
    return "".join(f"{hashes[name]}  {name}\n" for name in sorted(hashes))


def check_folder(folder, *, whole=True):
    """Return what differs between a folder and its SHA256SUMS, one phrase each.

    Parameters
    ----------
    folder : pathlib.Path
    whole : bool
        A file that is not listed counts as a difference.
    """
    listed = read_checksums(folder / FILE)
    forget_hashes()
    found = {name: hash_file(folder / name) for name in listed}
    differing = [
        f"{name} is gone" if found[name] == MISSING else f"{name} is not as its checksum says"
        for name in sorted(listed)
        if found[name] != listed[name]
    ]
    if whole:
        there = (path for path in folder.rglob("*") if path.is_file())
        names = {path.relative_to(folder).as_posix() for path in there}
        differing += [f"{name} is not listed" for name in sorted(names - {*listed, FILE})]
    return differing
