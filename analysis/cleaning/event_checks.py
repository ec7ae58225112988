"""Contradictions about the events and the end: also of ulcers, drugs, eligibility and habits."""

import re
from collections.abc import Iterator

import pandas as pd

from analysis.cleaning.dates import parse_days
from analysis.cleaning.export import REDCAP
from analysis.cleaning.fields import list_columns
from analysis.cleaning.reshape import ask_rows, find_visit_dates, join_cells, list_form_rows
from analysis.cleaning.state import CleaningState, Finding, find_cells, find_together

EVENTS, EXIT = "adverse_events", "disposition"
_ULCER_WORDS = r"ulcer|궤양"
# What makes two rows of a repeating form tell of one thing, by table.
SAME = {
    EVENTS: (("wording", "start_date"), ("term", "start_date")),
    "medications": (
        ("wording", "dose", "dose_unit", "start_date", "change_date"),
        ("name", "start_date"),
    ),
}


def find_fatal(events: pd.DataFrame) -> pd.Series:
    """Say which adverse events, as `list_form_rows` returns them, ended in death by any column."""
    return (
        events["outcome"].eq("fatal")
        | events["grade"].eq("5")
        | events["serious_criterion"].eq("death")
    )


def select_ulcer_events(events: pd.DataFrame) -> pd.DataFrame:
    """Return the adverse events whose term, as recorded or as coded, names an ulcer."""
    words = events["term"] + " " + events["coded_term"]
    return events[words.str.contains(_ULCER_WORDS, case=False)]


def find_outcome_disagreements(state: CleaningState) -> Iterator[Finding]:
    """Grade 5, the outcome fatal and the criterion death mean one thing; nothing then goes on."""
    events = list_form_rows(state, EVENTS)
    outcome = events["outcome"]
    survived = ~outcome.isin(["fatal", "", "unknown"])
    differs = find_fatal(events) & (
        survived
        | (outcome.eq("fatal") & ~events["grade"].isin(["5", ""]))
        | events["ongoing"].eq("yes")
    )
    names = ("grade", "outcome", "serious_criterion", "ongoing")
    yield from ask_rows(state, "death_disagrees", EVENTS, events.index[differs], names)
    recovered = outcome.isin(["recovered", "recovered_with_sequelae"])
    # An end of what goes on is asked about as a field filled in vain.
    differs = recovered & events["ongoing"].eq("yes") & events["end_date"].eq("")
    differs &= ~find_fatal(events)
    yield from ask_rows(
        state, "recovery_disagrees", EVENTS, events.index[differs], ("outcome", "ongoing")
    )


def find_seriousness(state: CleaningState) -> Iterator[Finding]:
    """A death is serious, and what is serious is so for a reason.

    A reason for what is not serious is asked about as a field filled in vain.
    """
    events = list_form_rows(state, EVENTS)
    differs = find_fatal(events) & events["serious"].eq("no")
    names = ("serious", "grade", "outcome", "serious_criterion")
    yield from ask_rows(state, "serious_disagrees", EVENTS, events.index[differs], names)
    empty = events["serious"].eq("yes") & events["serious_criterion"].eq("")
    # A criterion that could not be read, or that is required, is asked about already.
    field = list_columns(state.fields[REDCAP], EVENTS).get("serious_criterion")
    if field is not None and not field.required:
        empty &= state.redcap.raw.loc[events.index, field.name].eq("")
        yield from ask_rows(
            state,
            "criterion_missing",
            EVENTS,
            events.index[empty],
            ("serious", "serious_criterion"),
        )


def find_exit_disagreements(state: CleaningState) -> Iterator[Finding]:
    """Events and the end of participation agree both ways about death, withdrawal and dates.

    A death after the trial was completed is none of them.
    """
    events, exits = list_form_rows(state, EVENTS), list_form_rows(state, EXIT)
    exits = exits[exits["status"] != ""].drop_duplicates("participant")
    ends = exits.reset_index(names="row").set_index("participant")
    fatal = events[find_fatal(events)].drop_duplicates("participant")
    left = events[events["led_to_withdrawal"].eq("yes")].drop_duplicates("participant")
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
    for row, event in left.iterrows():
        completed = exits.index[
            exits["participant"].eq(event["participant"]) & exits["status"].eq("completed")
        ]
        if len(completed):
            cells = join_cells(state, [str(row)], EVENTS, ("led_to_withdrawal",))
            cells += join_cells(state, completed, EXIT, ("status",))
            yield from find_together("withdrawal_elsewhere", cells, group=str(row))
    because = exits["reason"].eq("adverse_event") & ~exits["participant"].isin(left["participant"])
    because &= ~exits["participant"].isin(fatal["participant"])
    yield from ask_rows(
        state, "withdrawal_elsewhere", EXIT, exits.index[because], ("status", "reason")
    )


