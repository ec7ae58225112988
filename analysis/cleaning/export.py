"""Read a raw export from its folder; nothing in it is changed here."""

import csv
import hashlib
import io
import re
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from analysis import paths
from analysis.cleaning.decode import (
    DELIMITERS,
    FileFormat,
    decode_text,
    parse_formats,
    parse_table,
)
from analysis.cleaning.fields import MISSING_REASONS
from analysis.errors import DataError, MissingError, suggest_name
from analysis.paths import CAPILLAROSCOPY, CORRECTIONS, DIARY, DICTIONARY, MAP, REDCAP
from analysis.provenance import Provenance, parse_provenance
from analysis.records import read_yaml

# Files that a site may lack, and what is absent without them.
OPTIONAL_TABLES = {
    DIARY: "there are no daily ratings of Raynaud's phenomenon",
    CAPILLAROSCOPY: "there are no readings of capillaroscopy",
    CORRECTIONS: "nothing is corrected",
}
RAW_TABLES = (REDCAP, DICTIONARY, MAP, *OPTIONAL_TABLES)
# Their columns at the least; a site may add more.
RAW_COLUMNS = {
    DIARY: ("record_id", "entry_date", "entry_time"),
    CAPILLAROSCOPY: ("record_id", "event", "image_id", "reader", "hand", "finger", "field"),
    CORRECTIONS: ("source", "row", "field", "old_value", "new_value", "reason", "by", "date"),
}
EVENT_COLUMN = "unique_event_name"
# The site's answers to queries; present once somebody has answered.
ANSWERS = "answers.csv"
PROVENANCE_FILE = "provenance.yml"
CHECKSUMS_FILE = "SHA256SUMS"
# Whatever else a folder holds is named, and not read.
KNOWN_FILES = {*RAW_TABLES, ANSWERS, PROVENANCE_FILE, CHECKSUMS_FILE, "README.md"}
# Columns that only an export of labels has.
LABELLED = {"Event Name", "Repeat Instrument", "Repeat Instance", "Complete?"}
_HEAD = 100_000  # No header is longer, and a reader of CSV takes no longer cell.
# Field of a project without events, by the visit and the column that it has become.
Origins = dict[tuple[str, str], str]
# Files with data of persons; a dictionary may well be the same in two trials.
PARTICIPANT_FILES = (REDCAP, DIARY, CAPILLAROSCOPY)


@dataclass(frozen=True)
class RawExport:
    """A raw export as received.

    Parameters
    ----------
    folder
        Where it was read, as text for messages.
    tables
        Every CSV file by name, all cells text; of an absent one its columns without rows.
    encodings
        Encoding of every CSV file by name.
    hashes
        SHA-256 of every file by name.
    provenance
        The content of provenance.yml, and whether the checksums were verified.
    formats
        How a file is written, where provenance.yml states it.
    notes
        Sentences on what is absent, and on other files in the folder, which nothing reads.
    events
        REDCap's own lists: `event` and `form` where one of forms by event is there, else `event`.
    records
        Participant by record id, where a field of its own names the person.
    origins
        Field of the export by visit and column, of a project without events.
    missing_codes
        Reason by the project's own missing-data codes, which any of its fields may hold.
    """

    folder: str
    tables: dict[str, pd.DataFrame]
    encodings: dict[str, str]
    hashes: dict[str, str]
    provenance: Provenance
    formats: dict[str, FileFormat] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    events: pd.DataFrame = field(default_factory=pd.DataFrame)
    records: dict[str, str] = field(default_factory=dict)
    origins: Origins = field(default_factory=dict)
    missing_codes: dict[str, str] = field(default_factory=dict)


