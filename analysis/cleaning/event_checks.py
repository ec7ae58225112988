"""Contradictions about events and the end, and rows that contradict themselves."""

import fnmatch
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pandas as pd

from analysis.cleaning.copy_checks import MEASURES
from analysis.cleaning.dates import parse_days
from analysis.cleaning.derive import describe_doses, find_last_dates, find_last_ulcer_answers
from analysis.cleaning.export import CAPILLAROSCOPY, REDCAP
from analysis.cleaning.fields import Field, list_columns
from analysis.cleaning.reshape import ask_rows, find_visit_dates, join_cells, list_form_rows
from analysis.cleaning.state import CleaningState, Finding, find_together
from analysis.cleaning.visit_checks import (
    EVENTS,
    ULCER_ITEMS,
    list_recorded_ulcers,
    select_ulcer_events,
)
from analysis.plan import QueryThresholds

EXIT = "disposition"
_ROW_RULES = Path(__file__).with_name("row_rules.csv")
_THRESHOLDS = fields(QueryThresholds)
_LIKELY = ["possible", "probable", "definite"]
_GRADES = ("enlarged", "giants", "haemorrhages", "loss", "disorganisation", "ramified")
_UNREADABLE = r"unreadable|not readable|not assessable|판독 ?불가"
# The end of the scale of a thumb.
_THUMB = 10
_HANDS = ("hand_dorsum", "fingers")
# Values that two people cannot share.
_BODY = ("birth_year", "height_cm", "weight_kg", "raynaud_onset_year", "non_raynaud_onset_year")
_CELLS = ("nucleated_cells_million", "cd45_percent", "stromal_percent")
_AMOUNTS = {
    "prepared": "final_volume_ml", "aspirated": "lipoaspirate_ml", "processed": "processed_ml",
    "cells_million": "nucleated_cells_million", "lidocaine": "lidocaine_mg",
    "viability": "viability_percent", "endotoxin": "endotoxin_eu_per_ml",
}  # fmt: skip
_PERCENTS = ("cd45_percent", "stromal_percent", "endothelial_percent")
# Allowance for rounding in sums of recorded volumes (mL, percent).
_ROUNDING = 1e-6
# Where the limited form is assumed to leave the skin alone.
PROXIMAL = ("anterior_chest", "abdomen", "upper_arm", "thigh")


def find_fatal(events: pd.DataFrame) -> pd.Series:
    """Return which events, as `list_form_rows` returns them, ended in death by any column."""
    return (
        events["outcome"].eq("fatal")
        | events["grade"].eq("5")
        | events["serious_criterion"].eq("death")
    )


def find_row_contradictions(state: CleaningState, source: str = REDCAP) -> Iterator[Finding]:
    """Rows that contradict themselves, or what else is known of the person.

    row_rules.csv holds a condition a line (`where`, as `pandas.DataFrame.query` reads it), with its
    rule, its table, and the columns that are asked about. Columns in `empty` are asked about
    because nothing is in them: not where a rule has emptied them, or asks already. `detail` is a
    sentence for the site with values of the row.
    """
    thresholds = {each.name: getattr(state.study.queries, each.name).value for each in _THRESHOLDS}
    words = {"likely": _LIKELY, "rounding": _ROUNDING, "specified": state.study.specification}
    words["worded"] = not state.manner.free_text_removed
    words["followup"] = state.study.analysis.followup_visit.value
    words["least_days"] = state.study.scoring.raynaud_diary_min_days.value
    rules = pd.read_csv(_ROW_RULES, dtype="str").fillna("")
    rules = rules[rules["table"].eq(CAPILLAROSCOPY) == (source == CAPILLAROSCOPY)]
    if source == REDCAP:
        known = _describe_people(state)
        rows = {table: _describe_rows(state, table, known) for table in rules["table"].unique()}
    else:
        rows = {CAPILLAROSCOPY: _describe_readings(state)}
    for rule, table, where, asked, empty, detail in rules.itertuples(index=False):
        columns = _list_asked_columns(state, table)
        if set(empty.split()) <= set(columns):
            found = rows[table].query(where, engine="python", local_dict=thresholds | words).index
            for name in empty.split():
                blank = state.redcap.raw.loc[found, columns[name].name].eq("")
                found = found[blank.to_numpy(dtype=bool) & (not columns[name].required)]
            names = [each for name in asked.split() for each in fnmatch.filter(columns, name)]
            for row in found:
                cells = [(row, columns[name].name) for name in names]
                filled = detail.format_map({**words, **rows[table].loc[row]})
                yield from find_together(rule, cells, group=f"{row} {asked}", detail=filled)


