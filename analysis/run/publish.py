"""Put finished files in their places, so that a kill at any moment leaves no doubt."""

import os
from pathlib import Path

from analysis import paths
from analysis.errors import DataError, UsageError
from analysis.run.lab import COPIES
from analysis.run.state import Record, clear_folder, hash_file, read_record, write_record
from analysis.run.steps import STEPS, Step

SHOWN = ("figures", "tables")
KEPT = "README.md"


def place_files(staged: Path, outputs: paths.Outputs) -> dict[Path, Path]:
    """Return the files of a stage by the place where they go.

    figures/ and tables/ go to report/_generated, all else to data/processed.
    """
    moves = {}
    for path in sorted(path for path in staged.rglob("*") if path.is_file()):
        relative = path.relative_to(staged)
        shown = relative.parts[0] in SHOWN
        moves[(outputs.generated if shown else outputs.processed) / relative] = path
    return moves


def publish_files(
    step: Step, outputs: paths.Outputs, moves: dict[Path, Path], *, fingerprint: dict[str, str]
) -> list[str]:
    """Publish what a step has written, given by the place where it goes.

    The order makes it safe: first a record of what is going to be there, made from nothing
    yet, so that the step counts as outdated and no file can be forgotten; then the files,
    each by rename; then the record of their hashes; last the target. Killed in between, the
    step is outdated, and the next run publishes again.

    Returns
    -------
    list of str
        The published files that differ from those before, by path below OUT.

    Raises
    ------
    DataError
        Another step, which is up to date, publishes one of these files.
    """
    names = {place: place.relative_to(outputs.root).as_posix() for place in moves}
    records = {other.name: read_record(outputs, other.name) for other in STEPS}
    before = records.pop(step.name)
    others = {name: record for name, record in records.items() if record}
    for other, record in others.items():
        for file in sorted({*names.values()} & record.files.keys()):
            if record.finished and not (outputs.state / "outdated" / other).exists():
                raise DataError(
                    f"{step.name} and {other} both write this file",
                    file=file,
                    hint="Give one of them another name",
                )
    target = step.target(outputs)
    files = {names[place]: hash_file(path) for place, path in sorted(moves.items())}
    changed = [file for file, new in files.items() if hash_file(outputs.root / file) != new]
    intended = (before.files if before else {}) | files
    write_record(outputs, step.name, Record({}, intended))
    for place, path in moves.items():
        if place != target and names[place] in changed:
            place.parent.mkdir(parents=True, exist_ok=True)
            os.replace(path, place)
    kept = set(files).union(*(record.files for record in others.values()))
    for file in sorted(intended.keys() - kept):
        (outputs.root / file).unlink(missing_ok=True)
    write_record(outputs, step.name, Record(fingerprint, files))
    target.parent.mkdir(parents=True, exist_ok=True)
    os.replace(moves[target], target)
    return changed


def clean_outputs(outputs: paths.Outputs) -> None:
    """Remove tables, figures, executed notebooks and their copies, documents, the run's state.

    Raises
    ------
    UsageError
        No run has written below this folder.
    """
    if not outputs.state.is_dir():
        raise UsageError(f"no run has written below {outputs.root}", hint="There is nothing to do")
    folders = [outputs.generated, outputs.documents, outputs.notebooks]
    if outputs.root == paths.ROOT:
        folders.append(COPIES)
    for entry in outputs.processed.iterdir() if outputs.processed.is_dir() else ():
        if entry.is_dir():
            folders.append(entry)
        elif entry.name != KEPT:
            entry.unlink()
    for folder in (*folders, outputs.state):
        clear_folder(folder)
