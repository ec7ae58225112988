"""Rows that tell of the same thing: which one is used, and which are set aside."""

import pandas as pd

from analysis.cleaning.dates import find_days, parse_days
from analysis.cleaning.items import find_unplaced
from analysis.cleaning.schema import find_column
from analysis.cleaning.sheet import find
from analysis.cleaning.sheets import EVENT, FORM, INSTANCE
from analysis.cleaning.wide_tables import ONE_PER_PARTICIPANT

_KEY = ["participant", "visit", "repeat", "slot"]


def resolve_visits(sheet, fields, study):
    """Keep one row per participant and visit, or per instance of a repeating form.

    A scheduled visit takes place once, an unscheduled one once a day. Copies of one content
    leave one. Of different rows that one stays whose visit date is nearest to the planned day,
    then the fuller one, then the first by its key.

    Parameters
    ----------
    sheet : Sheet
        The REDCap export.
    fields : dict of str to Field
    study : analysis.study.Study
    """
    date = find_column(fields, "visits", "visit_date")
    slot = sheet.frame[INSTANCE].where(sheet.frame[FORM] != "", "")
    planned = {visit.name for visit in study.visits if visit.day is not None}
    free = (sheet.frame[FORM] == "") & ~sheet.keys["visit"].isin(planned)
    keys = sheet.keys.assign(repeat=sheet.frame[FORM], slot=slot.mask(free, sheet.frame[date]))
    keys = keys[keys.duplicated(_KEY, keep=False)]
    if keys.empty:
        return sheet
    cells = sheet.frame.loc[keys.index]
    planned = pd.Series({visit.name: visit.day for visit in study.visits}, dtype="float64")
    visited = parse_days(cells[date])
    day = (visited - find_days(keys["participant"], _procedure_days(sheet, fields))).dt.days
    ranked = keys.assign(
        content=cells.drop(columns=["record_id", EVENT, INSTANCE]).agg("\x1f".join, axis=1),
        distance=(day - keys["visit"].map(planned)).abs(),
        empty=cells.eq("").sum(axis=1),
    )
    ranked = ranked.sort_index().sort_values(
        [*_KEY, "distance", "empty"], kind="stable", na_position="last"
    )
    copies = ranked.duplicated([*_KEY, "content"])
    others = ranked.duplicated(_KEY) & ~copies
    return sheet.apply([find("duplicate_copy", "", copies), find("duplicate_row", "", others)])


def _procedure_days(sheet, fields):
    started = sheet.frame[find_column(fields, "procedures", "anaesthesia_start")]
    days = parse_days(started.str.slice(0, 10)).set_axis(sheet.keys["participant"]).dropna()
    return days[~days.index.duplicated()]


def resolve_facts(sheet, fields, study):
    """Where a fact that a person has once is recorded at several visits, keep the first."""
    order = {visit.name: place for place, visit in enumerate(study.visits)}
    place = sheet.keys["visit"].map(order)
    rows = place.drop(sheet.aside).sort_index().sort_values(kind="stable").index
    findings = []
    for field in fields.values():
        if field.place.table in ONE_PER_PARTICIPANT and field.place.column != "participant_id":
            filled = sheet.frame.loc[rows, field.name] != ""
            filled = filled[filled]
            later = sheet.keys.loc[filled.index].duplicated("participant")
            findings.append(find("recorded_twice", field.name, later, "", reason="pending_query"))
    return sheet.apply(findings)


def resolve_days(sheet):
    """Keep the first diary entry of every day; a later one was written looking back."""
    keys = sheet.keys.assign(day=sheet.frame["entry_date"], time=sheet.frame["entry_time"])
    keys = keys.drop(sheet.aside)
    undated = keys["day"] == ""
    later = _order(keys[~undated], ["participant", "day"], "time")
    findings = _set_aside(sheet, later, "diary_day_repeated")
    return sheet.apply([find("undated_entry", "", undated), *findings])


def resolve_readings(sheet):
    """Keep the first reading of an image by one reader."""
    keys = sheet.keys.assign(image=sheet.frame["image_id"], reader=sheet.frame["reader"])
    keys = keys.drop(sheet.aside).assign(order="")
    unplaced = find_unplaced(sheet).loc[keys.index]
    later = _order(keys[~unplaced], ["participant", "image", "reader"], "order")
    findings = _set_aside(sheet, later, "reading_repeated")
    sheet = sheet.apply([find("unplaced_reading", "", unplaced), *findings])
    keys = sheet.keys.join(sheet.frame[["hand", "finger", "field", "reader"]]).drop(sheet.aside)
    place = ["participant", "visit", "hand", "finger", "field", "reader"]
    again = _order(keys.assign(order=""), place, "order")
    return sheet.apply(_set_aside(sheet, again, "place_repeated"))


def _order(keys, group, order):
    """Return the rows after the first of their group, with the key of the first."""
    last = keys[order].where(keys[order] != "", "99:99")
    ranked = keys.assign(last=last).sort_index().sort_values([*group, "last"], kind="stable")
    first = ranked.reset_index().groupby(group)["row"].transform("first").set_axis(ranked.index)
    return first[first.index != first]


def _set_aside(sheet, later, rule):
    if later.empty:
        return []
    cells = sheet.frame
    same = (cells.loc[later.index].to_numpy() == cells.loc[later].to_numpy()).all(axis=1)
    copies = pd.Series(same, index=later.index)
    return [find("duplicate_copy", "", copies), find(rule, "", ~copies)]
