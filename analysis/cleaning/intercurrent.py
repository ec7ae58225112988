"""Intercurrent events, found in the tables by declared rules."""

import pandas as pd

from analysis.cleaning.dates import find_days, parse_days
from analysis.cleaning.derive import count_days, list_injected

# Words by which a term says what it is; the coded class is looked at as well.
INFECTION = r"infect|cellulitis|abscess|paronychia|감염"
OF_THE_HAND = r"hand|finger|digit|nail|paronychia|손"
HAND_PROCEDURE = r"surg|amputat|sympathectomy|debridement|botulinum|fat graft|수술"
COLUMNS = (
    "participant_id", "event", "start_date", "source", "description", "prohibited",
)  # fmt: skip


def find_intercurrent_events(tables, days, study):
    """Return the intercurrent events of everybody who had the procedure.

    Parameters
    ----------
    tables : dict of str to pandas.DataFrame
        medications, procedures, adverse_events, visits, items, disposition.
    days : pandas.Series
        Day of the procedure by participant.
    study : analysis.study.Study
    """
    parts = [
        _treatment_changes(tables["medications"], tables["visits"], days, study),
        _fingers_left_out(tables["procedures"], study),
        _from_adverse_events(tables["adverse_events"], days),
        _new_ulcers(tables["items"], tables["visits"], days),
        _smoking_changes(tables["visits"]),
        _deaths(tables["disposition"], tables["adverse_events"]),
    ]
    parts = [part for part in parts if len(part)]
    if not parts:
        return pd.DataFrame({name: pd.Series(dtype="object") for name in (*COLUMNS, "study_day")})
    events = pd.concat(parts, ignore_index=True)
    events = events[events["participant_id"].isin(days.index)]
    known = {event.name for event in study.intercurrent_events}
    events = events[events["event"].isin(known)]
    day = count_days(events["start_date"], events["participant_id"], days)
    return events.assign(study_day=day).reset_index(drop=True)


def _treatment_changes(medications, visits, days, study):
    """Start or increase, after the procedure and up to the follow-up, of a class of the plan."""
    classes = study.specification.prohibited_medication_classes.value
    of_class = medications["class"].isin(classes)
    changed = medications["change"].isin(["started", "increased"])
    date = medications["change_date"].where(
        medications["change_date"] != "", medications["start_date"]
    )
    procedure = find_days(medications["participant_id"], days)
    # A start that nobody marked as a change is one if it lies after the procedure.
    day = parse_days(date)
    after = ~(day <= procedure)
    late_start = parse_days(medications["start_date"]) > procedure
    follow = visits[visits["visit"] == study.analysis.followup_visit.value]
    follow = follow.drop_duplicates("participant_id").set_index("participant_id")["visit_date"]
    before = ~(day > find_days(medications["participant_id"], parse_days(follow)))
    told = medications[of_class & ((changed & after) | late_start) & before]
    return _events(
        told["participant_id"],
        "treatment_change",
        date.loc[told.index],
        "medications:" + told["medication_number"].astype("str"),
        told["name"] + " (" + told["class"] + ") " + told["change"],
        "yes",
    )


def _fingers_left_out(procedures, study):
    volume = list_injected(procedures)
    treated = volume.gt(0).any(axis=1)
    planned = list(study.specification.planned_fingers.value)
    empty = (~volume.loc[treated, planned].gt(0)).stack()
    rows, fingers = empty[empty].index.get_level_values(0), empty[empty].index.get_level_values(1)
    told = procedures.loc[rows]
    fingers = pd.Series(fingers, index=told.index, dtype="object")
    date = told["first_injection"].str.slice(0, 10)
    return _events(
        told["participant_id"],
        "finger_not_injected",
        date.where(date != "", told["procedure_date"]),
        "procedures:injected_" + fingers + "_ml",
        fingers,
        "yes",
    )


def _from_adverse_events(events, days):
    begun = parse_days(events["start_date"]) < find_days(events["participant_id"], days)
    words = events["term"] + " " + events["coded_term"]
    infected = (words + " " + events["class"]).str.contains(INFECTION, case=False)
    on_hand = words.str.contains(OF_THE_HAND, case=False)
    treated = events["action"].str.contains(HAND_PROCEDURE, case=False)
    parts = []
    for event, mask in (("infection", infected & on_hand), ("other_procedure", treated & on_hand)):
        told = events[mask & ~begun]
        number = told["event_number"].astype("str")
        parts.append(
            _events(
                told["participant_id"],
                event,
                told["start_date"],
                "adverse_events:" + number,
                told["term"] if event == "infection" else told["action"],
                "no",
            )
        )
    return pd.concat(parts, ignore_index=True)


def _new_ulcers(items, visits, days):
    told = items[
        (items["instrument"] == "digital_ulcers") & (items["item"] == "new") & (items["value"] == 1)
    ]
    dated = visits[["participant_id", "visit", "visit_date"]].drop_duplicates(
        ["participant_id", "visit"]
    )
    told = told.merge(dated, on=["participant_id", "visit"], how="left").fillna({"visit_date": ""})
    told = told[~(parse_days(told["visit_date"]) <= find_days(told["participant_id"], days))]
    told = told[~told["visit"].isin(["screening", "baseline"])]
    return _events(
        told["participant_id"],
        "new_ulcer",
        told["visit_date"],
        "items:" + told["visit"] + "/digital_ulcers/" + told["occasion"],
        told["location"],
        "no",
    )


def _smoking_changes(visits):
    """A visit at which somebody smokes who did not at the visit before, or the other way round."""
    told = visits[visits["smoking"].ne("") & visits["study_day"].notna()]
    told = told.sort_values(["participant_id", "study_day", "visit"], kind="stable")
    smokes = told["smoking"].eq("current")
    before = smokes.groupby(told["participant_id"]).shift()
    told = told[before.notna() & before.ne(smokes) & (told["study_day"] > 0)]
    return _events(
        told["participant_id"],
        "smoking_change",
        told["visit_date"],
        "visits:" + told["visit"],
        "now " + told["smoking"],
        "no",
    )


def _deaths(disposition, events):
    died = disposition[disposition["reason"] == "death"]
    fatal = events[events["outcome"].eq("fatal") | events["grade"].astype("str").eq("5")]
    return pd.concat(
        [
            _events(
                died["participant_id"],
                "death",
                died["end_date"],
                "disposition:reason",
                "death",
                "no",
            ),
            _events(
                fatal["participant_id"],
                "death",
                fatal["end_date"],
                "adverse_events:" + fatal["event_number"].astype("str"),
                fatal["term"],
                "no",
            ),
        ],
        ignore_index=True,
    )


def _events(who, event, date, source, description, prohibited):
    return pd.DataFrame(
        {
            "participant_id": who,
            "event": event,
            "start_date": date,
            "source": source,
            "description": description,
            "prohibited": prohibited,
        },
        dtype="object",
    ).reset_index(drop=True)
