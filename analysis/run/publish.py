"""Publish finished files, so that a kill at any moment leaves a well-defined state."""

import os
import shutil
from pathlib import Path

from analysis import paths
from analysis.errors import DataError, UsageError
from analysis.run.lab import COPIES, remove_copies
from analysis.run.state import (
    MISSING,
    Record,
    clear_folder,
    find_free_name,
    forget_hashes,
    hash_file,
    list_records,
    read_record,
    remove_record,
    remove_written,
    write_record,
)
from analysis.run.steps import STEPS, Step

SHOWN = ("figures", "tables")
# Below OUT: outside data/processed, archives and what git sees.
_EDITED = Path("scratch", "edited")


def place_files(staged: Path, outputs: paths.Outputs) -> dict[Path, Path]:
    """Return the files of a stage by destination.

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
) -> tuple[list[str], list[str]]:
    """Publish the files that a step has written, given by destination.

    The order makes it safe: first a record of the planned files with an empty fingerprint, so
    that the step counts as outdated and no file can be forgotten; then the files, each by
    rename; then the complete record; last the target. Killed in between, the step is outdated,
    and the next run publishes again.

    Returns
    -------
    The published files that have changed, by path below OUT, and a message on each version
    edited by hand that was kept.

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
    kept = set(files).union(*(record.files for record in others.values()))
    dropped = sorted(intended.keys() - kept)
    versions = _keep_edited(outputs, before, [*changed, *dropped])
    write_record(outputs, step.name, Record({}, intended))
    for place, path in moves.items():
        if place != target and names[place] in changed:
            place.parent.mkdir(parents=True, exist_ok=True)
            os.replace(path, place)
    for file in dropped:
        (outputs.root / file).unlink(missing_ok=True)
    write_record(outputs, step.name, Record(fingerprint, files))
    target.parent.mkdir(parents=True, exist_ok=True)
    os.replace(moves[target], target)
    return changed, versions


def _keep_edited(outputs: paths.Outputs, before: Record | None, files: list[str]) -> list[str]:
    """Keep a copy of each file edited by hand that is about to be replaced or removed."""
    kept = []
    for file in files:
        path = outputs.root / file
        written = before.files.get(file) if before and before.finished else None
        if written is not None and hash_file(path) not in (written, MISSING):
            copy = find_free_name(outputs.root / _EDITED / path.name)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
            kept.append(f"{file} was edited by hand; your version is in {os.path.relpath(copy)}")
    return kept


def clean_outputs(outputs: paths.Outputs) -> list[str]:
    """Remove the files of a run that nobody has changed since, and the run's state.

    Returns
    -------
        The files that somebody has changed; they stay, as do files that no run wrote.

    Raises
    ------
    UsageError
        No run has written below this folder.
    """
    if not outputs.state.is_dir():
        raise UsageError(f"no run has written below {outputs.root}", hint="There is nothing to do")
    forget_hashes()
    stay = [file for name in list_records(outputs) for file in _withdraw(outputs, name)]
    if outputs.root == paths.ROOT:
        remove_copies(outputs, COPIES)
    clear_folder(outputs.state)
    return stay


def withdraw_steps(outputs: paths.Outputs) -> list[str]:
    """Remove what was published by steps that no longer exist: a personal notebook is gone.

    Returns
    -------
        The names of those steps.
    """
    forget_hashes()
    gone = sorted({*list_records(outputs)} - {step.name for step in STEPS})
    for name in gone:
        _withdraw(outputs, name)
        remove_record(outputs, name)
    return gone


def _withdraw(outputs: paths.Outputs, name: str) -> list[str]:
    record = read_record(outputs, name)
    return remove_written(outputs.root, record.files) if record else []
