"""Is what a fresh run gives what stands on record?"""

import contextlib
import shutil
import tempfile
from pathlib import Path

from analysis import paths
from analysis.errors import DataError, MissingError, UsageError
from analysis.review import evidence as evidences
from analysis.review.afresh import run_afresh
from analysis.review.checksums import FILE, check_folder, read_checksums
from analysis.review.compare import (
    Level,
    Verdict,
    compare_evidence,
    read_exceptions,
)
from analysis.review.sources import copy_sources, list_sources
from analysis.review.unpack import unpack_archive
from analysis.review.verdict_page import say_verdict, write_files, write_screen
from analysis.run.fingerprint import take_fingerprint
from analysis.run.renderer import CHOICES, choose_renderer
from analysis.run.state import MISSING, forget_hashes, hash_file
from analysis.run.steps import STEPS


def verify_results(settings, *, archive="", quick=False, bytes_decide=False, tell=print):
    """Hold the working tree or an archive against its results of record.

    Parameters
    ----------
    settings : analysis.run.settings.Settings
    archive : str
        A zip file made by `make archive`; nothing in it runs before its checksums hold and the
        person was told.
    quick : bool
        Look at files only, run nothing.
    bytes_decide : bool
        Whether published files have to be the same to the byte.

    Raises
    ------
    DataError
        Something that decides differs.
    """
    if settings.params:
        raise UsageError("there is no record of a what-if", hint="Leave out PARAMS")
    with tempfile.TemporaryDirectory(prefix="verify-") as name:
        # Without links: a run writes paths of its own folder out of its outputs.
        folder = Path(name).resolve()
        look = _verify_archive if archive else _verify_tree
        verdict = look(settings, folder, Path(archive), quick, bytes_decide, tell)
    place = settings.outputs.state / "verify"
    write_files(verdict, place)
    tell(write_screen(verdict))
    tell(f"The same in full: {place / 'verdict.html'} and verdict.json")
    if not verdict.agrees:
        raise DataError(say_verdict(verdict).rstrip("."))


def check_fixity(settings):
    """Compare the files at hand, byte for byte, with the record; run nothing.

    Returns
    -------
    Verdict
        Inputs decide, and so do published files, as far as they are there.
    """
    forget_hashes()
    root = settings.outputs.root
    record = evidences.read_evidence(root / evidences.FOLDER)
    parts = {}
    for step in STEPS:
        parts |= take_fingerprint(step, settings)
    now = evidences.select_inputs(parts)
    levels = [_compare_hashes("inputs", record.inputs, now)]
    there = {name: hash_file(root / name) for name in record.files}
    if set(there.values()) != {MISSING}:
        levels.append(_compare_hashes("published files", record.files, there))
    if (settings.raw / FILE).exists():
        differing = check_folder(settings.raw, whole=False)
        listed = len(read_checksums(settings.raw / FILE))
        levels.append(Level("raw files against their checksums", listed, tuple(differing)))
    return Verdict(tuple(levels), notes=("Nothing was run: files only (QUICK=1).",))


def _verify_tree(settings, folder, _, quick, bytes_decide, tell):
    if quick:
        return check_fixity(settings)
    root = settings.outputs.root
    record = evidences.read_evidence(root / evidences.FOLDER)
    exceptions = read_exceptions(root / evidences.FOLDER)
    copy_sources(paths.ROOT, folder, list_sources(paths.ROOT))
    raw = None if settings.raw == paths.RAW else settings.raw
    fresh = _run(folder, record, settings.renderer, raw, tell)
    return compare_evidence(record, fresh, exceptions=exceptions, bytes_decide=bytes_decide)


def _verify_archive(settings, folder, archive, quick, bytes_decide, tell):
    unpacked = unpack_archive(archive, folder / "unpacked")
    record = evidences.read_evidence(unpacked / evidences.FOLDER)
    archived = {name: hash_file(unpacked / name) for name in record.files}
    outputs = _compare_hashes("archived outputs against the record", record.files, archived)
    tell(f"{archive.name}: every file is as SHA256SUMS says, and nothing is beside them.")
    if quick or outputs.differing:
        return Verdict((outputs,), notes=("Nothing of the archive was run.",))
    exceptions = read_exceptions(unpacked / evidences.FOLDER)
    copy = folder / "copy"
    copy_sources(unpacked, copy, list_sources(unpacked))
    if (unpacked / "wheels").is_dir():
        shutil.move(unpacked / "wheels", copy / "wheels")
    shutil.rmtree(unpacked)
    tell("Now the code of the archive runs on this machine, with your rights.")
    fresh = _run(copy, record, settings.renderer, None, tell)
    verdict = compare_evidence(record, fresh, exceptions=exceptions, bytes_decide=bytes_decide)
    return Verdict((outputs, *verdict.levels), verdict.causes, verdict.notes)


def _run(copy, record, renderer, raw, tell):
    renderer = _recorded_renderer(record) if renderer == "auto" else renderer
    tell(f"Running everything afresh, with {renderer} as renderer, in {copy}")
    outputs, export, environment = run_afresh(copy, renderer=renderer, raw=raw)
    return evidences.take_evidence(outputs, raw=export, environment=environment)


def _recorded_renderer(record):
    """Return the renderer of the record, if this machine has it, so that texts compare."""
    for choice in CHOICES[1:]:
        with contextlib.suppress(MissingError):
            if choose_renderer(choice)[1] in record.texts:
                return choice
    return "auto"


def _compare_hashes(name, before, now):
    differing = [
        f"{each} is gone"
        if now.get(each, MISSING) == MISSING
        else f"{each} is not in the record"
        if each not in before
        else f"{each} has other bytes"
        for each in sorted({*before, *now})
        if before.get(each) != now.get(each)
    ]
    return Level(name, len({*before, *now}), tuple(differing))