def read_export(folder: Path) -> RawExport:
    """Read and verify a raw export.

    The folder holds the files of data/raw/README.md. SHA256SUMS and the `OPTIONAL_TABLES` may be
    absent, except in the repository's own data/raw; `provenance.checksums` and `notes` say so.

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
    about, _ = decode_text(files.pop(PROVENANCE_FILE), file=folder / PROVENANCE_FILE)
    formats = parse_formats(about, file=folder / PROVENANCE_FILE)
    for name in sorted(set(formats) - set(RAW_TABLES)):
        problem, hint = f"{name} is no file of an export", suggest_name(name, RAW_TABLES)
        raise DataError(problem, file=folder / PROVENANCE_FILE, hint=hint)
    tables, encodings = {}, {}
    for name, data in files.items():
        form, path = formats.get(name, FileFormat()), folder / name
        text, encodings[name] = decode_text(data, file=path, encoding=form.encoding)
        if name == REDCAP:
            refuse_labels(text, path)
        tables[name] = parse_table(text, file=path, form=form)
    if tables[REDCAP].empty:
        raise DataError("the export has no rows", file=folder / REDCAP, hint="Export it again")
    names = {path.name for path in folder.iterdir() if not path.name.startswith(".")}
    events, lists = _read_event_lists(folder, sorted(names - KNOWN_FILES))
    absent = [name for name in OPTIONAL_TABLES if name not in files]
    notes = [f"{name} is absent: {OPTIONAL_TABLES[name]}." for name in absent]
    empty = [name for name in (DIARY, CAPILLAROSCOPY) if name in tables and tables[name].empty]
    notes += [f"{name} has no rows: {OPTIONAL_TABLES[name]}." for name in empty]
    notes += [f"{name} is not read." for name in sorted(names - KNOWN_FILES - lists)]
    return RawExport(
        folder=str(folder),
        tables=tables
        | {name: _make_empty(name, tables[MAP]) for name in set(RAW_TABLES) - set(tables)},
        encodings=encodings,
        hashes=hashes,
        provenance=parse_provenance(about, checksums=checksums, file=folder / PROVENANCE_FILE),
        formats=formats,
        notes=tuple(notes),
        events=events,
        missing_codes=parse_missing_codes(about, file=folder / PROVENANCE_FILE),
    )


def parse_missing_codes(text: str, *, file: str | Path = PROVENANCE_FILE) -> dict[str, str]:
    """Return what provenance.yml states under `missing_codes`: the reason by code.

    Raises
    ------
    DataError
        No such mapping, or a reason that there is not.
    """
    written = read_yaml(text, file=file)
    key = "missing_codes"
    stated = (written.get(key) if isinstance(written, dict) else None) or {}
    codes = stated if isinstance(stated, dict) else {"?": stated}
    for code, reason in codes.items():
        if isinstance(code, bool):
            hint = f'Write it in quotes, as "{"YES" if code else "NO"}"'
            raise DataError("YAML reads a code as true or false", file=file, field=key, hint=hint)
        if reason not in MISSING_REASONS:
            hint = f'Write `missing_codes: {{"-77": refused}}`; known: {", ".join(MISSING_REASONS)}'
            problem = f"{reason!r} is no reason for code {code}"
            raise DataError(problem, file=file, field=key, hint=hint)
    return {str(code): str(reason) for code, reason in codes.items()}


def refuse_labels(text: str, file: Path) -> None:
    """Stop at an export with labels in its header.

    Raises
    ------
    DataError
        It says how to export.
    """
    again = "Export it again as CSV with raw data (codes and field names), not labels"
    for sign in DELIMITERS:
        header = next(csv.reader(io.StringIO(text[:_HEAD], newline=""), delimiter=sign), [])
        if LABELLED & {name.strip() for name in header}:
            message = "this is an export of labels, not of field names"
            raise DataError(message, file=file, line=1, hint=again)


def _read_event_lists(folder: Path, names: list[str]) -> tuple[pd.DataFrame, set[str]]:
    """Read REDCap's lists of events and of the forms of each event, whatever the files are called.

    Returns
    -------
    pandas.DataFrame
        `event`, and `form` where a list has it.
    set of str
        The files that were such lists.
    """
    found: dict[str, pd.DataFrame] = {}
    for name in names:
        if not name.casefold().endswith(".csv") or not (folder / name).is_file():
            continue
        try:
            table = parse_table(decode_text((folder / name).read_bytes(), file=name)[0], file=name)
        except DataError:
            continue
        if EVENT_COLUMN in table and (len(table.columns) > 1):
            found[name] = table.rename(columns={EVENT_COLUMN: "event"})
    with_forms = [table for table in found.values() if "form" in table]
    chosen = [table[["event", "form"]] for table in with_forms] or [
        table[["event"]] for table in found.values()
    ]
    events = pd.concat(chosen, ignore_index=True) if chosen else pd.DataFrame()
    return events, set(found)


def _make_empty(name: str, places: pd.DataFrame) -> pd.DataFrame:
    """Return a file that a site does not have: its columns, and those that fields.csv names."""
    named = places["field"].astype("str") if "field" in places else pd.Series(dtype="str")
    inside = named[named.str.startswith(f"{name}:")].str.removeprefix(f"{name}:")
    return pd.DataFrame(columns=list(dict.fromkeys([*RAW_COLUMNS[name], *inside])), dtype="str")


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
    files, shipped = {}, paths.RAW.resolve()
    answers = (ANSWERS,) if (folder / ANSWERS).exists() else ()
    for name in (*RAW_TABLES, PROVENANCE_FILE, *answers):
        path = folder / name
        if not path.is_file() and name in OPTIONAL_TABLES and folder.resolve() != shipped:
            continue
        if not path.is_file():
            others = sorted(folder.glob("*.xml")) if name == REDCAP else []
            if others:
                parse_table("<ODM", file=others[0])
            raise MissingError("the raw file is missing", file=path, hint=suggest_file(folder))
        files[name] = path.read_bytes()
        if not files[name].strip():
            optional = (
                ", or take it away: the site may have none" if name in OPTIONAL_TABLES else ""
            )
            raise DataError("the file is empty", file=path, hint=f"Export it again{optional}")
    return files


def suggest_file(folder: Path) -> str:
    """Return the hint for a missing file: what it has to be called, and what is there instead."""
    others = sorted({path.name for path in folder.iterdir()} - KNOWN_FILES)
    there = f" (in the folder are {', '.join(others[:5])})" if others else ""
    return f"Put it there under this name{there}; make draft writes {MAP} and {PROVENANCE_FILE}"


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
