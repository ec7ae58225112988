"""Small literal tables for the tests of several rooms."""

import pandas as pd

from analysis.tables import shape_table

PERSON = {
    "consent_date": "2031-02-20",
    "procedure_date": "2031-03-10",
    "anaesthesia_start": "2031-03-10T09:00",
    "first_injection": "2031-03-10T11:00",
    "eligible": "yes",
    "in_enrolled": "yes",
    "in_procedure_safety": "yes",
    "in_product_safety": "yes",
    "in_full_analysis": "yes",
    "in_per_protocol": "yes",
}
EVENT = {
    "term": "Bruise",
    "coded_term": "Bruising",
    "class": "Skin",
    "dictionary": "none",
    "start_date": "2031-03-12",
    "start_day": 2,
    "grade": 1,
    "serious": "no",
    "ongoing": "no",
    "led_to_withdrawal": "no",
    "worsening": "no",
    "outcome": "recovered",
    "related_liposuction": "unrelated",
    "related_injection": "unrelated",
    "related_product": "unrelated",
    "related_disease": "unrelated",
}
NOT_INJECTED = {
    "first_injection": "",
    "in_product_safety": "no",
    "in_full_analysis": "no",
    "in_per_protocol": "no",
}
NOT_TREATED = {
    **NOT_INJECTED,
    "procedure_date": "",
    "anaesthesia_start": "",
    "in_procedure_safety": "no",
}


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
