"""A project without events: its one row per person becomes one row per person and visit.

The column `visit` of fields.csv states when a field is recorded. Fields of several visits that go
to one place become one column, named after the first of them.
"""

from dataclasses import dataclass, replace

import pandas as pd

from analysis.cleaning.export import CORRECTIONS, DICTIONARY, MAP, REDCAP, Origins, RawExport
from analysis.cleaning.structure import (
    EVENT,
    FORM,
    FORM_NAME,
    FORM_STATES,
    ID,
    INSTANCE,
    OPTIONAL_COLUMNS,
)
from analysis.errors import DataError, suggest_name
from analysis.study import Study

NAME = "Variable / Field Name"
_ALIKE = ("Field Type", "Choices, Calculations, OR Slider Labels")
_PLACE = ["table", "column", "instrument", "item", "location", "occasion"]
_CONFIRMED = ["values", "unit", "codes", "best", "worst", "recorded_unit", "rule"]


@dataclass(frozen=True)
class _Column:
    """A column of the export: its form, its visit, the column it becomes, and that one's form."""

    form: str
    visit: str
    head: str
    head_form: str


def spread_visits(export: RawExport, study: Study) -> RawExport:
    """Return an export without events with a row per person and visit.

    An instance of a repeating form is at the visit whose `events` name it (``visit#2``), else at
    the unscheduled one. `origins` of what is returned names the fields that were merged.

    Raises
    ------
    DataError
        A visit that study.yml does not have, a field that needs one, two fields of one place and
        visit, or fields of one place that differ.
    """
    frame, dictionary, places = (export.tables[name] for name in (REDCAP, DICTIONARY, MAP))
    wanted = dict.fromkeys([*places.columns, "visit", *_CONFIRMED])
    places = places.reindex(columns=list(wanted), fill_value="")
    columns = _plan_columns(frame, dictionary, places, study)
    repeating = frame[FORM] != ""
    # The states of forms that hold only descriptive text go nowhere.
    states = [f"{form}_{end}" for form in set(dictionary[FORM_NAME]) for end in FORM_STATES]
    instances = _take(frame[repeating], columns, states, study.unscheduled)
    parts = [_place_instances(instances, study)]
    for visit in study.visits:
        part = _take(frame[~repeating], columns, states, visit.name)
        parts.append(part[_is_filled(part)])
    seen = pd.concat([part[ID] for part in parts])
    silent = frame[~repeating & ~frame[ID].isin(seen)]
    parts.append(_take(silent, columns, states, study.visits[0].name))
    long = pd.concat(parts, ignore_index=True).fillna("")
    renamed = {name: column.head for name, column in columns.items()}
    questions = {_ask(name): _ask(column.head) for name, column in columns.items()}
    merged = [name for name, head in questions.items() if name != head]
    tables = {
        REDCAP: long[[ID, EVENT, *long.columns.difference([ID, EVENT], sort=False)]],
        DICTIONARY: dictionary[~dictionary[NAME].isin(merged)],
        MAP: places[places["field"].map(lambda name: renamed.get(name, name) == name)].assign(
            visit=""
        ),
        CORRECTIONS: _rename_corrections(export.tables[CORRECTIONS], columns, study),
    }
    notes = _note_unplaced(parts[0], columns, places, study)
    return replace(
        export,
        tables=export.tables | tables,
        origins=_list_origins(columns, frame),
        notes=(*export.notes, *notes),
    )


def _list_events(study: Study) -> list[str]:
    return [event for visit in study.visits for event in visit.events]


