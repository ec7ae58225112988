"""Data from after participation ended: kept apart and asked about, as study.yml has it by reason.

To stop treatment, or the trial for another reason, ends nothing: what was measured later is used.
"""

import pandas as pd

from analysis.cleaning.dates import find_person_days, parse_days
from analysis.cleaning.event_checks import EVENTS, EXIT
from analysis.cleaning.export import CAPILLAROSCOPY, DIARY, REDCAP
from analysis.cleaning.record_rows import list_form_rows
from analysis.cleaning.state import CleaningState, Finding, find_together

# How an export calls the reasons that study.yml has a rule for.
REASONS = {
    "death": ("death",),
    "consent_withdrawn": ("withdrew_consent", "withdrawal_of_consent"),
    "lost": ("lost_to_follow_up", "lost"),
}
# The rules by which values and rows are kept apart, by what study.yml says of the reason.
RULES = {
    "never": ("after_end", "after_end_row"),
    "until_answered": ("after_lost", "after_lost_row"),
}


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
    return parse_days(days).dropna().groupby(level=0).min()


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
        findings += _set_aside(recorded.loc[later, "participant"], rule_of_rows)
    state = state.apply(findings)
    pairs = pairs[pairs.get_level_values("participant_id").isin(ends.index)]
    for source in (DIARY, CAPILLAROSCOPY):
        file = state.files[source]
        keys = file.keys.drop(file.aside)
        if source == DIARY:
            dates = parse_days(file.frame.loc[keys.index, "entry_date"])
            later = dates > find_person_days(keys["participant"], ends)
        else:
            taken = pd.MultiIndex.from_frame(keys[["participant", "visit"]])
            later = pd.Series(taken.isin(pairs), index=keys.index)
        state = state.apply(_set_aside(keys.loc[later, "participant"], rule_of_rows), source)
    return state


def _set_aside(who: pd.Series, rule: str) -> list[Finding]:
    """Set rows aside, one question for all of a person; `who` are the participants of the rows."""
    return [
        finding
        for person, rows in who.groupby(who)
        for finding in find_together(rule, [(row, "") for row in rows.index], group=str(person))
    ]
