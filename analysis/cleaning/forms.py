"""Which forms were opened, which rows hold them, and where a field is asked."""

import pandas as pd

from analysis.cleaning.export import REDCAP
from analysis.cleaning.fields import Field
from analysis.cleaning.logic import evaluate_branching
from analysis.cleaning.state import NOT_DONE, CleaningState, SourceFile, find_cells
from analysis.cleaning.structure import FORM


def find_form_rows(file: SourceFile, fields: dict[str, Field]) -> pd.DataFrame:
    """Say for every row and form whether the row can hold the form.

    A row of a repeating form holds that form only; a row of a visit holds every form but those
    that repeat at this visit.

    Returns
    -------
    pandas.DataFrame of bool
        Index of the file, one column per form.
    """
    repeat, visit = file.frame[FORM], file.keys["visit"]
    rows = {}
    for form in dict.fromkeys(field.form for field in fields.values()):
        at = set(visit[repeat == form])
        rows[form] = (repeat == form) | ((repeat == "") & ~visit.isin(at))
    return pd.DataFrame(rows, index=file.frame.index)


def empty_wrong_rows(state: CleaningState) -> CleaningState:
    """Set what is entered in a row of another form missing; an unticked box is no entry."""
    file, fields = state.redcap, state.fields[REDCAP]
    rows = find_form_rows(file, fields)
    findings = []
    for name, field in fields.items():
        if name != "record_id":
            nothing = ("", "0") if field.kind == "checkbox" else ("",)
            wrong = ~rows[field.form] & ~file.frame[name].isin(nothing) & ~field.automatic
            findings.append(find_cells("wrong_row", name, wrong, "", reason="pending_query"))
    return state.apply(findings)


def find_opened(file: SourceFile, fields: dict[str, Field]) -> pd.DataFrame:
    """Say for every row and form whether anybody opened the form.

    A form was opened if its status is Unverified or Complete, or if a person entered anything:
    an unticked box, the status Incomplete and what REDCap fills in by itself are exported for
    untouched forms. In a row of another form it never was.

    Returns
    -------
    pandas.DataFrame of bool
        Index of the file, one column per form.
    """
    opened: dict[str, pd.Series] = {}
    by_hand = {field.form for field in fields.values() if not field.automatic}
    for name, field in fields.items():
        if name != "record_id":
            filled = file.raw[name] == "1" if field.kind == "checkbox" else file.raw[name] != ""
            counts = not field.automatic or field.form not in by_hand
            opened[field.form] = opened.get(field.form, False) | (filled & counts)
    for form, filled in opened.items():
        status = f"{form}_complete"
        if status in file.raw.columns:
            opened[form] = filled | file.raw[status].isin(["1", "2"])
    frame = pd.DataFrame(opened, index=file.raw.index)
    return frame & find_form_rows(file, fields)[frame.columns]


def empty_unopened(state: CleaningState) -> CleaningState:
    """Set missing what REDCap exports of forms that nobody opened.

    That are unticked boxes, and what it has filled in by itself.
    """
    findings = []
    for name, field in state.fields[REDCAP].items():
        cells = state.redcap.frame[name]
        if field.kind == "checkbox":
            untouched = (cells == "0") & ~state.opened[field.form]
            findings.append(find_cells("never_opened", name, untouched, "", reason=NOT_DONE))
        elif field.automatic:
            untouched = (cells != "") & ~state.opened[field.form]
            findings.append(find_cells("filled_in_unopened", name, untouched, "", reason=NOT_DONE))
    return state.apply(findings)


def explain_boxes(state: CleaningState) -> CleaningState:
    """Set the boxes of a question missing where its box for a missing-data code is ticked."""
    fields, cells = state.fields[REDCAP], state.redcap.frame
    findings = []
    for code in fields.values():
        if not code.explains:
            continue
        ticked = cells[code.name] == "1"
        for name, box in fields.items():
            if box.question == code.question and not box.explains:
                unticked = ticked & (cells[name] == "0")
                findings.append(
                    find_cells("box_explained", name, unticked, "", reason=code.explains)
                )
    return state.apply(findings)


def find_asked(file: SourceFile, fields: dict[str, Field]) -> dict[str, pd.Series]:
    """Say for every field with branching logic where it is asked.

    Fields whose logic `evaluate_branching` cannot read are left out: they count as asked.
    """
    asked = {}
    columns = {(f.place.table, f.place.column): f.name for f in fields.values()}
    for name, field in fields.items():
        if field.branching:
            where = evaluate_branching(field.branching, file.frame)
            if where is not None:
                asked[name] = where
        # What still goes on has no end.
        ongoing = columns.get((field.place.table, "ongoing"))
        if field.place.column == "end_date" and ongoing:
            asked[name] = file.frame[ongoing].map(fields[ongoing].codes) != "yes"
    return asked
