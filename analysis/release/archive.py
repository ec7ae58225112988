"""Make the archive for reviewers: the repository, its outputs and the evidence in one file."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from analysis import paths
from analysis.errors import DataError, MissingError, UsageError
from analysis.provenance import read_provenance
from analysis.release.crate import describe_crate, read_parameters
from analysis.release.gate import check_archive
from analysis.release.published import Origin, read_origin
from analysis.review.evidence import RECORD_FOLDER, Evidence, read_evidence
from analysis.review.sources import (
    CHECKSUMS,
    CRATE,
    WHEELS,
    find_commit,
    format_checksums,
    list_sources,
)
from analysis.review.verify import check_fixity
from analysis.run.fingerprint import RAW_PREFIX, raw_files
from analysis.run.settings import Settings
from analysis.run.state import hash_file, read_record
from analysis.run.steps import STEPS
from analysis.study import Study, load_study

_GUIDE = "report/REVIEWER.md"
_RAW = "data/raw/"
_RESTRICTED = (
    "Restricted: pseudonymised data are personal data (GDPR, PIPA), and so few participants cannot"
    " be made anonymous. The archive is for named recipients, since study.yml does not state both"
    " ethics approval and consent to publish."
)
# The earliest date in a zip file; the real one would differ between two archives.
_DATE = (1980, 1, 1, 0, 0, 0)


def make_archive(
    settings: Settings, *, wheels: bool = False, tell: Callable[[str], None] = print
) -> Path:
    """Write dist/<name>-<version>.zip, the same to the byte from the same content.

    With `wheels`, it contains the packages of the lock, for this platform and Python.

    Raises
    ------
    DataError
        Files differ from the record, git does not track one that the run needs, or something
        may not leave: of a real trial, only a de-identified export may.
    UsageError
        The run is a what-if.
    """
    if settings.params:
        raise UsageError("a what-if is not archived", hint="Leave out PARAMS")
    if read_origin(settings.raw) is Origin.REAL:
        raise DataError(
            "these are data of real people as received, and no archive carries them",
            file=settings.raw,
            hint="Make an export that may leave (python -m analysis deidentify RAW NEW),"
            " then report, record and archive with RAW=NEW",
        )
    outputs = settings.outputs
    record = read_evidence(outputs.root / RECORD_FOLDER)
    _check_record(settings)
    contents = list_contents(settings, record)
    check_archive(contents, raw=settings.raw, tell=tell)
    if wheels:
        contents |= get_wheels(paths.ROOT / ".run" / "wheels")
    project = (paths.ROOT / "pyproject.toml").read_bytes()
    steps = {step.name: read_record(outputs, step.name) for step in STEPS}
    crate = describe_crate(
        contents,
        steps={name: made for name, made in steps.items() if made},
        parameters=read_parameters(outputs),
        record=record,
        project=project,
        description=read_provenance(outputs.processed).description,
        commit=find_commit(paths.ROOT),
    ).encode()
    hashes = {path: hash_file(file) for path, file in contents.items()}
    hashes[CRATE] = hashlib.sha256(crate).hexdigest()
    texts = {CRATE: crate, CHECKSUMS: format_checksums(hashes).encode()}
    about = tomllib.loads(project.decode("utf-8"))["project"]
    name = f"{about['name']}-{about['version']}"
    if is_restricted(settings.raw, load_study()):
        name += "-restricted"
        tell(_RESTRICTED)
    archive = outputs.root / "dist" / f"{name}.zip"
    write_zip(archive, contents, texts, top=name)
    size = archive.stat().st_size / 2**20
    tell(
        f"{os.path.relpath(archive, paths.ROOT)}: {len(contents) + len(texts)} files, {size:.1f} MB"
    )
    tell(f"SHA-256 {hash_file(archive)}")
    return archive


def is_restricted(raw: Path, study: Study) -> bool:
    """Return True if an archive of an export has data of people and is not for the public.

    It may be public only if the plan states both ethics approval and consent.
    """
    stated = study.governance.ethics and study.governance.consent
    return read_origin(raw) is not Origin.SIMULATED and not stated


def _check_record(settings: Settings) -> None:
    for level in check_fixity(settings).levels:
        if level.differing:
            raise DataError(
                f"{level.differing[0]}: not what is on record",
                hint="Run `make report`, look at what `make verify` reports, then `make record`",
            )


def list_contents(settings: Settings, record: Evidence) -> dict[str, Path]:
    """Return the current path of each file of the archive: tracked sources, and the run's files.

    The export of the run goes to data/raw, whatever folder it came from, so that the archive
    is a working repository.

    Raises
    ------
    DataError
        The run needs a file that git does not track.
    """
    root = settings.outputs.root
    sources = list_sources(paths.ROOT)
    contents = {name: paths.ROOT / name for name in sources}
    needed = {name for name in record.inputs if not name.startswith(RAW_PREFIX)}
    if settings.raw == paths.RAW:
        needed |= {f"data/{name}" for name in record.inputs if name.startswith(RAW_PREFIX)}
    else:
        contents = {name: path for name, path in contents.items() if not name.startswith(_RAW)}
        for path in raw_files(settings.raw):
            contents[f"{_RAW}{path.relative_to(settings.raw).as_posix()}"] = path
    untracked = sorted({*needed, _GUIDE} - set(sources))
    if untracked:
        raise DataError("the run needs this file, and git does not track it", file=untracked[0])
    recorded = (path for path in (root / RECORD_FOLDER).iterdir() if path.is_file())
    names = (*record.files, *(f"{RECORD_FOLDER}/{path.name}" for path in recorded))
    return contents | {name: root / name for name in names}


def get_wheels(folder: Path) -> dict[str, Path]:
    """Get the packages of the lock for this platform and this Python, by path in an archive.

    They are put into `folder`, which is emptied first.

    Raises
    ------
    MissingError
        The package index cannot be reached, or lacks a package.
    """
    shutil.rmtree(folder, ignore_errors=True)
    with tempfile.TemporaryDirectory() as place:
        # The locked environment has no pip, and uv cannot download without installing.
        subprocess.run([sys.executable, "-m", "venv", place], check=True)
        command = [f"{place}/bin/python", "-m", "pip", "download", "--quiet", "--no-input"]
        command += ["--no-deps", "--only-binary", ":all:", "--require-hashes"]
        command += ["--dest", str(folder), "--requirement", str(paths.LOCK)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = " ".join(done.stderr.strip().splitlines()[-2:])
        raise MissingError(
            f"the packages could not be downloaded: {last}",
            hint="Check that this machine reaches its package index, or leave out WHEELS=1",
        )
    return {f"{WHEELS}{path.name}": path for path in folder.glob("*.whl")}


def write_zip(
    archive: Path, contents: Mapping[str, Path], texts: Mapping[str, bytes], *, top: str
) -> None:
    """Write it completely or not at all: the guide first, then by name, with one date for all."""
    archive.parent.mkdir(exist_ok=True)
    partial = archive.with_suffix(".partial")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        for name in sorted({*contents, *texts}, key=lambda each: (each != _GUIDE, each)):
            content = texts[name] if name in texts else contents[name].read_bytes()
            member = zipfile.ZipInfo(f"{top}/{name}", _DATE)
            member.create_system = 3
            mode = 0o755 if content.startswith(b"#!") else 0o644
            member.external_attr = (0o100000 | mode) << 16
            packed = name.endswith((".whl", ".png", ".docx"))
            kind = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
            file.writestr(member, content, compress_type=kind)
    os.replace(partial, archive)