def _place_instances(rows: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Let the instances that study.yml names be events, and their rows no repeated ones."""
    names = rows[FORM] + "#" + rows[INSTANCE]
    named = names.isin(_list_events(study))
    cells = {EVENT: names.where(named, rows[EVENT])}
    cells |= {column: rows[column].mask(named, "") for column in (FORM, INSTANCE)}
    return rows.assign(**cells)


def _note_unplaced(
    rows: pd.DataFrame, columns: dict[str, _Column], places: pd.DataFrame, study: Study
) -> list[str]:
    """Say which forms hold items of which no pair can be formed, since no instance is a visit."""
    items = set(places.loc[places["instrument"] != "", "field"])
    forms = {column.form for name, column in columns.items() if name in items}
    named = {event.partition("#")[0] for event in _list_events(study)}
    return [
        f"All rows of {form} are at the unscheduled visit, so that no pair is formed of them; "
        f"where an instance is a visit, name it under `events` of that visit in study.yml, as "
        f"{form}#1."
        for form in sorted(forms & set(rows[FORM]) - named)
    ]


def _list_origins(columns: dict[str, _Column], frame: pd.DataFrame) -> Origins:
    """Return the field of the export by visit and column: of merged fields, states of forms too."""
    origins = {(each.visit, each.head): name for name, each in columns.items() if each.head != name}
    for each in columns.values():
        for end in FORM_STATES if each.form != each.head_form else ():
            if f"{each.form}_{end}" in frame:
                origins.setdefault((each.visit, f"{each.head_form}_{end}"), f"{each.form}_{end}")
    return origins


def _ask(column: str) -> str:
    """Return the question of a column: a checkbox has one for every choice."""
    return column.partition("___")[0]


def _plan_columns(
    frame: pd.DataFrame, dictionary: pd.DataFrame, places: pd.DataFrame, study: Study
) -> dict[str, _Column]:
    """Return every column of a field with its visit and the column it becomes."""
    forms = dict(zip(dictionary[NAME], dictionary[FORM_NAME], strict=True))
    fields = [name for name in map(str, frame) if _ask(name) in forms and name != ID]
    repeated = {name for name in fields if forms[_ask(name)] in set(frame[FORM])}
    single = [name for name in fields if name not in repeated]
    visits = _find_visits(single, forms, places, study) | dict.fromkeys(repeated, study.unscheduled)
    heads = _find_heads(fields, places, visits, study)
    _check_alike(dictionary, heads)
    return {
        name: _Column(
            forms[_ask(name)],
            visits[name],
            heads[_ask(name)] + name.removeprefix(_ask(name)),
            forms[heads[_ask(name)]],
        )
        for name in fields
    }


def _find_visits(
    fields: list[str], forms: dict[str, str], places: pd.DataFrame, study: Study
) -> dict[str, str]:
    """Return the visit of each column: from fields.csv, else by its table or its form."""
    known = [visit.name for visit in study.visits]
    given = places[places["visit"].str.strip() != ""]
    for field, visit in given[["field", "visit"]].itertuples(index=False):
        if visit not in known:
            hint = suggest_name(visit, known, otherwise=f"Known: {', '.join(known)}")
            raise DataError(f"there is no visit {visit!r}", file=MAP, field=field, hint=hint)
    stated = {
        _ask(field): visit for field, visit in zip(given["field"], given["visit"], strict=True)
    }
    of_form: dict[str, set[str]] = {}
    for question, visit in stated.items():
        of_form.setdefault(forms.get(question, ""), set()).add(visit)
    by_field = places.set_index("field")
    # Facts without a visit are put to the first one that is recorded.
    first = next((visit for visit in known if visit in stated.values()), known[0])
    by_table = {
        "participants": first,
        "procedures": study.list_visits("procedure")[0],
        "disposition": study.analysis.followup_visit.value,
    }
    visits = {}
    for name in fields:
        place = by_field.loc[name] if name in by_field.index else None
        table = "" if place is None else str(place["table"])
        at = of_form.get(forms[_ask(name)], set())
        visit = stated.get(_ask(name)) or by_table.get(table) or (min(at) if len(at) == 1 else "")
        if not visit and place is not None and (table == "visits" or place["instrument"]):
            raise DataError(
                "in a project without events this field needs a visit",
                file=MAP,
                field=name,
                hint="Add a column `visit` and name there the visit of study.yml",
            )
        visits[name] = visit or first
    return visits


def _find_heads(
    fields: list[str], places: pd.DataFrame, visits: dict[str, str], study: Study
) -> dict[str, str]:
    """Return the question that each question becomes: the first visit's of those with one place."""
    order = {visit.name: number for number, visit in enumerate(study.visits)}
    placed = places[
        places["field"].isin(fields) & (places[["column", "instrument"]] != "").any(axis=1)
    ]
    placed = placed[placed["table"] != "participants"]
    placed = placed.assign(visit=placed["field"].map(visits))
    placed = placed.assign(order=placed["visit"].map(order))
    boxes = placed["rule"] != ""
    number = placed.groupby([*_PLACE, "visit"]).cumcount().where(boxes, 0)
    placed = placed.assign(number=number).sort_values("order", kind="stable")
    twice = placed[placed.duplicated([*_PLACE, "visit", "number"])]
    if len(twice):
        hint = "Give one of the two another place or visit, or none"
        problem = "another field goes to the same place at the same visit"
        raise DataError(problem, file=MAP, field=twice["field"].iloc[0], hint=hint)
    heads = {_ask(name): _ask(name) for name in fields}
    for _, group in placed.groupby([*_PLACE, "number"], sort=False):
        first = group.iloc[0]
        for row in group.itertuples(index=False):
            heads[_ask(str(row.field))] = _ask(first["field"])
            differing = [name for name in _CONFIRMED if getattr(row, name) != first[name]]
            if differing:
                raise DataError(
                    f"{first['field']} goes to the same place and has another `{differing[0]}`",
                    file=MAP,
                    field=str(row.field),
                    hint="What goes to one place is coded alike at every visit",
                )
    return heads


def _check_alike(dictionary: pd.DataFrame, heads: dict[str, str]) -> None:
    described = dictionary.drop_duplicates(NAME).set_index(NAME).to_dict("index")
    for question, head in heads.items():
        for column in _ALIKE:
            if described[question][column] != described[head][column]:
                raise DataError(
                    f"{head} goes to the same place and has another {column.partition(',')[0]!r}",
                    file=DICTIONARY,
                    field=question,
                    hint="What goes to one place is coded alike at every visit",
                )


def _take(
    frame: pd.DataFrame, columns: dict[str, _Column], states: list[str], visit: str
) -> pd.DataFrame:
    """Return the rows of a visit: its columns by their new names, and the states of their forms."""
    here = {name: column for name, column in columns.items() if column.visit == visit}
    taken = {name: frame[name] for name in (ID, FORM, INSTANCE, *OPTIONAL_COLUMNS) if name in frame}
    taken |= {column.head: frame[name] for name, column in here.items()}
    for column in here.values():
        for end in FORM_STATES:
            state = f"{column.form}_{end}"
            if state in frame:
                taken.setdefault(f"{column.head_form}_{end}", frame[state])
    known = {*taken, *columns, *states}
    # Fields without a description are kept, so that the check of columns names them.
    taken |= {name: frame[name] for name in map(str, frame) if name not in known}
    return pd.DataFrame(taken, index=frame.index).assign(**{EVENT: visit})


def _is_filled(part: pd.DataFrame) -> pd.Series:
    """Return which rows hold more than identifiers, untouched forms and unticked boxes."""
    left_out = (ID, EVENT, FORM, INSTANCE, *OPTIONAL_COLUMNS)
    names = [name for name in map(str, part) if name not in left_out]
    filled = {name: ~part[name].isin(["", "0"] if _is_flag(name) else [""]) for name in names}
    return pd.DataFrame(filled, index=part.index).any(axis=1)


def _is_flag(name: str) -> bool:
    return "___" in name or name.endswith("_complete")


def _rename_corrections(
    corrections: pd.DataFrame, columns: dict[str, _Column], study: Study
) -> pd.DataFrame:
    """Rename the rows and columns of corrections to those that the fields have become."""
    if not {"source", "row", "field"} <= set(corrections):
        return corrections
    rows, fields = [], []
    for source, row, field in corrections[["source", "row", "field"]].itertuples(index=False):
        column = columns.get(field) if source == REDCAP else None
        if column:
            record, _, rest = row.partition("|")
            row, field = f"{record}|{_rename_place(rest, column, study)}", column.head
        rows.append(row)
        fields.append(field)
    return corrections.assign(row=rows, field=fields)


def _rename_place(place: str, column: _Column, study: Study) -> str:
    """Return event and instance of a corrected row: as named, else of the field's visit."""
    event, _, repeat = place.partition("|")
    known = [*_list_events(study), *(v.name for v in study.visits if v.name != study.unscheduled)]
    if column.visit != study.unscheduled:
        return f"{column.visit}|"
    if event in known or repeat in known:
        return f"{event if event in known else repeat}|"
    return f"{study.unscheduled}|{repeat}"
