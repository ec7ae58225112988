"""Skin scores, questionnaires, thumb and fingers: items whose totals follow settings.TARGETS."""

import numpy as np
import pandas as pd

from analysis.demo.cohort import FRACTION, Cohort, blend
from analysis.demo.people import is_diffuse
from analysis.demo.settings import FINGER, FINGER_MM
from analysis.demo.texts import fixed, frame, whole, yes

HAND_SITES = ("hand_r", "hand_l", "fing_r", "fing_l")
# How late each site is affected; the proximal ones only in diffuse disease.
DISTAL_SITES = {"face": 0.3, "farm_r": 0.2, "farm_l": 0.2, "leg_r": 0.5, "leg_l": 0.5}
DISTAL_SITES |= {"foot_r": 0.5, "foot_l": 0.5}
PROXIMAL_SITES = {"chest": 0.5, "abdomen": 0.7, "uarm_r": 0.5, "uarm_l": 0.5}
PROXIMAL_SITES |= {"thigh_r": 0.7, "thigh_l": 0.7}

# Items of the eight HAQ categories, in order.
_HAQ_ITEMS = (2, 2, 3, 2, 3, 2, 3, 3)
_COCHIN_ITEMS = 18
PAIN_LINE_MM = 100
SHAQ_LINE_MM = 150
MEASURED_FINGERS = ("r2", "r3", "r4", "r5", "l2", "l3", "l4", "l5")


def make_mrss(cohort: Cohort, visit: str) -> pd.DataFrame:
    """Return the form `mrss`: 17 sites of 0 to 3; the four of the hands make the hand score."""
    rng, size = cohort.rng("mrss sites"), cohort.size
    hands = spread_total(cohort.measure("hand_mrss", visit), 3, _sided(rng, size, [0, -0.2]))
    sites = DISTAL_SITES | PROXIMAL_SITES
    late = np.array(list(sites.values())) + rng.normal(0, 0.15, (size, len(sites)))
    spared = ~is_diffuse(cohort)[:, None] & [name in PROXIMAL_SITES for name in sites]
    elsewhere = spread_total(
        cohort.measure("outside_mrss", visit), 3, late + np.where(spared, 9, 0)
    )
    columns = {f"mrss_{name}": elsewhere[:, k] for k, name in enumerate(sites)}
    columns |= {f"mrss_{name}": hands[:, k] for k, name in enumerate(HAND_SITES)}
    columns["mrss_total"] = hands.sum(axis=1) + elsewhere.sum(axis=1)
    return _text(columns)


def make_raynaud(cohort: Cohort, visit: str) -> pd.DataFrame:
    """Return the form `raynaud`: one rating at the visit, noisier than the diary's mean."""
    noise = cohort.rng(f"raynaud {visit}").normal(0, 1, cohort.size)
    rating = np.clip(np.round(cohort.measure("raynaud", visit) + noise), 0, 10)
    return _text({"rcs_single": rating})


def make_hand_pain(cohort: Cohort, visit: str) -> pd.DataFrame:
    """Return the form `hand_pain`: millimetres on a line of 100."""
    line = np.full(cohort.size, PAIN_LINE_MM)
    return _text({"vas_hand": cohort.measure("hand_pain", visit), "vas_hand_line": line})


def make_kapandji(cohort: Cohort, visit: str) -> pd.DataFrame:
    """Return the form `kapandji`: 0 to 10 for each thumb."""
    right, left = (cohort.measure(f"kapandji_{side}", visit) for side in ("right", "left"))
    return _text({"kap_r": right, "kap_l": left})


def make_cochin(cohort: Cohort, visit: str) -> pd.DataFrame:
    """Return the form `cochin`: 18 items of 0 to 5."""
    total = cohort.measure("cochin", visit)
    items = spread_total(total, 5, _difficulty(cohort, "cochin", visit, _COCHIN_ITEMS))
    columns = {f"chfs_{k + 1:02d}": items[:, k] for k in range(_COCHIN_ITEMS)}
    return _text(columns | {"chfs_total": total})


