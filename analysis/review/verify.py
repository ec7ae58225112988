"""Is what a clean run gives what stands on record?"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from analysis import paths
from analysis.errors import DataError, MissingError, UsageError
from analysis.review.compare import compare_evidence, compare_parts, read_exceptions
from analysis.review.evidence import (
    RECORD_FOLDER,
    Evidence,
    read_evidence,
    select_inputs,
    take_evidence,
)
from analysis.review.sources import (
    CHECKSUMS,
    compare_checksums,
    copy_sources,
    list_sources,
    read_checksums,
    unpack_archive,
)
from analysis.review.verdict import Level, Verdict, format_screen, format_verdict, write_verdict
from analysis.run.fingerprint import find_code, take_fingerprint
from analysis.run.settings import CHOICES, Settings, choose_renderer
from analysis.run.setup import ENVIRONMENT
from analysis.run.state import MISSING, forget_hashes, hash_file
from analysis.run.steps import STEPS

FRESH = "fresh"


def verify_results(
    settings: Settings,
    *,
    archive: str = "",
    quick: bool = False,
    bytes_decide: bool = False,
    tell: Callable[[str], None] = print,
) -> None:
    """Compare the working tree or an archive with its record.

    Parameters
    ----------
    settings
        What a person chose for a run.
    archive
        A zip file made by `make archive`; nothing in it runs before its checksums hold and the
        person was warned.
    quick
        Look at files only, run nothing.
    bytes_decide
        Whether published files have to be the same to the byte.
    tell
        Shows a line.

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
        if archive:
            run = None if quick else settings.renderer
            verdict = _verify_archive(Path(archive), folder, run, bytes_decide, tell)
        elif quick:
            verdict = check_fixity(settings)
        else:
            verdict = _verify_tree(settings, folder, bytes_decide, tell)
    place = settings.outputs.state / "verify"
    write_verdict(verdict, place)
    tell(format_screen(verdict))
    tell(f"The same in full: {place / 'verdict.html'} and verdict.json")
    if not verdict.agrees:
        raise DataError(format_verdict(verdict).rstrip("."))


def check_fixity(settings: Settings) -> Verdict:
    """Compare the files at hand, byte for byte, with the record; run nothing.

    Inputs decide, and so do published files, as far as they are there.
    """
    forget_hashes()
    root = settings.outputs.root
    record = read_evidence(root / RECORD_FOLDER)
    fingerprints: dict[str, str] = {}
    for step in STEPS:
        fingerprints |= take_fingerprint(step, settings, code=find_code(record.inputs))
    levels = [_compare_hashes("inputs", record.inputs, select_inputs(fingerprints))]
    published = {name: hash_file(root / name) for name in record.files}
    if set(published.values()) != {MISSING}:
        levels.append(_compare_hashes("published files", record.files, published))
    if (settings.raw / CHECKSUMS).exists():
        differing = compare_checksums(settings.raw, whole=False)
        listed = len(read_checksums(settings.raw / CHECKSUMS))
        levels.append(Level("raw files against their checksums", listed, tuple(differing)))
    return Verdict(tuple(levels), notes=("Nothing was run: files only (QUICK=1).",))


def _verify_tree(
    settings: Settings, folder: Path, bytes_decide: bool, tell: Callable[[str], None]
) -> Verdict:
    record = read_evidence(settings.outputs.root / RECORD_FOLDER)
    exceptions = read_exceptions(settings.outputs.root / RECORD_FOLDER)
    copy_sources(paths.ROOT, folder, list_sources(paths.ROOT))
    raw = None if settings.raw == paths.RAW else settings.raw
    fresh = _run(folder, record, settings.renderer, raw, tell)
    return compare_evidence(record, fresh, exceptions=exceptions, bytes_decide=bytes_decide)


