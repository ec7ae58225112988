"""What was given: liposuction, product, injections with local reactions, and medication."""

import numpy as np
import pandas as pd

from analysis.demo.cohort import Cohort
from analysis.demo.texts import among, dates, fixed, frame, moments, whole, yes

_PLANNED = ("r2", "r3", "r4", "r5", "l2", "l3", "l4", "l5")
NOT_PLANNED = ("r1", "l1")
FINGER_SKIPPED = 4
SKIPPED = "l5"
STAY_PLANNED = 1
BORDERLINE = 4
BORDERLINE_VIABILITY = 69.6
TREATMENT_CHANGED = 2
TREATMENT_CHANGE_DAY = 56

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
ADDED = ("Amlodipine", "1", 5, "mg/day", 0)
EVERY_PROCEDURE = {
    "cannula_mm": "3.0", "enzyme": "Collagenase", "diluent": "Lactated Ringer's solution",
    "counter": "Automated", "viability_method": "Dye exclusion", "gram_stain": "0",
    "sterility": "0", "needle_g": "25", "sites_per_finger": "4",
}  # fmt: skip


def make_procedure(cohort: Cohort) -> pd.DataFrame:
    """Return the form `procedure`: times in order, volumes that add up, release tests.

    One in seven has one finger skipped. If the cohort has deviations, the viability of one
    product is slightly below its specification.
    """
    rng, size = cohort.rng("procedure"), cohort.size
    day = cohort.days["procedure"]
    anaesthesia = 9 * 60 + rng.integers(0, 13, size) * 5
    processing = anaesthesia + rng.integers(9, 15, size) * 5
    processed = processing + rng.integers(15, 21, size)
    injection = processed + rng.integers(10, 26, size)
    aspirate = np.clip(np.round(rng.normal(180, 60, size) / 5) * 5, 80, 300)
    volumes = {
        name: np.clip(np.round(rng.normal(1, 0.1, size) / 0.05) * 0.05, 0.7, 1.3)
        for name in _PLANNED
    }
    skipped = cohort.every_seventh(FINGER_SKIPPED)
    volumes[SKIPPED] = np.where(skipped, 0, volumes[SKIPPED])
    volumes |= {name: np.zeros(size) for name in NOT_PLANNED}
    final = np.ceil((sum(volumes.values()) + rng.uniform(0.3, 1.2, size)) * 10) / 10
    viability = np.clip(rng.normal(90, 5, size), 75, 98)
    if cohort.deviations:
        viability = np.where(np.arange(size) == BORDERLINE, BORDERLINE_VIABILITY, viability)
    stromal = np.clip(rng.normal(30, 6, size), 12, 42)
    endothelial = np.clip(rng.normal(12, 4, size), 2, 24)
    white = np.clip(rng.normal(38, 8, size), 15, 96 - stromal - endothelial)
    cells = np.clip(rng.normal(40, 18, size), 8, 110)
    return frame(
        **EVERY_PROCEDURE,
        anaesthesia_start=moments(day, anaesthesia),
        anaesthesia_type=among(("1", "2"), (rng.random(size) < 0.25).astype(int)),
        lidocaine_mg=whole(rng.integers(8, 25, size) * 25),
        tumescent_ml=whole(aspirate + rng.integers(2, 9, size) * 10),
        harvest_site=among(("1", "2", "3"), rng.choice(3, size, p=[0.75, 0.18, 0.07])),
        lipo_ml=whole(aspirate),
        processed_ml=whole(aspirate - rng.integers(0, 5, size) * 5),
        enzyme_lot=among(("LOT-A", "LOT-B", "LOT-C"), np.arange(size) * 3 // size),
        process_start=moments(day, processing),
        process_end=moments(day, processed),
        final_ml=fixed(final, 1),
        tnc_e6=fixed(cells, 1),
        viability_pct=fixed(viability, 1),
        cd45_pct=fixed(white, 1),
        asc_pct=fixed(stromal, 1),
        endo_pct=fixed(endothelial, 1),
        endotoxin=fixed(rng.uniform(0.05, 0.6, size), 2),
        first_injection=moments(day, injection),
        operator=among(("P1", "P2"), (rng.random(size) < 0.3).astype(int)),
        **{f"inj_{name}": fixed(volumes[name], 2) for name in (*_PLANNED, *NOT_PLANNED)},
        planned_stay=yes(cohort.every_seventh(STAY_PLANNED)),
        proc_deviation=np.where(skipped, "Left little finger not injected: fissure", ""),
    )


def make_local_reaction(cohort: Cohort, visit: str) -> pd.DataFrame:
    """Return the form `local_reaction`: worst on the day, mostly gone after a week."""
    rng, size = cohort.rng(f"local reaction {visit}"), cohort.size
    frailty = cohort.rng("local reaction").normal(0, 0.6, size)
    fading = 0.0 if visit == "procedure" else 1.0

    def graded(mean: float, highest: int) -> np.ndarray:
        return whole(np.clip(np.round(rng.normal(mean - fading, 0.6, size) + frailty), 0, highest))

    return frame(
        lr_donor_pain=graded(3.0, 10),
        lr_donor_bruise=graded(1.2, 3),
        lr_donor_haematoma=graded(-0.4, 3),
        lr_finger_pain=graded(3.5, 10),
        lr_finger_swelling=graded(1.1, 3),
        lr_finger_pallor=graded(0.5, 3),
    )


def make_medication(cohort: Cohort) -> pd.DataFrame:
    """Return the repeating form `medication`.

    Background treatment began at least four months before consent and is not changed; one in
    seven starts a vasodilator in week 8.
    """
    rng, size = cohort.rng("medication"), cohort.size
    takes = rng.random((size, len(MEDICINES))) < [share for *_, share in MEDICINES]
    who, which = np.nonzero(takes)
    began = cohort.days["screening"][who] - rng.integers(130, 1000, len(who))
    changed = np.flatnonzero(cohort.every_seventh(TREATMENT_CHANGED))
    changing = cohort.days["procedure"][changed] + TREATMENT_CHANGE_DAY
    which = np.append(which, np.full(len(changed), len(MEDICINES)))
    name, kind, dose, unit, _ = (
        np.array(column, dtype="object")[which] for column in zip(*MEDICINES, ADDED, strict=True)
    )
    start, is_added = dates(np.append(began, changing)), which == len(MEDICINES)
    rows = frame(
        who=np.append(who, changed),
        cm_name=name,
        cm_class=kind,
        cm_dose=whole(dose),
        cm_unit=unit,
        cm_start=start,
        cm_stop="",
        cm_ongoing="1",
        cm_change=yes(is_added),
        cm_change_date=np.where(is_added, start, ""),
    )
    return rows.sort_values("who", kind="stable", ignore_index=True)
