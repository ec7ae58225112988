"""The other files of the export: the e-diary, and the readers' sheet of nailfold images."""

import numpy as np
import pandas as pd

from analysis.demo.cohort import Cohort
from analysis.demo.texts import among, clock, dates, frame, whole

DAYS = 14
SHARE_MISSED = 0.08
PLACES = 16
SHARE_READ_TWICE = 0.15
SHARE_COMMENTED = 0.04
COMMENTS = ("경계 부위 흐림", "거대모세혈관 의심", "good quality", "각질로 시야 일부 가림")
# Shares of loss, disorganisation and ramification in the score of 0 to 9.
_PARTS = {"loss": 0.39, "disorganisation": 0.34, "ramified": 0.27}
_COLUMNS = [
    "record_id", "event", "image_id", "hand", "finger", "field", "reader", "blinded_to_visit",
    "read_order", "read_date", "density", "enlarged", "giants", "haemorrhages", "loss",
    "disorganisation", "ramified", "n_giants", "n_haemorrhages", "pattern", "comment",
]  # fmt: skip


def make_diary(cohort: Cohort) -> pd.DataFrame:
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
            frame(
                record_id=cohort.ids[who],
                entry_date=dates(cohort.days[anchor][who] + back),
                entry_time=clock(minutes[who, back].astype("int64")),
                rating=whole(np.clip(rating[who, back], 0, 10)),
                device=np.where(who % 3 == 0, "tablet", "phone"),
            )
        )
    diary = pd.concat(parts, ignore_index=True)
    return diary.sort_values(["record_id", "entry_date"], kind="stable", ignore_index=True)


def make_images(cohort: Cohort) -> pd.DataFrame:
    """Return the sheet, one row per image and reader.

    One reader reads all images of a participant in one session after week 12, in an order that
    hides the visit; a second reader reads a sample again.
    """
    visits = {visit: _read_visit(cohort, visit) for visit in ("baseline", "week_12")}
    images = pd.concat(visits.values(), ignore_index=True)
    rng = cohort.rng("image numbers")
    width = max(4, len(str(len(images))))
    numbers = rng.permutation(len(images)) + 1
    images["image_id"] = np.char.mod(f"IMG-%0{width}d", numbers).astype("object")
    images["read_order"] = images["image_id"].groupby(images["who"]).rank().astype("int64")
    read = cohort.days["week_12"] + rng.integers(5, 12, cohort.size)
    images["read_date"] = dates(read[images["who"]])
    images = pd.concat(
        [images, _read_again(images, cohort.rng("second reader"))], ignore_index=True
    )
    images["pattern"] = _pattern(images)
    commented = rng.random(len(images)) < SHARE_COMMENTED
    comments = among(COMMENTS, rng.integers(0, len(COMMENTS), len(images)))
    images["comment"] = np.where(commented, comments, "")
    images["record_id"] = cohort.ids[images["who"]]
    images["blinded_to_visit"] = "yes"
    images = images.sort_values(["who", "read_order", "reader"], kind="stable", ignore_index=True)
    return images[_COLUMNS].astype("str").astype("object")


def _read_visit(cohort: Cohort, visit: str) -> pd.DataFrame:
    size = cohort.size
    names = ("density", "enlarged", "giants", "haemorrhages")
    means = {name: cohort.measure(name, visit) for name in names}
    means |= _split_score(cohort.measure("evolution", visit))
    values = {name: _by_place(cohort, name, mean) for name, mean in means.items()}
    rng = cohort.rng(f"counts {visit}")
    for name in ("giants", "haemorrhages"):
        values[f"n_{name}"] = rng.poisson(values[name] * 1.5) * (values[name] > 0)
    place = np.tile(np.arange(PLACES), size)
    return pd.DataFrame(
        {
            "who": np.repeat(np.arange(size), PLACES),
            "event": f"{visit}_arm_1",
            "hand": among(("R", "L"), place // 8),
            "finger": whole(place // 2 % 4 + 2),
            "field": whole(place % 2 + 1),
            "reader": "A",
            **{name: value.reshape(-1) for name, value in values.items()},
        }
    )


def _split_score(score: np.ndarray) -> dict[str, np.ndarray]:
    """Split 0 to 9 into three parts of 0 to 3 that add up; the others take the excess of one."""
    loss = np.minimum(_PARTS["loss"] * score, 3)
    rest = score - loss
    share = _PARTS["disorganisation"] / (_PARTS["disorganisation"] + _PARTS["ramified"])
    disorganisation = np.minimum(share * rest, 3)
    ramified = np.minimum(rest - disorganisation, 3)
    return {"loss": loss, "disorganisation": score - loss - ramified, "ramified": ramified}


def _by_place(cohort: Cohort, name: str, mean: np.ndarray) -> np.ndarray:
    """Return integers by place with this mean; the same fingers are worse at both visits."""
    order = cohort.rng(f"places {name}").random((cohort.size, PLACES)).argsort(axis=1)
    return dither(mean, (order + 0.5) / PLACES)


def _read_again(images: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    again = images[rng.random(len(images)) < SHARE_READ_TWICE].copy()
    highest = {"density": 14, "n_giants": 20, "n_haemorrhages": 20}
    for name in images.loc[:, "density":"n_haemorrhages"]:
        apart = rng.choice([-1, 0, 0, 0, 1], len(again))
        again[name] = np.clip(again[name] + apart, 0, highest.get(str(name), 3))
    return again.assign(reader="B")


def _pattern(images: pd.DataFrame) -> np.ndarray:
    """Return 0 normal, 1 non-specific, 2 early, 3 active, 4 late, from the reading of the field."""
    normal = (images["density"] >= 7) & (images["giants"] == 0)
    late = (images["density"] <= 4) & (images["ramified"] >= 2)
    active = (images["giants"] >= 1) & (images["loss"] >= 1)
    early = images["giants"] >= 1
    plain = normal & (images["enlarged"] == 0) & (images["haemorrhages"] == 0)
    return np.select([plain, normal, late, active, early], [0, 1, 4, 3, 2], 1)


def dither(means: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Round means to integers that keep them on average over all places.

    Parameters
    ----------
    means
        (n,).
    places
        For every participant a permutation of (0.5, 1.5, ... k - 0.5) / k, (n, k).

    Returns
    -------
    numpy.ndarray
        Floor or ceiling of the mean, (n, k); their average differs from it by at most 0.5 / k.
    """
    return np.floor(means[:, None] + places).astype("int64")
