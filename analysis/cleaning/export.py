"""Read a raw export from its folder; nothing in it is changed here.

Bytes of a raw file become a table of text; whatever is no clean table stops.
"""

import csv
import hashlib
import io
import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis import paths
from analysis.errors import DataError, MissingError
from analysis.provenance import Provenance, parse_provenance

REDCAP = "redcap_export.csv"
DICTIONARY, MAP = "redcap_dictionary.csv", "fields.csv"
DIARY = "raynaud_diary.csv"
CAPILLAROSCOPY = "capillaroscopy.csv"
CORRECTIONS = "corrections.csv"
# Of the site to queries; only there once somebody has answered.
ANSWERS = "answers.csv"
RAW_TABLES = (REDCAP, DICTIONARY, MAP, DIARY, CAPILLAROSCOPY, CORRECTIONS)
PROVENANCE_FILE = "provenance.yml"
CHECKSUMS_FILE = "SHA256SUMS"
# What a person's data stand in; a dictionary may well be the same in two trials.
PARTICIPANT_FILES = (REDCAP, DIARY, CAPILLAROSCOPY)
# REDCap and most programs write UTF-8, Korean Excel writes CP949; nothing else is tried,
# because a single-byte encoding would accept any bytes and show wrong letters.
ENCODINGS = ("utf-8-sig", "cp949")


@dataclass(frozen=True)
class RawExport:
    """A raw export as received.

    Parameters
    ----------
    folder
        Where it was read, as text for messages.
    tables
        Every CSV file by name, all cells text.
    encodings
        Encoding of every CSV file by name.
    hashes
        SHA-256 of every file by name.
    provenance
        What provenance.yml says, and whether the checksums were verified.
    """

    folder: str
    tables: dict[str, pd.DataFrame]
    encodings: dict[str, str]
    hashes: dict[str, str]
    provenance: Provenance


def read_export(folder: Path) -> RawExport:
    """Read and verify a raw export.

    The folder holds the files of data/raw/README.md. SHA256SUMS may be absent, except in the
    repository's own data/raw; `provenance.checksums` says so.

    Raises
    ------
    MissingError
        The folder, a required file or a required SHA256SUMS is not there.
    DataError
        A wrong checksum, a file that is no text or no table, an export without rows.
    """
    files = _read_files(folder)
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    checksums = _verify(folder, hashes)
    texts = {name: decode_text(data, file=folder / name) for name, data in files.items()}
    names = [name for name in (*RAW_TABLES, ANSWERS) if name in texts]
    tables = {name: parse_table(texts[name][0], file=folder / name) for name in names}
    if tables[REDCAP].empty:
        raise DataError("the export has no rows", file=folder / REDCAP, hint="Export it again")
    return RawExport(
        folder=str(folder),
        tables=tables,
        encodings={name: texts[name][1] for name in names},
        hashes=hashes,
        provenance=parse_provenance(
            texts[PROVENANCE_FILE][0], checksums=checksums, file=folder / PROVENANCE_FILE
        ),
    )


def list_checksums(path: Path) -> dict[str, str]:
    """Return the checksums of a SHA256SUMS file by file name; none if there is no such file.

    Raises
    ------
    DataError
        A line that is not a checksum and a name.
    """
    if not path.exists():
        return {}
    sums = {}
    for number, line in enumerate(path.read_bytes().decode("utf-8", "replace").splitlines(), 1):
        if not line.strip():
            continue
        entry = re.fullmatch(r"([0-9a-fA-F]{64}) [ *](.+)", line)
        if not entry:
            hint = f"Seal the folder anew (make seal RAW={path.parent})"
            raise DataError("this is no checksum and file name", file=path, line=number, hint=hint)
        sums[entry[2].removeprefix("./")] = entry[1].lower()
    return sums


