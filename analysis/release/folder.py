"""Hold a folder with an export against what may be published."""

import datetime
from dataclasses import replace

import yaml

from analysis.cleaning.export import (
    CHECKSUMS_FILE,
    PROVENANCE_FILE,
    RAW_TABLES,
    read_export,
)
from analysis.release.finding import make_finding
from analysis.release.look import NOT_SIMULATED, Looker
from analysis.release.notes import FILE
from analysis.release.published import FREE_TEXT, Origin, check_export
from analysis.release.source import open_source
from analysis.run.fingerprint import raw_files


def tell_origin(folder):
    """Return whose data an export holds; without a word of it they count as simulated."""
    path = folder / PROVENANCE_FILE
    told = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {}
    if not isinstance(told, dict) or told.get("simulated", True) is True:
        return Origin.SIMULATED
    return Origin.DEIDENTIFIED if told.get("deidentified") is True else Origin.REAL


def check_export_folder(folder, *, study, below="data/raw/"):
    """Return what may not leave with the participants' files of an export.

    Parameters
    ----------
    folder : pathlib.Path
    study : analysis.study.Study
    below : str
        What stands before the names of the files in the findings.

    Returns
    -------
    list of analysis.release.finding.Finding
    """
    start = datetime.date.fromisoformat(study.study.registered_start.value)
    source, origin = open_source(read_export(folder), study), tell_origin(folder)
    found = check_export(source, origin, start=start)
    if origin is not Origin.SIMULATED:
        # What else lies there nobody has de-identified.
        names = {path.relative_to(folder).as_posix() for path in raw_files(folder)}
        beside = sorted(names - {*RAW_TABLES, PROVENANCE_FILE, CHECKSUMS_FILE, FILE})
        found += [make_finding(name, "", FREE_TEXT) for name in beside]
    return [replace(each, file=f"{below}{each.file}") for each in found]


def check_folder(folder, *, study):
    """Return what may not leave with an export, whatever its files are.

    Parameters
    ----------
    folder : pathlib.Path
    study : analysis.study.Study

    Returns
    -------
    list of analysis.release.finding.Finding
        Files by their path below the folder.
    """
    looker = Looker(hospital_number=study.publication.hospital_number.value)
    found = check_export_folder(folder, study=study, below="")
    for path in raw_files(folder):
        name = path.relative_to(folder).as_posix()
        # Whose data they are was told before.
        own = looker.look(name, path.read_bytes())
        found += [each for each in own if each.kind != NOT_SIMULATED]
    return found