def _verify_archive(
    archive: Path,
    folder: Path,
    renderer: str | None,
    bytes_decide: bool,
    tell: Callable[[str], None],
) -> Verdict:
    """Compare an archive with its own record; without a renderer nothing of it runs."""
    unpacked = unpack_archive(archive, folder / "unpacked")
    record = read_evidence(unpacked / RECORD_FOLDER)
    archived = {name: hash_file(unpacked / name) for name in record.files}
    outputs = _compare_hashes("archived outputs against the record", record.files, archived)
    tell(f"{archive.name}: every file is as SHA256SUMS says, and nothing is beside them.")
    if renderer is None or outputs.differing:
        return Verdict((outputs,), notes=("Nothing of the archive was run.",))
    exceptions = read_exceptions(unpacked / RECORD_FOLDER)
    copy = folder / "copy"
    copy_sources(unpacked, copy, list_sources(unpacked))
    if (unpacked / "wheels").is_dir():
        shutil.move(unpacked / "wheels", copy / "wheels")
    shutil.rmtree(unpacked)
    tell("Now the code of the archive runs on this machine, with your rights.")
    fresh = _run(copy, record, renderer, None, tell)
    verdict = compare_evidence(record, fresh, exceptions=exceptions, bytes_decide=bytes_decide)
    return Verdict((outputs, *verdict.levels), verdict.causes, verdict.notes)


def _run(
    copy: Path, record: Evidence, renderer: str, raw: Path | None, tell: Callable[[str], None]
) -> Evidence:
    renderer = _choose_recorded_renderer(record) if renderer == "auto" else renderer
    tell(f"A clean run of everything, with {renderer} as renderer, in {copy}")
    outputs, export, environment = run_copy(copy, renderer=renderer, raw=raw)
    return take_evidence(outputs, raw=export, environment=environment)


def run_copy(
    copy: Path, *, renderer: str, raw: Path | None = None, root: Path = paths.ROOT
) -> tuple[paths.Outputs, Path, Path]:
    """Make the report in a copy of the sources, which sees nothing of an earlier run.

    Parameters
    ----------
    copy
        A folder that holds the sources and nothing else.
    renderer
        ``auto``, ``quarto`` or ``builtin``.
    raw
        An export outside the sources; it is copied beside them.
    root
        The repository whose environment is used again if its lock is the same; else the copy
        makes an environment of its own, from the wheels beside it if there are any.

    Returns
    -------
    (analysis.paths.Outputs, pathlib.Path, pathlib.Path)
        Where it wrote, the export that it read, the prefix of the Python that ran it.

    Raises
    ------
    MissingError
        There is no make.
    DataError
        The run failed; it has said why.
    """
    if not shutil.which("make"):
        raise MissingError("make is not installed", hint="Install GNU Make")
    if hash_file(copy / paths.LOCK.name) == hash_file(root / paths.LOCK.name):
        (copy / ENVIRONMENT).symlink_to(Path(sys.prefix))
    outputs, export, chosen = paths.Outputs(copy), copy / "data" / "raw", []
    if raw:
        export = copy / raw.name
        shutil.copytree(raw, export)
        outputs, chosen = paths.Outputs(copy / FRESH), [f"RAW={raw.name}", f"OUT={FRESH}"]
    command = ["make", "--no-print-directory", "-j2", "report", f"RENDERER={renderer}", *chosen]
    left_out = ("PYTHON", "MAKE", "MFLAGS")
    known = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    process = subprocess.Popen(command, cwd=copy, env=known, stdout=2, start_new_session=True)
    try:
        code = process.wait()
    except BaseException:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()
        raise
    if code:
        raise DataError(
            "the run has failed, so there is nothing to compare", hint="Its messages stand above"
        )
    conda = os.environ.get("CONDA_PREFIX") if not (copy / ENVIRONMENT).exists() else None
    return outputs, export, Path(conda or copy / ENVIRONMENT)


def _choose_recorded_renderer(record: Evidence) -> str:
    """Return the renderer of the record, if this machine has it, so that texts compare."""
    for choice in CHOICES[1:]:
        with contextlib.suppress(MissingError):
            if choose_renderer(choice)[1] in record.texts:
                return choice
    return "auto"


def _compare_hashes(name: str, before: dict[str, str], now: dict[str, str]) -> Level:
    return compare_parts(name, before, now, describe=lambda file, *_: f"{file} has other bytes")
