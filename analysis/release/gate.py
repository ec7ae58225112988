"""The gate: what is archived or committed passes it, or is named with place and reason."""

import datetime
import subprocess
from pathlib import Path

from analysis import paths
from analysis.errors import DataError, MissingError
from analysis.privacy.days import find_days
from analysis.release.exceptions import FILE, is_excepted, read_signed
from analysis.release.finding import Finding, gather_findings
from analysis.release.folder import check_export_folder, tell_origin
from analysis.release.history import look_back
from analysis.release.look import NOT_SIMULATED, Looker, find_strangers
from analysis.release.published import Origin
from analysis.run.fingerprint import report_sources
from analysis.study import load_study

UNREADABLE = "an export whose fields cannot be judged: `make check-data` says why"
_WRITTEN = ("data/", "report/_generated/", "report/_output/", "report/notebooks/")


def check_archive(contents, *, raw, tell=print):
    """Let the files of an archive pass, or name what may not leave.

    Parameters
    ----------
    contents : dict of pathlib.Path
        Files by their path in the archive.
    raw : pathlib.Path
        The export among them.

    Raises
    ------
    DataError
        Something may not leave; every place was told, no value.
    """
    study, origin = load_study(), tell_origin(raw)
    strict = origin is not Origin.SIMULATED
    if strict and not study.publication.hospital_number.value:
        raise DataError(
            "of real people, numbers of the hospital have to be looked for",
            file=paths.STUDY.name,
            field="publication.hospital_number",
            hint="Say what they look like, as a regular expression",
        )
    found = []
    for name, path in sorted(contents.items()):
        written = strict and name.startswith(_WRITTEN)
        looker = _make_looker(study, dated=written)
        content = path.read_bytes()
        own = looker.look(name, content)
        if written:
            own = [each for each in own if each.kind != NOT_SIMULATED]
        else:
            own += find_strangers(name, content)
        found += [(each, content) for each in own]
    for finding in check_export_folder(raw, study=study):
        found.append((finding, contents[finding.file].read_bytes()))
    _stop_at(found + look_back(paths.ROOT, _make_looker(study)), origin=origin, tell=tell)


def check_files(names, *, tell=print):
    """Let files of the repository pass, as before a commit, or name what may not leave.

    Parameters
    ----------
    names : iterable of str
        Paths; all that git tracks, and all that it remembers of data/, if there are none.

    Raises
    ------
    DataError
        Something may not leave; every place was told, no value.
    """
    study = load_study()
    looker, found = _make_looker(study), []
    chosen = [Path(name).resolve() for name in names]
    for path in sorted(chosen or _list_tracked()):
        if path.is_file():
            name, content = _name(path), path.read_bytes()
            own = looker.look(name, content) + find_strangers(name, content)
            found += [(each, content) for each in own]
    if not chosen or any(path.is_relative_to(paths.RAW) for path in chosen):
        found += _check_own_export(study)
    if not chosen:
        found += look_back(paths.ROOT, looker)
    _stop_at(found, origin=Origin.SIMULATED, tell=tell)


def _check_own_export(study):
    try:
        findings = check_export_folder(paths.RAW, study=study)
    except DataError:
        return [(Finding("data/raw", "", UNREADABLE), b"")]
    return [(finding, (paths.ROOT / finding.file).read_bytes()) for finding in findings]


def _make_looker(study, *, dated=False):
    start = datetime.date.fromisoformat(study.study.registered_start.value)
    return Looker(
        hospital_number=study.publication.hospital_number.value,
        authors=frozenset(author.name for author in study.authors),
        since=start if dated else None,
        known=_list_known_days() if dated else frozenset(),
    )


def _list_known_days():
    """Dates that the plan and the words of the report tell, which are nobody's."""
    texts = [paths.STUDY, *(path for path in report_sources() if path.suffix in (".qmd", ".bib"))]
    return frozenset(
        day for path in texts for day, _ in find_days(path.read_text(encoding="utf-8"))
    )


def _list_tracked():
    try:
        done = subprocess.run(
            ["git", "ls-files", "-z"], cwd=paths.ROOT, capture_output=True, text=True, check=True
        )
    except (FileNotFoundError, subprocess.CalledProcessError):
        raise MissingError("this is no git checkout", hint="Name the files to look into") from None
    return [paths.ROOT / name for name in done.stdout.split("\0") if name]


def _name(path):
    return path.relative_to(paths.ROOT).as_posix() if path.is_relative_to(paths.ROOT) else str(path)


def _stop_at(found, *, origin, tell):
    signed = read_signed()
    left = [finding for finding, content in found if not is_excepted(finding, content, signed)]
    if not left:
        return
    for finding in gather_findings(left):
        tell(f"May not leave: {finding}")
    advice = {
        Origin.REAL: "Make one that may: python -m analysis deidentify RAW NEW",
        Origin.DEIDENTIFIED: "Correct it at the source and de-identify again",
        Origin.SIMULATED: "Take it out",
    }[origin]
    raise DataError(
        f"what may not leave was found in {len(set(left))} places"
        if len(set(left)) > 1
        else "what may not leave was found",
        hint=f"{advice}, or sign an exception in {FILE}",
    )
