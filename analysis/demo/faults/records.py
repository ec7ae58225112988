"""Faults between cells and rows: contradictions, events, visits twice or not at all."""

import numpy as np

from analysis.demo.faults.plant import REDCAP
from analysis.demo.faults.writing import drift
from analysis.demo.measures import FINGERS
from analysis.demo.treatment import BORDERLINE


def plant_contradictions(planter):
    """Cells that contradict each other."""
    planter.start(
        "total_differs", "kept", "The recorded total is not the sum of its items; items are used"
    )
    planter.rewrite(
        planter.row(5, "baseline"), "mrss_total", lambda true: str(min(int(true) + 3, 51))
    )
    planter.rewrite(planter.row(1, "week_12"), "chfs_total", lambda true: str(abs(int(true) - 2)))
    planter.start("copied_forward", "kept", "Every answer of week 4 is that of baseline")
    for field in (*(f"chfs_{item:02d}" for item in range(1, 19)), "chfs_total"):
        before = planter.read(REDCAP, planter.row(6, "baseline"), field)
        planter.change(REDCAP, planter.row(6, "week_4"), field, before)
    planter.start("sides_swapped", "kept", "Right and left fingers were exchanged at week 12")
    # Whose hands differ most, of those whose fingers have no other fault: else nobody could see it.
    person = max((0, 3, 5), key=lambda person: _difference_of_hands(planter, person))
    row = planter.row(person, "week_12")
    true = {name: planter.read(REDCAP, row, f"circ_{name}") for name in FINGERS}
    for name in FINGERS:
        other = {"r": "l", "l": "r"}[name[0]] + name[1]
        planter.change(REDCAP, row, f"circ_{name}", true[other])
    planter.start("not_asked_for", "kept", "A reason for leaving, although the trial was completed")
    planter.change(REDCAP, planter.row(1, "week_12"), "disp_reason", "7")
    planter.start("volume_exceeds", "kept", "More was injected than there was")
    planter.change(REDCAP, planter.row(3, "procedure"), "final_ml", "5.0")
    planter.start("ulcer_gate", "kept", "The visit and the ulcer form disagree")
    planter.rewrite(planter.row(2, "week_4"), "du_any", lambda true: {"0": "1", "1": "0"}[true])


def plant_events(planter):
    """Adverse events with blank cells, and an ulcer that none of them reports."""
    planter.start(
        "required_missing", "kept", "An adverse event without its start, one without a relation"
    )
    planter.change(REDCAP, planter.first_event(0), "ae_start", "")
    planter.change(REDCAP, planter.first_event(3), "ae_rel_product", "")
    planter.start("ulcer_without_event", "kept", "A new ulcer that no adverse event reports")
    mine = [row for row in planter.rows(REDCAP, 5) if "|week_12_arm_1|digital_ulcer#" in row]
    taken = {
        planter.read(REDCAP, row, "du_side") + planter.read(REDCAP, row, "du_finger")
        for row in mine
    }
    free = next(code for code in ("13", "12", "23", "22", "14", "24") if code not in taken)
    row = planter.add(
        REDCAP,
        planter.row(5, "unscheduled", "adverse_event", 1),
        {
            name: ""
            for name in planter.tables[REDCAP].columns
            if name.startswith(("ae_", "adverse_"))
        }
        | {
            "redcap_event_name": "week_12_arm_1",
            "redcap_repeat_instrument": "digital_ulcer",
            "redcap_repeat_instance": str(len(mine) + 1),
            "du_side": free[0],
            "du_finger": free[1],
            "du_active": "1",
            "du_new": "1",
            "du_healed": "0",
            "du_size_mm": "3.0",
            "digital_ulcer_complete": "2",
        },
    )
    planter.note(REDCAP, row, "", "", "")
    planter.change(REDCAP, planter.row(5, "week_12"), "du_any", "1", "1")


def plant_rows(planter):
    """A visit that is absent and one that stands twice."""
    planter.start("visit_absent", "kept", "The visit took place and was never entered")
    planter.remove(REDCAP, planter.row(2, "week_1"))
    planter.note(REDCAP, planter.row(2, "week_1"), "", "", "")
    planter.start(
        "duplicate_row",
        "set_aside",
        "Week 12 under two spellings of the record; the one nearer to its planned day is used",
    )
    like = planter.row(2, "week_12")
    visit = planter.cohort.days["week_12"][2]
    away = 3 if visit - planter.cohort.days["procedure"][2] >= np.timedelta64(84, "D") else -3
    pain = int(planter.read(REDCAP, like, "vas_hand"))
    cells = {
        "record_id": drift(planter.ids[2], "SIM-"),
        "visit_date": str(visit + away),
        "vas_hand": str(pain + 7 if pain < 90 else pain - 7),
    }
    planter.note(REDCAP, planter.add(REDCAP, like, cells), "", "", "")


def tell_deviations(planter):
    """List what the cohort's deviations already put in."""
    planter.start("out_of_window", "kept", "The week 12 visit took place late")
    row = planter.row(5, "week_12")
    date = planter.read(REDCAP, row, "visit_date")
    planter.note(REDCAP, row, "visit_date", date, date)
    planter.start(
        "product_below_specification", "kept", "Viability a little below its specification"
    )
    row = planter.row(BORDERLINE, "procedure")
    told = planter.read(REDCAP, row, "viability_pct")
    planter.note(REDCAP, row, "viability_pct", told, told)


def _difference_of_hands(planter, person):
    row = planter.row(person, "baseline")
    right, left = (
        [int(planter.read(REDCAP, row, f"circ_{side}{finger}")) for finger in range(2, 6)]
        for side in "rl"
    )
    return sum(abs(one - other) for one, other in zip(right, left, strict=True))
