"""Small literal tables for the tests of several rooms."""

import numpy as np
import pandas as pd

from analysis.study import load_study
from analysis.tables import shape_table

STUDY = load_study()
PEOPLE = [f"SIM-{number:02d}" for number in range(1, 31)]

PERSON = {
    "consent_date": "2031-02-20",
    "procedure_date": "2031-03-10",
    "anaesthesia_start": "2031-03-10T09:00",
    "first_injection": "2031-03-10T11:00",
    "eligible": "yes",
    **{f"in_{population.name}": "yes" for population in STUDY.populations},
}
EVENT = {
    "term": "Bruise",
    "coded_term": "Bruising",
    "class": "Skin",
    "dictionary": "none",
    "start_date": "2031-03-12",
    "start_day": 2,
    "grade": 1,
    **dict.fromkeys(("serious", "ongoing", "led_to_withdrawal", "worsening"), "no"),
    "outcome": "recovered",
    **{f"related_{c}": "unrelated" for c in ("liposuction", "injection", "product", "disease")},
}
NOT_INJECTED = {"first_injection": "", "in_product_safety": "no", "in_full_analysis": "no"}
NOT_INJECTED |= {"in_per_protocol": "no"}
NOT_TREATED = {"procedure_date": "", "anaesthesia_start": "", "in_procedure_safety": "no"}
NOT_TREATED |= NOT_INJECTED


def make_participants(*ids, **changes):
    """Make the table participants; `changes` maps an id to the cells that differ."""
    rows = [{"participant_id": name, **PERSON, **changes.get(name, {})} for name in ids]
    return shape_table(pd.DataFrame(rows), "participants")


def make_events(*rows):
    """Make the table adverse_events from (participant, cells that differ)."""
    made = [
        {"participant_id": person, "event_number": number, **EVENT, **cells}
        for number, (person, cells) in enumerate(rows, start=1)
    ]
    columns = ["participant_id", "event_number"]
    return shape_table(pd.DataFrame(made, columns=None if made else columns), "adverse_events")


def make_items(*rows):
    """Make items of participant, visit, instrument, item, location, occasion and value."""
    names = ["participant_id", "visit", "instrument", "item", "location", "occasion", "value"]
    frame = pd.DataFrame(rows, columns=names)
    return shape_table(frame.assign(source="export.csv:form:" + frame["item"]), "items")


def make_pairs(baseline, followup, outcome=STUDY.outcomes[0], **cells):
    """Make pairs of SIM-01, SIM-02 and so on in an outcome of the plan."""
    change = np.subtract(followup, baseline, dtype=float)
    scores = {"baseline": baseline, "followup": followup, "change": change}
    usual = {"variant": "primary", "component": "total", "visit": "week_12", "rule": "both_visits"}
    frame = pd.DataFrame(scores, dtype=float).assign(
        participant_id=PEOPLE[: len(change)],
        outcome=outcome.name,
        improvement=change * outcome.direction if outcome.direction else np.nan,
    )
    return shape_table(frame.assign(**(usual | cells)), "pairs")


def make_scores(pairs, **cells):
    """Make the scores behind pairs: one at baseline, one at the visit."""
    key = ["participant_id", "visit", "outcome", "variant", "component", "rule"]
    parts = [
        pairs[key].assign(visit=visit, score=pairs[name], status="complete", **cells)
        for visit, name in (("baseline", "baseline"), ("week_12", "followup"))
    ]
    return shape_table(pd.concat(parts, ignore_index=True), "scores")
