"""Forms and their answers: what is missing, filled in vain, badly added up, or copied."""

import pandas as pd

from analysis.cleaning.completeness import find_usual_forms, list_attended
from analysis.cleaning.export import REDCAP
from analysis.cleaning.populations import find_eligible
from analysis.cleaning.sheet import find

# Questionnaires that a person fills in anew at every visit, and how many difficulties they need
# before equal answers are no coincidence; the fewer levels an item has, the more.
ANSWERED_ANEW = {"cochin": 6, "haq": 11}
MIN_ANSWERS, MIN_DIFFERENT = 12, 3


def find_required(view):
    """Required fields that are empty in an opened form, without a reason and although asked.

    An end is required, too, where something is said not to go on.
    """
    for field in view.fields[REDCAP].values():
        ends = field.place.column == "end_date" and field.name in view.asked
        if (not field.required and not ends) or field.form not in view.opened:
            continue
        empty = (view.cells[field.name] == "") & view.opened.loc[view.cells.index, field.form]
        if field.name in view.asked:
            empty &= view.asked[field.name].loc[empty.index]
        if ends:
            empty &= _said_to_have_ended(view, field.place.table)
        if field.name != "record_id" and empty.any():
            yield (
                REDCAP,
                find("required_missing", field.name, empty & ~view.is_explained(field.name)),
            )


def _said_to_have_ended(view, table):
    ongoing = view.column(table, "ongoing")
    return pd.Series(False, view.cells.index) if ongoing is None else ongoing == "0"


def find_not_asked(view):
    """Fields that are filled although their condition does not hold."""
    for name, asked in view.asked.items():
        filled = view.cells[name] != ""
        yield REDCAP, find("not_asked_for", name, filled & ~asked.loc[filled.index])


def find_absent_forms(view):
    """Forms that most people have at a visit and somebody who came does not.

    People who were not found eligible are left out: they have no later forms.
    """
    rows = list_attended(view.sheets[REDCAP], find_eligible(view.tables["participants"]))
    visits, opened = view.keys.loc[rows, "visit"], view.opened.loc[rows]
    usual = find_usual_forms(rows, view.opened, view.keys["visit"])
    for form in opened.columns:
        status = f"{form}_complete"
        absent = ~opened[form] & visits.map(usual[form])
        if status in view.cells.columns:
            yield REDCAP, find("form_absent", status, absent)


def find_totals(view):
    """Recorded totals that differ from the sum of their items, where all items are there."""
    for field in view.fields[REDCAP].values():
        if field.place.item != "recorded_total":
            continue
        parts = [part for part in view.items(field.place.instrument) if part is not field]
        total = view.numbers([field])[field.name]
        items = view.numbers(parts).sum(axis=1, skipna=False)
        differs = total.notna() & items.notna() & (total != items)
        detail = "The items add up to " + items.map("{:g}".format) + "."
        yield REDCAP, find("total_differs", field.name, differs, detail=detail)


def find_copies(view):
    """Questionnaires whose every answer equals the visit before.

    Only answers that do not repeat by themselves count: at least `MIN_ANSWERS` items, at least
    `MIN_DIFFERENT` different values, and as many items above 0 as `ANSWERED_ANEW` says.
    """
    order = {visit.name: place for place, visit in enumerate(view.study.visits)}
    single = view.keys[view.keys["instance"] == ""]
    keys = single.assign(place=single["visit"].map(order)).sort_values(
        ["participant", "place"], kind="stable"
    )
    for instrument, difficult in ANSWERED_ANEW.items():
        fields = [f for f in view.items(instrument) if f.kind == "choice"]
        if len(fields) < MIN_ANSWERS:
            continue
        answers = view.numbers(fields).loc[keys.index]
        complete = answers.notna().all(axis=1)
        told, who = answers[complete], keys.loc[complete.to_numpy(), "participant"]
        same = (told == told.groupby(who).shift()).all(axis=1)
        varied = (told.nunique(axis=1) >= MIN_DIFFERENT) & ((told > 0).sum(axis=1) >= difficult)
        mask = (same & varied).reindex(view.cells.index, fill_value=False)
        yield REDCAP, find("copied_forward", fields[0].name, mask)