def make_shaq(cohort: Cohort, visit: str) -> pd.DataFrame:
    """Return the form `shaq`: 20 HAQ items, aids and help, six scales in mm on lines of 150.

    The eight category scores add up to the target. A category of 2 may come from items of 1 and
    an aid or help, because either raises it to 2.
    """
    rng, size = cohort.rng("haq items"), cohort.size
    total = cohort.measure("haq", visit)
    categories = spread_total(total, 3, _difficulty(cohort, "haq", visit, 8))
    raised = (categories == 2) & (rng.random((size, 8)) < 0.2)
    supported = raised | ((categories == 3) & (rng.random((size, 8)) < 0.4))
    by_help = rng.random((size, 8)) < 0.5
    by_help[:, 7] = True
    highest = categories - raised
    columns, number = {}, 0
    answered = cohort.rng(f"haq items {visit}")
    for category, items in enumerate(_HAQ_ITEMS):
        leading = rng.integers(0, items, size)
        easier = rng.integers(0, 3, (size, items))
        again = answered.integers(0, 3, (size, items))
        easier = np.where(answered.random((size, items)) < 0.3, again, easier)
        easier[np.arange(size), leading] = 0
        for item in range(items):
            number += 1
            columns[f"haq_{number:02d}"] = np.maximum(highest[:, category] - easier[:, item], 0)
    answers = _text(columns)
    ticks = {f"haq_aid___{k + 1}": yes(supported[:, k] & ~by_help[:, k]) for k in range(7)}
    ticks |= {f"haq_help___{k + 1}": yes(supported[:, k] & by_help[:, k]) for k in range(8)}
    scales = {
        name: cohort.measure(name, visit) * SHAQ_LINE_MM / 3
        for name in ("vas_pain", "vas_rp", "vas_du", "vas_gi", "vas_lung", "vas_overall")
    }
    scales["shaq_line"] = np.full(size, SHAQ_LINE_MM)
    return pd.concat([answers, frame(**ticks), _text(scales)], axis=1)


def make_circumference(cohort: Cohort, visit: str) -> pd.DataFrame:
    """Return the form `circumference`: eight fingers in whole millimetres."""
    before = _fingers(cohort.rng("fingers"), cohort.baseline["circumference"])
    moved = _fingers(cohort.rng("fingers later"), cohort.followup["circumference"])
    after = FINGER.correlation * before + np.sqrt(1 - FINGER.correlation**2) * moved
    mean, spread = FINGER.at(FRACTION[visit])
    latent = blend(before, after, FRACTION[visit], FINGER.correlation)
    values = np.clip(np.tile(FINGER_MM, 2) + mean + spread * latent, 36, 84)
    return frame(
        **{f"circ_{name}": fixed(values[:, k], 0) for k, name in enumerate(MEASURED_FINGERS)}
    )


def _fingers(rng: np.random.Generator, person: np.ndarray) -> np.ndarray:
    """Return latent finger sizes (n, 8): right and left of one finger correlate by about 0.8."""
    size = len(person)
    kind = np.tile(rng.standard_normal((size, 4)), (1, 2))
    side = np.repeat(rng.standard_normal((size, 2)), 4, axis=1)
    finger = rng.standard_normal((size, 8))
    return 0.85 * person[:, None] + 0.3 * kind + 0.25 * side + 0.354 * finger


def _difficulty(cohort: Cohort, name: str, visit: str, items: int) -> np.ndarray:
    """Return offsets (n, items): a person's usual ones, with a small variation at each visit."""
    shape = (cohort.size, items)
    usual = cohort.rng(f"{name} items").normal(0, 0.25, shape)
    return usual + cohort.rng(f"{name} items {visit}").normal(0, 0.12, shape)


def _sided(rng: np.random.Generator, size: int, late: list[float]) -> np.ndarray:
    """Return offsets of pairs of sites, right and left of a pair nearly alike, (n, pairs * 2)."""
    pairs = np.array(late) + rng.normal(0, 0.2, (size, len(late)))
    return np.repeat(pairs, 2, axis=1) + rng.normal(0, 0.06, (size, 2 * len(late)))


def _text(columns: dict[str, np.ndarray]) -> pd.DataFrame:
    return frame(**{name: whole(np.round(values)) for name, values in columns.items()})


def spread_total(total: np.ndarray, highest: int, offsets: np.ndarray) -> np.ndarray:
    """Distribute totals over items of 0 to `highest`.

    Every item consists of `highest` steps; the first steps are taken until the total is used up.
    An item with a low offset is affected early. With the same offsets at two visits, a lower
    total lowers items and raises none.

    Parameters
    ----------
    total
        0 to items x highest, (n,).
    highest
        Highest value of an item.
    offsets
        How late an item is affected, in units of the item's whole range, (n, items).

    Returns
    -------
    numpy.ndarray
        Integers, (n, items).
    """
    size, items = offsets.shape
    steps = (np.arange(highest) + 0.5) / highest
    order = (offsets[:, :, None] + steps).reshape(size, items * highest)
    rank = np.empty_like(order, dtype="int64")
    np.put_along_axis(
        rank, np.argsort(order, axis=1, kind="stable"), np.arange(items * highest)[None, :], axis=1
    )
    return (rank < np.asarray(total)[:, None]).reshape(size, items, highest).sum(axis=2)
