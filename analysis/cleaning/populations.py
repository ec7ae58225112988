"""Who belongs to which population, and what happened to them, by the rules of study.yml."""

from typing import Any

import numpy as np
import pandas as pd

from analysis.cleaning.dates import find_person_days, parse_days
from analysis.cleaning.derive import count_days, list_injected
from analysis.study import Study

# A date that could not be read is still a date that was written: the consent was given.
_WRITTEN = ("pending_query", "out_of_range")
# Words by which a term is recognised; the coded class is looked at as well.
INFECTION = r"infect|cellulitis|abscess|paronychia|감염"
OF_THE_HAND = r"hand|finger|digit|nail|paronychia|손"
HAND_PROCEDURE = r"surg|amputat|sympathectomy|debridement|botulinum|fat graft|수술"
EVENT_COLUMNS = (
    "participant_id", "event", "start_date", "source", "description", "prohibited",
)  # fmt: skip


def assign_populations(
    participants: pd.DataFrame,
    procedures: pd.DataFrame,
    visits: pd.DataFrame,
    events: pd.DataFrame,
    study: Study,
) -> pd.DataFrame:
    """Add treated hands and membership of every population.

    `procedures` is as recorded, `events` are the intercurrent events; the study names the
    planned fingers, the limits of the product, and the visit of the follow-up.

    Returns
    -------
    pandas.DataFrame
        Participants with `treated_hands`, `in_<population>` (yes, no) and
        `per_protocol_exclusion` (of the full analysis set only).
    """
    who = participants["participant_id"]
    injected = list_injected(procedures).set_axis(procedures["participant_id"], axis=0)
    hands = {
        side: injected.filter(like=side).gt(0).any(axis=1).reindex(who).fillna(False).astype(bool)
        for side in ("right", "left")
    }
    any_finger = hands["right"] | hands["left"]
    timed = _has(procedures, "first_injection").reindex(who, fill_value=False)
    begun = _has(procedures, "anaesthesia_start").reindex(who, fill_value=False)
    injection = any_finger | timed
    exclusions = list_exclusions(who, procedures, visits, events, study)
    excluded = exclusions.groupby("participant_id")["reason"].agg(";".join).reindex(who).fillna("")
    members: dict[str, Any] = {
        "enrolled": _consented(participants) & participants["eligible"].eq("yes").to_numpy(),
        "procedure_safety": begun | injection,
        "product_safety": injection,
        "full_analysis": injection,
        "per_protocol": injection & excluded.eq(""),
    }
    hand = pd.Series("none", index=who, dtype="object")
    hand = hand.mask(hands["right"], "right").mask(hands["left"], "left")
    hand = hand.mask(hands["right"] & hands["left"], "both")
    return participants.assign(
        treated_hands=hand.to_numpy(),
        **{f"in_{name}": _yes(member) for name, member in members.items()},
        per_protocol_exclusion=excluded.where(injection, "").to_numpy(),
    )


def find_eligible(participants: pd.DataFrame) -> pd.Series:
    """Return by participant whether nobody found them ineligible."""
    return participants.set_index("participant_id")["eligible"].ne("no")


def list_exclusions(
    who: pd.Series,
    procedures: pd.DataFrame,
    visits: pd.DataFrame,
    events: pd.DataFrame,
    study: Study,
) -> pd.DataFrame:
    """Return every reason against the per-protocol population, one row per participant and reason.

    The rule asks for five things, each of which must be shown: the follow-up in its window, no
    prohibited change of treatment, every planned finger injected, the product within its
    specification, and one assessor at both visits.
    """
    after = study.analysis.followup_visit.value
    follow = visits[visits["visit"] == after].set_index("participant_id").reindex(who)
    first = visits[visits["visit"] == study.analysis.baseline_visit.value]
    first = first.drop_duplicates("participant_id").set_index("participant_id").reindex(who)
    follow = follow[~follow.index.duplicated()]
    done = follow["status"].eq("done")
    one_assessor = first["assessor"].eq(follow["assessor"]) & first["assessor"].fillna("").ne("")
    prohibited = events[(events["prohibited"] == "yes") & (events["event"] == "treatment_change")]
    reasons = {
        f"{after}_missing": ~done,
        f"{after}_outside_window": done & ~follow["in_window"].eq("yes"),
        "prohibited_treatment_change": pd.Series(who.isin(prohibited["participant_id"]).to_numpy()),
        "finger_not_injected": ~_all_planned(procedures, study).reindex(who, fill_value=False),
        "product_outside_specification": ~_within_specification(procedures, study).reindex(
            who, fill_value=False
        ),
        "different_assessor": done & ~one_assessor,
    }
    parts = [
        pd.DataFrame({"participant_id": who[mask.to_numpy(dtype=bool)], "reason": reason})
        for reason, mask in reasons.items()
    ]
    return pd.concat(parts, ignore_index=True)


