"""Background treatment on the day of the procedure, and the season of a visit."""

import pandas as pd

from analysis.describe.spans import find_span
from analysis.describe.summaries import find_field

SEASONS = ("winter", "spring", "summer", "autumn")


def find_background_treatment(medications, participants, study):
    """Say which classes of treatment each participant took when the procedure began.

    A medication counts if it may have begun by the day of the procedure, had not certainly
    ended before, and was not started during the trial. Treatment is stable if no medication
    of the protocol's classes (study.yml, specification) was started or changed.

    Returns
    -------
    pandas.DataFrame
        `participant_id`, `treatment_<class>` and `treatment_stable` (yes, no).
    """
    ids = participants["participant_id"]
    day = participants.set_index("participant_id")["procedure_date"]
    known = medications[medications["participant_id"].isin(ids)]
    low, high = find_span(known["participant_id"].map(day))
    taken = (
        (find_span(known["start_date"])[0] <= high)
        & (find_span(known["end_date"])[1] >= low)
        & known["change"].ne("started")
    )
    held = known["class"].isin(study.specification.prohibited_medication_classes.value)
    changed = held & ~known["change"].isin(["", "none"])
    columns = {"participant_id": ids.to_numpy()}
    for name in find_field("medications", "class")["constraints"]["enum"]:
        owners = known.loc[taken & known["class"].eq(name), "participant_id"]
        columns[f"treatment_{name}"] = _yes_no(ids.isin(owners))
    owners = known.loc[changed, "participant_id"]
    return pd.DataFrame({**columns, "treatment_stable": _yes_no(~ids.isin(owners))})


def find_season(dates):
    """Return the northern season of dates (December to February is winter); "" if not known."""
    month = pd.to_numeric(dates.str[5:7], errors="coerce")
    return (month % 12 // 3).map(dict(enumerate(SEASONS))).fillna("").astype("str")


def _yes_no(flags):
    return flags.map({True: "yes", False: "no"}).to_numpy()
