"""Who belongs to which population, by the rules of study.yml."""

from typing import Any

import numpy as np
import pandas as pd

from analysis.cleaning.derive import list_injected
from analysis.study import Study

# A date that could not be read is still a date that was written: the consent was given.
_WRITTEN = ("pending_query", "out_of_range")


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
    """Say by participant whether nobody found them ineligible."""
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
