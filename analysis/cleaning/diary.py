"""The visit that every diary entry belongs to."""

import pandas as pd

from analysis.cleaning.dates import find_days, parse_days


def place_entries(sheet, references, *, days):
    """Say which visit an entry belongs to, and how many days before it was made.

    Parameters
    ----------
    sheet : Sheet
        The diary.
    references : dict of str to pandas.Series
        For each visit the day (timestamp by participant) that the days count back from: the
        procedure at baseline, the visit itself at the follow-up.
    days : int
        Days before the reference that count (day 1 is the day before).

    Returns
    -------
    pandas.DataFrame
        `visit`, `location` and `occasion` by row. An entry outside every window is unscheduled
        and has its date as occasion.
    """
    dates = parse_days(sheet.frame["entry_date"])
    visit = pd.Series("unscheduled", index=dates.index, dtype="object")
    occasion = sheet.frame["entry_date"].astype("object")
    for name, reference in references.items():
        before = (find_days(sheet.keys["participant"], reference) - dates).dt.days
        inside = before.between(1, days) & (visit == "unscheduled")
        visit = visit.mask(inside, name)
        told = before.where(inside).map("{:02.0f}".format, na_action="ignore")
        occasion = told.astype("object").where(inside, occasion)
    return pd.DataFrame({"visit": visit, "location": "", "occasion": occasion})
