"""Tables of single people: intercurrent events, deviations, medication, ulcers, narratives."""

from collections.abc import Iterable

import pandas as pd

from analysis.describe.exposure import print_finger
from analysis.instruments.digital_ulcers import DIGITAL_ULCER
from analysis.provenance import Provenance
from analysis.reporting.table import Table, TableRow, cells_of, label_part
from analysis.results import format_number
from analysis.safety.overview import RELATIONS, is_fatal, is_serious, name_term
from analysis.safety.times import UNKNOWN, list_periods
from analysis.statistics.sensitivity_plan import SensitivityPlan
from analysis.study import Study

_NONE = "\N{EN DASH}"
_WITHHELD = (
    "Not printed: study.yml names no consent and approval for publishing data of single people"
)
_OF_A_FINGER = ("finger_not_injected", "new_ulcer")


def withhold_people(table: Table, study: Study, provenance: Provenance) -> Table:
    """Return a table of single people, or a notice in its place.

    For a real trial, study.yml has to name consent and approval.
    """
    if provenance.simulated or study.governance.individual_data:
        return table
    return Table(table.columns, ((_WITHHELD, *[""] * (len(table.columns) - 1)),), numeric=False)


def make_intercurrent_table(plan: SensitivityPlan) -> Table:
    """Make the table of intercurrent events, with the consequences of each strategy."""
    kinds = {kind.name: kind for kind in plan.study.intercurrent_events}
    days = plan.visits.loc[plan.visits["visit"] == plan.visit]
    seen = days.set_index("participant_id")["study_day"]
    # Without a follow-up visit, a death after its window is none before it.
    window_end = plan.study.visit(plan.visit).high or 0
    rows: list[TableRow] = []
    for person, mine in plan.intercurrent_events.groupby("participant_id"):
        rows.append((str(person),))
        # A death that two forms report counts once.
        again = mine["event"].eq("death") & mine["event"].duplicated()
        for event in mine[~again].sort_values("study_day", kind="stable").to_dict("records"):
            kind = kinds[event["event"]]
            day, followup = event["study_day"], seen.get(person)
            if pd.isna(followup) and kind.strategy == "composite":
                followup = window_end + 1
            late = pd.notna(day) and pd.notna(followup) and day >= followup
            consequences = {
                "composite": (
                    "worst rank, in estimate and signed ranks",
                    "worst rank",
                    "worst rank",
                ),
                "treatment_policy": ("scores as they are", "left out", "change set to zero"),
            }[kind.strategy]
            if late:
                consequences = ("none: not before the follow-up",) * 3
            finger = event["event"] in _OF_A_FINGER
            what = print_finger(event["description"]) if finger else event["description"]
            what = f"{kind.label}: {what}"
            rows.append((what, _print_day(event["study_day"]), *consequences))
    columns = (
        *("Event", "Study day", "Primary analysis", "If events are excluded"),
        "If change after events is zero",
    )
    empty = ("No intercurrent event", *[_NONE] * 4)
    return Table(columns, tuple(rows) or (empty,), numeric=False)


def make_deviation_table(participants: pd.DataFrame, visits: pd.DataFrame, study: Study) -> Table:
    """Make the table of deviations: reasons for not being per protocol, visits out of window."""
    labels = {visit.name: visit.label for visit in study.visits}
    outside = visits[visits["in_window"].eq("no") & visits["status"].eq("done")]
    rows: list[TableRow] = []
    for person in participants.to_dict("records"):
        mine = outside[outside["participant_id"] == person["participant_id"]]
        outside_windows = {"", *(f"{visit}_outside_window" for visit in mine["visit"])}
        reasons = str(person["per_protocol_exclusion"]).split(";")
        found = [label_part(reason) for reason in reasons if reason not in outside_windows]
        if person["eligible"] == "no" and person["in_procedure_safety"] == "yes":
            found.append("Treated although found not eligible")
        found += [
            f"{labels[row['visit']]} on study day {_print_day(row['study_day'])}, window "
            f"{_print_day(row['window_low'])} to {_print_day(row['window_high'])}"
            for row in mine.to_dict("records")
        ]
        if found:
            rows.append((person["participant_id"], "; ".join(found)))
    notes = ("Found from the data by the rules of study.yml; dates in doubt are asked about.",)
    columns = ("Participant", "Deviation")
    return Table(columns, tuple(rows) or (("None found", _NONE),), notes=notes, numeric=False)


