"""What is recorded as often as it happens: ulcers, adverse events, medication."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.demo.cohort import ASSESSED
from analysis.demo.texts import clock, dates, fixed, whole, yes

# Above these latent values a participant has 1, 2, 3, 4 active ulcers: on average one.
ULCER_CUTS = (-0.13, 0.55, 1.15, 1.65)
EARLY_EVENT = 6
TREATMENT_CHANGED = 2
TREATMENT_CHANGE_DAY = 56
STAY_PLANNED = 1


@dataclass(frozen=True)
class Ulcers:
    """Ulcers by participant and finger, right thumb to right little finger, then left.

    Each array is boolean, (n, 10), but for the sizes in mm.
    """

    baseline: np.ndarray
    healed_week_4: np.ndarray
    healed_week_12: np.ndarray
    new_week_12: np.ndarray
    size: np.ndarray

    def active(self, visit):
        """Return where an ulcer is active at a visit, (n, 10)."""
        if visit == "week_12":
            return (self.baseline & ~self.healed_week_12) | self.new_week_12
        if visit == "week_4":
            return self.baseline & ~self.healed_week_4
        return self.baseline


def draw_ulcers(cohort):
    """Draw ulcers: about half heal by week 12, few are new."""
    rng, size = cohort.rng("ulcers"), cohort.size
    count = np.searchsorted(ULCER_CUTS, cohort.baseline["ulcers"])
    liability = rng.random((size, 10)) + np.tile([0.5, 0, 0, 0.1, 0.3], 2)
    baseline = liability.argsort(axis=1).argsort(axis=1) < count[:, None]
    healing = rng.random((size, 10))
    new = ~baseline & (liability.argsort(axis=1).argsort(axis=1) == count[:, None])
    return Ulcers(
        baseline=baseline,
        healed_week_4=baseline & (healing < 0.2),
        healed_week_12=baseline & (healing < 0.5),
        new_week_12=new & (rng.random(size) < 0.1)[:, None],
        size=np.clip(np.round(rng.gamma(6, 0.7, (size, 10)), 1), 1, 15),
    )


def make_ulcer_rows(cohort, ulcers):
    """Return the repeating form `digital_ulcer`, one row per ulcer and visit.

    Returns
    -------
    dict of str to pandas.DataFrame
        By visit; `who` is the participant's position.
    """
    rows = {}
    for visit in ASSESSED:
        new = ulcers.new_week_12 & (visit == "week_12")
        who, finger = np.nonzero(ulcers.baseline | new)
        active = ulcers.active(visit)[who, finger]
        rows[visit] = pd.DataFrame(
            {
                "who": who,
                "du_side": np.where(finger < 5, "1", "2"),
                "du_finger": whole(finger % 5 + 1),
                "du_active": yes(active),
                "du_new": yes(new[who, finger]),
                "du_healed": yes(~active),
                "du_size_mm": np.where(active, fixed(ulcers.size[who, finger], 1), "0.0"),
            }
        )
    return rows


# Term, coded term, class, earliest and latest study day, days it lasts, grade, relation to
# liposuction, injection, product and disease (REDCap codes), action. Plain words of our own.
EVENTS = (
    ("Tingling around the liposuction site", "Paraesthesia", "Nervous system", 0, 3, 14,
     1, "3100", "None"),
    ("Dizzy after lidocaine", "Dizziness", "Nervous system", 0, 0, 1, 1, "3000", "Rest"),
    ("Fingers pale for some minutes", "Pallor", "Vascular", 0, 0, 1, 1, "0312", "Warming"),
    ("Bruise at the liposuction site", "Bruising", "Skin", 0, 2, 10, 1, "4000", "None"),
    ("Pain in the injected fingers", "Finger pain", "Musculoskeletal", 0, 2, 4, 2,
     "0321", "Analgesic"),
    ("Swollen fingers", "Finger swelling", "Skin", 0, 1, 6, 1, "0320", "None"),
    ("Common cold", "Nasopharyngitis", "Infection", 15, 65, 6, 1, "0000", "None"),
    ("Headache", "Headache", "Nervous system", 5, 60, 2, 1, "0101", "Analgesic"),
)  # fmt: skip
EARLY = ("Common cold", "Nasopharyngitis", "Infection", "0000", "None")
ULCER = ("New ulcer of a finger", "Digital ulcer", "Skin", "0113", "Dressing")
RELATIONS = ("ae_rel_lipo", "ae_rel_inj", "ae_rel_product", "ae_rel_disease")


def make_adverse_events(cohort, ulcers):
    """Return the repeating form `adverse_event`: one or two per participant, none serious.

    One in seven has an event before the procedure, one in seven a dizziness on a planned
    overnight stay; every new ulcer is reported.
    """
    rng, size = cohort.rng("adverse events"), cohort.size
    first = rng.integers(0, len(EVENTS), size)
    first = np.where(cohort.every_seventh(STAY_PLANNED), 1, first)
    second = (first + rng.integers(1, len(EVENTS), size)) % len(EVENTS)
    twice = np.flatnonzero((rng.random(size) < 0.4) & ~cohort.every_seventh(EARLY_EVENT))
    parts = [_early_events(cohort, rng)]
    parts.append(_common_events(cohort, rng, np.arange(size), first))
    parts.append(_common_events(cohort, rng, twice, second[twice]))
    parts.append(_ulcer_events(cohort, rng, np.flatnonzero(ulcers.new_week_12.any(axis=1))))
    rows = pd.concat(parts, ignore_index=True)
    rows = rows.sort_values(["who", "ae_start"], kind="stable", ignore_index=True)
    return rows.assign(
        ae_dict="none",
        ae_dict_version="",
        ae_ongoing="0",
        ae_scale="CTCAE",
        ae_scale_version="5.0",
        ae_serious="0",
        ae_serious_why="",
        ae_outcome="1",
        ae_withdrawal="0",
        ae_worsening="0",
    )


def _common_events(cohort, rng, who, picks):
    term, coded, kind, low, high, length, grade, relations, action = (
        (np.array(column) for column in zip(*(EVENTS[pick] for pick in picks), strict=True))
        if len(picks)
        else ([],) * 9
    )
    start = rng.integers(low, np.asarray(high) + 1) if len(picks) else np.array([], dtype=int)
    duration = np.maximum(1, np.round(np.asarray(length) * rng.uniform(0.6, 1.4, len(picks))))
    planned = cohort.every_seventh(STAY_PLANNED)[who] & (np.asarray(coded) == "Dizziness")
    minutes = rng.integers(13 * 60, 20 * 60, len(picks))
    return _rows(cohort, who, term, coded, kind, start, duration, grade, relations, action).assign(
        ae_start_time=clock(minutes), ae_planned_stay=yes(planned)
    )


def _early_events(cohort, rng):
    who = np.flatnonzero(cohort.every_seventh(EARLY_EVENT))
    start = -rng.integers(6, 12, len(who))
    return _fixed_rows(cohort, who, EARLY, start, np.full(len(who), 4), 1)


def _ulcer_events(cohort, rng, who):
    start = rng.integers(45, 66, len(who))
    return _fixed_rows(cohort, who, ULCER, start, np.full(len(who), 12), 2)


def _fixed_rows(cohort, who, event, start, duration, grade):
    term, coded, kind, relations, action = (np.full(len(who), word) for word in event)
    grades = np.full(len(who), grade)
    rows = _rows(cohort, who, term, coded, kind, start, duration, grades, relations, action)
    return rows.assign(ae_start_time="", ae_planned_stay="0")


def _rows(cohort, who, term, coded, kind, start, duration, grade, relations, action):
    days = cohort.days["procedure"][who] + np.asarray(start, dtype="int64")
    related = np.array([list(codes) for codes in relations], dtype="object").reshape(-1, 4)
    return pd.DataFrame(
        {
            "who": who,
            "ae_term": term,
            "ae_coded": coded,
            "ae_class": kind,
            "ae_start": dates(days),
            "ae_stop": dates(days + np.asarray(duration, dtype="int64") - 1),
            "ae_grade": whole(grade),
            **{name: related[:, k] for k, name in enumerate(RELATIONS)},
            "ae_action": action,
        },
        dtype="object",
    ).astype({"who": "int64"})


# Name, class (REDCap code), dose, unit, share of the participants who take it.
MEDICINES = (
    ("Nifedipine", "1", 30, "mg/day", 0.7),
    ("Sildenafil", "2", 60, "mg/day", 0.3),
    ("Bosentan", "3", 125, "mg/day", 0.25),
    ("Mycophenolate mofetil", "4", 1000, "mg/day", 0.35),
    ("Prednisolone", "5", 5, "mg/day", 0.4),
    ("Acetaminophen", "6", 650, "mg as needed", 0.45),
    ("Omeprazole", "7", 20, "mg/day", 1.0),
)


def make_medication(cohort):
    """Return the repeating form `medication`.

    Background treatment began at least four months before consent and stays as it is; one in
    seven starts a vasodilator in week 8.
    """
    rng, size = cohort.rng("medication"), cohort.size
    takes = rng.random((size, len(MEDICINES))) < [share for *_, share in MEDICINES]
    who, which = np.nonzero(takes)
    name, kind, dose, unit, _ = (
        np.array(column, dtype="object") for column in zip(*MEDICINES, strict=True)
    )
    began = cohort.days["screening"][who] - rng.integers(130, 1000, len(who))
    background = _medicine(who, name[which], kind[which], whole(dose[which]), unit[which], began)
    changed = np.flatnonzero(cohort.every_seventh(TREATMENT_CHANGED))
    began = cohort.days["procedure"][changed] + TREATMENT_CHANGE_DAY
    added = _medicine(changed, "Amlodipine", "1", "5", "mg/day", began).assign(
        cm_change="1", cm_change_date=dates(began)
    )
    rows = pd.concat([background, added], ignore_index=True)
    return rows.sort_values("who", kind="stable", ignore_index=True)


def _medicine(who, name, kind, dose, unit, began):
    return pd.DataFrame(
        {
            "who": who,
            "cm_name": name,
            "cm_class": kind,
            "cm_dose": dose,
            "cm_unit": unit,
            "cm_start": dates(began),
            "cm_stop": "",
            "cm_ongoing": "1",
            "cm_change": "0",
            "cm_change_date": "",
        }
    )
