"""Make a finished run the results of record, and say which results that moves."""

import dataclasses
import sys
from datetime import UTC, datetime
from pathlib import Path

from analysis.errors import DataError, MissingError
from analysis.review.compare import list_moves
from analysis.review.evidence import FOLDER, read_evidence, take_evidence, write_evidence
from analysis.run.steps import STEPS
from analysis.run.why import examine_step

MOST = 40


def record_results(settings, *, tell=print):
    """Write report/record/ below OUT from what was published there.

    Documents of another renderer stay on record while what goes in is the same.

    Raises
    ------
    DataError
        A step is outdated: such outputs are nobody's results.
    """
    outputs, folder = settings.outputs, settings.outputs.root / FOLDER
    for step in STEPS:
        _, causes = examine_step(step, settings)
        if causes:
            raise DataError(f"{step.name} is outdated: {causes[0]}", hint="Run `make report` first")
    evidence = take_evidence(outputs, raw=settings.raw, environment=Path(sys.prefix))
    try:
        before = read_evidence(folder)
    except (MissingError, DataError):
        before = None
    if before and before.inputs == evidence.inputs and before.packages == evidence.packages:
        evidence = dataclasses.replace(evidence, texts={**before.texts, **evidence.texts})
    moves = list_moves(folder, evidence.results)
    if before and dataclasses.replace(before, results=None) == dataclasses.replace(
        evidence, results=None, recorded_on=before.recorded_on
    ):
        tell("Nothing moved: the record stays as it is.")
        return
    evidence = dataclasses.replace(evidence, recorded_on=datetime.now(UTC).date().isoformat())
    write_evidence(evidence, folder)
    if before is None:
        tell(f"A record where none could be read: {len(evidence.results)} results.")
        return
    for phrase in moves[:MOST]:
        tell(phrase)
    if len(moves) > MOST:
        tell(f"and {len(moves) - MOST} more; `git diff {FOLDER}` has all")
    tell(f"{len(moves)} of {len(evidence.results)} results moved.")