def _all_planned(procedures: pd.DataFrame, study: Study) -> pd.Series:
    planned = list(study.specification.planned_fingers.value)
    whole = list_injected(procedures)[planned].gt(0).all(axis=1)
    return whole.set_axis(procedures["participant_id"])


def _within_specification(procedures: pd.DataFrame, study: Study) -> pd.Series:
    limits = study.specification
    number = procedures[["viability_percent", "endotoxin_eu_per_ml"]]
    number = number.where(number != "").apply(pd.to_numeric)
    fits = number["viability_percent"].ge(limits.viability_min_percent.value)
    fits &= number["endotoxin_eu_per_ml"].le(limits.endotoxin_max_eu_per_ml.value)
    fits &= ~list_injected(procedures).gt(limits.finger_volume_max_ml.value).any(axis=1)
    fits &= ~procedures["gram_stain"].eq("positive") & ~procedures["sterility"].eq("growth")
    return fits.set_axis(procedures["participant_id"])


def _consented(participants: pd.DataFrame) -> np.ndarray:
    reason = participants["missing_reasons"].str.extract(r"(?:^|;)consent_date=([^;]*)")[0]
    return (participants["consent_date"].ne("") | reason.isin(_WRITTEN)).to_numpy()


def _has(procedures: pd.DataFrame, column: str) -> pd.Series:
    filled = procedures[column].ne("") if column in procedures else pd.Series(dtype=bool)
    return filled.set_axis(procedures["participant_id"]).astype(bool)


def _yes(member: Any) -> np.ndarray:
    return pd.Series(member).map({True: "yes", False: "no"}).to_numpy()


def find_intercurrent_events(
    tables: dict[str, pd.DataFrame], days: pd.Series, study: Study
) -> pd.DataFrame:
    """Return the intercurrent events of everybody who had the procedure.

    Parameters
    ----------
    tables
        medications, procedures, adverse_events, visits, items, disposition.
    days
        Day of the procedure by participant.
    study
        Prohibited classes of medication, planned fingers, events that the plan names.
    """
    parts = [
        _treatment_changes(tables["medications"], tables["visits"], days, study),
        _fingers_left_out(tables["procedures"], study),
        _from_adverse_events(tables["adverse_events"], days),
        _new_ulcers(tables["items"], tables["visits"], days, study),
        _smoking_changes(tables["visits"]),
        _stops(tables["disposition"]),
        _deaths(tables["disposition"], tables["adverse_events"]),
    ]
    parts = [part for part in parts if len(part)]
    if not parts:
        return pd.DataFrame(
            {name: pd.Series(dtype="object") for name in (*EVENT_COLUMNS, "study_day")}
        )
    events = pd.concat(parts, ignore_index=True)
    events = events[events["participant_id"].isin(days.index)]
    known = {event.name for event in study.intercurrent_events}
    events = events[events["event"].isin(known)]
    day = count_days(events["start_date"], events["participant_id"], days)
    return events.assign(study_day=day).reset_index(drop=True)


def _treatment_changes(
    medications: pd.DataFrame, visits: pd.DataFrame, days: pd.Series, study: Study
) -> pd.DataFrame:
    """Start or increase, after the procedure and up to the follow-up, of a class of the plan."""
    classes = study.specification.prohibited_medication_classes.value
    of_class = medications["class"].isin(classes)
    changed = medications["change"].isin(["started", "increased"])
    dated = medications["change_date"] != ""
    date = medications["change_date"].where(dated, medications["start_date"])
    procedure = find_person_days(medications["participant_id"], days)
    # A start that nobody marked as a change is one if it lies after the procedure.
    day = parse_days(date)
    after = ~(day <= procedure)
    late_start = parse_days(medications["start_date"]) > procedure
    follow = visits[visits["visit"] == study.analysis.followup_visit.value]
    follow = follow.drop_duplicates("participant_id").set_index("participant_id")["visit_date"]
    before = ~(day > find_person_days(medications["participant_id"], parse_days(follow)))
    found = medications[of_class & ((changed & after) | late_start) & before]
    source = "medications:" + found["medication_number"].astype("str")
    description = found["name"] + " (" + found["class"] + ") " + found["change"]
    dates = date.loc[found.index]
    return _make_events(found, "treatment_change", dates, source, description, prohibited="yes")


