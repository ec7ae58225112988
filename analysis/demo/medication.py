"""Medication: background treatment, and one that is started during the trial."""

import numpy as np
import pandas as pd

from analysis.demo.texts import dates, whole

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
