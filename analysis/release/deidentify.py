"""Turn a real export into one that may be published, on which the same analysis runs."""

import datetime
import os
import shutil

import yaml

from analysis.cleaning.export import PROVENANCE_FILE, RAW_TABLES, read_export
from analysis.errors import DataError, UsageError
from analysis.release.cells import Rewriter
from analysis.release.folder import check_folder
from analysis.release.notes import FILE, describe_changes, list_kept_texts
from analysis.release.people import draw_shifts, give_names, list_consent_days
from analysis.release.secret import open_key
from analysis.release.shift import PERIOD_DAYS, PERIOD_YEARS
from analysis.release.source import open_source
from analysis.release.tables import rewrite_export
from analysis.run.seal import seal_export


def deidentify_export(raw, out, *, study, key_file=None, tell=print):
    """Write an export that may be published, seal it, and say what it cannot give any more.

    The same export and key give the same bytes. Nothing appears in `out` before all of it is
    done and `check_export` finds nothing left.

    Parameters
    ----------
    raw, out : pathlib.Path
        The real export; a folder that does not exist yet.
    study : analysis.study.Study
    key_file : pathlib.Path or None
        By default beside the real export.

    Raises
    ------
    UsageError
        The output exists, or would lie in the real export or hold the key.
    DataError
        The export is not readable, or something would be left that identifies a person.
    """
    raw, out = raw.resolve(), out.resolve()
    key_file = (key_file or raw.with_name(f"{raw.name}.key")).resolve()
    if out.exists() or out.is_relative_to(raw) or key_file.is_relative_to(out):
        raise UsageError(
            "the output needs a new folder of its own", file=out, hint="Give another folder"
        )
    source = open_source(read_export(raw), study)
    rewriter = _prepare(source, open_key(key_file))
    tables = rewrite_export(rewriter)
    notes = describe_changes(rewriter)
    partial = out.with_name(f"{out.name}.{os.getpid()}.partial")
    try:
        _write(partial, tables, source, rewriter, notes)
        _check(partial, study)
        partial.replace(out)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    tell(notes)
    tell("Texts that stay as they were typed; read them before anything leaves:")
    for line in list_kept_texts(source):
        tell(f"  {line}")
    tell(f"Written to {out}. The key is {key_file}: it never leaves.")


def _prepare(source, key):
    start = datetime.date.fromisoformat(source.study.study.registered_start.value)
    return Rewriter(
        source=source,
        names=give_names(source, key),
        shifts=draw_shifts(source, key, start=start),
        consent=list_consent_days(source),
    )


def _write(folder, tables, source, rewriter, notes):
    folder.mkdir(parents=True)
    for name in RAW_TABLES:
        text = tables[name].to_csv(index=False, lineterminator="\n")
        encoding = "cp949" if source.export.encodings[name] == "cp949" else "utf-8"
        (folder / name).write_bytes(text.encode(encoding))
    told = source.export.provenance
    years = next(iter(rewriter.shifts.values())).years
    about = {
        "description": "De-identified export: dates shifted, ages in bands, free text removed",
        "exported_on": _shift_export(told.exported_on, years),
        "exported_by": "analysis deidentify",
        "simulated": told.simulated,
        "deidentified": True,
    }
    text = yaml.safe_dump(about, sort_keys=False, allow_unicode=True)
    (folder / PROVENANCE_FILE).write_bytes(text.encode())
    (folder / FILE).write_bytes(f"{notes}\n".encode())
    seal_export(folder)


def _shift_export(day, years):
    """Move the day of the export by everybody's periods, so that what was due stays due."""
    try:
        exported = datetime.date.fromisoformat(day)
    except ValueError:
        raise DataError(
            "the day of the export is no ISO date", file=PROVENANCE_FILE, field="exported_on"
        ) from None
    return (exported + datetime.timedelta(days=years // PERIOD_YEARS * PERIOD_DAYS)).isoformat()


def _check(folder, study):
    """Hold the finished export against the gate: kept words can hold a name as well."""
    found = check_folder(folder, study=study)
    if found:
        raise DataError(
            f"{len(found)} places would still identify somebody, the first: {found[0]}",
            hint="Correct them at the source, or name the field in study.yml, identifier_fields",
        )
