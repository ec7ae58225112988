"""Rules that look at more than one cell; they change nothing and ask."""

import pandas as pd

from analysis.cleaning import answers, coding, hands, timeline, treatment, ulcers
from analysis.cleaning.books import QUERY_KEY

CHECKS = (
    answers.find_required,
    answers.find_not_asked,
    answers.find_absent_forms,
    answers.find_totals,
    answers.find_copies,
    hands.find_swapped_sides,
    hands.find_scales,
    timeline.find_disorder,
    timeline.find_outside_windows,
    timeline.find_stray_entries,
    treatment.find_volumes,
    treatment.find_product,
    ulcers.find_gates,
    ulcers.find_unreported,
    coding.find_uncoded,
)


def check_consistency(view):
    """Ask about everything that contradicts something else.

    Parameters
    ----------
    view : View

    Returns
    -------
    sheets : dict of str to Sheet
        With the findings in their logs.
    others : pandas.DataFrame
        Questions that belong to no row of the export.
    """
    found = [finding for check in CHECKS for finding in check(view)]
    sheets = {
        source: sheet.apply([finding for told, finding in found if told == source])
        for source, sheet in view.sheets.items()
    }
    return sheets, timeline.ask_absent_visits(view)


def ask_unused(unused):
    """Return a question for every correction whose row is not in the export."""
    return pd.DataFrame(
        {
            "participant_id": unused["row"].str.replace(r"\|.*", "", regex=True),
            "visit": "",
            "form": unused["source"] + "#" + unused["row"],
            "field": unused["field"],
            "rule": "correction_unused",
            "raw_value": unused["old_value"],
            "detail": "",
        },
        columns=[*QUERY_KEY, "detail"],
        dtype="object",
    )
