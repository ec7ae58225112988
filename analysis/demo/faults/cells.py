"""Faults in single cells: spelling, units, dates, missing values, values that cannot be."""

import numpy as np

from analysis.demo.faults.plant import IMAGES, REDCAP
from analysis.demo.faults.writing import (
    dotted_date,
    full_width,
    korean_date,
    korean_time,
    serial_date,
)

SHAQ_SCALES = ("vas_pain", "vas_rp", "vas_du", "vas_gi", "vas_lung", "vas_overall", "shaq_line")
LOCAL_REACTIONS = (
    "lr_donor_pain", "lr_donor_bruise", "lr_donor_haematoma", "lr_finger_pain",
    "lr_finger_swelling", "lr_finger_pallor",
)  # fmt: skip


def plant_files(planter):
    """A byte order mark, CP949, and a field that goes nowhere."""
    planter.start("byte_order_mark", "converted", "The file begins with a byte order mark")
    planter.note(REDCAP, "", "", "UTF-8 with BOM", "UTF-8")
    planter.start("cp949", "converted", "The file is in CP949, as Korean Excel writes it")
    planter.note(IMAGES, "", "", "CP949", "UTF-8")
    planter.start("unmapped_field", "kept", "The site's own field, which fields.csv puts nowhere")
    for row, text in (
        (planter.row(0, "week_4"), "예약 시간보다 늦게 도착함"),
        (planter.row(5, "week_12"), "Measured in the afternoon"),
    ):
        planter.change(REDCAP, row, "visit_note", text, text)


def plant_spelling(planter):
    """Values that are beyond doubt in an untidy spelling."""
    planter.start("decimal_comma", "converted", "A decimal comma")
    planter.rewrite(planter.row(0, "screening"), "weight_kg", lambda true: true.replace(".", ","))
    planter.start("full_width", "converted", "Full-width digits")
    planter.rewrite(planter.row(2, "baseline"), "circ_l4", full_width)
    planter.start("unit_in_cell", "converted", "The unit stands in the cell")
    planter.rewrite(planter.row(1, "screening"), "lab_hb", lambda true: f"{true} g/dL")
    planter.rewrite(planter.row(4, "baseline"), "circ_l2", lambda true: f"{true}mm")
    planter.start("label_for_code", "converted", "A word stands in place of the code")
    planter.change(REDCAP, planter.row(3, "screening"), "sex", _sex(planter, 3, "F", "M"))
    planter.change(REDCAP, planter.row(5, "screening"), "sex", _sex(planter, 5, "여", "남"))
    words = ("Unrelated", "unlikely", "POSSIBLE", "Probable ", "definite")
    planter.rewrite(planter.first_event(4), "ae_rel_inj", lambda true: words[int(true)])
    planter.start("surrounding_space", "converted", "A space at the end")
    planter.rewrite(planter.row(3, "week_12"), "assessor", lambda true: f"{true} ")
    planter.rewrite(planter.first_event(1), "ae_class", lambda true: f" {true}")
    planter.start("true_99", "kept", "99 mm is a rating here and no code; nothing is asked")
    planter.change(REDCAP, planter.row(3, "week_4"), "vas_hand", "99", "99")


def plant_units(planter):
    """Centimetres, metres and a scale of 0 to 10."""
    planter.start("centimetres", "converted", "One finger in centimetres among millimetres")
    planter.rewrite(planter.row(1, "week_12"), "circ_r3", lambda true: f"{int(true) / 10:.1f}")
    planter.start("unit_converted", "converted", "Metres with their unit in a field of centimetres")
    planter.rewrite(
        planter.row(5, "screening"), "height_cm", lambda true: f"{int(true) / 100:.2f} m"
    )
    planter.start(
        "not_an_integer", "set_missing", "A rating in cm on a line of 100 mm: no silent scaling"
    )
    planter.rewrite(planter.row(4, "week_4"), "vas_hand", lambda true: f"{int(true) / 10:.1f}")
    planter.start("scale_differs", "kept", "A rating of 0 to 10 between ratings of 0 to 100")
    # Whose other ratings are highest, of those who were seen in week 1: else nobody could see it.
    worst = max((0, 1, 3, 5), key=lambda person: _lowest_rating(planter, person))
    planter.rewrite(
        planter.row(worst, "week_1"), "vas_hand", lambda true: f"{round(int(true) / 10)}"
    )


