"""List, copy and check the sources of a checkout or of an unpacked archive."""

import io
import json
import re
import shutil
import subprocess
import tarfile
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from analysis.errors import DataError, MissingError
from analysis.run.state import MISSING, forget_hashes, hash_file

CHECKSUMS = "SHA256SUMS"
WHEELS = "wheels/"
_LINE = re.compile(r"([0-9a-f]{64})  (.+)")
_WRITTEN = ("data/processed/", "report/_generated/", "report/_output/", "report/notebooks/")
_KEPT = ("data/processed/README.md",)
# Written only by `make archive`.
CRATE, COMMIT = "ro-crate-metadata.json", "commit "
_OF_ARCHIVES = (CRATE, CHECKSUMS)
# What a reviewer takes from an archive; all its other sources count as code.
DATA = ("study.yml", "report/record/record.json", "report/record/results.csv")
RAW_FOLDER = "data/raw/"


def list_sources(root: Path) -> list[str]:
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
    elif (root / CHECKSUMS).exists():
        names = list(read_checksums(root / CHECKSUMS))
    else:
        raise MissingError(
            "this is neither a git checkout nor an unpacked archive",
            file=root,
            hint="Clone the repository, or unpack the archive whole",
        )
    return sorted(
        name
        for name in names
        if not (_is_written(name) or name.startswith(WHEELS) or name in _OF_ARCHIVES)
    )


def list_written(root: Path) -> list[str]:
    """Return the paths of the files of a run below an unpacked archive, sorted."""
    return sorted(filter(_is_written, read_checksums(root / CHECKSUMS)))


def _is_written(name: str) -> bool:
    return name.startswith(_WRITTEN) and name not in _KEPT


def copy_sources(root: Path, folder: Path, names: Iterable[str]) -> None:
    """Copy sources into a new folder, and nothing else."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(root / name, folder / name)


def is_data(name: str) -> bool:
    """Return True if a source is data or the record; all else can change what is run."""
    return name.startswith(RAW_FOLDER) or name in DATA


def find_commit(root: Path) -> str:
    """Return the commit whose code is in a checkout; "" if none has exactly this code."""
    data = [f":!{name}" for name in (RAW_FOLDER, *DATA)]
    unchanged = _call_git(root, "diff", "--quiet", "HEAD", "--", ".", *data) is not None
    head = _call_git(root, "rev-parse", "HEAD") if unchanged else None
    return (head or b"").decode().strip()


def read_commit(root: Path) -> str:
    """Return the commit that an unpacked archive names in its crate, "" if it names none."""
    try:
        graph = json.loads((root / CRATE).read_text(encoding="utf-8"))["@graph"]
        named = next(each for each in graph if each["@id"] == "./")["identifier"]
        return str(named).removeprefix(COMMIT)
    except (OSError, ValueError, LookupError, TypeError, StopIteration, RecursionError):
        return ""


def copy_code(root: Path, folder: Path, *, commit: str = "") -> bool:
    """Copy all sources except data into a new folder, from a commit if the history has it.

    Returns
    -------
    bool
        True if they are those of the commit, False if those of the working tree.
    """
    known = re.fullmatch("[0-9a-f]{40}", commit) and (root / ".git").exists()
    if known and _call_git(root, "merge-base", "--is-ancestor", commit, "HEAD") is not None:
        packed = _call_git(root, "archive", commit) or b""
        with tarfile.open(fileobj=io.BytesIO(packed)) as file:
            file.extractall(folder, filter="data")
        for name in filter(is_data, list_files(folder)):
            (folder / name).unlink()
        return True
    copy_sources(root, folder, (name for name in list_sources(root) if not is_data(name)))
    return False


def list_files(folder: Path) -> list[str]:
    """Return the paths of all files below a folder, sorted."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path.relative_to(folder).as_posix() for path in found)


def read_tracked(root: Path, name: str) -> bytes | None:
    """Return a file as last committed; None without git, or if git does not know it."""
    return _call_git(root, "show", f"HEAD:{name}") if (root / ".git").exists() else None


def _call_git(root: Path, *arguments: str) -> bytes | None:
    """Return what git prints, None if it fails or is not installed."""
    try:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout


def read_checksums(path: Path) -> dict[str, str]:
    """Return the hashes of a SHA256SUMS by path.

    Raises
    ------
    DataError
        A line is not a hash and a path, a path is there twice, or it leads out of the folder,
        so that reading or copying the listed files would reach beyond it.
    """
    found: dict[str, str] = {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        raise DataError("this is no text in UTF-8", file=path.name) from None
    for number, line in enumerate(lines, 1):
        match = _LINE.fullmatch(line)
        if not match or match[2] in found:
            raise DataError("this is not a checksum and a new path", file=path.name, line=number)
        plain = PurePosixPath(match[2])
        strange = str(plain) != match[2] or not match[2].isprintable()
        if plain.is_absolute() or ".." in plain.parts or strange:
            raise DataError("this path leads elsewhere", file=path.name, line=number)
        found[match[2]] = match[1]
    return found


def format_checksums(hashes: Mapping[str, str]) -> str:
    """Return the text of SHA256SUMS, sorted by path."""
    return "".join(f"{hashes[name]}  {name}\n" for name in sorted(hashes))


def compare_checksums(folder: Path, *, whole: bool = True, beside: Iterable[str] = ()) -> list[str]:
    """Return the differences between a folder and its SHA256SUMS, one phrase each.

    With `whole`, a file that is not listed counts as a difference, unless it is in `beside`.
    """
    listed = read_checksums(folder / CHECKSUMS)
    forget_hashes()
    found = {name: hash_file(folder / name) for name in listed}
    differing = [
        f"{name} is gone" if found[name] == MISSING else f"{name} does not match its checksum"
        for name in sorted(listed)
        if found[name] != listed[name]
    ]
    if whole:
        unlisted = {*list_files(folder)} - {*listed, CHECKSUMS, *beside}
        differing += [f"{name} is not listed" for name in sorted(unlisted)]
    return differing
