"""Where the data come from: read once from the export, carried beside every processed table."""

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path

import yaml

from analysis.errors import DataError, MissingError

FILE = "provenance.json"
SIMULATED_TITLE = "Simulated demonstration data, not results of any trial"


@dataclass(frozen=True)
class Provenance:
    """What provenance.yml of the export says.

    `simulated` is true unless the file says ``simulated: false``. `checksums` is
    ``verified`` or ``absent`` (never silently skipped: every output says so).
    """

    description: str
    exported_on: str
    exported_by: str
    simulated: bool
    checksums: str

    @property
    def data_origin(self) -> str:
        """``simulated`` or ``real``, as the results say."""
        return "simulated" if self.simulated else "real"

    @property
    def mark(self) -> str:
        """The word that every figure, caption and header bears; "" for real data."""
        return "SIMULATED" if self.simulated else ""


def parse_provenance(
    text: str, *, checksums: str, file: str | Path = "provenance.yml"
) -> Provenance:
    """Read the text of provenance.yml.

    Raises
    ------
    DataError
        No readable YAML, or a `simulated` that is neither true nor false.
    """
    try:
        written = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        raise DataError(
            f"this is not readable YAML ({error})", file=file, hint="Correct it"
        ) from None
    simulated = written.get("simulated", True) if isinstance(written, dict) else None
    if not isinstance(simulated, bool):
        raise DataError(
            "simulated is true or false",
            file=file,
            field="simulated",
            hint="Write `simulated: true` or `simulated: false`",
        )
    described = {
        name: str(written.get(name) or "") for name in ("description", "exported_on", "exported_by")
    }
    return Provenance(**described, simulated=simulated, checksums=checksums)


def parse_delegation(text: str, *, file: str | Path = "provenance.yml") -> dict[str, str]:
    """Return who may answer for the site: role by name, as provenance.yml lists them.

    Raises
    ------
    DataError
        There is no such list, an entry lacks its name or role, or a name stands there twice.
    """
    try:
        written = yaml.safe_load(text)
    except yaml.YAMLError as error:
        problem = f"this is not readable YAML ({error})"
        raise DataError(problem, file=file, hint="Correct it") from None
    entries = written.get("delegation") if isinstance(written, dict) else None
    hint = "Write `delegation:` as a list of entries with name: and role:"
    if not isinstance(entries, list) or not entries:
        raise DataError("it does not say who may answer", file=file, field="delegation", hint=hint)
    roles: dict[str, str] = {}
    for entry in entries:
        kept = entry if isinstance(entry, dict) else {}
        name, role = (" ".join(str(kept.get(key) or "").split()) for key in ("name", "role"))
        if not name or not role or name in roles:
            problem = f"{name} stands there twice" if name in roles else "a name or role is missing"
            raise DataError(problem, file=file, field="delegation", hint=hint)
        roles[name] = role
    return roles


def write_provenance(provenance: Provenance, folder: Path) -> None:
    """Write provenance.json beside the processed tables."""
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
    return Provenance(**json.loads(path.read_text(encoding="utf-8")))
