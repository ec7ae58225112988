"""Whom a row belongs to, and which rows are used.

One spelling for every participant (``sim-1``, ``SIM 01`` and ``1`` are SIM-01); of rows that
tell of the same visit, day, image or fact one is used, and the others are set aside. Data from
after a death, or after consent to use them was withdrawn, are kept apart and asked about; to stop
treatment, or the trial for another reason, ends nothing: what was measured later is used.
"""

from dataclasses import replace

import pandas as pd

from analysis.cleaning.dates import find_person_days, parse_days
from analysis.cleaning.event_checks import EVENTS, EXIT
from analysis.cleaning.export import CAPILLAROSCOPY, DIARY, REDCAP
from analysis.cleaning.fields import find_column
from analysis.cleaning.places import find_unplaced
from analysis.cleaning.reshape import ONE_PER_PARTICIPANT, read_record
from analysis.cleaning.state import CleaningState, Finding, SourceFile, find_cells, find_together
from analysis.cleaning.structure import EVENT, FORM, INSTANCE
from analysis.cleaning.values import list_distinct

RECORD_ID = "record_id"
# Letters of no width, and words that a spreadsheet writes under or over its records.
UNSEEN = "[\u00ad\u200b-\u200f\u2060\ufeff]"
SUMMARY_WORDS = {
    "total", "sum", "mean", "average", "median", "sd", "n", "count", "min", "max", "record_id",
    "participant", "subject", "합계", "총계", "평균", "계",
}  # fmt: skip
_PARTS = r"^(?P<prefix>[A-Za-z]*)(?P<mark>[-_ ]?)(?P<number>[0-9]+)$"
# Why participation may end so that nothing later may be used.
ENDING = ("death", "withdrew_consent", "withdrawal_of_consent")
_VISIT_KEY = ["participant", "visit", "repeat", "slot"]


def unify_identifiers(files: dict[str, SourceFile]) -> dict[str, SourceFile]:
    """Spell the participants of every file as most of the REDCap export does.

    An identifier is put into that form only where prefix (or its absence) and number agree;
    rows of the other files whose participant is not in the export are set aside.

    Returns
    -------
    dict of str to SourceFile
        With `keys.participant` as it is spelled now.
    """
    form = _find_usual_form(files[REDCAP].frame[RECORD_ID])
    unified = {}
    for source, file in files.items():
        received = file.frame[RECORD_ID]
        trimmed = received.str.replace(UNSEEN, "", regex=True).str.strip()
        spelled = trimmed.map(_spell(list_distinct(trimmed), form))
        file = file.apply(
            [
                find_cells("surrounding_space", RECORD_ID, trimmed != received, trimmed),
                find_cells("identifier_spelling", RECORD_ID, spelled != trimmed, spelled),
            ]
        )
        unified[source] = replace(file, keys=file.keys.assign(participant=spelled))
    main = unified[REDCAP]
    summary = main.keys["participant"].str.casefold().isin(SUMMARY_WORDS)
    unified[REDCAP] = main.apply([find_cells("summary_row", "", summary)])
    known = list_participants(unified[REDCAP])
    for source, file in unified.items():
        stranger = ~file.keys["participant"].isin(known) & ~file.keys.index.isin(file.aside)
        unified[source] = file.apply([find_cells("unknown_participant", "", stranger)])
    return unified


def _find_usual_form(column: pd.Series) -> tuple[str, str, int] | None:
    """Return prefix, mark and number of digits of most identifiers, None without a number."""
    parts = list_distinct(column).str.extract(_PARTS).dropna()
    if parts.empty:
        return None
    forms = parts.assign(width=parts["number"].str.len())
    counts = forms.value_counts(["prefix", "mark", "width"]).reset_index()
    counts = counts.sort_values(
        ["count", "prefix", "mark", "width"], ascending=[False, True, True, True]
    )
    prefix, mark, width, _ = counts.iloc[0]
    same = parts[(parts["prefix"] == prefix) & (parts["mark"] == mark)]
    padded = same["number"].str.startswith("0").any()
    return prefix, mark, int(width) if padded else 1


def _spell(values: pd.Series, form: tuple[str, str, int] | None) -> pd.Series:
    if form is None:
        return values.str.strip()
    prefix, mark, width = form
    plain = values.str.normalize("NFKC").str.strip()
    parts = plain.str.extract(_PARTS)
    usual = parts["prefix"].str.casefold().isin([prefix.casefold(), ""])
    number = parts["number"].str.lstrip("0").str.zfill(width)
    return (prefix + mark + number).where(usual, values.str.strip())


def list_participants(file: SourceFile) -> pd.Index:
    """Return the participants of the rows of a file that were not set aside, sorted."""
    return pd.Index(
        file.keys["participant"].drop(file.aside).unique(), name="participant_id"
    ).sort_values()


