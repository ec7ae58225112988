"""The faults of the simulated export: which, where, and what cleaning is expected to do.

Where each stands is fixed by rule, in the first seven participants, whatever their values are.
The kinds are named as the rules of the cleaning are.
"""

import numpy as np
import pandas as pd

from analysis.demo.measures import FINGERS
from analysis.demo.plant import DIARY, IMAGES, REDCAP, Planter
from analysis.demo.treatment import BORDERLINE

CORRECTION_COLUMNS = (
    "source", "row", "field", "old_value", "new_value", "reason", "by", "date",
)  # fmt: skip
SIGNED = {"by": "Site investigator", "date": "2022-12-12"}
SHAQ_SCALES = ("vas_pain", "vas_rp", "vas_du", "vas_gi", "vas_lung", "vas_overall", "shaq_line")
LOCAL_REACTIONS = (
    "lr_donor_pain", "lr_donor_bruise", "lr_donor_haematoma", "lr_finger_pain",
    "lr_finger_swelling", "lr_finger_pallor",
)  # fmt: skip
WEEKDAYS = "월화수목금토일"


def plant_faults(tables, cohort):
    """Plant every fault.

    Parameters
    ----------
    tables : dict of str to pandas.DataFrame
        A clean export.
    cohort : Cohort
        With deviations.

    Returns
    -------
    tables : dict of str to pandas.DataFrame
        The export with its faults and corrections.
    faults : pandas.DataFrame
        One row per cell: `fault, kind, file, row, field, raw_value, true_value, expected, note`.
        `field` is "" for a whole row, `row` too for a whole file.
    """
    planter = Planter(tables, cohort)
    for plant in (
        _plant_files,
        _plant_spelling,
        _plant_units,
        _plant_dates,
        _plant_missing,
        _plant_impossible,
        _plant_contradictions,
        _plant_events,
        _plant_rows,
        _plant_diary,
        _plant_images,
        _tell_deviations,
        _plant_identifiers,
    ):
        plant(planter)
    corrections = _plant_corrections(planter)
    tables, faults = planter.finish()
    return tables | {"corrections.csv": corrections}, faults


def _plant_files(p):
    p.start("byte_order_mark", "converted", "The file begins with a byte order mark")
    p.note(REDCAP, "", "", "UTF-8 with BOM", "UTF-8")
    p.start("cp949", "converted", "The file is in CP949, as Korean Excel writes it")
    p.note(IMAGES, "", "", "CP949", "UTF-8")
    p.start("unmapped_field", "kept", "The site's own field, which fields.csv puts nowhere")
    for row, text in (
        (p.row(0, "week_4"), "예약 시간보다 늦게 도착함"),
        (p.row(5, "week_12"), "Measured in the afternoon"),
    ):
        p.change(REDCAP, row, "visit_note", text, text)


def _plant_spelling(p):
    p.start("decimal_comma", "converted", "A decimal comma")
    _rewrite(p, p.row(0, "screening"), "weight_kg", lambda true: true.replace(".", ","))
    p.start("full_width", "converted", "Full-width digits")
    _rewrite(p, p.row(2, "baseline"), "circ_l4", _full_width)
    p.start("unit_in_cell", "converted", "The unit stands in the cell")
    _rewrite(p, p.row(1, "screening"), "lab_hb", lambda true: f"{true} g/dL")
    _rewrite(p, p.row(4, "baseline"), "circ_l2", lambda true: f"{true}mm")
    p.start("label_for_code", "converted", "A word stands in place of the code")
    p.change(REDCAP, p.row(3, "screening"), "sex", _sex(p, 3, "F", "M"))
    p.change(REDCAP, p.row(5, "screening"), "sex", _sex(p, 5, "여", "남"))
    words = ("Unrelated", "unlikely", "POSSIBLE", "Probable ", "definite")
    _rewrite(p, _event(p, 4), "ae_rel_inj", lambda true: words[int(true)])
    p.start("surrounding_space", "converted", "A space at the end")
    _rewrite(p, p.row(3, "week_12"), "assessor", lambda true: f"{true} ")
    _rewrite(p, _event(p, 1), "ae_class", lambda true: f" {true}")
    p.start("true_99", "kept", "99 mm is a rating here and no code; nothing is asked")
    p.change(REDCAP, p.row(6, "baseline"), "vas_hand", "99", "99")


