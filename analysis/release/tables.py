"""Rewrite the tables of an export, all of them alike, so that they may be published."""

import pandas as pd

from analysis.cleaning.dictionary import DICTIONARY_COLUMNS
from analysis.cleaning.export import CAPILLAROSCOPY, CORRECTIONS, DIARY, DICTIONARY, MAP, REDCAP
from analysis.cleaning.structure import EVENT, FORM, INSTANCE, name_visit
from analysis.release import policy
from analysis.release.cells import shift_limit

# The columns that name a row, by file; `analysis.cleaning.structure` joins them by a bar.
KEYS = {
    REDCAP: (policy.ID, EVENT),
    DIARY: (policy.ID, "entry_date", "entry_time"),
    CAPILLAROSCOPY: ("image_id", "reader"),
}


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
    for file, names in policy.KNOWN_COLUMNS.items():
        tables[file] = tables[file][list(names)]
    return tables


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
    by_name = {name: column for column, name in DICTIONARY_COLUMNS.items()}
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
