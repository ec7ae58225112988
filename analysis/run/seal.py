"""Write the checksums by which a raw export proves that nobody has changed it since."""

from pathlib import Path

from analysis.errors import MissingError, UsageError
from analysis.run.fingerprint import raw_files
from analysis.run.state import forget_hashes, hash_file, replace_text

FILE = "SHA256SUMS"


def seal_export(folder):
    """Write SHA256SUMS for every file of an export but the notes in README.md.

    Raises
    ------
    UsageError, MissingError
        No folder is given; there is no such one, or nothing in it.
    """
    if not folder:
        raise UsageError(
            "an export to seal is needed", hint="Give its folder: make seal RAW=folder"
        )
    folder = Path(folder)
    forget_hashes()
    files = [path for path in raw_files(folder) if path.name not in (FILE, "README.md")]
    if not files:
        raise MissingError("there is no file to seal", file=folder, hint="Give the export as RAW=")
    lines = [f"{hash_file(path)}  {path.relative_to(folder).as_posix()}\n" for path in files]
    replace_text(folder / FILE, "".join(lines))
