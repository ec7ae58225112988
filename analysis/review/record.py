"""Make a finished run the record, and report which results that moves."""

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from analysis.errors import DataError, MissingError
from analysis.review.compare import compare_results
from analysis.review.evidence import (
    RECORD_FOLDER,
    Evidence,
    read_evidence,
    take_evidence,
    write_evidence,
)
from analysis.run.outdated import list_causes
from analysis.run.settings import Settings
from analysis.run.steps import STEPS
from analysis.tables import read_table

_MOST = 40


def record_results(settings: Settings, *, tell: Callable[[str], None] = print) -> None:
    """Write report/record/ below OUT from the files published there.

    Documents of another renderer stay on record as long as inputs and packages are the same.

    Raises
    ------
    DataError
        A step is outdated, so its outputs are not valid results.
    """
    outputs, folder = settings.outputs, settings.outputs.root / RECORD_FOLDER
    for step in STEPS:
        causes = list_causes(step, settings)
        if causes:
            raise DataError(f"{step.name} is outdated: {causes[0]}", hint="Run `make report` first")
    evidence = take_evidence(outputs, raw=settings.raw, environment=Path(sys.prefix))
    before = _read_readable(folder)
    if before and before.inputs == evidence.inputs and before.packages == evidence.packages:
        evidence = replace(evidence, texts={**before.texts, **evidence.texts})
    moves = _list_moves(folder, evidence.results)
    if before and _strip(before) == _strip(evidence):
        tell("Nothing moved: the record stays as it is.")
        return
    evidence = replace(evidence, recorded_on=datetime.now(UTC).date().isoformat())
    write_evidence(evidence, folder)
    if before is None:
        tell(f"A record where none could be read: {len(evidence.results)} results.")
        return
    for phrase in moves[:_MOST]:
        tell(phrase)
    if len(moves) > _MOST:
        tell(f"and {len(moves) - _MOST} more; `git diff {RECORD_FOLDER}` has all")
    tell(f"{len(moves)} of {len(evidence.results)} results moved.")


def _read_readable(folder: Path) -> Evidence | None:
    try:
        return read_evidence(folder)
    except (MissingError, DataError):
        return None


def _strip(evidence: Evidence) -> dict[str, object]:
    """Return a record without the day and without the results, which are compared separately."""
    left_out = ("results", "recorded_on")
    return {name: value for name, value in vars(evidence).items() if name not in left_out}


def _list_moves(folder: Path, results: pd.DataFrame) -> tuple[str, ...]:
    present = (folder / "results.csv").exists()
    before = read_table("results", folder) if present else results.head(0)
    return compare_results(before, results).differing