def _plant_units(p):
    p.start("centimetres", "converted", "One finger in centimetres among millimetres")
    _rewrite(p, p.row(1, "week_12"), "circ_r3", lambda true: f"{int(true) / 10:.1f}")
    p.start("unit_converted", "converted", "Metres with their unit in a field of centimetres")
    _rewrite(p, p.row(5, "screening"), "height_cm", lambda true: f"{int(true) / 100:.2f} m")
    p.start(
        "not_an_integer", "set_missing", "A rating in cm on a line of 100 mm: no silent scaling"
    )
    _rewrite(p, p.row(4, "week_4"), "vas_hand", lambda true: f"{int(true) / 10:.1f}")
    p.start("scale_differs", "kept", "A rating of 0 to 10 between ratings of 0 to 100")
    worst = max(
        range(6), key=lambda person: int(p.read(REDCAP, p.row(person, "baseline"), "vas_hand"))
    )
    _rewrite(p, p.row(worst, "week_1"), "vas_hand", lambda true: f"{round(int(true) / 10)}")


def _plant_dates(p):
    p.start("date_format", "converted", "Dates as they are written in Korea")
    _rewrite(p, p.row(2, "week_4"), "visit_date", _korean_date)
    _rewrite(p, p.row(4, "screening"), "icf_date", _dotted_date)
    p.start("serial_date", "converted", "A spreadsheet's serial number")
    _rewrite(p, p.row(0, "week_12"), "disp_date", _serial_date)
    p.start("two_digit_year", "converted", "A year of two digits in the Korean order")
    _rewrite(
        p,
        p.row(5, "screening", "medication", 1),
        "cm_start",
        lambda true: true[2:].replace("-", "."),
    )
    p.start("time_format", "converted", "A time with 오전 or 오후")
    _rewrite(p, _event(p, 5), "ae_start_time", _korean_time)
    p.start("implausible_date", "set_missing", "A year after the export")
    _rewrite(p, p.row(1, "week_1"), "visit_date", lambda true: "21" + true[2:])
    p.start("impossible_date", "set_missing", "A day that does not exist")
    _rewrite(p, _event(p, 1), "ae_stop", lambda true: f"{true[:4]}-02-30")
    p.start("partial_date", "kept", "Only the month is known; a partial date is allowed here")
    _rewrite(p, _event(p, 2), "ae_start", lambda true: true[:7])
    p.start("excel_date", "set_missing", "A spreadsheet has made a date of a rating")
    _rewrite(p, p.row(4, "week_4"), "rcs_single", lambda true: f"{max(int(true), 1):02d}-Mar")
    p.start("date_order", "kept", "Week 4 is dated after week 12; it is also out of its window")
    _rewrite(p, p.row(6, "week_4"), "visit_date", lambda true: str(np.datetime64(true) + 91))


