"""The listing of adverse events, one printed row each, coarsened for publication if asked."""

from typing import Any

import pandas as pd

from analysis.results import format_number
from analysis.safety.overview import RELATIONS, is_planned_stay, is_serious, name_term

PERIODS = {
    "before_consent": "before consent",
    "pre_procedure": "before",
    "procedure_emergent": "procedure",
    "product_emergent": "product",
    "later": "after",
    "unclear": "uncertain",
}
NOT_RECORDED = "not recorded"


def list_adverse_events(events: pd.DataFrame, *, coarsen: bool) -> pd.DataFrame:
    """Format every event, including those that no table counts.

    Parameters
    ----------
    events
        As `analysis.safety.phases.assign_phases` returns them.
    coarsen
        Whether study days replace dates, and terms as recorded appear only if an event is not
        coded.

    Returns
    -------
    Texts: `participant_id, event, recorded, period, days, grade, serious`, the four
    relations, `action, outcome, withdrawal, note`; sorted by participant, start and number.
    """
    key = ["participant_id", "start_day", "event_number"]
    order = events.sort_values(key, kind="stable", na_position="last")
    rows = [_print_event(event, coarsen) for event in order.to_dict("records")]
    columns = ["participant_id", "event", "recorded", "period", "days", "grade", "serious"]
    columns += [*RELATIONS, "action", "outcome", "withdrawal", "note"]
    return pd.DataFrame(rows, columns=columns)


def _print_event(event: dict[Any, Any], coarsen: bool) -> dict[str, str]:
    one = pd.DataFrame([event])
    return {
        "participant_id": event["participant_id"],
        "event": name_term(event),
        "recorded": "" if coarsen else event["term"],
        "period": PERIODS[event["phase"]],
        "days": f"{_print_start(event, coarsen)}{_print_end(event, coarsen)}",
        "grade": NOT_RECORDED if pd.isna(event["grade"]) else str(event["grade"]),
        "serious": _print_serious(one),
        **{name: event[name].replace("_", " ") or NOT_RECORDED for name in RELATIONS},
        "action": event["action"] or NOT_RECORDED,
        "outcome": event["outcome"].replace("_", " ") or NOT_RECORDED,
        "withdrawal": event["led_to_withdrawal"] or NOT_RECORDED,
        "note": _print_note(event, one),
    }


def _print_start(event: dict[Any, Any], coarsen: bool) -> str:
    if not coarsen:
        return f"{event['start_date']} {event['start_time']}".strip() or NOT_RECORDED
    return "not known" if pd.isna(event["start_day"]) else format_number(event["start_day"], 0)


def _print_end(event: dict[Any, Any], coarsen: bool) -> str:
    if event["ongoing"] == "yes":
        return ", ongoing"
    if not coarsen or not event["end_date"]:
        return f" to {event['end_date'] or NOT_RECORDED}"
    if pd.isna(event["end_day"]):
        return " to not known"
    same = pd.notna(event["start_day"]) and event["end_day"] == event["start_day"]
    return "" if same else f" to {format_number(event['end_day'], 0)}"


def _print_serious(one: pd.DataFrame) -> str:
    if is_serious(one).iloc[0]:
        criterion = one["serious_criterion"].iloc[0].replace("_", " ")
        return f"yes: {criterion}" if criterion else "yes"
    return "no" if one["serious"].iloc[0] else NOT_RECORDED


def _print_note(event: dict[Any, Any], one: pd.DataFrame) -> str:
    notes = [event["phase_flag"]]
    if is_planned_stay(one).iloc[0]:
        notes.append("planned hospital stay, not serious")
    if event["worsening"] == "yes":
        notes.append("worsening of an earlier condition")
    return "; ".join(dict.fromkeys(note for note in notes if note))