def resolve_visits(state: CleaningState) -> CleaningState:
    """Keep one row per participant and visit, or per instance of a repeating form.

    A scheduled visit takes place once, an unscheduled one once a day. Copies of one content
    leave one. Of different rows that one stays whose visit date is nearest to the planned day,
    then the fuller one, then the first by its key.
    """
    file = state.redcap
    date = find_column(state.fields[REDCAP], "visits", "visit_date")
    planned = pd.Series({visit.name: visit.day for visit in state.study.visits}, dtype="float64")
    scheduled = file.keys["visit"].isin(planned.dropna().index)
    slot = file.frame[INSTANCE].where(file.frame[FORM] != "", "")
    slot = slot.mask((file.frame[FORM] == "") & ~scheduled, file.frame[date])
    keys = file.keys.assign(repeat=file.frame[FORM], slot=slot)
    keys = keys[keys.duplicated(_VISIT_KEY, keep=False)]
    if keys.empty:
        return state
    cells = file.frame.loc[keys.index]
    day = parse_days(cells[date]) - find_person_days(keys["participant"], _list_days(state))
    ranked = keys.assign(
        content=cells.drop(columns=[RECORD_ID, EVENT, INSTANCE]).agg("\x1f".join, axis=1),
        distance=(day.dt.days - keys["visit"].map(planned)).abs(),
        empty=(cells == "").sum(axis=1),
    )
    ranked = ranked.sort_index().sort_values(
        [*_VISIT_KEY, "distance", "empty"], kind="stable", na_position="last"
    )
    copies = ranked.duplicated([*_VISIT_KEY, "content"])
    others = ranked.duplicated(_VISIT_KEY) & ~copies
    return state.apply(
        [find_cells("duplicate_copy", "", copies), find_cells("duplicate_row", "", others)]
    )


def _list_days(state: CleaningState) -> pd.Series:
    """Return the day of the procedure by participant, as it stands before any table is made."""
    file = state.redcap
    started = file.frame[find_column(state.fields[REDCAP], "procedures", "anaesthesia_start")]
    days = parse_days(started.str.slice(0, 10)).set_axis(file.keys["participant"]).dropna()
    return days[~days.index.duplicated()]


def resolve_facts(state: CleaningState) -> CleaningState:
    """Where a fact that a person has once is recorded at several visits, keep the first."""
    file = state.redcap
    order = {visit.name: place for place, visit in enumerate(state.study.visits)}
    place = file.keys["visit"].map(order)
    rows = place.drop(file.aside).sort_index().sort_values(kind="stable").index
    findings = []
    for field in state.fields[REDCAP].values():
        if field.place.table in ONE_PER_PARTICIPANT and field.place.column != "participant_id":
            filled = file.frame.loc[rows, field.name] != ""
            filled = filled[filled]
            later = file.keys.loc[filled.index].duplicated("participant")
            findings.append(
                find_cells("recorded_twice", field.name, later, "", reason="pending_query")
            )
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


def find_data_ends(state: CleaningState) -> pd.Series:
    """Return the day (timestamp) after which nothing may be used, by participant.

    Of several days of death the first counts, until the site has said which is right. An event
    that contradicts itself on whether it was fatal is asked about, and ends nothing.
    """
    exits, events = read_record(state, EXIT), read_record(state, EVENTS)
    fatal = events["outcome"].eq("fatal") & events["grade"].isin(["5", ""])
    exits, events = exits[exits["reason"].isin(ENDING)], events[fatal]
    days = pd.concat([each.set_index("participant")["end_date"] for each in (exits, events)])
    return parse_days(days).dropna().groupby(level=0).min()


def quarantine(state: CleaningState) -> CleaningState:
    """Set measurements of visits after the end missing, and later rows of other kinds aside."""
    ends = find_data_ends(state)
    if ends.empty:
        return state
    visits = state.tables["visits"]
    late = visits[
        parse_days(visits["visit_date"]) > find_person_days(visits["participant_id"], ends)
    ]
    pairs = pd.MultiIndex.from_frame(late[["participant_id", "visit"]])
    measured = [f.name for f in state.fields[REDCAP].values() if f.place.is_item]
    at = pd.MultiIndex.from_frame(state.keys[["participant", "visit"]]).isin(pairs)
    cells = state.cells.loc[at, measured]
    rows, names = (cells != "").to_numpy().nonzero()
    found = pd.DataFrame({"row": cells.index[rows], "field": cells.columns[names]})
    who = state.keys["participant"]
    findings = []
    for person, part in found.groupby(who.loc[found["row"]].to_numpy()):
        measured_late = list(zip(part["row"], part["field"], strict=True))
        findings += find_together(
            "after_end", measured_late, group=str(person), values="", reason="pending_query"
        )
    for table in (EVENTS, "medications"):
        recorded = read_record(state, table)
        begun = parse_days(recorded["start_date"])
        later = begun > find_person_days(recorded["participant"], ends)
        findings += _set_late_aside(recorded.loc[later, "participant"])
    state = state.apply(findings)
    for source in (DIARY, CAPILLAROSCOPY):
        file = state.files[source]
        keys = file.keys.drop(file.aside)
        if source == DIARY:
            dates = parse_days(file.frame.loc[keys.index, "entry_date"])
            later = dates > find_person_days(keys["participant"], ends)
        else:
            taken = pd.MultiIndex.from_frame(keys[["participant", "visit"]])
            later = pd.Series(taken.isin(pairs), index=keys.index)
        state = state.apply(_set_late_aside(keys.loc[later, "participant"]), source)
    return state


def _set_late_aside(who: pd.Series) -> list[Finding]:
    """Set rows aside, one question for all of a person; `who` are the participants of the rows."""
    return [
        finding
        for person, rows in who.groupby(who)
        for finding in find_together(
            "after_end_row", [(row, "") for row in rows.index], group=str(person)
        )
    ]
