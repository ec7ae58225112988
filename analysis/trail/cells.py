"""The cells of an export that processed values came from."""

from collections.abc import Sequence

import pandas as pd

from analysis.cleaning.dates import parse_days
from analysis.cleaning.export import CAPILLAROSCOPY, DIARY, REDCAP
from analysis.cleaning.places import find_reference_days, locate_readings, place_entries
from analysis.cleaning.state import SourceFile
from analysis.trail.trial import PERSON, RawRows, TrialTables

KEY = [PERSON, "visit"]
CELL = ["file", "row", "field", "raw_value"]
_NUMBERS = {"adverse_events": "event_number", "medications": "medication_number"}


def locate_items(items: pd.DataFrame, trial: TrialTables) -> pd.DataFrame:
    """Add to every item the raw cell that it came from.

    Returns
    -------
    The items with `file, row, field, raw_value`.
    """
    parts = items["source"].str.split(":", expand=True).reindex(columns=range(3))
    asked = items.assign(file=parts[0], form=parts[1], field=parts[2], number=range(len(items)))
    find = {REDCAP: _find_forms, DIARY: _find_days, CAPILLAROSCOPY: _find_readings}
    found = [
        find[str(source)](part, trial).drop_duplicates("number")
        for source, part in asked.groupby("file", sort=False)
    ]
    located = pd.concat(found) if found else asked.assign(row="")
    located = located.sort_values("number").reset_index(drop=True)
    raw_values = read_cells(located, trial.raw_rows)
    return located.assign(raw_value=raw_values)[[*items.columns, *CELL]]


def locate_columns(
    frame: pd.DataFrame, table: str, columns: Sequence[str], rows: RawRows
) -> pd.DataFrame:
    """Return the raw cells behind some columns of a table with a row per participant or event.

    Parameters
    ----------
    frame
        Rows of the table.
    columns
        A derived column has no raw cell, so none is returned for it.

    Returns
    -------
    `participant_id, visit, column, file, row, field, raw_value`.
    """
    keys = rows.keys[REDCAP].reset_index()
    keys = keys[keys[PERSON].isin(frame[PERSON])]
    if table == "visits":
        keys = keys.merge(frame[KEY].drop_duplicates(), on=KEY)
    if table in _NUMBERS:
        wanted = frame[[PERSON]].assign(instance=frame[_NUMBERS[table]].astype("str"))
        keys = keys.merge(wanted, on=[PERSON, "instance"])
    found = []
    for field in rows.fields[REDCAP].values():
        if field.place.table != table or field.place.column not in columns:
            continue
        part = keys[keys["form"] == field.form] if table in _NUMBERS else keys
        cells = part.assign(file=REDCAP, field=field.name, column=field.place.column)
        cells["raw_value"] = read_cells(cells, rows)
        found.append(cells[cells["raw_value"] != ""])
    shown = [*KEY, "column", *CELL]
    if not found:
        return pd.DataFrame(columns=shown)
    return pd.concat(found)[shown].sort_values(shown, kind="stable").reset_index(drop=True)


def read_cells(cells: pd.DataFrame, rows: RawRows) -> pd.Series:
    """Return the cells as received, by `file, row, field`; "" where there is none."""
    values = pd.Series("", index=range(len(cells)), dtype="str")
    asked = cells[["file", "row", "field"]].reset_index(drop=True)
    for (file, name), part in asked[asked["row"].fillna("") != ""].groupby(["file", "field"]):
        values.loc[part.index] = (
            rows.received[str(file)].loc[part["row"].tolist(), str(name)].to_numpy()
        )
    return values.set_axis(cells.index)


def _find_forms(asked: pd.DataFrame, trial: TrialTables) -> pd.DataFrame:
    """Find the rows: a repeating form has separate rows, any other is in the row of its visit."""
    keys = trial.raw_rows.keys[REDCAP].rename(columns={"form": "repeated"})
    pairs = asked.merge(keys.reset_index(), on=KEY, how="left")
    repeats = (pairs["repeated"] == pairs["form"]) & (
        pairs["instance"].str.zfill(2) == pairs["occasion"]
    )
    pairs = pairs.assign(repeats=repeats)[repeats | (pairs["repeated"] == "")]
    pairs = pairs.assign(filled=read_cells(pairs, trial.raw_rows) != "").sort_values(
        ["number", "repeats", "filled", "row"], ascending=[True, False, False, True], kind="stable"
    )
    return pairs.drop(columns=["repeated", "instance", "repeats", "filled"])


def _find_days(asked: pd.DataFrame, trial: TrialTables) -> pd.DataFrame:
    days = parse_days(trial.participants.set_index(PERSON)["procedure_date"])
    frame = trial.raw_rows.cleaned[DIARY]
    keys = trial.raw_rows.keys[DIARY].rename(columns={PERSON: "participant"})
    places = place_entries(
        SourceFile(DIARY, frame, frame, keys),
        find_reference_days(trial.visits, days, trial.study),
        trial.study,
    )
    return _find_places(asked, places, keys["participant"])


def _find_readings(asked: pd.DataFrame, trial: TrialTables) -> pd.DataFrame:
    frame = trial.raw_rows.cleaned[CAPILLAROSCOPY]
    keys = trial.raw_rows.keys[CAPILLAROSCOPY]
    places = locate_readings(SourceFile(CAPILLAROSCOPY, frame, frame, keys))
    return _find_places(asked, places, frame["record_id"])


def _find_places(asked: pd.DataFrame, places: pd.DataFrame, people: pd.Series) -> pd.DataFrame:
    named = places.assign(**{PERSON: people}).reset_index()
    return asked.merge(named, on=[*KEY, "location", "occasion"], how="left")
