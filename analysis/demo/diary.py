"""The e-diary: a rating of Raynaud's phenomenon for each of the 14 days before a visit."""

import numpy as np
import pandas as pd

from analysis.demo.texts import clock, dates, whole

DAYS = 14
SHARE_MISSED = 0.08


def make_diary(cohort):
    """Return the diary, one row per rated day; at baseline the days before the procedure.

    The mean over the days is settings.TARGETS["raynaud"]; the days vary more in the middle of
    the scale than at its ends.
    """
    parts = []
    for visit, anchor in (("baseline", "procedure"), ("week_12", "week_12")):
        rng = cohort.rng(f"diary {visit}")
        mean = cohort.measure("raynaud", visit)
        spread = 1.2 * np.sqrt(mean * (10 - mean)) / 5
        shape = (cohort.size, DAYS)
        rating = np.round(mean[:, None] + spread[:, None] * rng.standard_normal(shape))
        minutes = np.clip(rng.normal(21 * 60 + 10, 45, shape), 18 * 60, 23 * 60 + 59)
        who, back = np.nonzero(rng.random(shape) >= SHARE_MISSED)
        back = back - DAYS
        parts.append(
            pd.DataFrame(
                {
                    "record_id": cohort.ids[who],
                    "entry_date": dates(cohort.days[anchor][who] + back),
                    "entry_time": clock(minutes[who, back].astype("int64")),
                    "rating": whole(np.clip(rating[who, back], 0, 10)),
                    "device": np.where(who % 3 == 0, "tablet", "phone"),
                },
                dtype="object",
            )
        )
    diary = pd.concat(parts, ignore_index=True)
    return diary.sort_values(["record_id", "entry_date"], kind="stable", ignore_index=True)
