"""The steps of a run, what each reads and what it waits for."""

from dataclasses import dataclass

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
    reads
        Files below data/processed that a notebook may read; it is given these and no others.
    reads_raw
        Whether it reads the export.
    modules
        Modules of `analysis` that do the work of a step without a notebook.
    """

    name: str
    after: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    reads_raw: bool = False
    modules: tuple[str, ...] = ()

    @property
    def notebook(self):
        """The notebook as committed, None for a step that is none."""
        return None if self.modules else paths.NOTEBOOKS / f"{self.name}.ipynb"

    def target(self, outputs):
        """Return the file that Make waits for; it is published last."""
        return {
            "results": outputs.processed / "results.csv",
            "report": outputs.documents / "index.html",
        }.get(self.name, outputs.notebooks / f"{self.name}.ipynb")


def _notebook(name, *, after, tables):
    reads = (*(f"{table}.csv" for table in tables.split()), PROVENANCE)
    return Step(name, after=after, reads=reads)


CLEANED = ("01_clean",)
SCORED = ("02_score",)
NOTEBOOKS = (
    Step("01_clean", reads_raw=True),
    _notebook("02_score", after=CLEANED, tables="items"),
    _notebook(
        "03_describe",
        after=SCORED,
        tables="participants visits procedures medications disposition scores pairs",
    ),
    _notebook("04_efficacy", after=SCORED, tables="participants scores pairs"),
    _notebook(
        "05_sensitivity",
        after=SCORED,
        tables="participants visits scores pairs intercurrent_events",
    ),
    _notebook(
        "06_safety",
        after=CLEANED,
        tables="participants visits items adverse_events procedures disposition",
    ),
)
RESULTS = Step(
    "results",
    after=tuple(step.name for step in NOTEBOOKS),
    modules=("analysis.results", "analysis.tables", "analysis.describe.flow"),
)
REPORT = Step("report", after=("results",), modules=("analysis.reporting.document",))
STEPS = (*NOTEBOOKS, RESULTS, REPORT)


def find_step(name):
    """Return the step of that name."""
    for step in STEPS:
        if step.name == name:
            return step
    known = (step.name for step in STEPS)
    raise UsageError(f"{name!r} is no step of a run", hint=suggest_name(name, known))
