"""Where the data come from: read once from the export, kept with the processed tables."""

import dataclasses
import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from analysis.errors import DataError, MissingError, suggest_name
from analysis.records import read_yaml

FILE = "provenance.json"
# The known keys at the top level; one that is nearly the same is a typing error.
_KEYS = (
    *("description", "exported_on", "exported_by", "simulated", "deidentified"),
    *("export", "delegation", "encoding", "delimiter", "decimal", "software", "missing_codes"),
)
SIMULATED_TITLE = "Simulated demonstration data, not results of any trial"


NONE, ALL = "none", "all"


@dataclass(frozen=True)
class Manner:
    """How a site exported its data: `export:` in provenance.yml.

    Parameters
    ----------
    values
        ``raw`` codes or ``labels``; only codes can be read.
    made_with
        ``gui`` or ``api``; "" if not stated.
    dates_shifted, identifiers_hashed
        Files whose dates REDCap shifted, or whose record ids it hashed; ``("all",)`` for every
        file of participants.
    free_text_removed
        Whether free text was left out, so that its absence is not an error.
    blank_status
        Whether the status of an untouched form is blank instead of 0.
    filters
        What was filtered, in words; "" for nothing.
    """

    values: str = "raw"
    made_with: str = ""
    dates_shifted: tuple[str, ...] = ()
    identifiers_hashed: tuple[str, ...] = ()
    free_text_removed: bool = False
    blank_status: bool = False
    filters: str = ""

    def describe(self) -> dict[str, object]:
        """Return the content as it is written in provenance.yml."""
        lists = ("dates_shifted", "identifiers_hashed")
        held = {name: list(getattr(self, name)) or NONE for name in lists}
        return dataclasses.asdict(self) | {
            name: ALL if value == [ALL] else value for name, value in held.items()
        }


@dataclass(frozen=True)
class Provenance:
    """The content of an export's provenance.yml.

    `simulated` is true unless the file has ``simulated: false``. `checksums` is ``verified`` or
    ``absent`` (never silently skipped: every output shows it). `manner` is None if the file does
    not state how the data were exported.
    """

    description: str
    exported_on: str
    exported_by: str
    simulated: bool
    checksums: str
    manner: Manner | None = None

    @property
    def dates_shifted(self) -> bool:
        """Whether dates were shifted, so that they are not the true days."""
        return bool(self.manner and self.manner.dates_shifted)

    @property
    def data_origin(self) -> str:
        """``simulated`` or ``real``, as in the results."""
        return "simulated" if self.simulated else "real"

    @property
    def mark(self) -> str:
        """The word that every figure, caption and header carries; "" for real data."""
        return "SIMULATED" if self.simulated else ""


