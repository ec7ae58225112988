"""Verify that a clean run gives the results on record."""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from analysis import paths
from analysis.errors import AnalysisError, DataError, UsageError
from analysis.review.archived import NOTHING_RUN, OpenedArchive, verify_archive
from analysis.review.cells import describe_raw_changes
from analysis.review.clean_run import FailedRunError, make_clean_run
from analysis.review.compare import check_raw, compare_evidence, compare_hashes, read_exceptions
from analysis.review.evidence import (
    RECORD_FOLDER,
    Evidence,
    find_unrecorded,
    read_evidence,
    select_inputs,
)
from analysis.review.sources import copy_sources, list_sources
from analysis.review.unpack import unpack_archive
from analysis.review.verdict import Verdict, format_screen, format_verdict, write_verdict
from analysis.run.fingerprint import find_code, take_fingerprint
from analysis.run.settings import Settings
from analysis.run.state import MISSING, forget_hashes, hash_file
from analysis.run.steps import STEPS

NOT_ON_RECORD = "notebooks/{}.ipynb is not on record, and nothing of it was compared."


def verify_results(
    settings: Settings,
    *,
    archive: str = "",
    code: str = "",
    quick: bool = False,
    bytes_decide: bool = False,
    tell: Callable[[str], None] = print,
) -> None:
    """Compare the working tree or an archive with its record.

    Parameters
    ----------
    settings
        The user's choices for a run.
    archive
        A zip file made by `make archive`. Its data and its record are used, with the code of this
        checkout, or of the commit that the archive names if the checkout's history has it.
    code
        ``archive``: run the code of the archive instead, after a warning.
    quick
        Compare files only, run nothing.
    bytes_decide
        Whether published files have to be the same to the byte.
    tell
        Prints a line.

    Raises
    ------
    DataError
        Something that decides differs.
    """
    if settings.params:
        raise UsageError("there is no record of a what-if", hint="Leave out PARAMS")
    if code not in ("", "archive") or (code and not archive):
        raise UsageError("CODE= has to be archive, and needs ARCHIVE=")
    # Resolved, since a run removes the path of its folder from its outputs.
    folder = Path(tempfile.mkdtemp(prefix="verify-")).resolve()
    try:
        if archive:
            opened = OpenedArchive(unpack_archive(Path(archive), folder / "unpacked"), bool(code))
            tell(f"{Path(archive).name}: every file matches SHA256SUMS, and there is no other.")
            verdict = opened.check_files(folder / "copy")
            if quick:
                verdict = replace(verdict, levels=(*verdict.levels, opened.compare_data()))
            elif not any(level.differing for level in verdict.levels[1:]):
                run = verify_archive(
                    opened, folder / "copy", settings, bytes_decide=bytes_decide, tell=tell
                )
                levels = (*verdict.levels, *run.levels)
                verdict = replace(run, levels=levels, notes=(*verdict.notes[1:], *run.notes))
        elif quick:
            verdict = check_fixity(settings)
        else:
            verdict = _verify_tree(settings, folder, bytes_decide, tell)
    except FailedRunError as error:
        # The messages of the run name files in this folder.
        hint = f"Its messages are above; its files are in {folder}, for you to remove"
        raise DataError(error.problem, hint=hint) from None
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, AnalysisError):
            error.file = error.file.removeprefix(f"{folder}/unpacked/")
        raise
    shutil.rmtree(folder, ignore_errors=True)
    place = settings.outputs.state / "verify"
    write_verdict(verdict, place)
    tell(format_screen(verdict))
    tell(f"The same in full: {place / 'verdict.html'} and verdict.json")
    if not verdict.agrees:
        raise DataError(format_verdict(verdict).rstrip("."))


def check_fixity(settings: Settings) -> Verdict:
    """Compare the present files byte for byte with the record; run nothing.

    Inputs decide, and so do published files, if there are any, and a record that does not list
    everything that a run publishes.
    """
    forget_hashes()
    root = settings.outputs.root
    record = read_evidence(root / RECORD_FOLDER)
    fingerprints: dict[str, str] = {}
    off_record = _list_unrecorded(record)
    for step in STEPS:
        if step.name in off_record:
            continue
        fingerprints |= take_fingerprint(step, settings, code=find_code(record.inputs))
    levels = [compare_hashes("inputs", record.inputs, select_inputs(fingerprints))]
    published = {name: hash_file(root / name) for name in record.files}
    unrecorded = tuple(find_unrecorded(record))
    if unrecorded or set(published.values()) != {MISSING}:
        level = compare_hashes("published files", record.files, published)
        levels.append(replace(level, differing=(*unrecorded, *level.differing)))
    levels += check_raw(settings.raw)
    changes = describe_raw_changes(record, settings.raw)
    causes = {"raw data": changes} if changes else {}
    notes = ("Nothing was run: files only (QUICK=1).", *map(NOT_ON_RECORD.format, off_record))
    return Verdict(tuple(levels), causes, notes)


def _verify_tree(
    settings: Settings, folder: Path, bytes_decide: bool, tell: Callable[[str], None]
) -> Verdict:
    record = read_evidence(settings.outputs.root / RECORD_FOLDER)
    exceptions = read_exceptions(settings.outputs.root / RECORD_FOLDER)
    changes = describe_raw_changes(record, settings.raw)
    sealed = check_raw(settings.raw)
    if any(level.differing for level in sealed):
        # The first notebook would reject such data.
        return Verdict(tuple(sealed), {"raw data": changes}, (NOTHING_RUN,))
    off_record = _list_unrecorded(record)
    left_out = {f"notebooks/{name}.ipynb" for name in off_record}
    names = [name for name in list_sources(paths.ROOT) if name not in left_out]
    copy_sources(paths.ROOT, folder, names)
    raw = None if settings.raw == paths.RAW else settings.raw
    fresh = make_clean_run(folder, record, settings.renderer, raw, tell)
    verdict = compare_evidence(
        record, fresh, exceptions=exceptions, bytes_decide=bytes_decide, raw_changes=changes
    )
    return replace(verdict, notes=(*verdict.notes, *map(NOT_ON_RECORD.format, off_record)))


def _list_unrecorded(record: Evidence) -> list[str]:
    """Return the names of personal notebooks that the record does not have."""
    personal = (step.name for step in STEPS if step.personal)
    return [name for name in personal if f"notebooks/{name}.ipynb" not in record.inputs]