def _list_asked_columns(state: CleaningState, table: str) -> dict[str, Field]:
    """Return the fields of a table by column; items by their name, of visits with the instrument.

    Of a site whose fields have other places some are not there, and are not asked about.
    """
    if table == CAPILLAROSCOPY:
        return {f.place.item or name: f for name, f in state.fields[CAPILLAROSCOPY].items()}
    if table == ULCER_ITEMS:
        return {field.place.item: field for field in state.list_items(ULCER_ITEMS)}
    columns = list_columns(state.fields[REDCAP], table)
    if table == EVENTS and "term" in columns:
        # Where the export has no field for the coded term, all events are uncoded.
        return {"coded_term": columns["term"]} | columns
    if table == "visits":
        held = state.fields[REDCAP].values()
        columns |= {f"{f.place.instrument}:{f.place.item}": f for f in held if f.place.instrument}
    return columns


def _describe_people(state: CleaningState) -> pd.DataFrame:
    """Return by participant what a row of theirs may contradict."""
    tables = state.tables
    people = tables["participants"].set_index("participant_id")
    events, treated = list_form_rows(state, EVENTS), list_form_rows(state, "procedures")
    begun = treated[(treated["anaesthesia_start"] != "") | (treated["first_injection"] != "")]
    given = tables["procedures"].set_index("participant_id").reindex(people.index)
    left = events[events["led_to_withdrawal"].eq("yes")]
    exits = tables[EXIT].set_index("participant_id")
    failed = people["eligible"].eq("no") & ~people.index.isin(begun["participant"])
    ended = exits["status"].ne("not_recorded").reindex(people.index)
    # A site may record an end of those only who were treated.
    ended_alike = bool(ended[failed].any() or (failed.sum() == 1 and ended.any()))
    died = {*events.loc[find_fatal(events), "participant"]}
    died |= {*exits.index[exits["reason"] == "death"]}
    dates = tables["visits"].set_index("participant_id")["visit_date"]
    visits = dates[dates != ""].groupby(level=0)
    first = state.study.list_visits("screening", "baseline")
    ulcers, answers = list_recorded_ulcers(state), find_last_ulcer_answers(tables["visits"])
    items = tables["items"]
    skin = items["instrument"].eq("mrss") & items["item"].isin(PROXIMAL)
    skin &= items["visit"].isin(first)
    return pd.DataFrame(
        {
            "found_eligible": people["eligible"],
            "consented": people["consent_date"],
            "age": people["age"],
            "treated": people.index.isin(begun["participant"]),
            "numbed_at": given["anaesthesia_start"].fillna("").str.slice(11),
            "injected_at": given["first_injection"].fillna("").str.slice(11),
            "stay": given["planned_overnight_stay"].fillna(""),
            "given": given["injected_total_ml"].where(people.index.isin(begun["participant"])),
            "died": people.index.isin(died),
            "left": people.index.isin(left["participant"]),
            "exit_status": exits["status"],
            "exit_due": failed & ended_alike,
            "exit_reason": exits["reason"],
            "had_ulcer": people.index.isin(ulcers.loc[ulcers["visit"].isin(first), "participant"]),
            "ulcer_recorded": people.index.isin(ulcers["participant"]),
            "ulcers_last": answers.reindex(people.index).fillna(""),
            "weight": pd.to_numeric(people["weight_kg"]),
            "proximal_skin": items[skin].groupby("participant_id")["value"].sum(),
            "treatment": state.days.reindex(people.index),
            "first_visit": parse_days(visits.min()),
            "last_visit": parse_days(visits.max()),
            "last": parse_days(find_last_dates(tables["visits"], tables[EXIT])),
        },
        index=people.index,
    )


