"""Turn a real export into one that may be published, on which the same analysis runs."""

import datetime
import os
import shutil

import pandas as pd
import yaml

from analysis.cleaning.export import ABOUT, CORRECTIONS, REDCAP, TABLES, read_export
from analysis.cleaning.schema import COLUMNS, DICTIONARY, MAP
from analysis.cleaning.sheets import EVENT, FORM, INSTANCE, name_visit
from analysis.errors import DataError, UsageError
from analysis.reproduce.privacy import policy
from analysis.reproduce.privacy.cells import Rewriter, shift_limit
from analysis.reproduce.privacy.folder import check_folder
from analysis.reproduce.privacy.notes import describe_changes
from analysis.reproduce.privacy.people import draw_shifts, give_names, list_consent_days
from analysis.reproduce.privacy.secret import open_key
from analysis.reproduce.privacy.shift import PERIOD_DAYS, PERIOD_YEARS
from analysis.reproduce.privacy.source import open_source
from analysis.reproduce.seal import seal_export

# The columns that name a row, by file; `analysis.cleaning.sheets` joins them by a bar.
KEYS = {
    REDCAP: (policy.ID, EVENT),
    "raynaud_diary.csv": (policy.ID, "entry_date", "entry_time"),
    "capillaroscopy.csv": ("image_id", "reader"),
}
NOTES = "README.md"


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
    tell(f"Written to {out}. The key is {key_file}: it never leaves.")


def rewrite_export(rewriter):
    """Return the tables of the export as they may be published, by file name."""
    source = rewriter.source
    tables, keys = {}, {}
    for file, sheet in source.sheets.items():
        tables[file], keys[file] = _rewrite_sheet(rewriter, file, sheet)
    dropped = {
        file: [name for name in sheet.raw if source.treatment(file, name) == policy.DROP]
        for file, sheet in source.sheets.items()
    }
    tables[CORRECTIONS] = _rewrite_corrections(rewriter, keys, dropped)
    tables[DICTIONARY] = _rewrite_dictionary(rewriter, dropped[REDCAP])
    tables[MAP] = _rewrite_map(source.export.tables[MAP], dropped)
    for file, names in dropped.items():
        tables[file] = tables[file].drop(columns=names)
    return tables


def _prepare(source, key):
    start = datetime.date.fromisoformat(source.study.study.registered_start.value)
    return Rewriter(
        source=source,
        names=give_names(source, key),
        shifts=draw_shifts(source, key, start=start),
        consent=list_consent_days(source),
    )


def _rewrite_sheet(rewriter, file, sheet):
    """Return a sheet's cells in an order of their own, and its new keys by old ones."""
    people = sheet.keys["participant"]
    frame = pd.DataFrame(
        {
            column: [
                rewriter.rewrite(file, column, raw, person)
                for raw, person in zip(sheet.raw[column], people, strict=True)
            ]
            for column in sheet.raw
        },
        index=sheet.raw.index,
        dtype="str",
    )
    key = frame[list(KEYS[file])].agg("|".join, axis=1)
    if file == REDCAP:
        repeat = frame[FORM] + frame[INSTANCE].where(frame[INSTANCE] == "", "#" + frame[INSTANCE])
        key = key + "|" + repeat
    order = frame.assign(key=key).sort_values(["key", *frame.columns], kind="stable").index
    return frame.loc[order].reset_index(drop=True), key


def _rewrite_corrections(rewriter, keys, dropped):
    """Rewrite the corrected cells as the cells themselves, and name their rows anew.

    A correction whose row is not in the export stays only where its row can be named.
    """
    source, rows = rewriter.source, []
    for told in source.corrections.to_dict("records"):
        file, column = told["source"], told["field"]
        if column in dropped.get(file, ()) or file not in source.sheets:
            continue
        row, person = _find_row(rewriter, keys, told)
        if not row:
            continue
        changed = {
            name: rewriter.rewrite(file, column, told[name], person)
            for name in ("old_value", "new_value")
        }
        unknown = dict.fromkeys(("reason", "by", "date"), policy.REMOVED)
        rows.append({**told, **changed, **unknown, "row": row})
    frame = pd.DataFrame(rows, columns=list(source.corrections.columns), dtype="str")
    return frame.sort_values(["source", "row", "field"], kind="stable")


def _find_row(rewriter, keys, told):
    """Return the new key of a corrected row and its participant, as the source spells them."""
    source, file = rewriter.source, told["source"]
    sheet = source.sheets[file]
    old = keys[file].index
    same = old[(old == told["row"]) | old.str.startswith(f"{told['row']}~")]
    held = same[sheet.raw.loc[same, told["field"]] == told["old_value"]] if len(same) else same
    if len(held):
        return keys[file][held[0]], sheet.keys.loc[held[0], "participant"]
    name, _, place = told["row"].partition("|")
    event, _, form = place.partition("|")
    known = {visit.name for visit in source.study.visits}
    people = dict(zip(sheet.raw[policy.ID], sheet.keys["participant"], strict=True))
    named = file == REDCAP and not form and name in people
    if named and name_visit(pd.Series([event])).isin(known).all():
        return f"{rewriter.names.participants[name]}|{event}|", people[name]
    return "", ""


def _rewrite_dictionary(rewriter, dropped):
    """Leave out what was dropped, and move the limits of years with the years."""
    source = rewriter.source
    frame = source.export.tables[DICTIONARY].copy()
    by_name = {name: column for column, name in COLUMNS.items()}
    named = frame[by_name["name"]]
    gone = {
        source.fields[REDCAP][name].question for name in dropped if name in source.fields[REDCAP]
    }
    years = next(iter(rewriter.shifts.values())).years
    width = source.study.publication.age_band_years.value
    for file, name in source.find_columns(policy.YEAR) + source.find_columns(policy.BIRTH_YEAR):
        row = (named == name) & (file == REDCAP)
        for column, beside in (("minimum", -width), ("maximum", width)):
            limit = frame.loc[row, by_name[column]]
            frame.loc[row, by_name[column]] = [shift_limit(t, years=years + beside) for t in limit]
    frame[by_name["identifier"]] = ""
    return frame[~named.isin(gone)]


def _rewrite_map(frame, dropped):
    gone = {
        name if file == REDCAP else f"{file}:{name}"
        for file, names in dropped.items()
        for name in names
    }
    return frame[~frame["field"].isin(gone)]


def _write(folder, tables, source, rewriter, notes):
    folder.mkdir(parents=True)
    for name in TABLES:
        text = tables[name].to_csv(index=False, lineterminator="\n")
        encoding = "cp949" if source.export.encodings[name] == "cp949" else "utf-8"
        (folder / name).write_bytes(text.encode(encoding))
    told = source.export.provenance
    years = next(iter(rewriter.shifts.values())).years
    about = {
        "description": "De-identified export: dates shifted, ages in bands, free text removed",
        "exported_on": _shift_export(told.exported_on, years),
        "exported_by": "analysis.reproduce deidentify",
        "simulated": told.simulated,
        "deidentified": True,
    }
    text = yaml.safe_dump(about, sort_keys=False, allow_unicode=True)
    (folder / ABOUT).write_bytes(text.encode())
    (folder / NOTES).write_bytes(f"{notes}\n".encode())
    seal_export(folder)


def _shift_export(day, years):
    """Move the day of the export by everybody's periods, so that what was due stays due."""
    try:
        exported = datetime.date.fromisoformat(day)
    except ValueError:
        raise DataError(
            "the day of the export is no ISO date", file=ABOUT, field="exported_on"
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
