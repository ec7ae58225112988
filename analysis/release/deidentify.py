"""Turn a real export into one that may be published, on which the same analysis runs."""

import datetime
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd
import yaml

from analysis import paths
from analysis.cleaning.export import DICTIONARY, MAP, PROVENANCE_FILE, RAW_TABLES, read_export
from analysis.errors import DataError, UsageError
from analysis.provenance import Manner
from analysis.release.published import NOTES_FILE, check_folder
from analysis.release.rewrite import Rewriter, give_names, rewrite_export
from analysis.release.shift import (
    LEFT,
    MINUTES,
    PERIOD_DAYS,
    PERIOD_YEARS,
    draw_shifts,
    open_key,
)
from analysis.release.source import (
    KNOWN_COLUMNS,
    REMOVED,
    Treatment,
    UncleanedExport,
    is_vocabulary,
    open_source,
)
from analysis.run.fingerprint import seal_export
from analysis.study import Study

_NOTES = Path(__file__).with_name("notes.md")
# Results that may differ from those of the real export, each with its reason.
DIFFERING = (
    (r"cleaning\.queries\.", "what is put right on the way is not asked, and answers stay behind"),
    (r"baseline\.age\.", "ages stand in bands"),
    (r"exposure\.(processing_minutes|minutes_to_injection)\.", "times of day are rounded"),
    (r"flow\.not_enrolled\.reasons", "the reasons are free text"),
    (r"sensitivity\.\w+\.without\.", "they bear the new names of participants"),
    (r"sensitivity\.\w+\.leave_one_out\.hl_\w+est", "they name a participant"),
)


def deidentify_export(
    raw: Path,
    out: Path,
    *,
    study: Study,
    key_file: Path | None = None,
    tell: Callable[[str], None] = print,
) -> None:
    """Write an export that may be published, with checksums, and report what it no longer shows.

    The same export and key give the same bytes. Nothing appears in `out` before everything is
    written and `check_folder` finds nothing left.

    Parameters
    ----------
    raw, out
        The real export; a folder that does not exist yet.
    study
        The content of study.yml.
    key_file
        By default beside the real export.
    tell
        Prints a text.

    Raises
    ------
    UsageError
        The output exists, would be inside the real export, or would contain the key.
    DataError
        The export is not readable, or something would be left that identifies a person.
    """
    raw, out = raw.resolve(), out.resolve()
    key_file = (key_file or raw.with_name(f"{raw.name}.key")).resolve()
    if out.exists() or out.is_relative_to(raw) or key_file.is_relative_to(out):
        raise UsageError("the output needs a new folder", file=out, hint="Give another folder")
    source, key = open_source(read_export(raw), study), open_key(key_file)
    rewriter = Rewriter(
        source=source,
        names=give_names(source, key),
        shifts=draw_shifts(source, key),
        consent=source.list_consent_days(),
    )
    tables, notes = rewrite_export(rewriter), describe_changes(rewriter)
    partial = out.with_name(f"{out.name}.{os.getpid()}.partial")
    try:
        _write_export(partial, tables, rewriter, notes)
        found = check_folder(partial, study=study)
        if found:
            # Words that are kept can contain a name as well.
            raise DataError(
                f"{len(found)} places would still identify somebody, the first: {found[0]}",
                hint="Correct them at the source,"
                " or name the field in study.yml, identifier_fields",
            )
        partial.replace(out)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    tell(notes)
    few = sum(shift.left < LEFT for shift in rewriter.shifts.values())
    if few:
        tell(f"Warning: for {few} participants fewer than {LEFT} shifts explain the dates.")
    tell("Texts that stay as they were typed; read them before anything leaves:")
    for line in list_kept_texts(source):
        tell(f"  {line}")
    tell(f"Written to {out}. The key is {key_file}: it never leaves.")


