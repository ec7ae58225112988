"""Finger circumference: the mean of the 2nd to 5th fingers of both hands, in mm."""

import pandas as pd

from analysis.instruments.definition import (
    FINGERS,
    SIDES,
    Component,
    Instrument,
    Item,
    Source,
    Variant,
)
from analysis.instruments.locations import pair_locations, score_locations
from analysis.study import Scoring

_LOW, _HIGH = 35, 85


def measure_fingers(items: pd.DataFrame) -> pd.DataFrame:
    """Return each measurement of a finger; repeats of one finger are its fields.

    Returns
    -------
    Indexed by participant_id, visit, location, field and reader; columns total, right
    and left in mm, where a side is NaN for fingers of the other hand.
    """
    sized = items[items["item"] == "circumference"].rename(columns={"occasion": "field"})
    place = sized[["participant_id", "visit", "location", "field"]].astype("object")
    place["reader"] = ""
    total = pd.Series(sized["value"].to_numpy("float64"), pd.MultiIndex.from_frame(place))
    side = place["location"].str.split("_").str[0].to_numpy()
    measures = total.to_frame("total")
    return measures.assign(**{name: total.where(side == name) for name in SIDES}).sort_index()


def score_finger_circumference(items: pd.DataFrame, scoring: Scoring) -> list[pd.DataFrame]:
    """Average the fingers of a visit.

    Parameters
    ----------
    items
        ``circumference`` at right_2 to left_5, 35 to 85 mm.
    scoring
        Least number of fingers.

    Returns
    -------
    Means in mm. No direction is better: loss of oedema and atrophy both lower it.
    """
    measures = measure_fingers(items)
    matched, available = FINGER_CIRCUMFERENCE.variants
    least = scoring.circumference_min_fingers.value
    return [
        *score_locations(items, measures, matched, least),
        *score_locations(items, measures, available, 1),
    ]


def _pair_fingers(
    items: pd.DataFrame, variant: Variant, scoring: Scoring, baseline_visit: str
) -> pd.DataFrame:
    """Make pairs from the fingers measured at both visits, as `pair_locations` returns them."""
    least = scoring.circumference_min_fingers.value
    return pair_locations(measure_fingers(items), variant, least, baseline_visit)


_COMPONENTS = tuple(Component(side, f"{side} hand", _LOW, _HIGH, n_locations=4) for side in SIDES)
_N = len(FINGERS)
FINGER_CIRCUMFERENCE = Instrument(
    name="finger_circumference",
    label="Finger circumference",
    measures="girth of the 2nd to 5th fingers of both hands",
    items=(
        Item(
            "circumference",
            "circumference of a finger",
            _LOW,
            _HIGH,
            locations=FINGERS,
            occasion=r"\d*",
            unit="mm",
            hint="Below 10 it was probably noted in cm; convert it by a logged rule in cleaning",
        ),
    ),
    better="none",
    rated_by="assessor",
    recall="none, a measurement",
    anchors="mm; loss of oedema and atrophy both lower it, injected volume raises it",
    scoring_rule=(
        "mean of the fingers, of each the mean of its repeats; a pair of visits uses the fingers "
        "measured at both"
    ),
    missing_rule=(
        "at least {circumference_min_fingers} of 8 fingers, {fingers_of_a_hand} of 4 for a hand"
    ),
    variants=(
        Variant(
            "matched_mean",
            "fingers measured at both visits",
            _LOW,
            _HIGH,
            _COMPONENTS,
            _N,
            matched=True,
        ),
        Variant("all_available_mean", "all fingers of each visit", _LOW, _HIGH, _COMPONENTS, _N),
    ),
    score=score_finger_circumference,
    pair=_pair_fingers,
    licence="none needed",
    sources=(
        Source("public registration: second to fifth finger", "found"),
        Source("level of measurement and plausible range: practice, no published norm", "decided"),
    ),
)
