"""Which forms were opened, and why a cell of an opened form is empty."""

import numpy as np
import pandas as pd

from analysis.cleaning.branching import evaluate_branching
from analysis.cleaning.sheet import find
from analysis.cleaning.sheets import FORM

NOT_DONE, NOT_APPLICABLE = "not_done", "not_applicable"


def find_own_rows(sheet, fields):
    """Say for every row and form whether the row can hold the form.

    A row of a repeating form holds that form only; a row of a visit holds every form but those
    that repeat at this visit.

    Returns
    -------
    pandas.DataFrame of bool
        Index of the sheet, one column per form.
    """
    repeat, visit = sheet.frame[FORM], sheet.keys["visit"]
    own = {}
    for form in dict.fromkeys(field.form for field in fields.values()):
        at = set(visit[repeat == form])
        own[form] = (repeat == form) | ((repeat == "") & ~visit.isin(at))
    return pd.DataFrame(own, index=sheet.frame.index)


def empty_wrong_rows(sheet, fields):
    """Set what is entered in a row of another form missing; an unticked box is no entry."""
    own = find_own_rows(sheet, fields)
    return sheet.apply(
        [
            find(
                "wrong_row",
                field.name,
                ~own[field.form]
                & ~sheet.frame[field.name].isin(("", "0") if field.kind == "checkbox" else ("",)),
                "",
                reason="pending_query",
            )
            for field in fields.values()
            if field.name != "record_id"
        ]
    )


def find_opened(sheet, fields):
    """Say for every row and form whether anybody opened the form.

    A form was opened if its status is Unverified or Complete, or if anything was entered:
    an unticked box and the status Incomplete are what REDCap exports for untouched forms.
    In a row of another form it never was.

    Returns
    -------
    pandas.DataFrame of bool
        Index of the sheet, one column per form.
    """
    opened = {}
    for field in fields.values():
        filled = (
            sheet.raw[field.name] == "1"
            if field.kind == "checkbox"
            else sheet.raw[field.name] != ""
        )
        if field.name == "record_id":
            continue
        opened[field.form] = opened[field.form] | filled if field.form in opened else filled
    for form, filled in opened.items():
        status = f"{form}_complete"
        if status in sheet.raw.columns:
            opened[form] = filled | sheet.raw[status].isin(["1", "2"])
    opened = pd.DataFrame(opened, index=sheet.raw.index)
    return opened & find_own_rows(sheet, fields)[opened.columns]


def empty_untouched_boxes(sheet, fields, opened):
    """Set the unticked boxes of forms that nobody opened missing."""
    findings = [
        find(
            "never_opened",
            field.name,
            (sheet.frame[field.name] == "0") & ~opened[field.form],
            "",
            reason=NOT_DONE,
        )
        for field in fields.values()
        if field.kind == "checkbox"
    ]
    return sheet.apply(findings)


def find_asked(sheet, fields):
    """Say for every field with branching logic where it is asked.

    Returns
    -------
    dict of str to pandas.Series of bool
        Fields whose logic asks for more than `branching` reads are left out: they count as asked.
    """
    asked = {}
    columns = {(f.place.table, f.place.column): f.name for f in fields.values()}
    for field in fields.values():
        if field.branching:
            told = evaluate_branching(field.branching, sheet.frame)
            if told is not None:
                asked[field.name] = told
        # What still goes on has no end.
        ongoing = columns.get((field.place.table, "ongoing"))
        if field.place.column == "end_date" and ongoing:
            asked[field.name] = sheet.frame[ongoing] != "1"
    return asked


class Reasons:
    """Why the cells of one sheet are empty.

    Parameters
    ----------
    sheet : Sheet
    asked : dict of str to pandas.Series of bool
        As `find_asked` returns.
    """

    def __init__(self, sheet, asked):
        told = sheet.entries()
        told = told[told["reason"] != ""].drop_duplicates(["row", "field"], keep="last")
        self._told = {name: part.set_index("row")["reason"] for name, part in told.groupby("field")}
        self._asked = asked

    def tell(self, name, cells):
        """Return the reason for every empty cell of a column, "" for the filled ones.

        A rule's reason comes first, then that the question did not apply; a blank that nobody
        explained is not_done.
        """
        empty = (cells == "").to_numpy()
        reasons = np.full(len(cells), "", dtype="object")
        reasons[empty] = NOT_DONE
        if empty.any():
            if name in self._asked:
                asked = self._asked[name].reindex(cells.index, fill_value=True).to_numpy()
                reasons[empty & ~asked] = NOT_APPLICABLE
            logged = self.tell_logged(name, cells).to_numpy()
            reasons = np.where(logged != "", logged, reasons)
        return pd.Series(reasons, index=cells.index, dtype="object")

    def tell_logged(self, name, cells):
        """Return the reason that a rule gave for an empty cell, "" where none did."""
        if name not in self._told:
            return pd.Series("", index=cells.index, dtype="object")
        return (
            self._told[name].reindex(cells.index).fillna("").where(cells == "", "").astype("object")
        )
