"""Which rows are used: one for each thing, and none from after the end.

Of rows about the same visit, day, image or fact one is used, and the others are set aside.
What was measured after a death, a withdrawal or a loss is kept apart, by the rules of study.yml.
"""

from collections.abc import Iterator

import pandas as pd

from analysis.cleaning.columns import fold_words
from analysis.cleaning.dates import find_person_days, parse_days
from analysis.cleaning.derive import parse_last_days
from analysis.cleaning.event_checks import EXIT
from analysis.cleaning.export import CAPILLAROSCOPY, DIARY, REDCAP
from analysis.cleaning.fields import find_column, list_columns
from analysis.cleaning.places import find_unplaced
from analysis.cleaning.reshape import (
    ONE_PER_PARTICIPANT,
    ask_rows,
    find_visit_dates,
    join_cells,
    list_form_rows,
)
from analysis.cleaning.state import CleaningState, Finding, SourceFile, find_cells, find_together
from analysis.cleaning.structure import EVENT, FORM, ID, INSTANCE
from analysis.cleaning.visit_checks import EVENTS, list_recorded_ulcers
from analysis.instruments.catalogue import is_single

# Of two entries of one event: days between their beginnings; and the length of a full date.
_DAYS_APART, _FULL_DATE = 3, 10
# By which words something is coded, and as what.
CODED = (
    (EVENTS, "term", "coded_term"),
    (EVENTS, "coded_term", "class"),
    ("medications", "name", "class"),
)
_VISIT_KEY = ["participant", "visit", "repeat", "slot"]
# How an export calls the reasons that study.yml has a rule for.
REASONS = {
    "death": ("death",),
    "consent_withdrawn": ("withdrew_consent", "withdrawal_of_consent"),
    "lost": ("lost_to_follow_up", "lost"),
}
# The rules by which values and rows are kept apart, by the reason, as in study.yml.
RULES = {
    "never": ("after_end", "after_end_row"),
    "until_answered": ("after_lost", "after_lost_row"),
}


def resolve_visits(state: CleaningState) -> CleaningState:
    """Keep one row per participant and visit, or per instance of a repeating form.

    A scheduled visit takes place once, and so does what has one value there though its form
    repeats; an unscheduled one once a day. Copies of one content leave one. Of different rows that
    one stays whose date is nearest to the planned day, then the fuller one, then the first.
    """
    file = state.redcap
    date = find_column(state.fields[REDCAP], "visits", "visit_date")
    planned = pd.Series({visit.name: visit.day for visit in state.study.visits}, dtype="float64")
    scheduled = file.keys["visit"].isin(planned.dropna().index)
    fields = state.fields[REDCAP].values()
    once = {each.form for each in fields if is_single(each.place.instrument, each.place.item)}
    single = file.frame[FORM].isin(once) & (file.keys["visit"] != state.study.unscheduled)
    slot = file.keys["instance"].mask(single | (file.frame[FORM] == ""), "")
    loose = (file.frame[FORM] == "") & ~scheduled
    undated = file.frame[date] == ""
    slot = slot.mask(loose, file.frame[date].where(~undated, "#" + file.keys["instance"]))
    keys = file.keys.assign(repeat=file.frame[FORM], slot=slot)
    keys = keys[keys.duplicated(_VISIT_KEY, keep=False)]
    if keys.empty:
        return state
    cells = file.frame.loc[keys.index]
    day = parse_days(cells[date]) - find_person_days(keys["participant"], _list_days(state))
    ranked = keys.assign(
        content=cells.drop(columns=[ID, EVENT, INSTANCE]).agg("\x1f".join, axis=1),
        distance=(day.dt.days - keys["visit"].map(planned)).abs(),
        empty=(cells == "").sum(axis=1),
    )
    ranked = ranked.sort_index().sort_values(
        [*_VISIT_KEY, "distance", "empty"], kind="stable", na_position="last"
    )
    copies = ranked.duplicated([*_VISIT_KEY, "content"])
    others = ranked.duplicated(_VISIT_KEY) & ~copies
    found = {"duplicate_copy": copies, "duplicate_row": others}
    return state.apply([find_cells(rule, "", where) for rule, where in found.items()])


def _list_days(state: CleaningState) -> pd.Series:
    """Return the day of the procedure by participant, as it stands before any table is made."""
    file, fields = state.redcap, state.fields[REDCAP]
    started = list_columns(fields, "procedures").get("anaesthesia_start")
    name = started.name if started else find_column(fields, "visits", "visit_date")
    held = file.keys["visit"].isin(state.study.list_visits("procedure")) | bool(started)
    cells, who = file.frame.loc[held, name], file.keys.loc[held, "participant"]
    days = parse_days(cells.str.slice(0, 10)).set_axis(who).dropna()
    return days[~days.index.duplicated()]


