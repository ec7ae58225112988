"""Digital ulcers and adverse events: few, minor, none serious; the terms are of no dictionary."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.demo.cohort import ASSESSED, Cohort
from analysis.demo.texts import clock, dates, fixed, whole, yes
from analysis.demo.treatment import STAY_PLANNED

# Above these latent values a participant has 1, 2, 3, 4 active ulcers: on average one.
ULCER_CUTS = (-0.13, 0.55, 1.15, 1.65)


@dataclass(frozen=True)
class Ulcers:
    """Ulcers by participant and finger, right thumb to right little finger, then left.

    Each array is boolean, (n, 10), except the sizes in mm.
    """

    baseline: np.ndarray
    healed_week_4: np.ndarray
    healed_week_12: np.ndarray
    new_week_12: np.ndarray
    size: np.ndarray

    def active(self, visit: str) -> np.ndarray:
        """Return where an ulcer is active at a visit, (n, 10)."""
        if visit == "week_12":
            return (self.baseline & ~self.healed_week_12) | self.new_week_12
        if visit == "week_4":
            return self.baseline & ~self.healed_week_4
        return self.baseline


def draw_ulcers(cohort: Cohort) -> Ulcers:
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


def make_ulcer_rows(cohort: Cohort, ulcers: Ulcers) -> dict[str, pd.DataFrame]:
    """Return the repeating form `digital_ulcer`, one row per ulcer and visit.

    Returns
    -------
    dict
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


EARLY_POSITION = 6

# Relations are REDCap codes: liposuction, injection, product, disease. Days count from the
# procedure, minutes from midnight: lidocaine acts between anaesthesia and the first injection.
_EVENTS = pd.read_csv(
    Path(__file__).with_name("adverse_events.csv"),
    dtype={"relations": "str", "action": "str"},
    keep_default_na=False,
)
COMMON = 8
_DIZZINESS, _EARLY, _ULCER = 1, 8, 9
EVERY_EVENT = {
    "ae_dict": "none", "ae_ongoing": "0", "ae_scale": "CTCAE", "ae_scale_version": "5.0",
    "ae_serious": "0", "ae_outcome": "1", "ae_withdrawal": "0", "ae_worsening": "0",
}  # fmt: skip
_RELATIONS = ("ae_rel_lipo", "ae_rel_inj", "ae_rel_product", "ae_rel_disease")


def make_adverse_events(cohort: Cohort, ulcers: Ulcers) -> pd.DataFrame:
    """Return the repeating form `adverse_event`: one or two per participant, none serious.

    One in seven has an event before the procedure, one in seven dizziness with a planned
    overnight stay; every new ulcer is reported.
    """
    rng, size = cohort.rng("adverse events"), cohort.size
    everybody, early = np.arange(size), cohort.every_seventh(EARLY_POSITION)
    first = rng.integers(0, COMMON, size)
    first = np.where(cohort.every_seventh(STAY_PLANNED), _DIZZINESS, first)
    second = (first + rng.integers(1, COMMON, size)) % COMMON
    twice = (rng.random(size) < 0.4) & ~early
    ulcerated = ulcers.new_week_12.any(axis=1)
    who = np.concatenate([everybody, everybody[twice], everybody[early], everybody[ulcerated]])
    picks = np.concatenate(
        [first, second[twice], np.full(early.sum(), _EARLY), np.full(ulcerated.sum(), _ULCER)]
    )
    event = _EVENTS.iloc[picks].reset_index(drop=True)
    start = cohort.days["procedure"][who] + rng.integers(event["earliest"], event["latest"] + 1)
    lasting = np.maximum(1, np.round(event["days"] * rng.uniform(0.6, 1.4, len(who))))
    relations = np.array([list(codes) for codes in event["relations"]], dtype="object")
    staying = cohort.every_seventh(STAY_PLANNED)[who] & (event["coded"] == "Dizziness")
    rows = pd.DataFrame(
        {
            **EVERY_EVENT,
            "who": who,
            "ae_term": event["term"],
            "ae_coded": event["coded"],
            "ae_class": event["class"],
            "ae_start": dates(start),
            "ae_start_time": clock(rng.integers(event["from_minute"], event["to_minute"])),
            "ae_stop": dates(start + np.asarray(lasting, dtype="int64") - 1),
            "ae_grade": whole(event["grade"]),
            "ae_planned_stay": yes(staying),
            **{name: relations[:, place] for place, name in enumerate(_RELATIONS)},
            "ae_action": event["action"],
        }
    )
    return rows.sort_values(["who", "ae_start"], kind="stable", ignore_index=True)
