"""Put finished files in their places, so that a kill at any moment leaves no doubt."""

import os
import shutil

from analysis.errors import DataError
from analysis.run.state import Record, hash_file, read_fingerprint, read_record, write_record
from analysis.run.steps import STEPS

SHOWN = ("figures", "tables")


def publish_step(step, outputs, *, staged, copy, fingerprint):
    """Publish what a step has written.

    The order makes it safe: first a record of what is going to be there, made from nothing
    yet, so that the step counts as outdated and no file can be forgotten; then the files,
    each by rename; then the record of their hashes; last the target. Killed in between, the
    step is outdated, and the next run publishes all of it.

    Parameters
    ----------
    step : analysis.run.steps.Step
    outputs : analysis.paths.Outputs
    staged : pathlib.Path
        A folder on the same file system; figures/ and tables/ go to report/_generated,
        all else to data/processed.
    copy : pathlib.Path or None
        The executed notebook, for a step that has one.
    fingerprint : dict of str
        What the files were made from.

    Returns
    -------
    list of str
        The published files that differ from those before, by path below OUT.
    """
    moves = {_place(path.relative_to(staged), outputs): path for path in _files(staged)}
    if copy:
        moves[step.target(outputs)] = copy
    return publish_files(step, outputs, moves, fingerprint=fingerprint)


def publish_files(step, outputs, moves, *, fingerprint):
    """Publish staged files, given by the place where they go, as `publish_step` does."""
    target = step.target(outputs)
    _refuse_foreign(step, outputs, moves)
    files = {_below(outputs, place): hash_file(path) for place, path in sorted(moves.items())}
    changed = [file for file, new in files.items() if hash_file(outputs.root / file) != new]
    before = read_record(outputs, step.name)
    intended = (before.files if before else {}) | files
    write_record(outputs, step.name, Record({}, intended))
    for place, path in moves.items():
        if place != target and _below(outputs, place) in changed:
            place.parent.mkdir(parents=True, exist_ok=True)
            os.replace(path, place)
    _remove_obsolete(step, outputs, intended.keys() - files.keys())
    write_record(outputs, step.name, Record(fingerprint, files))
    target.parent.mkdir(parents=True, exist_ok=True)
    os.replace(moves[target], target)
    return changed


def clear_folder(folder):
    """Remove a folder with all that is in it, if it is there."""
    shutil.rmtree(folder, ignore_errors=True)


def _remove_obsolete(step, outputs, files):
    """Remove what the step published before, unless another step does now."""
    kept = set().union(*(record.files for record in _other_records(step, outputs).values()))
    for file in sorted(files - kept):
        (outputs.root / file).unlink(missing_ok=True)


def _refuse_foreign(step, outputs, moves):
    for other, record in _other_records(step, outputs).items():
        current = record.finished and record.fingerprint == read_fingerprint(outputs, other)
        for place in moves:
            if current and _below(outputs, place) in record.files:
                raise DataError(
                    f"{step.name} and {other} both write this file",
                    file=_below(outputs, place),
                    hint="Give one of them another name",
                )


def _other_records(step, outputs):
    names = (other.name for other in STEPS if other.name != step.name)
    records = ((name, read_record(outputs, name)) for name in names)
    return {name: record for name, record in records if record}


def _files(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _place(relative, outputs):
    shown = relative.parts[0] in SHOWN
    return (outputs.generated if shown else outputs.processed) / relative


def _below(outputs, path):
    return path.relative_to(outputs.root).as_posix()
