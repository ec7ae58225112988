"""Which forms belong to which visit, and how many of them were filled in."""

import pandas as pd


def list_attended(sheet, eligible):
    """Return the rows of visits (not of repeating forms) of everybody who was found eligible.

    Whoever failed screening has no later forms, and others than everybody else at screening.

    Parameters
    ----------
    sheet : Sheet
        The REDCap export.
    eligible : pandas.Series of bool
        By participant.
    """
    keys = sheet.keys.drop(sheet.aside)
    single = keys["instance"].eq("") & keys["participant"].map(eligible)
    return keys.index[single.to_numpy(dtype=bool)]


def find_usual_forms(rows, opened, visits):
    """Say which forms belong to which visit: those that more than half of the people have there.

    REDCap's export does not tell the designation of forms to events.

    Returns
    -------
    pandas.DataFrame of bool
        Visits by forms.
    """
    return opened.loc[rows].groupby(visits.loc[rows]).mean() > 0.5


def count_forms(sheet, opened, visits, eligible):
    """Count forms by form and visit.

    Parameters
    ----------
    sheet : Sheet
    opened : pandas.DataFrame of bool
        Rows by form.
    visits : pandas.DataFrame
        The table visits, with the missed ones.
    eligible : pandas.Series of bool
        By participant.

    Returns
    -------
    pandas.DataFrame
        `form, visit, due, filled`, in the order of the dictionary; a form is due for
        everybody for whom the visit was.
    """
    rows = list_attended(sheet, eligible)
    usual = find_usual_forms(rows, opened, sheet.keys["visit"])
    filled = opened.loc[rows].groupby(sheet.keys.loc[rows, "visit"]).sum()
    due = visits[visits["participant_id"].map(eligible)].groupby("visit").size()
    cells = [
        (form, visit, int(due[visit]), int(filled.loc[visit, form]))
        for form in opened.columns
        for visit in usual.index[usual[form]]
    ]
    return pd.DataFrame(cells, columns=["form", "visit", "due", "filled"])