def _read_files(folder: Path) -> dict[str, bytes]:
    if not folder.is_dir():
        raise MissingError("there is no such folder", file=folder, hint="Give the export as RAW")
    files = {}
    optional = (ANSWERS,) if (folder / ANSWERS).exists() else ()
    for name in (*RAW_TABLES, PROVENANCE_FILE, *optional):
        path = folder / name
        if not path.is_file():
            raise MissingError(
                "the raw file is missing", file=path, hint="data/raw/README.md lists what belongs"
            )
        files[name] = path.read_bytes()
        if not files[name].strip():
            raise DataError("the file is empty", file=path, hint="Export it again")
    return files


def _verify(folder: Path, hashes: dict[str, str]) -> str:
    listed = folder / CHECKSUMS_FILE
    sums = list_checksums(listed)
    if not sums:
        if folder.resolve() == paths.RAW.resolve():
            hint = "Restore them from git"
            raise MissingError("the checksums are missing", file=listed, hint=hint)
        return "absent"
    command = f"(make seal RAW={folder})"
    for name, expected in sorted(sums.items()):
        path = folder / name
        if name in hashes:
            found = hashes[name]
        elif path.is_file():
            found = hashlib.sha256(path.read_bytes()).hexdigest()
        else:
            hint = f"Put it back, or seal the folder anew {command}"
            raise MissingError("the raw file is missing", file=path, hint=hint)
        if found != expected:
            hint = f"If it is right as it is, seal it anew {command}"
            raise DataError("the file differs from its checksum", file=path, hint=hint)
    unlisted = sorted(set(hashes) - set(sums))
    if unlisted:
        hint = f"Seal the folder anew {command}"
        raise DataError(f"{unlisted[0]} has no checksum", file=listed, hint=hint)
    return "verified"


def decode_text(data: bytes, *, file: str | Path) -> tuple[str, str]:
    """Return the text of a raw file and the encoding it was in.

    Raises
    ------
    DataError
        Bytes of neither encoding, a NUL, or replacement characters (a file that lost letters
        before it came here).
    """
    for encoding in ENCODINGS:
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise DataError(
            "these bytes are no text in UTF-8 or CP949", file=file, hint="Export it again as UTF-8"
        )
    for bad, name in (("\0", "a NUL byte"), ("\N{REPLACEMENT CHARACTER}", "lost letters (U+FFFD)")):
        if bad in text:
            line = text[: text.index(bad)].count("\n") + 1
            raise DataError(f"there is {name}", file=file, line=line, hint="Export it again")
    return text, encoding


def parse_table(text: str, *, file: str | Path) -> pd.DataFrame:
    """Parse CSV text as a table in which every cell is text, "" where it is empty.

    Raises
    ------
    DataError
        No header, a repeated or empty column name, rows of unequal length, quotes that do
        not close.
    """
    header = _check_rows(text, file)
    repeated = sorted({name for name in header if not name or header.count(name) > 1})
    if repeated:
        raise DataError(
            f"column {repeated[0]!r} is empty or stands there twice",
            file=file,
            line=1,
            hint="Give every column a name of its own",
        )
    try:
        return pd.read_csv(io.StringIO(text), dtype="str", keep_default_na=False, na_filter=False)
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise _not_rectangular(" ".join(str(error).split()), file) from None


def _check_rows(text: str, file: str | Path) -> list[str]:
    """Return the header, having seen that every row is as long; pandas would fill a short one."""
    before = csv.field_size_limit(len(text) + 1)
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(rows, [])
        if not any(header):
            raise DataError("the file is empty", file=file, hint="Export it again")
        for row in rows:
            if row and len(row) != len(header):
                fault = "fewer" if len(row) < len(header) else "more"
                raise DataError(
                    f"a row has {fault} cells than the header",
                    file=file,
                    line=rows.line_num,
                    hint="Export it again",
                )
    except csv.Error as error:
        raise _not_rectangular(str(error), file, rows.line_num) from None
    finally:
        csv.field_size_limit(before)
    return header


def _not_rectangular(fault: str, file: str | Path, line: int | None = None) -> DataError:
    return DataError(
        f"this is no rectangular table ({fault})", file=file, line=line, hint="Export it again"
    )
