"""One object for a person at the keyboard: every table of a run, read when it is asked for."""

from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from analysis import paths
from analysis.errors import UsageError, suggest_name
from analysis.provenance import read_provenance
from analysis.study import load_study
from analysis.tables import read_table, table_schemas
from analysis.trail.raw import RawRows, read_rows


@dataclass(frozen=True)
class Trial:
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
    _read: dict = field(default_factory=dict, repr=False, compare=False)

    def __getattr__(self, name):
        if name not in table_schemas():
            known = [each for each in dir(self) if not each.startswith("_")]
            raise AttributeError(f"a trial has no {name}. {suggest_name(name, known)}.")
        return self._remember(name, lambda: read_table(name, self.processed)).copy()

    def __dir__(self):
        return sorted({*super().__dir__(), *table_schemas()})

    @property
    def study(self):
        """study.yml as `analysis.study.Study`."""
        return self._remember("study.yml", lambda: load_study(self.plan))

    @property
    def provenance(self):
        """Where the data come from."""
        return self._remember("provenance.json", lambda: read_provenance(self.processed))

    @property
    def rows(self) -> RawRows:
        """The rows of the export, by key."""
        return self._remember("raw", lambda: read_rows(self.raw, self.changes, self.study))

    def describe(self, table):
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

    def explain(self, result_id, *, participant=""):
        """Return the trail of a result; see `analysis.trail.explain.explain_result`."""
        from analysis.trail.explain import explain_result

        return explain_result(self, result_id, participant=participant)

    def _remember(self, name, read):
        if name not in self._read:
            self._read[name] = read()
        return self._read[name]


def load(processed="data/processed", *, raw="data/raw", study="study.yml"):
    """Open the tables of a run; relative paths count from the repository.

    Parameters
    ----------
    processed, raw, study : str or pathlib.Path
        The processed tables, the export that they were made from, the plan.

    Returns
    -------
    Trial
    """
    return Trial(*map(paths.resolve_path, (processed, raw, study)))