def describe_changes(rewriter: Rewriter) -> str:
    """Return the notes that accompany a de-identified export."""
    source, shifts = rewriter.source, rewriter.shifts
    spelled = source.map_participants().items()
    names = {name: rewriter.names.participants[raw] for raw, name in spelled}
    moved = [
        f"{names[person]} ({', '.join(shift.moved)})"
        for person, shift in shifts.items()
        if shift.moved
    ]
    sentence = (
        "Too few days left all visits of some in their month; these are in another one now: "
        f"{'; '.join(sorted(moved))}."
    )
    few = sorted(names[person] for person, shift in shifts.items() if shift.left < LEFT)
    dropped = [column for columns in source.list_dropped().values() for column in columns]
    return _NOTES.read_text(encoding="utf-8").format(
        years=-rewriter.years,
        choices=min(shift.choices for shift in shifts.values()),
        left=LEFT,
        few=f"Fewer are left for {', '.join(few)}." if few else "That holds for everybody.",
        minutes=MINUTES,
        moved=sentence if moved else "Every visit is in its month.",
        width=source.study.publication.age_band_years.value,
        removed=REMOVED,
        dropped=", ".join(dropped) or "no field",
        differing="".join(f"- `{pattern}`: {why}\n" for pattern, why in DIFFERING),
    )


def list_kept_texts(source: UncleanedExport) -> list[str]:
    """Return a line for each field whose texts stay as they were typed, with all its texts.

    No rule can detect, for example, a drug named after a neighbour: somebody has to read them. Of
    the dictionary and the map, only texts that do not come with the repository are listed.
    """
    described = []
    for file in (DICTIONARY, MAP):
        shipped = pd.read_csv(paths.RAW / file, dtype="str", keep_default_na=False)
        table = source.export.tables[file]
        for column in KNOWN_COLUMNS[file]:
            cells = table.get(column, pd.Series(dtype="str"))
            typed = {*cells} - {"", *shipped.get(column, ())}
            if typed:
                described.append(f"{file}, {column}: {'; '.join(sorted(typed))}")
    return described + [
        f"{column}: {'; '.join(sorted(read))}"
        for (file, column), readings in source.readings.items()
        if is_vocabulary(source.fields[file][column])
        and source.choose_treatment(file, column) == Treatment.KEEP
        and (read := {raw for raw in readings if raw})
    ]


def _write_export(
    folder: Path, tables: Mapping[str, pd.DataFrame], rewriter: Rewriter, notes: str
) -> None:
    export = rewriter.source.export
    manner = export.provenance.manner or Manner()
    folder.mkdir(parents=True)
    for name in RAW_TABLES:
        text = tables[name].to_csv(index=False, lineterminator="\n")
        encoding = "cp949" if export.encodings[name] == "cp949" else "utf-8"
        (folder / name).write_bytes(text.encode(encoding))
    about = {
        "description": "De-identified export: dates shifted, ages in bands, free text removed",
        "exported_on": _shift_export_day(export.provenance.exported_on, rewriter.years),
        "exported_by": "analysis deidentify",
        "simulated": export.provenance.simulated,
        "deidentified": True,
        "encoding": {name: "cp949" for name in RAW_TABLES if export.encodings[name] == "cp949"},
        "export": replace(manner, filters=REMOVED if manner.filters else "").describe(),
    }
    decimal = {name: "," for name, form in export.formats.items() if form.decimal == ","}
    stated = {"decimal": decimal, "missing_codes": export.missing_codes}
    about |= {name: value for name, value in stated.items() if value}
    text = yaml.safe_dump(about, sort_keys=False, allow_unicode=True)
    (folder / PROVENANCE_FILE).write_bytes(text.encode())
    (folder / NOTES_FILE).write_bytes(f"{notes}\n".encode())
    seal_export(folder)


def _shift_export_day(day: str, years: int) -> str:
    """Move the day of the export by the common periods, so that visits that were due stay due."""
    try:
        exported = datetime.date.fromisoformat(day)
    except ValueError:
        raise DataError(
            "the day of the export is no ISO date", file=PROVENANCE_FILE, field="exported_on"
        ) from None
    return (exported + datetime.timedelta(days=years // PERIOD_YEARS * PERIOD_DAYS)).isoformat()
