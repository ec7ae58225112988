"""Make the one file that a reviewer gets: the repository, what came out of it, and the proof."""

import hashlib
import os
import tomllib
import zipfile
from pathlib import Path

from analysis import paths
from analysis.errors import DataError, UsageError
from analysis.provenance import read_provenance
from analysis.release import crate
from analysis.release.crate_files import describe_file
from analysis.release.folder import tell_origin
from analysis.release.gate import check_archive
from analysis.release.packages import find_pages, get_wheels
from analysis.release.published import Origin
from analysis.review.checksums import FILE, write_checksums
from analysis.review.evidence import FOLDER, read_evidence
from analysis.review.ran import read_parameters
from analysis.review.sources import list_sources
from analysis.review.verify import check_fixity
from analysis.run.fingerprint import RAW_PREFIX, raw_files
from analysis.run.state import hash_file, read_record
from analysis.run.steps import STEPS

GUIDE = "report/REVIEWER.md"
DIST = "dist"
_RAW = "data/raw/"
# The earliest that a zip file can say; a real one would differ between two archives.
_DATE = (1980, 1, 1, 0, 0, 0)


def make_archive(settings, *, wheels=False, tell=print):
    """Write dist/<name>-<version>.zip, the same to the byte from the same content.

    Parameters
    ----------
    settings : analysis.run.settings.Settings
    wheels : bool
        Put the packages of the lock beside it, for this platform and Python.

    Returns
    -------
    pathlib.Path

    Raises
    ------
    DataError
        Files are not those of the record, git does not track one that the run needs, or
        something may not leave: of a real trial only a de-identified export may.
    UsageError
        The run is a what-if.
    """
    if settings.params:
        raise UsageError("a what-if is not archived", hint="Leave out PARAMS")
    origin = tell_origin(settings.raw)
    if origin is Origin.REAL:
        raise DataError(
            "these are data of real people as received, and no archive carries them",
            file=settings.raw,
            hint="Make an export that may leave (python -m analysis deidentify RAW NEW),"
            " then report, record and archive with RAW=NEW",
        )
    outputs = settings.outputs
    record = read_evidence(outputs.root / FOLDER)
    _check_record(settings)
    contents = list_contents(settings, record)
    check_archive(contents, raw=settings.raw, tell=tell)
    if wheels:
        contents |= get_wheels(paths.ROOT / ".run" / "wheels")
    project = (paths.ROOT / "pyproject.toml").read_bytes()
    told = tomllib.loads(project.decode("utf-8"))["project"]
    name = f"{told['name']}-{told['version']}"
    described = crate.describe_crate(
        {
            path: describe_file(path, file, version=told["version"])
            for path, file in contents.items()
        },
        steps={step.name: read_record(outputs, step.name) for step in STEPS},
        parameters=read_parameters(outputs),
        record=record,
        pages=find_pages(record.packages),
        project=project,
        description=read_provenance(outputs.processed).description,
        day=record.recorded_on,
    ).encode()
    hashes = {path: hash_file(file) for path, file in contents.items()}
    hashes[crate.FILE] = hashlib.sha256(described).hexdigest()
    texts = {crate.FILE: described, FILE: write_checksums(hashes).encode()}
    archive = outputs.root / DIST / f"{name}.zip"
    _write_zip(archive, contents, texts, top=name)
    size = archive.stat().st_size / 2**20
    tell(
        f"{os.path.relpath(archive, paths.ROOT)}: {len(contents) + len(texts)} files, {size:.1f} MB"
    )
    tell(f"SHA-256 {hash_file(archive)}")
    return archive


def _check_record(settings):
    for level in check_fixity(settings).levels:
        if level.differing:
            raise DataError(
                f"{level.differing[0]}: not what is on record",
                hint="Run `make report`, look at what `make verify` says, then `make record`",
            )


def list_contents(settings, record):
    """Return where each file of the archive lies: sources as git has them, and what the run made.

    The export of the run stands in data/raw, whatever folder it came from, so that the archive
    is a repository that runs.

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
    untracked = sorted({*needed, GUIDE} - set(sources))
    if untracked:
        raise DataError("the run needs this file, and git does not track it", file=untracked[0])
    own = (path.name for path in (root / FOLDER).iterdir() if path.is_file())
    return contents | {
        name: root / name for name in (*record.files, *(f"{FOLDER}/{n}" for n in own))
    }


def _write_zip(archive, contents, texts, *, top):
    """Write it whole or not at all: the guide first, then by name, with one date for all."""
    archive.parent.mkdir(exist_ok=True)
    partial = archive.with_suffix(".partial")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        for name in sorted({*contents, *texts}, key=lambda each: (each != GUIDE, each)):
            content = texts[name] if name in texts else Path(contents[name]).read_bytes()
            member = zipfile.ZipInfo(f"{top}/{name}", _DATE)
            member.create_system = 3
            mode = 0o755 if content.startswith(b"#!") else 0o644
            member.external_attr = (0o100000 | mode) << 16
            packed = name.endswith((".whl", ".png", ".docx"))
            kind = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
            file.writestr(member, content, compress_type=kind)
    os.replace(partial, archive)
