"""Faults between cells, rows and visits: contradictions, repetitions, absences."""

from collections.abc import Callable

import numpy as np

from analysis.demo.cohort import Cohort
from analysis.demo.measures import MEASURED_FINGERS
from analysis.demo.planter import DIARY, IMAGES, REDCAP, Planter
from analysis.demo.texts import drift

Cells = list[dict[str, str]]


def rate_out_of_ten(planter: Planter, cohort: Cohort) -> Cells:
    """Plant a rating of 0 to 10 among ratings of 0 to 100."""

    def lowest(person: int) -> int:
        return min(
            int(planter.read(REDCAP, planter.find_row(cohort.ids[person], visit), "vas_hand"))
            for visit in ("baseline", "week_4", "week_12")
        )

    # The person with the highest other ratings of those seen in week 1, so that the fault shows.
    place = planter.find_row(cohort.ids[max((0, 1, 3, 5), key=lowest)], "week_1")
    rating = int(planter.read(REDCAP, place, "vas_hand"))
    return [planter.change(REDCAP, place, "vas_hand", f"{round(rating / 10)}")]


def copy_forward(planter: Planter, cohort: Cohort) -> Cells:
    """Plant the answers of baseline in week 4."""
    before, later = (planter.find_row(cohort.ids[6], visit) for visit in ("baseline", "week_4"))
    return [
        planter.change(REDCAP, later, field, planter.read(REDCAP, before, field))
        for field in planter.tables[REDCAP].columns
        if field.startswith("chfs_")
    ]


def swap_sides(planter: Planter, cohort: Cohort) -> Cells:
    """Exchange right and left fingers of a visit."""

    def difference(person: int) -> int:
        place = planter.find_row(cohort.ids[person], "baseline")
        sizes = [int(planter.read(REDCAP, place, f"circ_{name}")) for name in MEASURED_FINGERS]
        return sum(abs(one - other) for one, other in zip(sizes[:4], sizes[4:], strict=True))

    # The person whose hands differ most, without other faults in the fingers, so that it shows.
    place = planter.find_row(cohort.ids[max((0, 3, 5), key=difference)], "week_12")
    true = {name: planter.read(REDCAP, place, f"circ_{name}") for name in MEASURED_FINGERS}
    return [
        planter.change(REDCAP, place, f"circ_{name}", true[{"r": "l", "l": "r"}[name[0]] + name[1]])
        for name in MEASURED_FINGERS
    ]


def add_ulcer(planter: Planter, cohort: Cohort) -> Cells:
    """Plant a new ulcer that no adverse event reports."""
    person = cohort.ids[5]
    known = planter.find_rows(REDCAP, person, visit="week_12", form="digital_ulcer")
    taken = {
        planter.read(REDCAP, p, "du_side") + planter.read(REDCAP, p, "du_finger") for p in known
    }
    free = next(code for code in ("13", "12", "23", "22", "14", "24") if code not in taken)
    blank = (
        name for name in planter.tables[REDCAP].columns if name.startswith(("ae_", "adverse_"))
    )
    like = planter.find_row(person, "unscheduled", "adverse_event")
    place = planter.add(
        REDCAP, like, **dict.fromkeys(blank, ""), redcap_event_name="week_12_arm_1",
        redcap_repeat_instrument="digital_ulcer", redcap_repeat_instance=str(len(known) + 1),
        du_side=free[0], du_finger=free[1], du_active="1", du_new="1", du_healed="0",
        du_size_mm="3.0", digital_ulcer_complete="2",
    )  # fmt: skip
    visit = planter.find_row(person, "week_12")
    planter.write(REDCAP, visit, du_any="1")
    return [
        planter.describe(REDCAP, place, ""),
        planter.describe(REDCAP, visit, "du_any", true="1"),
    ]


def remove_visit(planter: Planter, cohort: Cohort) -> Cells:
    """Remove a visit."""
    return [planter.remove(REDCAP, planter.find_row(cohort.ids[2], "week_1"))]


def repeat_visit(planter: Planter, cohort: Cohort) -> Cells:
    """Plant a visit a second time, under another spelling of the record."""
    person = cohort.ids[2]
    like = planter.find_row(person, "week_12")
    visit = cohort.days["week_12"][2]
    away = 3 if visit - cohort.days["procedure"][2] >= np.timedelta64(84, "D") else -3
    pain = int(planter.read(REDCAP, like, "vas_hand"))
    place = planter.add(
        REDCAP,
        like,
        record_id=drift(person, "SIM-"),
        visit_date=str(visit + away),
        vas_hand=str(pain + 7 if pain < 90 else pain - 7),
    )
    return [planter.describe(REDCAP, place, "")]


def repeat_day(planter: Planter, cohort: Cohort) -> Cells:
    """Plant a day of the diary that was rated twice."""
    like = planter.find_rows(DIARY, cohort.ids[1])[5]
    rating = int(planter.read(DIARY, like, "rating"))
    other = str(rating + 2 if rating < 9 else rating - 2)
    place = planter.add(DIARY, like, entry_time="23:59", rating=other)
    return [planter.describe(DIARY, place, "")]


def add_stray_days(planter: Planter, cohort: Cohort) -> Cells:
    """Plant days of the diary that belong to no visit."""
    cells = []
    for person, day in ((3, 40), (5, -15), (5, -16)):
        like = planter.find_rows(DIARY, cohort.ids[person])[0]
        date = str(cohort.days["procedure"][person] + day)
        place = planter.add(DIARY, like, entry_date=date, rating="4")
        cells.append(planter.describe(DIARY, place, ""))
    return cells


def blur_images(planter: Planter, cohort: Cohort) -> Cells:
    """Plant images that could not be read."""
    places = planter.find_rows(IMAGES, cohort.ids[2])
    first_reader = [p for p in places if planter.read(IMAGES, p, "reader") == "A"]
    measured = planter.tables[IMAGES].loc[:, "density":"pattern"].columns
    cells = []
    for place in first_reader[3:5]:
        cells += [planter.change(IMAGES, place, field, "") for field in measured]
        cells.append(planter.change(IMAGES, place, "comment", "판독 불가"))
    return cells


def correct_nothing(planter: Planter, cohort: Cohort) -> Cells:
    """Plant a correction of a row that does not exist."""
    row = f"{cohort.ids[1]}|week_8_arm_1|"
    return [{"file": "corrections.csv", "row": row, "field": "vas_hand", "raw_value": "62",
             "true_value": ""}]  # fmt: skip


PLANTS: dict[str, Callable[[Planter, Cohort], Cells]] = {
    plant.__name__: plant
    for plant in (
        rate_out_of_ten, copy_forward, swap_sides, add_ulcer, remove_visit, repeat_visit,
        repeat_day, add_stray_days, blur_images, correct_nothing,
    )
}  # fmt: skip