def find_far_events(state: CleaningState) -> Iterator[Finding]:
    """Events that begin long after the last that is known of a person; a death may."""
    events, last = list_form_rows(state, EVENTS), _find_last_days(state)
    start = parse_days(events["start_date"])
    known = events["participant"].map(last)
    days = (start - pd.to_datetime(known)).dt.days
    far = (days > state.study.queries.event_far_days.value) & ~find_fatal(events)
    yield from ask_rows(state, "event_far", EVENTS, events.index[far], ("start_date",))


def _find_last_days(state: CleaningState) -> pd.Series:
    """Return the last day (ISO) of a visit or of the end of participation, by participant."""
    dates = pd.concat(
        [
            state.tables["visits"].set_index("participant_id")["visit_date"],
            state.tables[EXIT].set_index("participant_id")["end_date"],
        ]
    )
    return dates[dates != ""].groupby(level=0).max()


def find_repeated_rows(state: CleaningState) -> Iterator[Finding]:
    """One adverse event or one medication that is recorded under two numbers."""
    for table, (same, asked) in SAME.items():
        rows = list_form_rows(state, table)
        wording = rows["name"] if table != EVENTS else rows["term"] + "|" + rows["coded_term"]
        rows = rows.assign(wording=wording.map(fold_words))
        rows = rows[(rows["start_date"] != "") & (rows["wording"].str.strip("|") != "")]
        for _, part in rows.groupby(["participant", *same]):
            if len(part) > 1:
                cells = join_cells(state, part.index, table, asked)
                yield from find_together("recorded_again", cells, group=part.index[0])


def find_repeated_ulcers(state: CleaningState) -> Iterator[Finding]:
    """Active ulcers of one finger and one size that are recorded twice at a visit."""
    ulcers = _list_ulcers(state)
    sized = ulcers[ulcers["active"].eq(1) & ulcers["size"].notna()]
    for _, part in sized.groupby(["participant", "visit", "location", "size"]):
        if len(part) > 1:
            found = [(str(row), field) for row, field in part["field"].items()]
            yield from find_together("recorded_again", found, group=found[0][0])


def find_ended_ulcers(state: CleaningState) -> Iterator[Finding]:
    """New ulcers that are still active at a later visit, after every event of an ulcer has ended.

    An event without an exact end may go on.
    """
    ulcers = _list_ulcers(state)
    events = select_ulcer_events(list_form_rows(state, EVENTS))
    new = ulcers[ulcers["new"].eq(1) & ulcers["active"].eq(1)]
    later = ulcers[ulcers["new"].ne(1) & ulcers["active"].eq(1)].reset_index(names="row")
    both = later.merge(new, on=["participant", "location"], suffixes=("", "_first"))
    for ulcer in both[both["day"] > both["day_first"]].itertuples():
        of_person = events[events["participant"] == ulcer.participant]
        begun = of_person[of_person["start_date"] <= ulcer.day_first]
        ended = begun["end_date"].str.len().eq(10) & (begun["end_date"] < ulcer.day)
        if len(begun) and ended.all() and len(begun) == len(of_person):
            cells = join_cells(state, begun.index, EVENTS, ("end_date",))
            found = [*cells, (str(ulcer.row), str(ulcer.field))]
            yield from find_together("ulcer_event_ended", found, group=str(ulcer.row))


def _list_ulcers(state: CleaningState) -> pd.DataFrame:
    """Return the recorded ulcers: person, visit and its day, finger, `new`, `active`, `size`.

    `field` is the column that says whether it is active; no rows where the export lacks one.
    """
    held = {field.place.item: field for field in state.list_items("digital_ulcers")}
    names = ["new", "active", "size"]
    if not {"side", "finger", "active"} <= held.keys():
        return pd.DataFrame(columns=["participant", "visit", "location", "day", "field", *names])
    cells = state.convert_numbers(held[name] for name in names if name in held)
    cells = cells.rename(columns={held[name].name: name for name in names if name in held})
    cells = cells.reindex(columns=names).join(state.keys[["participant", "visit"]])
    cells = cells.assign(
        location=state.places[REDCAP]["location"],
        day=find_visit_dates(state, state.keys),
        field=held["active"].name,
    )
    return cells[cells["location"] != ""]


