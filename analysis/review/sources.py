"""The files of the repository: which they are, their checksums, and an archive of them unpacked."""

import errno
import re
import shutil
import stat
import subprocess
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from analysis.errors import DataError, MissingError
from analysis.run.state import MISSING, forget_hashes, hash_file

CHECKSUMS = "SHA256SUMS"
WHEELS = "wheels/"
MOST_FILES = 20_000
MOST_BYTES = 2 * 2**30
_LINE = re.compile(r"([0-9a-f]{64})  (.+)")
_WRITTEN = ("data/processed/", "report/_generated/", "report/_output/", "report/notebooks/")
_KEPT = ("data/processed/README.md",)
# Written by `make archive` alone.
_OF_ARCHIVES = ("ro-crate-metadata.json", CHECKSUMS)
# What `make archive` writes; others are slow, or badly read.
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# What a checkout keeps beside its sources: git would do what its folder says, and Make would take
# environment and notes for its own.
_NEVER = (".git", ".venv", ".run")
_LONGEST = 255
_NOT_UNPACKED = "It was not unpacked"


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
    written = (*_WRITTEN, WHEELS)
    return sorted(
        name
        for name in names
        if name in _KEPT or not (name.startswith(written) or name in _OF_ARCHIVES)
    )


def copy_sources(root: Path, folder: Path, names: Iterable[str]) -> None:
    """Copy sources into a new folder, and nothing else."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(root / name, folder / name)


def read_checksums(path: Path) -> dict[str, str]:
    """Return the hashes of a SHA256SUMS by path.

    Raises
    ------
    DataError
        A line is not a hash and a path, a path stands there twice, or it leads out of the folder:
        whoever reads or copies what is listed would reach beyond it.
    """
    found: dict[str, str] = {}
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


def format_checksums(hashes: Mapping[str, str]) -> str:
    """Return the text of SHA256SUMS, sorted by path."""
    return "".join(f"{hashes[name]}  {name}\n" for name in sorted(hashes))


def compare_checksums(folder: Path, *, whole: bool = True) -> list[str]:
    """Return what differs between a folder and its SHA256SUMS, one phrase each.

    With `whole`, a file that is not listed counts as a difference.
    """
    listed = read_checksums(folder / CHECKSUMS)
    forget_hashes()
    found = {name: hash_file(folder / name) for name in listed}
    differing = [
        f"{name} is gone" if found[name] == MISSING else f"{name} is not as its checksum says"
        for name in sorted(listed)
        if found[name] != listed[name]
    ]
    if whole:
        present = (path for path in folder.rglob("*") if path.is_file())
        names = {path.relative_to(folder).as_posix() for path in present}
        differing += [f"{name} is not listed" for name in sorted(names - {*listed, CHECKSUMS})]
    return differing


def unpack_archive(archive: Path, folder: Path) -> Path:
    """Unpack a zip file of `make archive` into a new folder, and check it against its SHA256SUMS.

    Returns
    -------
    pathlib.Path
        The one folder that the archive holds.

    Raises
    ------
    MissingError
        There is no such file.
    DataError
        It is no zip file or a damaged one; it holds an absolute path, ``..``, a link, a name
        twice, a folder of git or of an environment, or more than is sane; a file differs from
        SHA256SUMS or is not listed.
    """
    if not archive.is_file():
        raise MissingError("there is no such archive", file=archive, hint="See `make archive`")
    try:
        with zipfile.ZipFile(archive) as file:
            top = _check_members(file.infolist(), archive.name)
            folder.mkdir(parents=True)
            # No member gives more bytes than it was checked for: zipfile stops there.
            file.extractall(folder)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error) as error:
        raise DataError(f"this is no whole zip file ({error})", file=archive.name) from None
    except OSError as error:
        # Its directory leads to before its beginning.
        if error.errno != errno.EINVAL:
            raise
        raise DataError("this is no whole zip file", file=archive.name) from None
    unpacked = folder / top
    if not (unpacked / CHECKSUMS).is_file():
        raise DataError(f"it holds no {CHECKSUMS}", file=archive.name)
    differing = compare_checksums(unpacked)
    if differing:
        more = f", and {len(differing) - 1} more" if len(differing) > 1 else ""
        raise DataError(
            f"{differing[0]}{more}",
            file=archive.name,
            hint="Nothing in it was run. Get the archive again from whoever made it",
        )
    return unpacked


def _check_members(members: list[zipfile.ZipInfo], archive: str) -> str:
    """Refuse dangerous names before a single byte is written; return the top folder.

    `zipfile` would rename or skip such members without a word; here none of them is harmless.
    """
    if len(members) > MOST_FILES or sum(member.file_size for member in members) > MOST_BYTES:
        raise DataError(
            f"it holds more than {MOST_FILES} files or {MOST_BYTES // 2**30} GB", file=archive
        )
    seen: set[str] = set()
    for member in members:
        name, folded = member.orig_filename, _fold_name(member.orig_filename)
        problem = "is there twice" if folded in seen else _find_problem(member)
        if problem:
            raise DataError(f"{name!r} {problem}", file=archive, hint=_NOT_UNPACKED)
        seen.add(folded)
    both = {str(each) for name in seen for each in PurePosixPath(name).parents} & seen
    if both:
        raise DataError(f"{min(both)!r} is both file and folder", file=archive)
    tops = {member.orig_filename.partition("/")[0] for member in members}
    if len(tops) != 1:
        raise DataError("it does not hold one folder", file=archive, hint=_NOT_UNPACKED)
    return tops.pop()


def _find_problem(member: zipfile.ZipInfo) -> str:
    """Return why a member may not be unpacked, "" if it may."""
    name, path = member.orig_filename, PurePosixPath(member.orig_filename)
    parts = [_fold_name(part) for part in path.parts]
    problems = {
        "is an absolute path": path.is_absolute() or ":" in name,
        "leads out of the archive": ".." in path.parts,
        "has a name that is no plain path": "\\" in name
        or str(path) != name
        or not name.isprintable(),
        "has a name that not every disk can hold": any(
            part != part.rstrip(". ") or len(part.encode()) > _LONGEST for part in parts
        ),
        "has no place in an archive": bool({*parts} & {*_NEVER}),
        "is packed in another way than by `make archive`": member.compress_type not in _PACKED,
        "is a link or a device": stat.S_IFMT(member.external_attr >> 16) not in (0, stat.S_IFREG),
        "lies beside the one folder": len(path.parts) < 2,
    }
    return next((problem for problem, holds in problems.items() if holds), "")


def _fold_name(name: str) -> str:
    """Return what a disk takes a name for that minds neither case nor how a letter is composed."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