def _describe_rows(state: CleaningState, table: str, known: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a form with what is known of the person, and days between dates."""
    rows = list_recorded_ulcers(state) if table == ULCER_ITEMS else list_form_rows(state, table)
    of_person = known.reindex(rows["participant"]).set_axis(rows.index)
    rows = rows.drop(columns=rows.columns.intersection(known.columns)).join(of_person)
    rows = rows.assign(visited=find_visit_dates(state, state.keys.loc[rows.index]))
    for name in [name for name in rows if name in ("start_date", "end_date", "change_date")]:
        day = parse_days(rows[name])
        for since in ("treatment", "last_visit", "last"):
            rows[f"{name}_after_{since}"] = (day - of_person[since]).dt.days
    if table == ULCER_ITEMS:
        old = rows.assign(old=rows["active"].where(rows["new"].ne(1)))
        place = ["participant", "visit", "location"]
        rows["states"] = old.groupby(place)["old"].transform("nunique")
    elif table == EVENTS:
        rows["fatal"] = find_fatal(rows)
        rows["fatal_again"] = rows["fatal"] & rows.duplicated(["participant", "fatal"])
        rows["first_left"] = rows["led_to_withdrawal"].eq("yes") & ~rows.duplicated(
            ["participant", "led_to_withdrawal"]
        )
        rows["of_ulcer"] = rows.index.isin(select_ulcer_events(rows).index)
    elif table == "procedures":
        volumes = rows.filter(regex="^injected_.*_ml$").apply(pd.to_numeric, errors="coerce")
        columns = _list_asked_columns(state, table)
        recorded = any(name in volumes for name in columns)
        rows["injected"] = volumes.sum(axis=1) if recorded else float("nan")
        fingers = state.study.specification.planned_fingers.value
        planned = [name for finger in fingers if (name := f"injected_{finger}_ml") in columns]
        # What a rule has emptied is asked about already.
        raw = state.redcap.raw.loc[rows.index, [columns[name].name for name in planned]]
        nothing = (volumes[planned] == 0).to_numpy(dtype=bool) | (raw == "").to_numpy(dtype=bool)
        for name, column in _AMOUNTS.items():
            rows[name] = pd.to_numeric(rows[column])
        rows["cells_percent"] = rows[list(_PERCENTS)].apply(pd.to_numeric).sum(axis=1)
        rows["left_out"] = nothing.sum(axis=1)
        rows["added"] = (volumes.drop(columns=planned) > 0).sum(axis=1)
        measured = rows[["viability_percent", *_CELLS]]
        rows["again"] = measured.duplicated() & (measured != "").all(axis=1)
    elif table == "medications":
        rows = rows.join(describe_doses(rows))
    elif table == "visits":
        rows = rows.join(_describe_visits(state, rows))
    elif table == "participants":
        height, weight = (pd.to_numeric(rows[name]) for name in ("height_cm", "weight_kg"))
        rows["mass_index"] = weight / (height / 100) ** 2
        rows["again"] = rows["treated"] & rows.duplicated(["treated", *_BODY])
        consent = parse_days(rows["consent_date"])
        rows["consent_lead"] = (of_person["first_visit"] - consent).dt.days
    return rows


def _describe_visits(state: CleaningState, visits: pd.DataFrame) -> pd.DataFrame:
    """Return scores as shares of their range, with changes since baseline, and ratings of days."""
    described = visits[["participant", "visit"]].copy()
    base = visits["visit"] == state.study.analysis.baseline_visit.value
    for name in ("cochin", "haq", "mrss", "kapandji", "hands"):
        asked = state.list_items("mrss" if name == "hands" else name)
        fields = [f for f in asked if f.kind == "choice" or f.ends[1] == _THUMB]
        fields = [f for f in fields if name != "hands" or f.place.item in _HANDS]
        top = max((field.ends[1] for field in fields), default=1)
        answers = state.convert_numbers(fields).loc[visits.index] / top
        first = answers.where(base).groupby(visits["participant"]).transform("first")
        described[name], change = answers.mean(axis=1), answers - first
        described[f"{name}_first"] = first.mean(axis=1)
        described[f"{name}_change"] = change.mean(axis=1).abs()
        described[f"{name}_most"] = change.abs().max(axis=1)
    tests = [f for f in state.list_items("laboratory") if f.kind not in ("text", "notes")]
    values = state.convert_numbers(tests).loc[visits.index]
    again = values == values.groupby(visits["participant"]).transform("first")
    described["tests"], described["tests_again"] = values.count(axis=1), again.sum(axis=1)
    names, items = ("rating", "clinic_rating", "sbp", "dbp"), state.tables["items"]
    used = items["item"].isin(names) | (items["instrument"] == "mrss")
    items = items[used & items["value"].notna()].rename(columns={"participant_id": "participant"})
    by = ["participant", "visit"]
    for item, measure in (*((name, "mean") for name in names), ("rating", "count")):
        value = items[items["item"] == item].groupby(by)["value"].agg(measure)
        described = described.join(value.rename(f"{item}_{measure}"), on=by)
    scored = items[items["instrument"] == "mrss"].groupby(by).size().rename("skin_scored")
    return described.join(scored, on=by).drop(columns=by)


def _describe_readings(state: CleaningState) -> pd.DataFrame:
    """Return the readings by item, with what the first reader, and other people's visits, have."""
    file = state.files[CAPILLAROSCOPY]
    columns = _list_asked_columns(state, CAPILLAROSCOPY)
    names = {field.name: name for name, field in columns.items()}
    rows = file.kept.rename(columns=names)
    held = [name for name in MEASURES if name in rows]
    raw = file.raw.loc[rows.index].rename(columns=names)[held]
    usual = raw.loc[:, (raw != "").mean() > 0.5]
    rows[held] = rows[held].apply(pd.to_numeric, errors="coerce")
    absent = [name for name in (*MEASURES, "pattern", "comment") if name not in rows]
    rows = rows.reindex(columns=[*rows.columns, *absent])
    rows = rows.join(file.keys[["participant", "visit"]]).sort_values("reader", kind="stable")
    first = rows.groupby(["participant", "visit", "image_id"])[list(MEASURES)].transform("first")
    apart = (rows[list(MEASURES)] - first).abs()
    rows["density_apart"] = apart["density"]
    rows["grade_apart"] = apart[list(_GRADES)].max(axis=1)
    rows["blank"] = (usual == "").any(axis=1) & (usual != "").any(axis=1)
    rows["graded"] = (usual != "").sum(axis=1) > 1
    rows["unreadable"] = rows["comment"].astype("str").str.contains(_UNREADABLE, case=False)
    place = ["visit", "hand", "finger", "field"]
    rows["people"] = rows.groupby("visit")["participant"].transform("nunique")
    rows["held_by"] = rows.groupby(place)["participant"].transform("nunique")
    due = rows[rows["held_by"] > rows["people"] / 2].drop_duplicates(["participant", *place])
    count = due.groupby(["participant", "visit"])["held_by"].transform("size")
    most = count.groupby(due["visit"]).transform("max")
    rows["missing"] = (most - count)[~due.duplicated(["participant", "visit"])]
    order = [name for name in ("participant", "reader", "read_date", "read_order") if name in rows]
    rows["order_again"] = rows.duplicated(order) & ("read_order" in rows)
    return rows


def find_exit_disagreements(state: CleaningState) -> Iterator[Finding]:
    """Events and the end of participation agree both ways about death and its date.

    A death after the trial was completed is not a disagreement.
    """
    events, exits = list_form_rows(state, EVENTS), list_form_rows(state, EXIT)
    exits = exits[exits["status"] != ""].drop_duplicates("participant")
    ends = exits.reset_index(names="row").set_index("participant")
    fatal = events[find_fatal(events)].drop_duplicates("participant")
    for row, event in fatal.iterrows():
        end = ends.loc[event["participant"]] if event["participant"] in ends.index else None
        died = event["end_date"]
        cells = join_cells(state, [str(row)], EVENTS, ("outcome", "end_date"))
        if end is None:
            yield from find_together("death_elsewhere", cells[:1], group=str(row))
            continue
        there = join_cells(state, [end["row"]], EXIT, ("status", "end_date", "reason"))
        later = bool(end["status"] == "completed" and died and died > end["end_date"])
        if end["reason"] != "death" and not later:
            yield from find_together("death_elsewhere", cells + there, group=str(row))
        elif end["reason"] == "death" and died and end["end_date"] not in ("", died):
            yield from find_together("death_date_differs", cells + there, group=str(row))
    alone = exits["reason"].eq("death") & ~exits["participant"].isin(fatal["participant"])
    yield from ask_rows(
        state, "death_elsewhere", EXIT, exits.index[alone], ("status", "end_date", "reason")
    )
