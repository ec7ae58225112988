"""Kinds of fault across forms, visits, people and files, which no single cell shows."""

import functools
from dataclasses import replace

from analysis.demo.export import EXPORTED_ON
from analysis.demo.planter import DIARY, IMAGES, REDCAP
from stress.bench import FORM, Kind, after, cells, event, later, repeat_form

END = {"disp_status": "2", "disp_reason": "4"}
FATAL = {"ae_grade": "5", "ae_outcome": "5", "ae_serious": "1", "ae_serious_why": "1"}


def _lose(bench, at):
    """Make somebody lost between two visits; without `at`, the fault is in the first late image."""
    person = bench.free[0]
    day, last = bench.find_start(person, 50), bench.find_row(person, "week_12")
    bench.write(REDCAP, last, disp_date=day, disp_status="2", disp_reason="3")
    if at:
        return bench.make_fault(REDCAP, last, at, clean="", reason="pending_query")
    return _find_first_image(bench, person)


def _find_first_image(bench, person):
    names = ("image_id", "reader")
    images = bench.find_rows(IMAGES, person, visit="week_12")
    place = min(images, key=lambda p: "|".join(bench.read(IMAGES, p, name) for name in names))
    return bench.make_fault(IMAGES, place, "")


def _die(bench, at, days=60, apart=0):
    """Make somebody die; if `at` is "entry", the fault is in the first image after death."""
    event = bench.find_filled(REDCAP, "ae_term")
    person = bench.read(REDCAP, event, "record_id")
    day, end = bench.find_start(person, days), bench.find_start(person, days + apart)
    bench.write(REDCAP, event, ae_start=day, ae_stop=day, **FATAL)
    last = bench.find_row(person, "week_12")
    bench.write(REDCAP, last, disp_date=end, **END)
    if at == "entry":
        later = [p for p in bench.find_rows(DIARY, person)
                 if bench.read(DIARY, p, "entry_date") > day]  # fmt: skip
        return _find_first_image(bench, person) if later else None
    place = last if at != "ae_outcome" else event
    return bench.make_fault(REDCAP, place, at)


def _event_far(bench):
    """Make an event begin long after the end, but before the export was made."""
    for person in bench.free:
        events = bench.find_rows(REDCAP, person, form="adverse_event")
        day = bench.find_start(person, 200)
        if events and day < EXPORTED_ON:
            bench.write(REDCAP, events[0], ae_start=day, ae_stop=day)
            return bench.make_fault(REDCAP, events[0], "ae_start")
    return None


def _gone(bench, file):
    person = bench.free[0]
    middle = bench.find_start(person, 30)
    for place in bench.find_rows(file, person):
        late = bench.find_visit(file, place) == "week_12"
        if late if file == IMAGES else bench.read(file, place, "entry_date") > middle:
            bench.remove(file, place)
    place = bench.find_row(person, "week_12")
    return bench.make_fault(REDCAP, place, "", clean=None)


def _share(bench):
    """Give images of two visits of the same person the same number."""
    person = bench.free[0]
    places = {
        visit: [p for p in bench.find_rows(IMAGES, person, visit=visit)
                if bench.read(IMAGES, p, "reader") == "A"]
        for visit in ("baseline", "week_12")
    }  # fmt: skip
    first, last = places["baseline"][0], places["week_12"][0]
    bench.write(IMAGES, last, image_id="Z0001", reader="C")
    bench.write(IMAGES, first, image_id="Z0001")
    return bench.make_fault(IMAGES, first, "image_id")


def _arm(bench):
    fault = cells("redcap_event_name", "week_4", redcap_event_name="week_4_arm_2")(bench)
    return replace(fault, visit="week_4")


def _twin(bench, sign, alike):
    """Write a letter that looks like a sign of an identifier in one row."""
    person = next((name for name in bench.free if sign in name), None)
    rows = bench.find_rows(REDCAP, person, form="medication") if person else []
    if not rows:
        return None
    bench.write(REDCAP, rows[0], record_id=person.replace(sign, alike, 1))
    return bench.make_fault(REDCAP, rows[0], "record_id", person=person)


def _total(bench):
    place = bench.find_filled(REDCAP, "cm_name")
    copy = bench.add(REDCAP, place, record_id="Total")
    return bench.make_fault(REDCAP, copy, "", person=bench.read(REDCAP, place, "record_id"))


def _smoke(bench):
    """Make somebody who never smoked a smoker at the last visit."""
    for person in bench.free:
        first, last = (bench.find_row(person, visit) for visit in ("screening", "week_12"))
        if bench.read(REDCAP, first, "smoking") == "0":
            bench.write(REDCAP, last, smoking_now="1")
            return bench.make_fault(REDCAP, first, "smoking")
    return None


def _far(row, start):
    return str(int(row["circ_r3"]) + (15 if int(row["circ_r3"]) < 65 else -15))


def _reverse(bench):
    items = [f"chfs_{number:02d}" for number in range(1, 19)]
    for person in bench.free:
        place = bench.find_row(person, "week_12")
        values = [bench.read(REDCAP, place, name) for name in items]
        if len(set(values)) >= 3 and sum(map(int, values)) < 30:
            turned = {name: str(5 - int(value)) for name, value in zip(items, values, strict=True)}
            bench.write(REDCAP, place, **turned)
            bench.write(REDCAP, place, chfs_total=str(sum(map(int, turned.values()))))
            return bench.make_fault(REDCAP, place, "chfs_01")
    return None


