"""Write the checksums by which a raw export proves that nobody has changed it since."""

from analysis.errors import MissingError
from analysis.reproduce.fingerprint import raw_files
from analysis.reproduce.state import forget_hashes, hash_file, replace_text

FILE = "SHA256SUMS"


def seal_export(folder):
    """Write SHA256SUMS for every file of an export but the notes in README.md.

    Raises
    ------
    MissingError
        There is no such folder, or nothing in it.
    """
    forget_hashes()
    files = [path for path in raw_files(folder) if path.name not in (FILE, "README.md")]
    if not files:
        raise MissingError("there is no file to seal", file=folder, hint="Give the export as RAW=")
    lines = [f"{hash_file(path)}  {path.relative_to(folder).as_posix()}\n" for path in files]
    replace_text(folder / FILE, "".join(lines))
