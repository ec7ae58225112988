"""How many of the forms that were due were filled in."""


def count_forms(sheet, opened, visits):
    """Count forms by form and visit.

    A form belongs to a visit if anybody filled it in there and it does not repeat; it is due
    for everybody for whom the visit was.

    Returns
    -------
    pandas.DataFrame
        `form, visit, due, filled`, in the order of the dictionary and of the visits.
    """
    single = sheet.kept.index[(sheet.keys["instance"].drop(sheet.aside) == "").to_numpy()]
    filled = opened.loc[single].groupby(sheet.keys.loc[single, "visit"]).sum()
    counts = filled.stack().rename_axis(["visit", "form"]).rename("filled").reset_index()
    due = visits.groupby("visit").size()
    counts = counts[counts["filled"] > 0].assign(due=lambda told: told["visit"].map(due))
    return counts[["form", "visit", "due", "filled"]].reset_index(drop=True)