def _ulcer_scale(bench):
    like = bench.tables[REDCAP].index[bench.tables[REDCAP][FORM] == "digital_ulcer"][0]
    bench.add(
        REDCAP, like, record_id=bench.free[0], redcap_event_name="week_12_arm_1", du_new="0",
        redcap_repeat_instance="9", du_active="1", du_side="1", du_finger="1", du_healed="0",
        du_size_mm="3.3",
    )  # fmt: skip
    return cells("vas_du", "week_12", vas_du="해당없음", du_any="1")(bench)


def _spell(bench):
    """Write a term otherwise that two other events have."""
    counts = bench.tables[REDCAP]["ae_coded"].value_counts()
    place = bench.find_filled(REDCAP, "ae_coded", {*counts.index[counts > 2]}.__contains__)
    term = bench.read(REDCAP, place, "ae_coded")
    spellings = (term.swapcase(), term.replace(" ", "  "), term.upper())
    written = bench.rng.choice([each for each in spellings if each != term])
    return bench.spoil(REDCAP, place, "ae_coded", written, clean=term)


ACROSS = (
    Kind("fatal by its grade and recovered", "death_disagrees",
         event("ae_grade", ae_grade="5", ae_serious="1", ae_serious_why="1"),
         ("death_elsewhere",)),
    Kind("recovered and going on", "recovery_disagrees",
         event("ae_ongoing", ae_ongoing="1", ae_stop="")),
    Kind("fatal and not serious", "serious_disagrees",
         event("ae_grade", ae_grade="5", ae_serious="0"),
         ("death_disagrees", "death_elsewhere")),
    Kind("serious without a criterion", "criterion_missing",
         event("ae_serious", ae_serious="1")),
    Kind("death at the end and no fatal event", "death_elsewhere",
         cells("disp_date", "week_12", disp_status="2", disp_reason="4")),
    Kind("two days of death", "death_date_differs",
         functools.partial(_die, at="ae_outcome", days=110, apart=4)),
    Kind("measured after death", "after_end", functools.partial(_die, at="chfs_01"),
         ("after_end_row",)),
    Kind("images and days after death", "after_end_row", functools.partial(_die, at="entry"),
         ("after_end",)),
    Kind("measured after being lost", "after_lost", functools.partial(_lose, at="chfs_01"),
         ("after_lost_row",)),
    Kind("images and days after being lost", "after_lost_row", functools.partial(_lose, at=""),
         ("after_lost",)),
    Kind("withdrawn because of an event and completed", "withdrawal_elsewhere",
         event("ae_withdrawal", ae_withdrawal="1")),
    Kind("event long after the end", "event_far", _event_far, ("ulcer_without_event",)),
    Kind("adverse event under another number", "recorded_again",
         repeat_form("adverse_event", "ae_start")),
    Kind("medication under another number", "recorded_again",
         repeat_form("medication", "cm_name")),
    Kind("treated and not eligible", "treated_ineligible",
         cells("eligible", "screening", eligible="0", screen_fail_reason="Age")),
    Kind("smoker who never smoked", "smoking_disagrees", _smoke),
    Kind("weight in pounds", "body_implausible",
         cells("height_cm", "screening", height_cm="152", weight_kg="129.5")),
    Kind("pressures exchanged", "pressure_exchanged",
         cells("lab_dbp", "screening", lab_sbp="71", lab_dbp="117")),
    Kind("child by the year of birth", "age_implausible",
         cells("birth_year", "screening", birth_year="2005", first_rp_year="2015",
                   first_nonrp_year="2016")),
    Kind("consent years early", "consent_early",
         cells("icf_date", "screening", icf_date=later("visit_date", -730))),
    Kind("ended before the last visit", "exit_before_visit",
         cells("disp_date", "week_12", disp_date=after(50))),
    Kind("one finger far off", "finger_far", cells("circ_r3", "week_4", circ_r3=_far)),
    Kind("questionnaire turned round", "scale_reversed", _reverse, ("change_far",)),
    Kind("event of another arm", "other_arm", _arm),
    Kind("one number of two images", "image_shared", _share),
    Kind("diary of a visit gone", "source_absent", functools.partial(_gone, file=DIARY)),
    Kind("images of a visit gone", "source_absent", functools.partial(_gone, file=IMAGES)),
    Kind("scale of ulcers that does not apply", "ulcer_scale", _ulcer_scale,
         ("missing_code", "ulcer_differs")),
    Kind("term in other letters", "term_spelling", _spell),
    Kind("identifier with the letter O", "identifier_twin",
         functools.partial(_twin, sign="-0", alike="-O"), ("visit_absent", "list_absent")),
    Kind("identifier with a letter of another alphabet", "identifier_twin",
         functools.partial(_twin, sign="M", alike="\u041c"),
         ("visit_absent", "list_absent")),
    Kind("row of a total", "summary_row", _total),
)  # fmt: skip