def plant_dates(planter):
    """Dates and times in other forms, impossible, partial or out of order."""
    planter.start("date_format", "converted", "Dates as they are written in Korea")
    planter.rewrite(planter.row(2, "week_4"), "visit_date", korean_date)
    planter.rewrite(planter.row(4, "screening"), "icf_date", dotted_date)
    planter.start("serial_date", "converted", "A spreadsheet's serial number")
    planter.rewrite(planter.row(0, "week_12"), "disp_date", serial_date)
    planter.start("two_digit_year", "converted", "A year of two digits in the Korean order")
    planter.rewrite(
        planter.row(5, "screening", "medication", 1),
        "cm_start",
        lambda true: true[2:].replace("-", "."),
    )
    planter.start("time_format", "converted", "A time with 오전 or 오후")
    planter.rewrite(planter.first_event(5), "ae_start_time", korean_time)
    planter.start("implausible_date", "set_missing", "A year after the export")
    planter.rewrite(planter.row(1, "week_1"), "visit_date", lambda true: "21" + true[2:])
    planter.start("impossible_date", "set_missing", "A day that does not exist")
    planter.rewrite(planter.first_event(1), "ae_stop", lambda true: f"{true[:4]}-02-30")
    planter.start("partial_date", "kept", "Only the month is known; a partial date is allowed here")
    planter.rewrite(planter.first_event(2), "ae_start", lambda true: true[:7])
    planter.start("excel_date", "set_missing", "A spreadsheet has made a date of a rating")
    planter.rewrite(
        planter.row(4, "week_4"), "rcs_single", lambda true: f"{max(int(true), 1):02d}-Mar"
    )
    planter.start(
        "date_order", "kept", "Week 4 is dated after week 12; it is also out of its window"
    )
    planter.rewrite(
        planter.row(6, "week_4"), "visit_date", lambda true: str(np.datetime64(true) + 91)
    )


def plant_missing(planter):
    """Codes for missing values, a refused questionnaire, forms never opened."""
    planter.start("missing_code", "set_missing", "Words for a missing value, each with its reason")
    for row, field, word in (
        (planter.row(5, "screening"), "lab_creatinine", "ND"),
        (planter.row(4, "screening"), "lab_plt", "미시행"),
        (planter.row(6, "week_12"), "circ_l5", "미시행"),
        (planter.row(6, "screening"), "first_nonrp_year", "모름"),
        (planter.row(0, "week_12"), "chfs_07", "모름"),
        (planter.row(0, "baseline"), "vas_du", "해당없음"),
        (planter.row(2, "procedure"), "cannula_mm", "N/A"),
    ):
        planter.change(REDCAP, row, field, word)
    planter.start(
        "missing_number", "set_missing", "Numbers that are codes and cannot be values here"
    )
    planter.change(REDCAP, planter.row(3, "week_12"), "lab_crp", "-99")
    planter.change(REDCAP, planter.row(6, "screening"), "lab_pulse", "999")
    planter.start("missing_code", "set_missing", "The questionnaire was refused at week 12")
    for field in (*(f"chfs_{item:02d}" for item in range(1, 19)), "chfs_total"):
        planter.change(REDCAP, planter.row(3, "week_12"), field, "거부")
    planter.start(
        "never_opened", "set_missing", "The form was never opened: an unticked box says nothing"
    )
    ticks = [f"haq_aid___{code}" for code in range(1, 8)]
    ticks += [f"haq_help___{code}" for code in range(1, 9)]
    answers = [f"haq_{item:02d}" for item in range(1, 21)]
    row = planter.row(5, "week_12")
    for field in (*answers, *SHAQ_SCALES):
        planter.change(REDCAP, row, field, "")
    for field in (*ticks, "shaq_complete"):
        planter.change(REDCAP, row, field, "0")
    planter.start("form_absent", "kept", "The form was never opened: blank is not `none`")
    for field in LOCAL_REACTIONS:
        planter.change(REDCAP, planter.row(1, "week_1"), field, "")
    planter.change(REDCAP, planter.row(1, "week_1"), "local_reaction_complete", "0")


def plant_impossible(planter):
    """Bounds, numbers outside their range and unknown codes."""
    planter.start("qualifier", "set_missing", "A bound is no value")
    planter.change(REDCAP, planter.row(2, "screening"), "lab_crp", "<1")
    planter.start("out_of_range", "set_missing", "A number outside the range of the dictionary")
    planter.rewrite(planter.row(1, "week_12"), "lab_sbp", lambda true: f"{true}0")
    planter.start("unknown_code", "set_missing", "A code that is none of the choices")
    planter.change(REDCAP, planter.row(5, "week_1"), "smoking_now", "5")
    planter.change(REDCAP, planter.row(4, "week_12"), "haq_19", "4")


def _sex(planter, person, female, male):
    return {"1": female, "2": male}[planter.read(REDCAP, planter.row(person, "screening"), "sex")]


def _lowest_rating(planter, person):
    rows = [planter.row(person, visit) for visit in ("baseline", "week_4", "week_12")]
    return min(int(planter.read(REDCAP, row, "vas_hand")) for row in rows)
