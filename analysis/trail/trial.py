"""One object for a person at the keyboard: every table of a run, read when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis import paths
from analysis.errors import UsageError, suggest_name
from analysis.provenance import Provenance, read_provenance
from analysis.study import Study, load_study
from analysis.tables import read_table, table_schemas

if TYPE_CHECKING:
    from analysis.trail.explain import Trail
    from analysis.trail.raw import RawRows


@dataclass(frozen=True)
class TrialTables:
    """The tables of a run as typed frames: ``trial.scores``, ``trial.pairs``, ``trial.results``.

    A table is read on first access; each access returns a frame of its own, so that changing
    it changes nothing here.

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
        return self._remember(name, lambda: read_table(name, self.processed)).copy()

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *table_schemas()})

    @property
    def study(self) -> Study:
        """The plan, study.yml."""
        return self._remember("study.yml", lambda: load_study(self.plan))

    @property
    def provenance(self) -> Provenance:
        """Where the data come from."""
        return self._remember("provenance.json", lambda: read_provenance(self.processed))

    @property
    def raw_rows(self) -> RawRows:
        """The rows of the export, by key."""
        from analysis.trail.raw import read_rows

        return self._remember("raw", lambda: read_rows(self.raw, self.changes, self.study))

    def describe(self, table: str) -> pd.DataFrame:
        """Return what every column of a table means: `column, type, description, values, key`.

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

    def explain(self, result_id: str, *, participant: str = "") -> Trail:
        """Return the trail of a result; see `analysis.trail.explain.explain_result`."""
        from analysis.trail.explain import explain_result

        return explain_result(self, result_id, participant=participant)

    def _remember(self, name: str, read: Callable[[], Any]) -> Any:
        if name not in self._read:
            self._read[name] = read()
        return self._read[name]


def load(
    processed: str | Path = "data/processed",
    *,
    raw: str | Path = "data/raw",
    study: str | Path = "study.yml",
) -> TrialTables:
    """Open the tables of a run; relative paths count from the repository.

    Parameters
    ----------
    processed, raw, study
        The processed tables, the export that they were made from, the plan.
    """
    return TrialTables(*map(paths.resolve_path, (processed, raw, study)))
