"""Coarsen what is printed of single participants, as study.yml asks for publication."""

import pandas as pd

from analysis.describe.baseline import list_variables
from analysis.study import Study

EN_DASH = "\N{EN DASH}"
BANDED = ("age", "years_since_raynaud", "years_since_non_raynaud")
WITHHELD = ("height_cm", "weight_kg")
# What figures and listings give by participant number, or what leads to it: ulcers, injected hands,
# changes of treatment, dates.
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

    Ages and times since onset are banded; height and weight are left out, and so is what is
    given by participant's number elsewhere and would lead to the plotted trajectories: outcomes at
    baseline, seasons, ulcers, injected hands, stability of treatment. The rows are sorted by their
    own content and lettered anew, so that neither number nor order leads back.

    The frame is that of `analysis.describe.baseline.gather_baseline`.

    Returns
    -------
    pandas.DataFrame
        Texts; `participant_id` is replaced by `label` (A, B, ...), the first column.
    """
    outcomes = {outcome.name for outcome in study.outcomes}
    left_out = {*WITHHELD, *LISTED_ELSEWHERE, *outcomes}
    kept = [v.name for v in list_variables(study) if v.name not in left_out]
    coarse = frame[kept].copy()
    for name in BANDED:
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
    """List what the setting hides in print: what, as recorded, as printed; nothing if it is off."""
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
