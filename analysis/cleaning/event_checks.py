"""Contradictions of adverse events: within one, between two, and with the end of participation."""

from collections.abc import Iterator

import pandas as pd

from analysis.cleaning.dates import parse_days
from analysis.cleaning.export import REDCAP
from analysis.cleaning.fields import list_columns
from analysis.cleaning.reshape import ask_rows, join_cells, read_record
from analysis.cleaning.rules import read_threshold
from analysis.cleaning.state import CleaningState, Finding, find_cells, find_together

EVENTS, EXIT = "adverse_events", "disposition"
# The columns that two rows about the same thing share, by table of a repeating form.
SAME = {
    EVENTS: (("wording", "start_date"), ("term", "start_date")),
    "medications": (
        ("wording", "dose", "dose_unit", "start_date", "change_date"),
        ("name", "start_date"),
    ),
}


def find_fatal(events: pd.DataFrame) -> pd.Series:
    """Say which adverse events, as `read_record` returns them, ended in death by any column."""
    return (
        events["outcome"].eq("fatal")
        | events["grade"].eq("5")
        | events["serious_criterion"].eq("death")
    )


def find_outcome_disagreements(state: CleaningState) -> Iterator[Finding]:
    """Grade 5, the outcome fatal and the criterion death mean one thing; nothing then goes on."""
    events = read_record(state, EVENTS)
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
    events = read_record(state, EVENTS)
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
    events, exits = read_record(state, EVENTS), read_record(state, EXIT)
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
    events, last = read_record(state, EVENTS), find_last_days(state)
    start = parse_days(events["start_date"])
    known = events["participant"].map(last)
    days = (start - pd.to_datetime(known)).dt.days
    far = (days > read_threshold("event_far")) & ~find_fatal(events)
    yield from ask_rows(state, "event_far", EVENTS, events.index[far], ("start_date",))


def find_last_days(state: CleaningState) -> pd.Series:
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
        rows = read_record(state, table)
        wording = rows["name"] if table != EVENTS else rows["term"] + "|" + rows["coded_term"]
        rows = rows.assign(wording=wording.map(fold_words))
        rows = rows[rows["start_date"] != ""]
        for _, part in rows.groupby(["participant", *same]):
            if len(part) > 1:
                cells = join_cells(state, part.index, table, asked)
                yield from find_together("recorded_again", cells, group=part.index[0])


def find_repeated_ulcers(state: CleaningState) -> Iterator[Finding]:
    """Active ulcers of one finger and one size that are recorded twice at a visit."""
    fields = {field.place.item: field.name for field in state.list_items("digital_ulcers")}
    if not {"side", "finger", "active", "size"} <= fields.keys():
        return
    cells = state.cells[list(fields.values())].set_axis(list(fields), axis=1)
    cells = cells.join(state.keys[["participant", "visit"]])
    cells = cells[cells["active"].eq("1") & cells["size"].ne("")]
    for _, part in cells.groupby(["participant", "visit", "side", "finger", "size"]):
        if len(part) > 1:
            found = [(row, fields["finger"]) for row in part.index]
            yield from find_together("recorded_again", found, group=part.index[0])


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
