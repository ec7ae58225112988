"""The steps of a run: what each reads, and what it waits for."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from analysis import paths
from analysis.errors import UsageError, suggest_name

PROVENANCE = "provenance.json"


@dataclass(frozen=True)
class Step:
    """One step of a run.

    Parameters
    ----------
    name
        The notebook's name, ``results`` or ``report``.
    after
        Steps that must be up to date first.
    tables
        Tables of data/processed that a notebook may read; it is given these and no others.
    reads_raw
        Whether it reads the export.
    module
        The file that does the work of a step without a notebook.
    personal
        Whether it is a personal notebook, which the record need not have.
    """

    name: str
    after: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    reads_raw: bool = False
    module: str = ""
    personal: bool = False

    @property
    def reads(self) -> tuple[str, ...]:
        """Files below data/processed that it reads."""
        return (*(f"{table}.csv" for table in self.tables), PROVENANCE) if self.tables else ()

    @property
    def notebook(self) -> Path | None:
        """The notebook as committed, None for a step without one."""
        return None if self.module else paths.NOTEBOOK_FOLDER / f"{self.name}.ipynb"

    def target(self, outputs: paths.Outputs) -> Path:
        """Return the file that is published last."""
        return {
            "results": outputs.processed / "results.csv",
            "report": outputs.documents / "index.html",
        }.get(self.name, outputs.notebooks / f"{self.name}.ipynb")


CLEAN = Step("01_clean", reads_raw=True)
SCORE = Step("02_score", after=("01_clean",), tables=("items",))
DESCRIBE = Step(
    "03_describe",
    after=("02_score",),
    tables=(
        *("participants", "visits", "procedures", "medications", "disposition"),
        *("scores", "pairs"),
    ),
)
EFFICACY = Step(
    "04_efficacy",
    after=("02_score",),
    tables=("participants", "visits", "intercurrent_events", "scores", "pairs"),
)
SENSITIVITY = Step(
    "05_sensitivity",
    after=("02_score",),
    tables=("participants", "visits", "scores", "pairs", "intercurrent_events"),
)
SAFETY = Step(
    "06_safety",
    after=("01_clean",),
    tables=("participants", "visits", "items", "adverse_events", "procedures", "disposition"),
)
_SHIPPED = (CLEAN, SCORE, DESCRIBE, EFFICACY, SENSITIVITY, SAFETY)
# As the Makefile lists them: two digits, and characters that a result's id may contain.
_NUMBERED = re.compile(r"\d\d_[A-Za-z0-9_]+")


def _list_personal() -> tuple[Step, ...]:
    """Return the steps of personal notebooks, which may read all tables of the shipped six."""
    shipped = tuple(step.name for step in _SHIPPED)
    resources = json.loads(paths.TABLE_SCHEMAS.read_text(encoding="utf-8"))["resources"]
    tables = [each["path"].removesuffix(".csv") for each in resources]
    tables = [name for name in tables if name != "results"]
    tables += [f"results/{name}" for name in shipped]
    return tuple(
        Step(path.stem, after=shipped, tables=tuple(tables), reads_raw=True, personal=True)
        for path in sorted(paths.NOTEBOOK_FOLDER.glob("*.ipynb"))
        if _NUMBERED.fullmatch(path.stem) and path.stem not in shipped
    )


NOTEBOOKS = (*_SHIPPED, *_list_personal())
RESULTS = Step(
    "results", after=tuple(step.name for step in NOTEBOOKS), module="analysis/results.py"
)
REPORT = Step("report", after=("results",), module="analysis/reporting/document.py")
STEPS = (*NOTEBOOKS, RESULTS, REPORT)


def find_step(name: str) -> Step:
    """Return the step of that name."""
    for step in STEPS:
        if step.name == name:
            return step
    known = (step.name for step in STEPS)
    raise UsageError(f"{name!r} is no step of a run", hint=suggest_name(name, known))
