"""Which visits were due for whom."""

import pandas as pd

from analysis.cleaning.dates import find_days


def list_due(participants, days, study, latest):
    """Return `participant_id, visit` of every visit that was due at the export.

    Screening is due for everybody, the visits up to the procedure for whoever is eligible,
    the later ones for whoever had the procedure and whose window had closed.

    Parameters
    ----------
    participants : pandas.DataFrame
    days : pandas.Series
        Day of the procedure (timestamp) by participant.
    study : analysis.study.Study
    latest : str
        Date of the export, ISO.
    """
    who = participants["participant_id"]
    eligible = participants["eligible"].eq("yes")
    procedure = find_days(who, days)
    exported = pd.to_datetime(latest)
    parts = []
    for place, visit in enumerate(study.visits):
        if visit.day is None:
            continue
        if place == 0:
            due = pd.Series(True, index=who.index)
        elif visit.day <= 0:
            due = eligible
        else:
            due = procedure + pd.Timedelta(days=visit.high) <= exported
        parts.append(pd.DataFrame({"participant_id": who[due], "visit": visit.name}))
    return pd.concat(parts, ignore_index=True)
