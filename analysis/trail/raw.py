"""The rows of an export by their keys, and the cell that a processed value came from."""

from dataclasses import dataclass

import pandas as pd

from analysis.cleaning.clean import describe_fields, key_rows
from analysis.cleaning.dates import parse_days
from analysis.cleaning.diary import place_entries
from analysis.cleaning.export import CAPILLAROSCOPY, DIARY, REDCAP, read_export
from analysis.cleaning.items import locate_readings
from analysis.cleaning.schema import Field
from analysis.cleaning.sheet import Sheet
from analysis.errors import DataError

KEY = ["participant_id", "visit"]
CELL = ["file", "row", "field", "raw_value"]


@dataclass(frozen=True)
class RawRows:
    """The export as received and as cleaned, by file name.

    Parameters
    ----------
    received
        All cells as received; the index is the key of the row.
    cleaned
        The rows that were not set aside, with the changes of the table of that name.
    keys
        `participant_id, visit, form, instance` of the cleaned rows.
    fields
        What every column is, and where it goes.
    """

    received: dict[str, pd.DataFrame]
    cleaned: dict[str, pd.DataFrame]
    keys: dict[str, pd.DataFrame]
    fields: dict[str, dict[str, Field]]


def read_rows(folder, changes, study):
    """Read an export and carry out the changes that its cleaning has logged.

    Raises
    ------
    DataError
        A change does not fit: the changes are those of another export.
    """
    export = read_export(folder)
    fields = describe_fields(export)
    sheets = key_rows(export, fields, study)
    for source, sheet in sheets.items():
        check_changes(sheet.raw, changes[changes["source"] == source], file=folder / source)
    cleaned = {source: apply_changes(s.raw, changes, source) for source, s in sheets.items()}
    keys = {
        source: pd.DataFrame(
            {
                "participant_id": cleaned[source]["record_id"],
                "visit": sheet.keys["visit"],
                "form": sheet.keys["form"].str.replace(r"[#~].*$", "", regex=True),
                "instance": sheet.keys["instance"],
            },
            index=cleaned[source].index,
        )
        for source, sheet in sheets.items()
    }
    return RawRows({source: s.raw for source, s in sheets.items()}, cleaned, keys, fields)


def check_changes(received, changes, *, file):
    """Stop if a change begins at a cell, or sets aside a row, that is not as received.

    Parameters
    ----------
    received : pandas.DataFrame
        All cells of a file as received; the index is the key of the row.
    changes : pandas.DataFrame
        Those of this file.
    file : pathlib.Path
        For the message.

    Raises
    ------
    DataError
        With the row and the field.
    """
    for row, name, value in changes[["row", "field", "raw_value"]].itertuples(index=False):
        known = row in received.index and (not name or name in received.columns)
        if not known or (name and received.at[row, name] != value):
            raise DataError(
                f"row {row} is not the one that these tables were made from",
                file=file,
                field=name,
                hint="Give --raw, the export of this run (raw= in a notebook)",
            )


def apply_changes(received, changes, source):
    """Return the cells of one file after the changes, without the rows that were set aside."""
    own = changes[changes["source"] == source]
    cleaned = received.drop(own.loc[own["field"] == "", "row"])
    for name, part in own[own["field"] != ""].groupby("field"):
        part = part[part["row"].isin(cleaned.index)]
        column = cleaned[name].copy()
        column.loc[part["row"]] = part["clean_value"].to_numpy()
        cleaned = cleaned.assign(**{name: column})
    return cleaned


def locate_items(items, rows, participants, visits, study):
    """Put beside every item the raw cell that it came from.

    Parameters
    ----------
    items, participants, visits : pandas.DataFrame
        The tables of those names.
    rows : RawRows
    study : analysis.study.Study

    Returns
    -------
    pandas.DataFrame
        The items with `file, row, field, raw_value`.
    """
    parts = items["source"].str.split(":", expand=True).reindex(columns=range(3))
    asked = items.assign(file=parts[0], form=parts[1], field=parts[2], number=range(len(items)))
    find = {
        REDCAP: _find_forms,
        DIARY: lambda own, rows: _find_days(own, rows, participants, visits, study),
        CAPILLAROSCOPY: _find_readings,
    }
    found = [
        find[source](own, rows).drop_duplicates("number")
        for source, own in asked.groupby("file", sort=False)
    ]
    located = pd.concat(found) if found else asked.assign(row="")
    located = located.sort_values("number").reset_index(drop=True)
    return located.assign(raw_value=read_cells(located, rows))[[*items.columns, *CELL]]