def _plant_missing(p):
    p.start("missing_code", "set_missing", "Words for a missing value, each with its reason")
    for row, field, word in (
        (p.row(5, "screening"), "lab_creatinine", "ND"),
        (p.row(4, "screening"), "lab_plt", "미시행"),
        (p.row(6, "week_12"), "circ_l5", "미시행"),
        (p.row(6, "screening"), "first_nonrp_year", "모름"),
        (p.row(0, "week_12"), "chfs_07", "모름"),
        (p.row(0, "baseline"), "vas_du", "해당없음"),
        (p.row(2, "procedure"), "endotoxin", "N/A"),
    ):
        p.change(REDCAP, row, field, word)
    p.start("missing_number", "set_missing", "Numbers that are codes and cannot be values here")
    p.change(REDCAP, p.row(3, "week_12"), "lab_crp", "-99")
    p.change(REDCAP, p.row(6, "screening"), "lab_pulse", "999")
    p.start("missing_code", "set_missing", "The questionnaire was refused at week 12")
    for field in (*(f"chfs_{item:02d}" for item in range(1, 19)), "chfs_total"):
        p.change(REDCAP, p.row(3, "week_12"), field, "거부")
    p.start(
        "never_opened", "set_missing", "The form was never opened: an unticked box says nothing"
    )
    ticks = [f"haq_aid___{code}" for code in range(1, 8)]
    ticks += [f"haq_help___{code}" for code in range(1, 9)]
    answers = [f"haq_{item:02d}" for item in range(1, 21)]
    row = p.row(5, "week_12")
    for field in (*answers, *SHAQ_SCALES):
        p.change(REDCAP, row, field, "")
    for field in (*ticks, "shaq_complete"):
        p.change(REDCAP, row, field, "0")
    p.start("form_absent", "kept", "The form was never opened: blank is not `none`")
    for field in LOCAL_REACTIONS:
        p.change(REDCAP, p.row(1, "week_1"), field, "")
    p.change(REDCAP, p.row(1, "week_1"), "local_reaction_complete", "0")


def _plant_impossible(p):
    p.start("qualifier", "set_missing", "A bound is no value")
    p.change(REDCAP, p.row(2, "screening"), "lab_crp", "<1")
    p.start("out_of_range", "set_missing", "A number outside the range of the dictionary")
    _rewrite(p, p.row(1, "week_12"), "lab_sbp", lambda true: f"{true}0")
    p.start("unknown_code", "set_missing", "A code that is none of the choices")
    p.change(REDCAP, p.row(5, "week_1"), "smoking_now", "5")
    p.change(REDCAP, p.row(4, "week_12"), "haq_19", "4")


def _plant_contradictions(p):
    p.start(
        "total_differs", "kept", "The recorded total is not the sum of its items; items are used"
    )
    _rewrite(p, p.row(5, "baseline"), "mrss_total", lambda true: str(min(int(true) + 3, 51)))
    _rewrite(p, p.row(1, "week_12"), "chfs_total", lambda true: str(abs(int(true) - 2)))
    p.start("copied_forward", "kept", "Every answer of week 4 is that of baseline")
    for field in (*(f"chfs_{item:02d}" for item in range(1, 19)), "chfs_total"):
        before = p.read(REDCAP, p.row(6, "baseline"), field)
        p.change(REDCAP, p.row(6, "week_4"), field, before)
    p.start("sides_swapped", "kept", "Right and left fingers were exchanged at week 12")
    row = p.row(0, "week_12")
    true = {name: p.read(REDCAP, row, f"circ_{name}") for name in FINGERS}
    for name in FINGERS:
        other = {"r": "l", "l": "r"}[name[0]] + name[1]
        p.change(REDCAP, row, f"circ_{name}", true[other])
    p.start("not_asked_for", "kept", "A reason for leaving, although the trial was completed")
    p.change(REDCAP, p.row(1, "week_12"), "disp_reason", "7")
    p.start("volume_exceeds", "kept", "More was injected than there was")
    p.change(REDCAP, p.row(3, "procedure"), "final_ml", "5.0")
    p.start("ulcer_gate", "kept", "The visit and the ulcer form disagree")
    _rewrite(p, p.row(2, "week_4"), "du_any", lambda true: {"0": "1", "1": "0"}[true])