def make_medication_table(medications: pd.DataFrame) -> Table:
    """Make the table of concomitant medication that was started or changed after the procedure."""
    changed = ~medications["change"].isin(["", "none"])
    # A change on an unknown day may have been after the procedure.
    chosen = medications[changed & ~(medications["change_day"] < 0).fillna(False)]
    rows = [
        (
            row["participant_id"],
            f"{row['name']} ({label_part(row['class']).lower()})",
            _NONE if pd.isna(row["dose"]) else f"{row['dose']} {row['dose_unit']}".strip(),
            row["change"].replace("_", " "),
            _print_day(row["change_day"]),
        )
        for row in chosen.to_dict("records")
    ]
    columns = ("Participant", "Medication (class)", "Dose", "Change", "Study day")
    empty = ("No change on record", *[_NONE] * 4)
    return Table(columns, tuple(rows) or (empty,), numeric=False)


def make_ulcer_event_table(ulcers: pd.DataFrame, events: pd.DataFrame, study: Study) -> Table:
    """Make the table that compares new and healed ulcers of the form with ulcer events."""
    labels = {visit.name: visit.label for visit in study.visits}
    terms = events["term"] + " " + events["coded_term"]
    reported = events[terms.str.contains(DIGITAL_ULCER)]
    people = sorted({*ulcers["participant_id"], *reported["participant_id"]})

    def list_state(person: str, state: str) -> str:
        mine = ulcers[ulcers["participant_id"].eq(person) & ulcers[state].eq("yes")]
        seen = {str(finger): set(here["visit"]) for finger, here in mine.groupby("finger")}
        return _join(
            f"{print_finger(finger) or 'Finger not recorded'} "
            f"({', '.join(v.lower() for n, v in labels.items() if n in at)})"
            for finger, at in seen.items()
        )

    rows: list[TableRow] = []
    for person in people:
        mine = reported[reported["participant_id"] == person].to_dict("records")
        named = _join(f"{name_term(e)} (day {_print_day(e['start_day'])})" for e in mine)
        cells = (list_state(person, "new"), list_state(person, "healed"), named)
        if set(cells) != {_NONE}:
            rows.append((person, *cells))
    columns = ("Participant", "New by the ulcer form", "Healed by the form", "Ulcer events")
    empty = ("None", *[_NONE] * 3)
    return Table(columns, tuple(rows) or (empty,), numeric=False)


def make_time_table(results: pd.DataFrame, study: Study, *, visit: str) -> Table:
    """Make the table of events by time since the procedure, with each relation separately."""
    periods = {
        name: f"Day {low}" if low == high else f"Days {low} to {high}"
        for name, (low, high) in list_periods(study, visit).items()
    }
    rows: list[TableRow] = []
    for name, label in (periods | {UNKNOWN: "Day not known"}).items():
        cells = cells_of(results, f"safety.time.{name}", "participants", "events", *RELATIONS)
        rows.append((label, *cells))
    columns = (
        "Began on",
        "Participants",
        "Events",
        *(f"Related to {r}" for r in RELATIONS.values()),
    )
    notes = (
        "Events from the start of anaesthesia to the end of the follow-up visit's window. Related: "
        "possibly, probably or definitely; an event may be related to several.",
    )
    return Table(columns, tuple(rows), notes=notes)


def make_narrative_table(events: pd.DataFrame, study: Study) -> Table:
    """Make the table of the narratives of serious events that are written in study.yml."""
    rows = [(f"{each.participant}, event {each.event}", each.text) for each in study.narratives]
    notes = ("Written by a person, in study days.",) if rows else ()
    serious = is_serious(events) | is_fatal(events)
    empty = ("None written" if serious.any() else "No serious event", _NONE)
    return Table(("Event", "Narrative"), tuple(rows) or (empty,), notes=notes, numeric=False)


def _print_day(day: float) -> str:
    return "not known" if pd.isna(day) else format_number(day, 0)


def _join(texts: Iterable[str]) -> str:
    return "; ".join(texts) or _NONE