def _fingers_left_out(procedures: pd.DataFrame, study: Study) -> pd.DataFrame:
    volume = list_injected(procedures)
    treated = volume.gt(0).any(axis=1)
    planned = list(study.specification.planned_fingers.value)
    empty = pd.Series((~volume.loc[treated, planned].gt(0)).stack())
    rows, names = empty[empty].index.get_level_values(0), empty[empty].index.get_level_values(1)
    found = procedures.loc[rows]
    fingers = pd.Series(names, index=found.index, dtype="object")
    date = found["first_injection"].str.slice(0, 10)
    date = date.where(date != "", found["procedure_date"])
    source = "procedures:injected_" + fingers + "_ml"
    return _make_events(found, "finger_not_injected", date, source, fingers, prohibited="yes")


def _from_adverse_events(events: pd.DataFrame, days: pd.Series) -> pd.DataFrame:
    begun = parse_days(events["start_date"]) < find_person_days(events["participant_id"], days)
    words = events["term"] + " " + events["coded_term"]
    infected = (words + " " + events["class"]).str.contains(INFECTION, case=False)
    on_hand = words.str.contains(OF_THE_HAND, case=False) & ~begun
    treated = events["action"].str.contains(HAND_PROCEDURE, case=False)
    parts = []
    for event, mask, column in (
        ("infection", infected & on_hand, "term"),
        ("other_procedure", treated & on_hand, "action"),
    ):
        found = events[mask]
        source = _name_event(found)
        parts.append(_make_events(found, event, found["start_date"], source, found[column]))
    return pd.concat(parts, ignore_index=True)


def _new_ulcers(
    items: pd.DataFrame, visits: pd.DataFrame, days: pd.Series, study: Study
) -> pd.DataFrame:
    of_ulcers = (items["instrument"] == "digital_ulcers") & (items["item"] == "new")
    found = items[of_ulcers & (items["value"] == 1)]
    key = ["participant_id", "visit"]
    dated = visits[[*key, "visit_date"]].drop_duplicates(key)
    found = found.merge(dated, on=key, how="left").fillna({"visit_date": ""})
    procedure = find_person_days(found["participant_id"], days)
    found = found[~(parse_days(found["visit_date"]) <= procedure)]
    found = found[~found["visit"].isin(study.list_visits("screening", "baseline"))]
    source = "items:" + found["visit"] + "/digital_ulcers/" + found["occasion"]
    return _make_events(found, "new_ulcer", found["visit_date"], source, found["location"])


def _smoking_changes(visits: pd.DataFrame) -> pd.DataFrame:
    """A visit at which somebody smokes who did not at the visit before, or the other way round."""
    answered = visits[visits["smoking"].ne("") & visits["study_day"].notna()]
    answered = answered.sort_values(["participant_id", "study_day", "visit"], kind="stable")
    smokes = answered["smoking"].eq("current")
    before = smokes.groupby(answered["participant_id"]).shift()
    found = answered[before.notna() & before.ne(smokes) & (answered["study_day"] > 0)]
    source, description = "visits:" + found["visit"], "now " + found["smoking"]
    return _make_events(found, "smoking_change", found["visit_date"], source, description)


def _stops(disposition: pd.DataFrame) -> pd.DataFrame:
    """Withdrawal and loss are missing data, not events (E9(R1))."""
    stopped = disposition["reason"].isin(["adverse_event", "physician_decision"])
    found = disposition[stopped & disposition["status"].eq("discontinued")]
    why = found["reason"].str.replace("_", " ")
    return _make_events(found, "treatment_stopped", found["end_date"], "disposition:reason", why)


def _deaths(disposition: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    died = disposition[disposition["reason"] == "death"]
    fatal = events[events["outcome"].eq("fatal") | events["grade"].astype("str").eq("5")]
    parts = [
        _make_events(died, "death", died["end_date"], "disposition:reason", "death"),
        _make_events(fatal, "death", fatal["end_date"], _name_event(fatal), fatal["term"]),
    ]
    return pd.concat(parts, ignore_index=True)


def _name_event(events: pd.DataFrame) -> pd.Series:
    return "adverse_events:" + events["event_number"].astype("str")


def _make_events(
    found: pd.DataFrame,
    event: str,
    date: pd.Series,
    source: str | pd.Series,
    description: str | pd.Series,
    *,
    prohibited: str = "no",
) -> pd.DataFrame:
    columns = (found["participant_id"], event, date, source, description, prohibited)
    events = pd.DataFrame(dict(zip(EVENT_COLUMNS, columns, strict=True)), dtype="object")
    return events.reset_index(drop=True)