def locate_columns(frame, table, columns, rows):
    """Return the raw cells behind some columns of a table with a row per participant or event.

    Parameters
    ----------
    frame : pandas.DataFrame
        Rows of the table.
    table : str
    columns : sequence of str
        A derived column has no cell of its own and none is returned for it.
    rows : RawRows

    Returns
    -------
    pandas.DataFrame
        `participant_id, visit, column, file, row, field, raw_value`.
    """
    keys = rows.keys[REDCAP].reset_index()
    numbers = {"adverse_events": "event_number", "medications": "medication_number"}
    found = []
    for field in rows.fields[REDCAP].values():
        if field.place.table != table or field.place.column not in columns:
            continue
        own = keys[keys["participant_id"].isin(frame["participant_id"])]
        if table == "visits":
            own = own.merge(frame[KEY].drop_duplicates(), on=KEY)
        if table in numbers:
            wanted = frame.assign(instance=frame[numbers[table]].astype("str"))
            own = own[own["form"] == field.form]
            own = own.merge(
                wanted[["participant_id", "instance"]], on=["participant_id", "instance"]
            )
        cells = own.assign(file=REDCAP, field=field.name, column=field.place.column)
        cells["raw_value"] = read_cells(cells, rows)
        found.append(cells[cells["raw_value"] != ""])
    told = ["participant_id", "visit", "column", *CELL]
    if not found:
        return pd.DataFrame(columns=told)
    return pd.concat(found)[told].sort_values(told, kind="stable").reset_index(drop=True)


def read_cells(cells, rows):
    """Return the cells as received, by `file, row, field`; "" where there is none."""
    values = [
        rows.received[file].at[row, name] if isinstance(row, str) and row else ""
        for file, row, name in zip(cells["file"], cells["row"], cells["field"], strict=True)
    ]
    return pd.Series(values, index=cells.index, dtype="str")


def _find_forms(asked, rows):
    """A form that repeats has rows of its own, any other stands in the row of its visit."""
    keys = rows.keys[REDCAP].rename(columns={"form": "repeated"})
    pairs = asked.merge(keys.reset_index(), on=KEY, how="left")
    own = (pairs["repeated"] == pairs["form"]) & (
        pairs["instance"].str.zfill(2) == pairs["occasion"]
    )
    pairs = pairs.assign(own=own)[own | (pairs["repeated"] == "")]
    filled = read_cells(pairs, rows) != ""
    pairs = pairs.assign(filled=filled).sort_values(
        ["number", "own", "filled", "row"], ascending=[True, False, False, True], kind="stable"
    )
    return pairs.drop(columns=["repeated", "instance", "own", "filled"])


def _find_days(asked, rows, participants, visits, study):
    follow = study.analysis.followup_visit.value
    dated = visits[visits["visit"] == follow].drop_duplicates("participant_id")
    references = {
        study.analysis.baseline_visit.value: participants.set_index("participant_id")[
            "procedure_date"
        ],
        follow: dated.set_index("participant_id")["visit_date"],
    }
    frame = rows.cleaned[DIARY]
    keys = rows.keys[DIARY].rename(columns={"participant_id": "participant"})
    places = place_entries(
        Sheet(DIARY, frame, frame, keys),
        {visit: parse_days(days) for visit, days in references.items()},
        days=study.scoring.raynaud_diary_days.value,
    )
    return _find_places(asked, places.assign(participant_id=keys["participant"]))


def _find_readings(asked, rows):
    frame = rows.cleaned[CAPILLAROSCOPY]
    places = locate_readings(
        Sheet(CAPILLAROSCOPY, frame, frame, rows.keys[CAPILLAROSCOPY]),
    )
    return _find_places(asked, places.assign(participant_id=frame["record_id"]))


def _find_places(asked, places):
    return asked.merge(places.reset_index(), on=[*KEY, "location", "occasion"], how="left")
