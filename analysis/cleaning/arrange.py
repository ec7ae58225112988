"""Bring an export into one arrangement, whatever kind of project it comes from.

The record id is called `record_id` and names the participant; every row has an event, a repeating
form and an instance; a project without events becomes one row per person and visit.
"""

from dataclasses import replace

import pandas as pd

from analysis.cleaning.classic import spread_visits
from analysis.cleaning.export import CORRECTIONS, DICTIONARY, MAP, REDCAP, RawExport
from analysis.cleaning.structure import (
    ARM,
    EVENT,
    FORM,
    FORM_STATES,
    ID,
    INSTANCE,
    SYSTEM_COLUMNS,
    name_visit,
)
from analysis.errors import DataError
from analysis.study import Study

# The API's names of the columns of a data dictionary.
API_COLUMNS = {
    "field_name": "Variable / Field Name",
    "form_name": "Form Name",
    "section_header": "Section Header",
    "field_type": "Field Type",
    "field_label": "Field Label",
    "select_choices_or_calculations": "Choices, Calculations, OR Slider Labels",
    "field_note": "Field Note",
    "text_validation_type_or_show_slider_number": "Text Validation Type OR Show Slider Number",
    "text_validation_min": "Text Validation Min",
    "text_validation_max": "Text Validation Max",
    "identifier": "Identifier?",
    "branching_logic": "Branching Logic (Show field only if...)",
    "required_field": "Required Field?",
    "field_annotation": "Field Annotation",
}
_NAME = API_COLUMNS["field_name"]


def arrange_export(export: RawExport, study: Study) -> RawExport:
    """Return an export in the arrangement that the cleaning reads; one that has it is unchanged.

    Raises
    ------
    DataError
        There is no record id, or one of the two columns of repeated rows; two records are of one
        participant; or a visit of fields.csv is none of study.yml.
    """
    tables = {name: _drop_blank_rows(table) for name, table in export.tables.items()}
    dictionary = tables[DICTIONARY]
    if _NAME not in dictionary:
        tables[DICTIONARY] = dictionary.rename(columns=API_COLUMNS)
    tables = _name_record(tables)
    tables[REDCAP], records = _identify_people(tables)
    frame = tables[REDCAP]
    repeating = [column for column in (FORM, INSTANCE) if column in frame]
    if not repeating:
        frame = frame.assign(**{FORM: "", INSTANCE: ""})
    elif len(repeating) == 1:
        # REDCap exports both or, where nothing repeats, neither.
        raise _refuse_absent(INSTANCE if repeating == [FORM] else FORM)
    records = records or export.records
    export = replace(export, tables=tables | {REDCAP: frame}, records=records)
    if EVENT not in frame:
        return _join_events(spread_visits(export, study), study)
    return _join_events(_merge_fields(export, study), study)


def _merge_fields(export: RawExport, study: Study) -> RawExport:
    """Merge the fields that go to one column of `visits`, each at a different visit.

    The date of the visit is such a column where every form has a field for it. The column takes
    the name of the first field; `origins` holds the others.
    """
    tables, origins = dict(export.tables), dict(export.origins)
    places = tables[MAP]
    if not {"field", "table", "column", "visit"} <= set(places):
        return export
    stated = places[(places["table"] == "visits") & (places["visit"].str.strip() != "")]
    visits = name_visit(tables[REDCAP][EVENT], study)
    for _, group in stated.groupby("column"):
        fields: dict[str, str] = dict(zip(group["field"], group["visit"], strict=True))
        head, *others = fields
        if not others or not {*fields} <= {*tables[REDCAP]}:
            continue
        frame = tables[REDCAP]
        merged = pd.Series("", index=frame.index)
        for name, visit in fields.items():
            _check_visit(frame, name, visit, visits)
            merged[visits == visit] = frame[name]
            events = {*frame.loc[visits == visit, EVENT], visit}
            origins |= {(event, head): name for event in events if name != head}
        tables[REDCAP] = frame.assign(**{head: merged}).drop(columns=others)
        dictionary, lines = tables[DICTIONARY], tables[CORRECTIONS]
        # No form of the site's holds the column at every visit.
        form = dictionary["Form Name"].mask(dictionary[_NAME] == head, head)
        kept = ~dictionary[_NAME].isin(others)
        tables[DICTIONARY] = dictionary.assign(**{"Form Name": form})[kept]
        # A form that held nothing else is gone, and its state with it.
        gone = {*dictionary["Form Name"]} - {*form[kept]}
        states = [f"{name}_{end}" for name in gone for end in FORM_STATES]
        tables[REDCAP] = tables[REDCAP].drop(columns=states, errors="ignore")
        tables[MAP] = tables[MAP][~tables[MAP]["field"].isin(others)]
        for name in others if "field" in lines else ():
            tables[CORRECTIONS] = _rename(tables[CORRECTIONS], "field", name, head)
    return replace(export, tables=tables, origins=origins)


def _check_visit(frame: pd.DataFrame, name: str, visit: str, visits: pd.Series) -> None:
    """Stop where a field is filled at another visit than fields.csv states."""
    wrong = frame[(frame[name].str.strip() != "") & (visits != visit)]
    if len(wrong):
        row = wrong.iloc[0]
        raise DataError(
            f"the field is filled, and {MAP} says that it is recorded at {visit}",
            file=REDCAP,
            participant=row[ID],
            visit=row[EVENT],
            field=name,
            hint=f"Correct `visit` in {MAP}, or the value at the source",
        )


