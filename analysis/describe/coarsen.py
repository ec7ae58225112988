"""Coarsen what is printed about single participants, as study.yml requires for publication."""

import pandas as pd

from analysis.describe.baseline import FROM_DATES, list_variables
from analysis.describe.summaries import NOT_ASSESSABLE
from analysis.study import Study

EN_DASH = "\N{EN DASH}"
WITHHELD = ("height_cm", "weight_kg")
# Variables that figures and listings show by participant number, or that would reveal it.
LISTED_ELSEWHERE = (
    "ulcer_history",
    "ulcers_present",
    "treated_hands",
    "treatment_stable",
    "season_baseline",
    "season_followup",
)


def band_numbers(values: pd.Series, width: int) -> pd.Series:
    """Put numbers into bands that begin at multiples of their width, which is at least 1.

    Examples
    --------
    >>> import pandas as pd
    >>> band_numbers(pd.Series([39, 40, None]), 10).tolist()
    ['30–39', '40–49', '']
    """
    low = values.astype("float64") // width * width
    return low.map(
        lambda start: "" if pd.isna(start) else f"{start:.0f}{EN_DASH}{start + width - 1:.0f}"
    ).astype("str")


def coarsen_baseline(frame: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Coarsen the baseline characteristics of every participant, and unlink them.

    Ages and times since onset are banded; height and weight are left out. So is what is shown by
    participant number elsewhere and would link to the plotted trajectories: outcomes at baseline,
    seasons, ulcers, injected hands, stability of treatment. Rows are sorted by content and get
    letters, so neither number nor order identifies anybody.

    `frame` comes from `analysis.describe.baseline.gather_baseline`.

    Returns
    -------
    Texts; `participant_id` is replaced by `label` (A, B, ...), the first column.
    """
    outcomes = {outcome.name for outcome in study.outcomes}
    left_out = {*WITHHELD, *LISTED_ELSEWHERE, *outcomes}
    kept = [v.name for v in list_variables(study) if v.name not in left_out]
    coarse = frame[kept].copy()
    for name in FROM_DATES:
        if frame[name].isin([NOT_ASSESSABLE]).any():
            continue
        coarse[name] = band_numbers(frame[name], study.publication.age_band_years.value)
    coarse["bmi"] = band_numbers(frame["bmi"], 5)
    coarse = coarse.sort_values(kept, kind="stable").reset_index(drop=True)
    coarse.insert(0, "label", [name_letter(number) for number in range(len(coarse))])
    return coarse


def name_letter(number: int) -> str:
    """Return the letters of a row: 0 is A, 25 is Z, 26 is AA.

    Examples
    --------
    >>> name_letter(0), name_letter(25), name_letter(26)
    ('A', 'Z', 'AA')
    """
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def list_hidden(study: Study) -> tuple[tuple[str, str, str], ...]:
    """List what coarsening hides (what, as recorded, as printed); empty if it is switched off."""
    if not study.publication.coarsen_listings.value:
        return ()
    width = study.publication.age_band_years.value
    return (
        ("Dates and times", "calendar dates", "study days"),
        ("Term as recorded", "free text", "coded term; as recorded only if not coded"),
        ("Age and times since onset", "years", f"bands of {width} years"),
        ("Body mass index", "kg/m² to one decimal", "bands of 5 kg/m²"),
        ("Height and weight", "cm and kg", "medians and ranges only"),
        ("Season and outcomes at baseline", "by participant", "not by participant"),
        ("Ulcers, injected hands, stability at baseline", "by participant", "summarised"),
        ("Number and order at baseline", "participant's number", "letters, sorted anew"),
        ("Operator, lot, dates of the procedure", "as recorded", "not printed"),
    )
