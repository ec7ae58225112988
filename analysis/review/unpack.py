"""Unpack an archive that nobody trusts yet."""

import errno
import stat
import unicodedata
import zipfile
import zlib
from pathlib import PurePosixPath

from analysis.errors import DataError, MissingError
from analysis.review.checksums import FILE, check_folder

MOST_FILES = 20_000
MOST_BYTES = 2 * 2**30
_CHUNK = 2**20
# What `make archive` writes; others are slow, or badly read.
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# What a checkout keeps beside its sources: git would do what its folder says, and Make would take
# environment and notes for its own.
_NEVER = (".git", ".venv", ".run")
_LONGEST = 255


def unpack_archive(archive, folder):
    """Unpack a zip file of `make archive`, and hold it against its SHA256SUMS.

    Parameters
    ----------
    archive, folder : pathlib.Path
        The zip file, and a folder that does not exist yet.

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
            _extract(file, folder, archive.name)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error) as error:
        raise DataError(f"this is no whole zip file ({error})", file=archive.name) from None
    except OSError as error:
        # It is told to read before its beginning.
        if error.errno != errno.EINVAL:
            raise
        raise DataError("this is no whole zip file", file=archive.name) from None
    unpacked = folder / top
    if not (unpacked / FILE).is_file():
        raise DataError(f"it holds no {FILE}", file=archive.name)
    differing = check_folder(unpacked)
    if differing:
        more = f", and {len(differing) - 1} more" if len(differing) > 1 else ""
        raise DataError(
            f"{differing[0]}{more}",
            file=archive.name,
            hint="Nothing in it was run. Get the archive again from whoever made it",
        )
    return unpacked


def _check_members(members, archive):
    """Refuse dangerous names before a single byte is written; return the top folder."""
    if len(members) > MOST_FILES or sum(member.file_size for member in members) > MOST_BYTES:
        raise DataError(
            f"it holds more than {MOST_FILES} files or {MOST_BYTES // 2**30} GB", file=archive
        )
    seen, tops = set(), set()
    for member in members:
        name, path = member.orig_filename, PurePosixPath(member.orig_filename)
        parts = [_fold(part) for part in path.parts]
        mode = stat.S_IFMT(member.external_attr >> 16)
        problem = (
            "is an absolute path"
            if path.is_absolute() or ":" in name
            else "leads out of the archive"
            if ".." in path.parts
            else "has a name that is no plain path"
            if "\\" in name or str(path) != name or not name.isprintable()
            else "has a name that not every disk can hold"
            if any(each != each.rstrip(". ") or len(each.encode()) > _LONGEST for each in parts)
            else "has no place in an archive"
            if {*parts} & {*_NEVER}
            else "is packed in another way than by `make archive`"
            if member.compress_type not in _PACKED
            else "is a link or a device"
            if mode not in (0, stat.S_IFREG)
            else "is there twice"
            if _fold(name) in seen
            else "lies beside the one folder"
            if len(path.parts) < 2
            else ""
        )
        if problem:
            raise DataError(f"{name!r} {problem}", file=archive, hint="It was not unpacked")
        seen.add(_fold(name))
        tops.add(path.parts[0])
    both = {str(each) for name in seen for each in PurePosixPath(name).parents} & seen
    if both:
        raise DataError(f"{min(both)!r} is both file and folder", file=archive)
    if len(tops) != 1:
        raise DataError("it does not hold one folder", file=archive, hint="It was not unpacked")
    return tops.pop()


def _fold(name):
    """Return what a disk takes a name for that minds neither case nor how a letter is composed."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _extract(file, folder, archive):
    """Write each file, counting what really comes out and not what the directory says."""
    left = MOST_BYTES
    for member in file.infolist():
        target = folder / member.orig_filename
        target.parent.mkdir(parents=True, exist_ok=True)
        with file.open(member) as source, open(target, "xb") as sink:
            while chunk := source.read(_CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise DataError("it unpacks to more than it says", file=archive)
                sink.write(chunk)