def _join_events(export: RawExport, study: Study) -> RawExport:
    """Make one row of the rows of a person whose events are one visit of study.yml, in one arm.

    The row bears the name of the visit. Rows with different values of one field stay apart,
    and are asked about as two rows of one visit.
    """
    frame = export.tables[REDCAP]
    keys = frame[[ID]].assign(visit=name_visit(frame[EVENT], study))
    keys["arm"] = frame[EVENT].str.extract(f"({ARM})")[0].fillna("")
    single = (frame[FORM] == "") & (frame[INSTANCE] == "")
    single &= ~keys["visit"].isin(["", study.unscheduled]) & keys.duplicated(keep=False)
    joined: dict[str, str] = {}
    for _, part in frame[single].groupby([keys[name] for name in keys], sort=False):
        if part[EVENT].nunique() == len(part) > 1 and _agree(part):
            person, visit, _ = keys.loc[part.index[0]]
            joined |= {f"{person}|{event}|": f"{person}|{visit}|" for event in part[EVENT]}
            frame = frame.drop(part.index[1:])
            frame.loc[part.index[0]] = part.max().where(part.columns != EVENT, visit)
    if not joined:
        return export
    tables = export.tables | {REDCAP: frame.reset_index(drop=True)}
    corrections = tables[CORRECTIONS]
    if {"source", "row"} <= set(corrections):
        moved = corrections["row"].map(joined).where(corrections["source"] == REDCAP)
        tables[CORRECTIONS] = corrections.assign(row=moved.fillna(corrections["row"]))
    return replace(export, tables=tables)


def _agree(rows: pd.DataFrame) -> bool:
    """Return whether no field has two values; blanks and unticked boxes do not count."""
    boxes = rows.columns[rows.columns.str.contains("___")]
    asked = rows.loc[:, ~rows.columns.str.endswith("_complete")].drop(columns=EVENT)
    cells = asked.assign(**{box: rows[box].replace("0", "") for box in boxes})
    return bool((cells.where(cells != "").nunique() <= 1).all())


def _drop_blank_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """Leave out the rows of separators only that spreadsheets leave at the end of a file."""
    blank = frame.apply(lambda column: column.str.strip() == "").all(axis=1)
    return frame[~blank].reset_index(drop=True) if len(frame) and blank.any() else frame


def _name_record(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Call the record id `record_id` in every file.

    It is the column of that name, else the first column, whatever its name. fields.csv names that
    of another file as ``file.csv:column``, going to the participant.
    """
    places = tables[MAP]
    columns = tables[REDCAP].columns
    first = ID if ID in columns else columns[0]
    if first in SYSTEM_COLUMNS[1:]:
        raise _refuse_absent(ID)
    tables = tables | {
        REDCAP: tables[REDCAP].rename(columns={first: ID}),
        DICTIONARY: _rename(tables[DICTIONARY], _NAME, first, ID),
        MAP: _rename(places, "field", first, ID),
    }
    people = places[_goes_to_person(places)]
    for name in people["field"]:
        file, inside, column = name.partition(":")
        if inside and file in tables and column in tables[file]:
            tables[file] = tables[file].rename(columns={column: ID})
            tables[MAP] = _rename(tables[MAP], "field", name, f"{file}:{ID}")
    return tables


def _refuse_absent(column: str) -> DataError:
    return DataError(
        f"the column {column!r} is absent",
        file=REDCAP,
        field=column,
        hint="Export it again with this column",
    )


def _rename(frame: pd.DataFrame, column: str, old: str, new: str) -> pd.DataFrame:
    if column not in frame or old == new:
        return frame
    return frame.assign(**{column: frame[column].replace(old, new)})


def _goes_to_person(places: pd.DataFrame) -> pd.Series:
    if not {"field", "table", "column"} <= set(places):
        return pd.Series(False, index=places.index)
    return (places["table"] == "participants") & (places["column"] == "participant_id")


def _identify_people(tables: dict[str, pd.DataFrame]) -> tuple[pd.DataFrame, dict[str, str]]:
    """Put the participant in place of the record, where a field of its own names them.

    Returns
    -------
    pandas.DataFrame
        The export. A record without participant keeps its record id.
    dict of str to str
        Participant by record id; empty where the record id is the participant.
    """
    frame, places = tables[REDCAP], tables[MAP]
    named = places.loc[_goes_to_person(places), "field"]
    person = next((name for name in named if name != ID and name in frame), "")
    if not person:
        return frame, {}
    filled = frame.loc[frame[person].str.strip() != "", [ID, person]].drop_duplicates()
    for column, what in ((ID, "one record names two participants"),
                         (person, "two records name one participant")):  # fmt: skip
        twice = filled.loc[filled.duplicated(column, keep=False), [ID, person]]
        if len(twice):
            pairs = "; ".join(" is ".join(pair) for pair in twice.to_numpy().tolist()[:6])
            raise DataError(
                f"{what} (record {pairs})",
                file=REDCAP,
                field=person,
                hint="Correct it at the source: people are never made one here",
            )
    records = dict(filled.to_numpy().tolist())
    alone = sorted(set(frame[ID]) - set(records))
    clash = [record for record in alone if record in records.values()]
    if clash:
        raise DataError(
            f"record {clash[0]} has no participant, and another record's participant is so named",
            file=REDCAP,
            field=person,
            hint="Give the record its participant at the source",
        )
    return frame.assign(**{ID: frame[ID].map(records).fillna(frame[ID])}), records
