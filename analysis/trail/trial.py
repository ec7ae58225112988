"""One object for interactive use: every table of a run, read on first access."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.cleaning.arrange import arrange_export
from analysis.cleaning.dictionary import describe_fields
from analysis.cleaning.export import read_export
from analysis.cleaning.fields import Field
from analysis.cleaning.logs import hide_origins
from analysis.cleaning.reconcile import replay_changes
from analysis.cleaning.structure import key_rows
from analysis.errors import UsageError, suggest_name
from analysis.provenance import Provenance, read_provenance
from analysis.study import Study, load_study
from analysis.tables import read_table, table_schemas

PERSON = "participant_id"


@dataclass(frozen=True)
class RawRows:
    """The export as received and as cleaned, by file name.

    Parameters
    ----------
    received
        All cells as received; the index is the key of the row.
    cleaned
        The rows that were not set aside, with the changes of the table `changes` applied.
    keys
        `participant_id, visit, form, instance` of the cleaned rows.
    fields
        What every column means, and the table it goes to.
    """

    received: dict[str, pd.DataFrame]
    cleaned: dict[str, pd.DataFrame]
    keys: dict[str, pd.DataFrame]
    fields: dict[str, dict[str, Field]]


@dataclass(frozen=True)
class TrialTables:
    """The tables of a run as typed frames: ``trial.scores``, ``trial.pairs``, ``trial.results``.

    A table is read on first access; each access returns a copy, so changing it changes nothing
    here.

    Parameters
    ----------
    processed
        The folder of the processed tables.
    raw
        The folder of the export they were made from.
    plan
        The file study.yml.
    """

    processed: Path
    raw: Path
    plan: Path
    _read: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def __getattr__(self, name: str) -> pd.DataFrame:
        if name not in table_schemas():
            known = [each for each in dir(self) if not each.startswith("_")]
            raise AttributeError(f"a trial has no {name}. {suggest_name(name, known)}.")
        return self.remember(name, lambda: read_table(name, self.processed)).copy()

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *table_schemas()})

    @property
    def study(self) -> Study:
        """The plan, study.yml."""
        return self.remember("study.yml", lambda: load_study(self.plan))

    @property
    def provenance(self) -> Provenance:
        """Where the data come from."""
        return self.remember("provenance.json", lambda: read_provenance(self.processed))

    @property
    def raw_rows(self) -> RawRows:
        """The rows of the export, by key."""
        return self.remember("raw", lambda: read_rows(self.raw, self.changes, self.study))

    def describe(self, table: str) -> pd.DataFrame:
        """Return the meaning of every column of a table: `column, type, description, values, key`.

        Raises
        ------
        UsageError
            No such table.
        """
        schemas = table_schemas()
        if table not in schemas:
            raise UsageError(f"{table!r} is no table", hint=suggest_name(table, schemas))
        schema = schemas[table]
        return pd.DataFrame(
            {
                "column": each["name"],
                "type": each["type"],
                "description": each["description"],
                "values": ", ".join(each.get("constraints", {}).get("enum", ())),
                "key": each["name"] in schema["primaryKey"],
            }
            for each in schema["fields"]
        )

    def remember(self, name: str, read: Callable[[], Any]) -> Any:
        """Return the result of `read`, which is called only on the first use of the name."""
        if name not in self._read:
            self._read[name] = read()
        return self._read[name]


def read_rows(folder: Path, changes: pd.DataFrame, study: Study) -> RawRows:
    """Read an export and apply the changes logged by its cleaning.

    Raises
    ------
    DataError
        A change does not fit: the changes belong to a different export.
    """
    export = arrange_export(read_export(folder), study)
    changes = hide_origins(changes, export.origins)
    fields = describe_fields(export, study)
    received, cleaned, keys = {}, {}, {}
    hint = "Give --raw, the export of this run (raw= in a notebook)"
    for source, file in key_rows(export, fields, study).items():
        logged = changes[changes["source"] == source]
        frame = replay_changes(file.raw, logged, file=folder / source, hint=hint)
        received[source], cleaned[source] = file.raw, frame
        place = {name: file.keys[name].reindex(frame.index) for name in ("visit", "instance")}
        form = file.keys["form"].reindex(frame.index).str.replace(r"[#~].*$", "", regex=True)
        keys[source] = pd.DataFrame({PERSON: frame["record_id"], "form": form, **place})
    return RawRows(received, cleaned, keys, fields)
