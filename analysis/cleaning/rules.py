"""Every rule of the cleaning as data: what it finds, how bad that is, and what is done.

`severity` is error, warning or note; "" is a change that is logged and asks nobody
(a space at the end of a cell). `action` is converted, set_missing, kept, set_aside or corrected.
`sentence` is the question that the site reads.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """One rule; no cell changes without one."""

    id: str
    severity: str
    action: str
    sentence: str


_RULES = (
    # Before anything else
    Rule(
        "correction",
        "",
        "corrected",
        "Signed-off correction of the site.",
    ),
    Rule(
        "correction_unused",
        "warning",
        "kept",
        "This correction belongs to no row of the export. Is it still needed?",
    ),
    # Spelling: the value is beyond doubt
    Rule(
        "surrounding_space",
        "",
        "converted",
        "Spaces or invisible characters around the value were removed.",
    ),
    Rule(
        "full_width",
        "",
        "converted",
        "Full-width characters were replaced by plain ones.",
    ),
    Rule(
        "label_for_code",
        "",
        "converted",
        "The label of a choice stood in place of its code.",
    ),
    Rule(
        "decimal_code",
        "",
        "converted",
        "A code or count was written with empty decimals.",
    ),
    Rule(
        "identifier_spelling",
        "warning",
        "converted",
        "The participant's identifier is spelled differently elsewhere. Please confirm "
        "who this is.",
    ),
    Rule(
        "decimal_comma",
        "note",
        "converted",
        "A decimal comma was read as a decimal point. Please confirm.",
    ),
    Rule(
        "unit_in_cell",
        "note",
        "converted",
        "The unit stood in the cell and was removed. Please confirm.",
    ),
    Rule(
        "date_format",
        "note",
        "converted",
        "The date was not written as year-month-day. Please confirm how it was read.",
    ),
    Rule(
        "time_format",
        "note",
        "converted",
        "The time was not written as 00:00 to 23:59. Please confirm how it was read.",
    ),
    # Conversions that the site should confirm
    Rule(
        "unit_converted",
        "warning",
        "converted",
        "The value was given in another unit and was converted. Please confirm.",
    ),
    Rule(
        "centimetres",
        "warning",
        "converted",
        "The value is possible only in centimetres and was converted to millimetres. "
        "Please confirm.",
    ),
    Rule(
        "two_digit_year",
        "warning",
        "converted",
        "The year has two digits and was read as 20xx. Please confirm.",
    ),
    Rule(
        "serial_date",
        "warning",
        "converted",
        "A spreadsheet's serial number stood in place of a date and was converted (day 0 "
        "is 1899-12-30). Please confirm.",
    ),
    # Missing codes
    Rule(
        "missing_code",
        "",
        "set_missing",
        "A code for a missing value; its reason is kept.",
    ),
    Rule(
        "missing_number",
        "warning",
        "set_missing",
        "This number is a common code for a missing value and is not possible here. Why "
        "is the value missing?",
    ),
    Rule(
        "never_opened",
        "",
        "set_missing",
        "The form was never opened, so an unticked box says nothing.",
    ),
    # What cannot be read
    Rule(
        "thousands_or_decimal",
        "error",
        "set_missing",
        "The comma may separate thousands or decimals. Which value is meant?",
    ),
    Rule(
        "qualifier",
        "warning",
        "set_missing",
        "The value is not exact. Is there an exact one?",
    ),
    Rule(
        "excel_date",
        "error",
        "set_missing",
        "A spreadsheet seems to have turned this value into a date. Which value is meant?",
    ),
    Rule(
        "not_a_number",
        "error",
        "set_missing",
        "A number is expected. Which value is meant?",
    ),
    Rule(
        "not_an_integer",
        "error",
        "set_missing",
        "A whole number is expected. Which value is meant, and in which unit?",
    ),
    Rule(
        "day_or_month",
        "error",
        "set_missing",
        "Day and month cannot be told apart. Which date is meant?",
    ),
    Rule(
        "impossible_date",
        "error",
        "set_missing",
        "This day does not exist. Which date is meant?",
    ),
    Rule(
        "implausible_date",
        "error",
        "set_missing",
        "The date lies after the export or long before the trial. Which date is meant?",
    ),
    Rule(
        "not_a_date",
        "error",
        "set_missing",
        "A date is expected. Which date is meant?",
    ),
    Rule(
        "not_a_time",
        "error",
        "set_missing",
        "A time is expected. Which time is meant?",
    ),
    Rule(
        "unknown_code",
        "error",
        "set_missing",
        "The code is none of the choices. Which one is meant?",
    ),
    Rule(
        "out_of_range",
        "error",
        "set_missing",
        "The value lies outside its possible range. Which value is meant?",
    ),
    Rule(
        "beyond_line",
        "error",
        "set_missing",
        "The mark lies beyond the end of the line. What are the mark and the length of the line?",
    ),
    # Rows
    Rule(
        "duplicate_copy",
        "note",
        "set_aside",
        "The row stands twice in the export with the same content; one was used.",
    ),
    Rule(
        "duplicate_row",
        "error",
        "set_aside",
        "Two rows tell of the same visit; the one nearest to the planned day was used. "
        "Which one is right?",
    ),
    Rule(
        "diary_day_repeated",
        "warning",
        "set_aside",
        "The day was rated more than once; the first entry was used.",
    ),
    Rule(
        "reading_repeated",
        "warning",
        "set_aside",
        "The reader read the same field of the image more than once; the first reading was used.",
    ),
    Rule(
        "unknown_participant",
        "error",
        "set_aside",
        "No such participant is in the export. Who is it?",
    ),
    Rule(
        "undated_entry",
        "error",
        "set_aside",
        "The entry has no readable date. When was it made?",
    ),
    Rule(
        "unplaced_reading",
        "error",
        "set_aside",
        "The reading does not say which finger, field or reader. Which are they?",
    ),
    Rule(
        "place_repeated",
        "error",
        "set_aside",
        "Two images claim the same finger and field at one visit; the first was used. "
        "Which is right?",
    ),
    Rule(
        "wrong_row",
        "error",
        "set_missing",
        "The field is filled in a row that belongs to another form. Where does the value belong?",
    ),
    Rule(
        "recorded_twice",
        "error",
        "set_missing",
        "The fact is recorded at more than one visit; the first was used. Which one is right?",
    ),
    # Kept as they are, and asked
    Rule(
        "required_missing",
        "warning",
        "kept",
        "A required value is missing. What is it, or why is it missing?",
    ),
    Rule(
        "not_asked_for",
        "note",
        "kept",
        "The field is filled although its question does not apply. Which answer is right?",
    ),
    Rule(
        "total_differs",
        "warning",
        "kept",
        "The recorded total differs from the sum of its items. Which items or which total "
        "is right?",
    ),
    Rule(
        "copied_forward",
        "warning",
        "kept",
        "Every answer equals those of the earlier visit. Was the questionnaire filled in again?",
    ),
    Rule(
        "sides_swapped",
        "warning",
        "kept",
        "Right and left look exchanged against the other visit. Were the sides swapped?",
    ),
    Rule(
        "scale_differs",
        "warning",
        "kept",
        "The value is about a tenth of the other visits. Was another scale used?",
    ),
    Rule(
        "date_order",
        "error",
        "kept",
        "The dates are not in a possible order. Which of them is right?",
    ),
    Rule(
        "out_of_window",
        "warning",
        "kept",
        "The visit lies outside its window. Is the date right?",
    ),
    Rule(
        "visit_absent",
        "warning",
        "kept",
        "The visit was due and is not in the export. Did it take place?",
    ),
    Rule(
        "form_absent",
        "warning",
        "kept",
        "The visit took place, but this form is empty. Was the assessment done?",
    ),
    Rule(
        "ulcer_gate",
        "warning",
        "kept",
        "The visit and the ulcer form disagree on whether there are ulcers. Which is right?",
    ),
    Rule(
        "ulcer_without_event",
        "warning",
        "kept",
        "A new ulcer after the procedure is not reported as an adverse event. Is a report missing?",
    ),
    Rule(
        "ae_uncoded",
        "warning",
        "kept",
        "The adverse event has no coded term. Which term is it coded as?",
    ),
    Rule(
        "diary_out_of_window",
        "note",
        "kept",
        "The entry belongs to none of the days that are analysed. Is its date right?",
    ),
    Rule(
        "product_below_specification",
        "warning",
        "kept",
        "The product lies outside its specification. Is the value right?",
    ),
    Rule(
        "volume_exceeds",
        "warning",
        "kept",
        "More was used than there was. Which volume is right?",
    ),
)

RULES = {rule.id: rule for rule in _RULES}
