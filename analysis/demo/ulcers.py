"""Digital ulcers: where they are, which heal and which are new."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.demo.cohort import ASSESSED
from analysis.demo.texts import fixed, whole, yes

# Above these latent values a participant has 1, 2, 3, 4 active ulcers: on average one.
ULCER_CUTS = (-0.13, 0.55, 1.15, 1.65)


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
