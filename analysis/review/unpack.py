"""Unpack an untrusted archive, and check it against its checksums."""

import errno
import shutil
import stat
import unicodedata
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from analysis.errors import DataError, MissingError
from analysis.review.sources import CHECKSUMS, compare_checksums

MOST_FILES = 20_000
MOST_BYTES = 2 * 2**30
# The methods of `make archive`; others are slow or poorly supported.
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# What a checkout keeps beside its sources: git would obey its folder, and Make would use the
# environment and the state of runs.
_NEVER = (".git", ".venv", ".run")
_LONGEST = 255
_NOT_UNPACKED = "It was not unpacked"
# `make archive` packs files to a tenth of their size at best, a file of zeros to a thousandth.
_MOST_DENSE, _SMALL = 100, 2**20


def unpack_archive(archive: Path, folder: Path) -> Path:
    """Unpack a zip file of `make archive` into a new folder, and check it against its SHA256SUMS.

    Returns
    -------
    pathlib.Path
        The one folder that the archive contains.

    Raises
    ------
    MissingError
        There is no such file.
    DataError
        It is not a zip file, or a damaged one; it contains an absolute path, ``..``, a link, a
        name twice, a folder of git or of an environment, or far too much; a file differs from
        SHA256SUMS or is not listed.
    """
    if not archive.is_file():
        raise MissingError("there is no such archive", file=archive, hint="See `make archive`")
    try:
        with zipfile.ZipFile(archive) as file:
            top = _check_members(file.infolist(), archive.name)
            folder.mkdir(parents=True)
            needed = sum(member.file_size for member in file.infolist())
            if needed > shutil.disk_usage(folder).free // 2:
                problem = (
                    f"unpacked it has {needed / 2**20:.0f} MB, more than this disk should take"
                )
                raise MissingError(problem, file=archive.name, hint="Make room, or set TMPDIR")
            # zipfile stops a member that has more bytes than the size that was checked.
            file.extractall(folder)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error) as error:
        raise DataError(f"this is no whole zip file ({error})", file=archive.name) from None
    except OSError as error:
        # The offsets in its directory are before the beginning of the file.
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

    `zipfile` would rename or skip such members silently; here, none of them is harmless.
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
    """Return why a member must not be unpacked, "" if it may be."""
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
        "would unpack to far more than it is": member.file_size
        > _SMALL + _MOST_DENSE * member.compress_size,
        "is a link or a device": stat.S_IFMT(member.external_attr >> 16) not in (0, stat.S_IFREG),
        "lies beside the one folder": len(path.parts) < 2,
    }
    return next((problem for problem, holds in problems.items() if holds), "")


def _fold_name(name: str) -> str:
    """Return a name as seen by a disk that ignores case and Unicode composition."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
