"""Data from after a death, or after consent to use them was withdrawn: kept apart and asked about.

To stop treatment, or the trial for another reason, ends nothing: what was measured later is used.
"""

import pandas as pd

from analysis.cleaning.dates import find_person_days, parse_days
from analysis.cleaning.event_checks import EVENTS, EXIT
from analysis.cleaning.export import CAPILLAROSCOPY, DIARY, REDCAP
from analysis.cleaning.record_rows import read_record
from analysis.cleaning.state import CleaningState, Finding, find_together

ENDING = ("death", "withdrew_consent", "withdrawal_of_consent")


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
        findings += _set_aside(recorded.loc[later, "participant"])
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
        state = state.apply(_set_aside(keys.loc[later, "participant"]), source)
    return state


def _set_aside(who: pd.Series) -> list[Finding]:
    """Set rows aside, one question for all of a person; `who` are the participants of the rows."""
    return [
        finding
        for person, rows in who.groupby(who)
        for finding in find_together(
            "after_end_row", [(row, "") for row in rows.index], group=str(person)
        )
    ]
