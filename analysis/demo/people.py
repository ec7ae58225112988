"""Consent, demography, disease, laboratory and disposition."""

import numpy as np
import pandas as pd

from analysis.demo.cohort import Cohort
from analysis.demo.texts import among, dates, fixed, frame, whole, yes

# With a lower skin score outside the hands, a participant has limited disease.
DIFFUSE_FROM = 6
ASSESSOR_CHANGED = 2
# Name, mean, spread, least, most, decimals.
LABORATORY = (
    ("wbc", 6.3, 1.5, 3.2, 11.5, 1),
    ("hb", 12.8, 1.1, 9.5, 16.5, 1),
    ("plt", 255, 55, 140, 440, 0),
    ("creatinine", 0.68, 0.12, 0.4, 1.2, 2),
    ("crp", 2.5, 2.0, 0.2, 15, 1),
    ("sbp", 116, 12, 92, 155, 0),
    ("dbp", 73, 8, 52, 95, 0),
    ("pulse", 76, 9, 52, 104, 0),
)


def is_diffuse(cohort: Cohort) -> np.ndarray:
    """Return who has diffuse skin disease, (n,)."""
    return cohort.measure("outside_mrss", "baseline") >= DIFFUSE_FROM


def make_consent(cohort: Cohort) -> pd.DataFrame:
    """Return the form `consent`: everybody met the entry criteria."""
    return frame(icf_date=dates(cohort.days["screening"]), eligible="1")


def make_demographics(cohort: Cohort, had_ulcers: np.ndarray) -> pd.DataFrame:
    """Return the form `demographics`: a Korean sample, adults, body mass index 17 or more.

    Parameters
    ----------
    had_ulcers
        Who has an ulcer at baseline, and so has a history of them, (n,).
    """
    rng, size = cohort.rng("demographics"), cohort.size
    diffuse = is_diffuse(cohort)
    year = cohort.days["screening"].astype("datetime64[Y]").astype("int64") + 1970
    age = np.clip(np.round(rng.normal(48, 9, size)), 22, 75).astype("int64")
    male = rng.random(size) < 0.14
    height = np.round(rng.normal(np.where(male, 171.5, 158.5), 5.3))
    mass_index = np.clip(rng.normal(21.5, 2.5, size), 17.3, 31)
    duration = np.minimum(1 + rng.gamma(2, 3.5, size), age - 15).astype("int64")
    lag = np.minimum(rng.integers(0, 4, size), duration)
    draw = rng.random(size)
    scl70 = draw < np.where(diffuse, 0.6, 0.25)
    centromere = ~scl70 & (draw < np.where(diffuse, 0.65, 0.7))
    rnap3 = ~scl70 & ~centromere & (draw < np.where(diffuse, 0.75, 0.73))
    organ = rng.random((size, 5)) < [0.35, 0.06, 0.5, 0.01, 0.05]
    signs = rng.random((size, 4)) < [0.6, 0.45, 0.2, 0.15]
    return frame(
        birth_year=whole(year - age),
        sex=np.where(male, "2", "1"),
        height_cm=fixed(height, 0),
        weight_kg=fixed(mass_index * (height / 100) ** 2, 1),
        subset=np.where(diffuse, "2", "1"),
        first_rp_year=whole(year - duration - lag),
        first_nonrp_year=whole(year - duration),
        ab_aca=yes(centromere),
        ab_scl70=yes(scl70),
        ab_rnap3=yes(rnap3),
        **{f"organ___{code}": yes(organ[:, code - 1]) for code in range(1, 6)},
        du_history=yes(signs[:, 0] | had_ulcers),
        contractures=yes(signs[:, 1]),
        calcinosis=yes(signs[:, 2]),
        acro_osteolysis=yes(signs[:, 3]),
        smoking=smoking(cohort),
        dominant_hand=np.where(rng.random(size) < 0.07, "2", "1"),
    )


def smoking(cohort: Cohort) -> np.ndarray:
    """Return the smoking status, as text codes (n,); nobody starts or stops in the trial."""
    return among(("0", "1", "2"), cohort.rng("smoking").choice(3, cohort.size, p=[0.8, 0.13, 0.07]))


def make_visit(cohort: Cohort, visit: str, ulcers_active: np.ndarray | None) -> pd.DataFrame:
    """Return the form `visit`; one in seven changes assessor between the visits.

    Parameters
    ----------
    ulcers_active
        Who has an active ulcer, (n,); None where ulcers are not assessed.
    """
    changed = cohort.every_seventh(ASSESSOR_CHANGED) & (visit == "week_12")
    return frame(
        visit_date=dates(cohort.days[visit]),
        assessor=np.where(changed, "A2", "A1"),
        smoking_now=smoking(cohort),
        du_any="" if ulcers_active is None else yes(ulcers_active),
    )


def make_laboratory(cohort: Cohort, visit: str) -> pd.DataFrame:
    """Return the form `laboratory`: blood counts, creatinine, C-reactive protein, vital signs."""
    rng, size = cohort.rng(f"laboratory {visit}"), cohort.size
    usual = cohort.rng("laboratory").standard_normal((8, size))
    values = 0.8 * usual + 0.6 * rng.standard_normal((8, size))

    # The two pressures are drawn separately, so the diastolic one is kept lower.
    systolic = np.clip(116 + 12 * values[5], 92, 155)
    values[6] = np.minimum(values[6], (systolic - 20 - 73) / 8)
    return frame(
        **{
            f"lab_{name}": fixed(np.clip(mean + spread * values[row], low, high), decimals)
            for row, (name, mean, spread, low, high, decimals) in enumerate(LABORATORY)
        }
    )


def make_disposition(cohort: Cohort) -> pd.DataFrame:
    """Return the form `disposition`: everybody completed on the day of the last visit."""
    return frame(disp_status="1", disp_date=dates(cohort.days["week_12"]))


def make_screen_failures(cohort: Cohort) -> tuple[np.ndarray, dict[str, pd.DataFrame]]:
    """Return those screened but not enrolled, one per seven participants.

    Returns
    -------
    tuple
        Record ids, and the forms of their only visit.
    """
    size = -(-cohort.size // 7)
    width = len(str(size))
    rng = cohort.rng("screen failures")
    screened = cohort.days["procedure"][:: -(-cohort.size // size)][:size] - 11
    year = screened.astype("datetime64[Y]").astype("int64") + 1970
    height = np.round(rng.normal(160, 4, size))
    absent = [*(f"organ___{code}" for code in range(1, 6)), "ab_scl70", "ab_rnap3", "du_history",
              "contractures", "calcinosis", "acro_osteolysis", "smoking"]  # fmt: skip
    forms = {
        "visit": frame(visit_date=dates(screened), smoking_now="0"),
        "consent": frame(
            icf_date=dates(screened), eligible="0", screen_fail_reason="Body mass index below 17"
        ),
        "demographics": frame(
            birth_year=whole(year - rng.integers(30, 65, size)),
            height_cm=fixed(height, 0),
            weight_kg=fixed(16.3 * (height / 100) ** 2, 1),
            first_rp_year=whole(year - 9),
            first_nonrp_year=whole(year - 7),
            **dict.fromkeys(("sex", "subset", "ab_aca", "dominant_hand"), "1"),
            **dict.fromkeys(absent, "0"),
        ),
        "disposition": frame(disp_status="3", disp_date=dates(screened), disp_reason="6"),
    }
    return np.array([f"SIM-S{number:0{width}d}" for number in range(1, size + 1)]), forms