def resolve_facts(state: CleaningState) -> CleaningState:
    """Of a fact that a person has once keep the first; other values in a row are one question."""
    file = state.redcap
    order = {visit.name: place for place, visit in enumerate(state.study.visits)}
    place = file.keys["visit"].map(order)
    rows = place.drop(file.aside).sort_index().sort_values(kind="stable").index
    findings = []
    for name, field in state.fields[REDCAP].items():
        if field.place.table in ONE_PER_PARTICIPANT and field.place.column != "participant_id":
            held = file.frame.loc[rows, name]
            held = held[held != ""]
            first = held.groupby(file.keys["participant"]).transform("first")
            later = file.keys.loc[held.index].duplicated("participant")
            same = later & (held == first)
            findings.append(find_cells("recorded_equally", name, same, "", reason="not_applicable"))
            at, reason = held.index[later & (held != first)], "pending_query"
            findings.append(Finding("recorded_twice", name, at, "", reason, group=at))
    return state.apply(findings)


def resolve_days(state: CleaningState) -> CleaningState:
    """Keep the first diary entry of every day; a later one was written looking back."""
    file = state.files[DIARY]
    keys = file.keys.assign(day=file.frame["entry_date"], time=file.frame["entry_time"])
    keys = keys.drop(file.aside)
    undated = keys["day"] == ""
    later = _find_later(keys[~undated], ["participant", "day"], "time")
    findings = _set_aside(file, later, "diary_day_repeated")
    return state.apply([find_cells("undated_entry", "", undated), *findings], DIARY)


def resolve_readings(state: CleaningState) -> CleaningState:
    """Keep the first reading of an image by one reader, and one image of a finger and field."""
    file = state.files[CAPILLAROSCOPY]
    keys = file.keys.join(file.frame[["image_id", "reader"]]).drop(file.aside)
    unplaced = find_unplaced(file).loc[keys.index]
    later = _find_later(keys[~unplaced], ["participant", "image_id", "reader"])
    findings = _set_aside(file, later, "reading_repeated")
    state = state.apply([find_cells("unplaced_reading", "", unplaced), *findings], CAPILLAROSCOPY)
    file = state.files[CAPILLAROSCOPY]
    keys = file.keys.join(file.frame[["hand", "finger", "field", "reader"]]).drop(file.aside)
    place = ["participant", "visit", "hand", "finger", "field", "reader"]
    again = _set_aside(file, _find_later(keys, place), "place_repeated")
    return state.apply(again, CAPILLAROSCOPY)


def _find_later(keys: pd.DataFrame, group: list[str], order: str = "") -> pd.Series:
    """Return the rows after the first of their group, with the key of the first."""
    last = keys[order].where(keys[order] != "", "99:99") if order else ""
    ranked = keys.assign(last=last).sort_index().sort_values([*group, "last"], kind="stable")
    first = ranked.reset_index().groupby(group)["row"].transform("first").set_axis(ranked.index)
    return first[first.index != first]


def _set_aside(file: SourceFile, later: pd.Series, rule: str) -> list[Finding]:
    if later.empty:
        return []
    cells = file.frame
    same = (cells.loc[later.index].to_numpy() == cells.loc[later].to_numpy()).all(axis=1)
    copies = pd.Series(same, index=later.index)
    return [find_cells("duplicate_copy", "", copies), find_cells(rule, "", ~copies)]


def find_data_ends(state: CleaningState, kept_apart: str) -> pd.Series:
    """Return the day (timestamp) after which nothing may be used, by participant.

    `kept_apart` is ``never`` or ``until_answered``: reasons with that rule count. Of several days
    of death the first counts, until the site has said which is right. An event that contradicts
    itself on whether it was fatal is asked about, and ends nothing.
    """
    exits, events = list_form_rows(state, EXIT), list_form_rows(state, EVENTS)
    rules = state.study.data_after_end
    ending = [name for name in REASONS if getattr(rules, name).value == kept_apart]
    fatal = events["outcome"].eq("fatal") & events["grade"].isin(["5", ""]) & ("death" in ending)
    words = [word for name in ending for word in REASONS[name]]
    exits, events = exits[exits["reason"].isin(words)], events[fatal]
    days = pd.concat([each.set_index("participant")["end_date"] for each in (exits, events)])
    return parse_last_days(days).dropna().groupby(level=0).min()


def quarantine(state: CleaningState) -> CleaningState:
    """Set measurements of visits after the end missing, and later rows of other kinds aside.

    Of somebody lost the reported events stay, and so do measurements all of which the site has
    confirmed.
    """
    for kept_apart, rules in RULES.items():
        ends = find_data_ends(state, kept_apart)
        if len(ends):
            state = _keep_apart(state, ends, *rules)
    return state