def parse_provenance(
    text: str, *, checksums: str, file: str | Path = "provenance.yml"
) -> Provenance:
    """Read the text of provenance.yml.

    Raises
    ------
    DataError
        Unreadable YAML, a `simulated` that is neither true nor false, a misspelt key, an invalid
        day of export or `export` section.
    """
    written = read_yaml(text, file=file) or {}
    for name in map(str, written) if isinstance(written, dict) else ():
        near = difflib.get_close_matches(name.strip().casefold(), _KEYS, n=1, cutoff=0.85)
        if near and name not in _KEYS:
            problem = f"{name!r} is not read"
            raise DataError(problem, file=file, field=name, hint=f"Did you mean {near[0]}")
    simulated = written.get("simulated", True) if isinstance(written, dict) else None
    if not isinstance(simulated, bool):
        raise DataError(
            "simulated is true or false",
            file=file,
            field="simulated",
            hint="Write `simulated: true` or `simulated: false`",
        )
    described = {
        name: _read_text(written.get(name), name, file)
        for name in ("description", "exported_on", "exported_by")
    }
    day = described["exported_on"]
    if day and not _is_day(day):
        hint = 'Write the day as "2024-05-31"'
        raise DataError(f"{day!r} is no day", file=file, field="exported_on", hint=hint)
    manner = parse_manner(written["export"], file=file) if "export" in written else None
    return Provenance(**described, simulated=simulated, checksums=checksums, manner=manner)


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def parse_manner(written: object, *, file: str | Path = "provenance.yml") -> Manner:
    """Read the section `export:`.

    Raises
    ------
    DataError
        An unknown line, or a value that is not allowed.
    """
    known = {field.name for field in dataclasses.fields(Manner)}
    if not isinstance(written, Mapping):
        raise _wrong_manner("export", f"these lines below it: {', '.join(sorted(known))}", file)
    for name in written:
        if name not in known:
            hint = suggest_name(str(name), sorted(known))
            raise DataError("there is no such line", file=file, field=f"export: {name}", hint=hint)
    read: dict[str, Any] = dict(written)
    for name in ("dates_shifted", "identifiers_hashed"):
        value = read.get(name, NONE)
        files = {NONE: [], ALL: [ALL]}.get(value) if isinstance(value, str) else value
        if not isinstance(files, list) or not all(isinstance(each, str) for each in files):
            raise _wrong_manner(name, f"{NONE}, {ALL}, or a list of files", file)
        read[name] = tuple(map(str, files))
    for name in ("free_text_removed", "blank_status"):
        if not isinstance(read.get(name, False), bool):
            raise _wrong_manner(name, "true or false", file)
    if read.get("values") not in ("raw", "labels"):
        raise _wrong_manner("values", "raw or labels", file)
    if read.setdefault("made_with", "") not in ("gui", "api", ""):
        raise _wrong_manner("made_with", "gui or api", file)
    filters = _read_text(read.get("filters"), "export: filters", file) or NONE
    return Manner(**read | {"filters": "" if filters == NONE else filters})


def _read_text(value: object, name: str, file: str | Path) -> str:
    if value is None or type(value) in (str, int, float, date):
        return str(value or "")
    raise DataError("this is no text", file=file, field=name, hint="Write one line of words")


def _wrong_manner(name: str, wanted: str, file: str | Path) -> DataError:
    where = name if name == "export" else f"export: {name}"
    return DataError("this value is not allowed", file=file, field=where, hint=f"Write {wanted}")


def parse_delegation(text: str, *, file: str | Path = "provenance.yml") -> dict[str, str]:
    """Return who may answer for the site: role by name, as listed in provenance.yml.

    Raises
    ------
    DataError
        There is no such list, an entry lacks a name or role, or a name is listed twice.
    """
    written = read_yaml(text, file=file)
    entries = written.get("delegation") if isinstance(written, dict) else None
    hint = "Write `delegation:` as a list of entries with name: and role:"
    if not isinstance(entries, list) or not entries:
        raise DataError("it does not say who may answer", file=file, field="delegation", hint=hint)
    roles: dict[str, str] = {}
    for entry in entries:
        kept = entry if isinstance(entry, dict) else {}
        name, role = (" ".join(str(kept.get(key) or "").split()) for key in ("name", "role"))
        if not name or not role or name in roles:
            problem = f"{name} is listed twice" if name in roles else "a name or role is missing"
            raise DataError(problem, file=file, field="delegation", hint=hint)
        roles[name] = role
    return roles


def write_provenance(provenance: Provenance, folder: Path) -> None:
    """Write provenance.json into a folder of processed tables."""
    text = json.dumps(dataclasses.asdict(provenance), indent=1, ensure_ascii=False)
    (folder / FILE).write_text(text + "\n", encoding="utf-8")


def read_provenance(folder: Path) -> Provenance:
    """Read provenance.json from a folder of processed tables.

    Raises
    ------
    MissingError
        The folder has none.
    """
    path = folder / FILE
    if not path.exists():
        raise MissingError(
            "the origin of the data is not known", file=path, hint="Run `make notebooks`"
        )
    held = json.loads(path.read_text(encoding="utf-8"))
    if held["manner"]:
        lists = ("dates_shifted", "identifiers_hashed")
        held["manner"] = Manner(
            **held["manner"] | {name: tuple(held["manner"][name]) for name in lists}
        )
    return Provenance(**held)