def _plant_events(p):
    p.start(
        "required_missing", "kept", "An adverse event without its start, one without a relation"
    )
    p.change(REDCAP, _event(p, 0), "ae_start", "")
    p.change(REDCAP, _event(p, 3), "ae_rel_product", "")
    p.start("ulcer_without_event", "kept", "A new ulcer that no adverse event reports")
    mine = [row for row in p.rows(REDCAP, 5) if "|week_12_arm_1|digital_ulcer#" in row]
    taken = {p.read(REDCAP, row, "du_side") + p.read(REDCAP, row, "du_finger") for row in mine}
    free = next(code for code in ("13", "12", "23", "22", "14", "24") if code not in taken)
    row = p.add(
        REDCAP,
        p.row(5, "unscheduled", "adverse_event", 1),
        {name: "" for name in p.tables[REDCAP].columns if name.startswith(("ae_", "adverse_"))}
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
    p.note(REDCAP, row, "", "", "")
    p.change(REDCAP, p.row(5, "week_12"), "du_any", "1", "1")


def _plant_rows(p):
    p.start("visit_absent", "kept", "The visit took place and was never entered")
    p.remove(REDCAP, p.row(2, "week_1"))
    p.note(REDCAP, p.row(2, "week_1"), "", "", "")
    p.start(
        "duplicate_row",
        "set_aside",
        "Week 12 under two spellings of the record; the one nearer to its planned day is used",
    )
    like = p.row(2, "week_12")
    visit = p.cohort.days["week_12"][2]
    away = 3 if visit - p.cohort.days["procedure"][2] >= np.timedelta64(84, "D") else -3
    pain = int(p.read(REDCAP, like, "vas_hand"))
    cells = {
        "record_id": _drift(p.ids[2], "SIM-"),
        "visit_date": str(visit + away),
        "vas_hand": str(pain + 7 if pain < 90 else pain - 7),
    }
    p.note(REDCAP, p.add(REDCAP, like, cells), "", "", "")


def _plant_diary(p):
    p.start("full_width", "converted", "A full-width digit in the diary")
    row = p.rows(DIARY, 0)[2]
    p.change(DIARY, row, "rating", _full_width(p.read(DIARY, row, "rating")))
    p.start("out_of_range", "set_missing", "A rating above 10")
    p.change(DIARY, p.rows(DIARY, 4)[4], "rating", "11")
    p.start("date_format", "converted", "A dotted date in the diary")
    row = p.rows(DIARY, 2)[6]
    p.change(DIARY, row, "entry_date", _dotted_date(p.read(DIARY, row, "entry_date")))
    p.start("diary_day_repeated", "set_aside", "A day was rated twice; the first entry is used")
    first = p.rows(DIARY, 1)[5]
    rating = int(p.read(DIARY, first, "rating"))
    cells = {"entry_time": "23:59", "rating": str(rating + 2 if rating < 9 else rating - 2)}
    p.note(DIARY, p.add(DIARY, first, cells), "", "", "")
    p.start(
        "diary_out_of_window", "kept", "Ratings of days that belong to no visit; they are not used"
    )
    for person, day in ((3, 40), (5, -15), (5, -16)):
        date = str(p.cohort.days["procedure"][person] + day)
        like = p.rows(DIARY, person)[0]
        p.note(DIARY, p.add(DIARY, like, {"entry_date": date, "rating": "4"}), "", "", "")


def _plant_images(p):
    p.start("side_spelling", "converted", "The hand in other words")
    words = {"R": ("Rt", "우", "오른손", "right"), "L": ("Lt", "좌", "왼손", "left")}
    for place, row in enumerate(p.rows(IMAGES, 1)[:4]):
        p.change(IMAGES, row, "hand", words[p.read(IMAGES, row, "hand")][place])
    p.start("out_of_range", "set_missing", "A grading above 3")
    p.change(IMAGES, p.rows(IMAGES, 1)[6], "loss", "4")
    p.start("full_width", "converted", "A full-width digit in the readers' sheet")
    row = p.rows(IMAGES, 3)[0]
    p.change(IMAGES, row, "density", _full_width(p.read(IMAGES, row, "density")))
    p.start("image_unreadable", "kept", "The image could not be read; nothing is asked")
    measures = (
        "density", "enlarged", "giants", "haemorrhages", "loss", "disorganisation", "ramified",
        "n_giants", "n_haemorrhages", "pattern",
    )  # fmt: skip
    for row in [row for row in p.rows(IMAGES, 2) if row.endswith("|A")][3:5]:
        for field in measures:
            p.change(IMAGES, row, field, "")
        p.change(IMAGES, row, "comment", "판독 불가")


def _tell_deviations(p):
    p.start("out_of_window", "kept", "The week 12 visit took place late")
    row = p.row(5, "week_12")
    date = p.read(REDCAP, row, "visit_date")
    p.note(REDCAP, row, "visit_date", date, date)
    p.start("product_below_specification", "kept", "Viability a little below its specification")
    row = p.row(BORDERLINE, "procedure")
    told = p.read(REDCAP, row, "viability_pct")
    p.note(REDCAP, row, "viability_pct", told, told)


def _plant_identifiers(p):
    p.start("identifier_spelling", "converted", "Other spellings of the participant")
    week_1 = p.row(6, "week_1")
    p.change(REDCAP, week_1, "record_id", _drift(p.ids[6], "sim", 2))
    p.change(DIARY, p.rows(DIARY, 2)[8], "record_id", _drift(p.ids[2], "sim-"))
    p.start("surrounding_space", "converted", "A space after the participant")
    p.change(IMAGES, p.rows(IMAGES, 1)[9], "record_id", f"{p.ids[1]} ")


def _plant_corrections(p):
    p.start("correction", "corrected", "A signed-off correction puts it right")
    row = p.row(4, "week_12")
    typed = "1" + p.read(REDCAP, row, "kap_l")
    _rewrite(p, row, "kap_l", lambda true: "1" + true)
    true = typed[1:]
    reading = p.rows(IMAGES, 5)[0]
    density = p.read(IMAGES, reading, "density")
    p.change(IMAGES, reading, "density", f"{density}5")
    p.start("correction_unused", "kept", "A correction of a row that is not in the export")
    unused = f"{p.ids[1]}|week_8_arm_1|"
    p.note("corrections.csv", unused, "vas_hand", "62", "")
    rows = [
        (REDCAP, row, "kap_l", typed, true, "Typing error, source document checked"),
        (IMAGES, reading, "density", f"{density}5", density, "Typing error, image read again"),
        (REDCAP, unused, "vas_hand", "62", "26", "Digits exchanged, source document checked"),
    ]
    told = pd.DataFrame(rows, columns=list(CORRECTION_COLUMNS[:6])).assign(**SIGNED)
    return told.astype("object")


def _rewrite(p, row, field, write):
    p.change(REDCAP, row, field, write(p.read(REDCAP, row, field)))


def _event(p, person):
    return p.row(person, "unscheduled", "adverse_event", 1)


def _sex(p, person, female, male):
    return {"1": female, "2": male}[p.read(REDCAP, p.row(person, "screening"), "sex")]


def _drift(record, prefix, width=1):
    return f"{prefix}{int(record.removeprefix('SIM-')):0{width}d}"


def _full_width(text):
    return "".join(chr(ord(letter) + 0xFEE0) for letter in text)


def _korean_date(date):
    year, month, day = date.split("-")
    return f"{year}년 {int(month)}월 {int(day)}일"


def _dotted_date(date):
    year, month, day = date.split("-")
    weekday = WEEKDAYS[pd.Timestamp(date).weekday()]
    return f"{year}. {int(month)}. {int(day)}.({weekday})"


def _serial_date(date):
    return str((pd.Timestamp(date) - pd.Timestamp("1899-12-30")).days)


def _korean_time(time):
    hour, minute = time.split(":")
    half = "오후" if int(hour) >= 12 else "오전"
    return f"{half} {(int(hour) - 1) % 12 + 1}:{minute}"