def _keep_apart(
    state: CleaningState, ends: pd.Series, rule: str, rule_of_rows: str
) -> CleaningState:
    measured = [f.name for f in state.fields[REDCAP].values() if f.place.is_item]
    who = state.keys["participant"]
    after = parse_days(find_visit_dates(state, state.keys)) > find_person_days(who, ends)
    cells = state.cells.loc[after, measured]
    rows, names = (cells != "").to_numpy().nonzero()
    found = pd.DataFrame({"row": cells.index[rows], "field": cells.columns[names]})
    findings = []
    for person, part in found.groupby(who.loc[found["row"]].to_numpy()):
        measured_late = list(zip(part["row"], part["field"], strict=True))
        if rule == "after_lost" and state.redcap.confirmed.issuperset(measured_late):
            ends = ends.drop(person)
            findings += find_together(rule, measured_late, group=str(person))
            continue
        findings += find_together(
            rule, measured_late, group=str(person), values="", reason="pending_query"
        )
    for table in (EVENTS, "medications") if rule == "after_end" else ():
        recorded = list_form_rows(state, table)
        begun = parse_days(recorded["start_date"])
        later = begun > find_person_days(recorded["participant"], ends)
        findings += _set_late_aside(recorded.loc[later, "participant"], rule_of_rows)
    state = state.apply(findings)
    for source in (DIARY, CAPILLAROSCOPY):
        file = state.files[source]
        keys = file.keys.drop(file.aside)
        held = file.frame.get("entry_date", find_visit_dates(state, file.keys)).loc[keys.index]
        later = parse_days(held) > find_person_days(keys["participant"], ends)
        state = state.apply(_set_late_aside(keys.loc[later, "participant"], rule_of_rows), source)
    return state


def _set_late_aside(who: pd.Series, rule: str) -> list[Finding]:
    """Set rows aside, one question for all of a person; `who` are the participants of the rows."""
    return [
        finding
        for person, rows in who.groupby(who)
        for finding in find_together(rule, [(row, "") for row in rows.index], group=str(person))
    ]


def find_repeated_rows(state: CleaningState) -> Iterator[Finding]:
    """One medication or one adverse event that is recorded under two numbers.

    An event is one if its term, as recorded or as coded, and its time are: begun within a few
    days, or while the other one went on.
    """
    drugs = list_form_rows(state, "medications")
    drugs = drugs[(drugs["start_date"] != "") & (drugs["name"] != "")]
    same = ["participant", "wording", "dose", "dose_unit", "start_date", "change_date"]
    for _, part in drugs.assign(wording=drugs["name"].map(fold_words)).groupby(same):
        if len(part) > 1:
            cells = join_cells(state, part.index, "medications", ("name", "start_date"))
            yield from find_together("recorded_again", cells, group=part.index[0])
    events = list_form_rows(state, EVENTS)
    events = events[events["start_date"] != ""].sort_values("start_date", kind="stable")
    for _, part in events.groupby("participant"):
        alike: list[tuple[pd.Series, list[str]]] = []
        for row, event in part.iterrows():
            before = next((rows for first, rows in alike if _is_again(first, event)), None)
            if before is None:
                alike.append((event, [str(row)]))
            else:
                before.append(str(row))
        for rows in sorted(sorted(rows) for _, rows in alike if len(rows) > 1):
            cells = join_cells(state, rows, EVENTS, ("term", "start_date"))
            yield from find_together("recorded_again", cells, group=rows[0])


def _is_again(first: pd.Series, event: pd.Series) -> bool:
    """Return whether an event repeats an earlier one, as far as partial dates tell."""
    names = ("term", "coded_term")
    worded = any(
        event[name] and fold_words(event[name]) == fold_words(first[name]) for name in names
    )
    begun, again = first["start_date"], event["start_date"]
    if not worded or min(len(begun), len(again)) < _FULL_DATE:
        return worded and (again.startswith(begun) or begun.startswith(again))
    last = first["end_date"] or (again if first["ongoing"] == "yes" else "")
    near = (pd.Timestamp(again) - pd.Timestamp(begun)).days <= _DAYS_APART
    return near or again <= last


def find_repeated_ulcers(state: CleaningState) -> Iterator[Finding]:
    """Active ulcers of one finger and one size that are recorded twice at a visit."""
    ulcers = list_recorded_ulcers(state)
    sized = ulcers[ulcers["active"].eq(1) & ulcers["size"].notna()]
    for _, part in sized.groupby(["participant", "visit", "location", "size"]):
        if len(part) > 1:
            found = [(str(row), field) for row, field in part["field"].items()]
            yield from find_together("recorded_again", found, group=found[0][0])


def find_coded_apart(state: CleaningState) -> Iterator[Finding]:
    """Terms that most rows code otherwise: the rarer code is asked about."""
    for table, name, code in CODED:
        rows = list_form_rows(state, table)
        rows = rows.assign(wording=rows[name].map(fold_words))
        rows = rows[(rows["wording"] != "") & (rows[code] != "")]
        counts = rows.groupby(["wording", code]).size().rename("size").reset_index()
        counts = counts.sort_values(["size", code], ascending=[False, True], kind="stable")
        usual = counts.drop_duplicates("wording").set_index("wording")[code]
        differs = rows[code] != rows["wording"].map(usual)
        yield from ask_rows(state, "coded_apart", table, rows.index[differs], (name, code))
