"""Rules that look at more than one cell; they change nothing and ask."""

from dataclasses import dataclass

import pandas as pd

from analysis.cleaning.sheet import Sheet
from analysis.study import Study

QUESTION = ("participant_id", "visit", "form", "field", "rule", "raw_value", "detail")


@dataclass(frozen=True)
class View:
    """Everything that a rule may look at.

    Parameters
    ----------
    sheets
        The cleaned files.
    fields
        By file, then by column.
    opened
        Rows of the REDCap export by form: whether anybody opened it.
    asked
        Where fields with branching logic are asked.
    tables
        The processed tables.
    days
        Day of the procedure (timestamp) by participant.
    study
        The plan.
    places
        Visit, location and occasion of the rows, by file.
    """

    sheets: dict[str, Sheet]
    fields: dict
    opened: pd.DataFrame
    asked: dict
    tables: dict[str, pd.DataFrame]
    days: pd.Series
    study: Study
    places: dict[str, pd.DataFrame]


def check_consistency(view):
    """Return the sheets with what the rules found, and the questions that belong to no row."""
    return view.sheets, pd.DataFrame({name: pd.Series(dtype="object") for name in QUESTION})


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
        }
    )