def find_unlisted_drugs(state: CleaningState) -> Iterator[Finding]:
    """Events treated with a drug that the person's list of medication does not have at that time.

    Drugs are known by the lists of all people, so that `Analgesic` names none. The other way
    round, a drug that its entry says was given for an event needs that event.
    """
    events, drugs = list_form_rows(state, EVENTS), list_form_rows(state, "medications")
    wording = drugs["name"].astype("str").map(fold_words).astype("str")
    drugs = drugs.join(wording.str.extract(r"^(?P<drug>.*?)(?: for (?P<why>.*))?$").fillna(""))
    terms = pd.concat([events["term"], events["coded_term"]]).map(fold_words)
    who = pd.concat([events["participant"]] * 2)
    for name in sorted(set(drugs["drug"]) - {""}):
        words = events["action"].map(fold_words)
        given = events[words.str.contains(rf"\b{re.escape(name)}\b")]
        for row, event in given.iterrows():
            mine = drugs[drugs["participant"].eq(event["participant"]) & drugs["drug"].eq(name)]
            over = mine["end_date"].ne("") & (mine["end_date"] < event["start_date"])
            if over.all():
                cells = join_cells(state, [str(row)], EVENTS, ("action",))
                cells += join_cells(state, mine.index, "medications", ("end_date",))
                yield from find_together("drug_unlisted", cells, group=f"{row} {name}")
    known = pd.MultiIndex.from_arrays([who, terms])
    here = pd.MultiIndex.from_frame(drugs[["participant", "why"]])
    alone = drugs["why"].isin(set(terms) - {""}) & ~here.isin(known)
    yield from ask_rows(state, "drug_without_event", "medications", drugs.index[alone], ("name",))


def unify_terms(state: CleaningState) -> Iterator[Finding]:
    """Spell a term everywhere as most events do, so that it counts as one term."""
    for column in ("term", "coded_term"):
        terms = state.find_cells_of(EVENTS, column)
        if terms is not None:
            terms = terms[terms != ""]
            counts = terms.value_counts().rename_axis("text").reset_index()
            counts = counts.assign(folded=counts["text"].map(fold_words))
            counts = counts.sort_values(["count", "text"], ascending=[False, True])
            usual = counts.drop_duplicates("folded").set_index("folded")["text"]
            spelled = terms.map(fold_words).map(usual)
            yield find_cells("term_spelling", str(terms.name), spelled != terms, spelled)


def fold_words(text: str) -> str:
    """Return a term without what is only spelling: case and spaces."""
    return " ".join(text.casefold().split())


def find_treated_ineligible(state: CleaningState) -> Iterator[Finding]:
    """People who were found not eligible and were treated all the same."""
    people, treated = list_form_rows(state, "participants"), list_form_rows(state, "procedures")
    begun = treated[(treated["anaesthesia_start"] != "") | (treated["first_injection"] != "")]
    failed = people.index[
        people["eligible"].eq("no") & people["participant"].isin(begun["participant"])
    ]
    yield from ask_rows(state, "treated_ineligible", "participants", failed, ("eligible",))


def find_smoking(state: CleaningState) -> Iterator[Finding]:
    """Nobody who has smoked never smoked; who never did cannot be a former smoker at once.

    To begin smoking during the trial is possible.
    """
    visits = list_form_rows(state, "visits")
    history = list_form_rows(state, "participants")
    history = history[history["smoking"] != ""].drop_duplicates("participant")
    before = visits["participant"].map(history.set_index("participant")["smoking"])
    ever, now = before.isin(["former", "current"]), visits["smoking"]
    place = {visit.name: visit.day for visit in state.study.visits}
    treated = pd.to_numeric(visits["visit"].map(place)).fillna(0) > 0
    began = before.eq("never") & (now.eq("former") | (now.eq("current") & ~treated))
    smokes = now.isin(["former", "current"]).loc[treated.index]
    ordered = visits.assign(day=visits["visit"].map(place), smokes=smokes.astype(int))
    ordered = ordered.sort_values(["participant", "day"], kind="stable")
    earlier = ordered.groupby("participant")["smokes"].cummax().reindex(visits.index).eq(1)
    differs = ((ever | earlier) & now.eq("never")) | began
    recorded = history.reset_index(names="row").set_index("participant")["row"]
    for participant, part in visits[differs].groupby("participant"):
        cells = join_cells(state, part.index, "visits", ("smoking",))
        cells += join_cells(state, [recorded[participant]], "participants", ("smoking",))
        yield from find_together("smoking_disagrees", cells, group=str(participant))
