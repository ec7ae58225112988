"""Nailfold capillaroscopy: density, six graded items and the microangiopathy evolution score."""

import pandas as pd

from analysis.instruments.answers import VISIT_KEY
from analysis.instruments.definition import (
    FINGERS,
    Component,
    Instrument,
    Item,
    Source,
    Variant,
    is_sum,
)
from analysis.instruments.locations import pair_locations, score_locations
from analysis.study import Scoring

GRADED = {
    "enlarged": "irregularly enlarged capillaries",
    "giants": "giant capillaries",
    "haemorrhages": "microhaemorrhages",
    "loss": "loss of capillaries",
    "disorganisation": "disorganisation of the array",
    "ramified": "ramified capillaries",
}
_EVOLUTION = ("loss", "disorganisation", "ramified")
_COUNTED = {"n_giants": "giant capillaries, number", "n_haemorrhages": "microhaemorrhages, number"}
PATTERNS = ("normal", "non-specific", "early", "active", "late")
_N = len(FINGERS)


def measure_capillaries(items: pd.DataFrame) -> pd.DataFrame:
    """Return every reading of a field, with its evolution score.

    A reading that lacks loss, disorganisation or ramification has no evolution score and enters
    none of these three components, so that they add up to the score.

    Returns
    -------
    Indexed by participant_id, visit, location, field and reader; columns total (0 to
    9), six graded items (0 to 3), six_items (0 to 18), density (per mm), two counts.
    """
    names = ["density", *GRADED, *_COUNTED]
    read = items[items["item"].isin(names)]
    # The occasion is reader/field; without a reader it is the field itself.
    different = pd.Series(read["occasion"].unique(), dtype="str")
    parts = different.str.rpartition("/").set_index(different)
    field, reader = (read["occasion"].map(parts[part]) for part in (2, 0))
    place = read[[*VISIT_KEY, "location"]].assign(field=field, reader=reader).astype("object")
    cells = place.assign(item=read["item"], value=read["value"])
    measures = cells.pivot(index=list(place.columns), columns="item", values="value")
    measures = measures.reindex(columns=names).astype("float64").rename_axis(columns=None)
    evolution = measures[list(_EVOLUTION)].sum(axis=1, skipna=False)
    six = measures[list(GRADED)].sum(axis=1, skipna=False)
    for name in _EVOLUTION:
        measures[name] = measures[name].where(evolution.notna())
    return measures.assign(total=evolution, six_items=six)


def score_capillaroscopy(items: pd.DataFrame, scoring: Scoring) -> list[pd.DataFrame]:
    """Average readers, fields and fingers, in this order.

    Parameters
    ----------
    items
        Graded items of 0 to 3, density per mm, counts; location right_2 to left_5,
        occasion ``reader/field``.
    scoring
        Least number of fingers.

    Returns
    -------
    Evolution score 0 to 9 and the components.

    References
    ----------
    Grading and sum of three: recalled, Sulli 2008.
    """
    measures = measure_capillaries(items)
    least = scoring.capillaroscopy_min_fingers.value
    evolution, available = NAILFOLD_CAPILLAROSCOPY.variants
    return [
        *score_locations(items, measures, evolution, least),
        *score_locations(items, measures, available, 1),
    ]


def _pair_fingers(
    items: pd.DataFrame, variant: Variant, scoring: Scoring, baseline_visit: str
) -> pd.DataFrame:
    """Make pairs from the fingers measured at both visits, as `pair_locations` returns them."""
    least = scoring.capillaroscopy_min_fingers.value
    return pair_locations(measure_capillaries(items), variant, least, baseline_visit)


def check_capillaroscopy(
    scores: pd.DataFrame, items: pd.DataFrame, scoring: Scoring
) -> dict[str, pd.Series]:
    """Return whether the evolution score is the sum of the three means."""
    return {
        f"{variant} is loss, disorganisation and ramification": is_sum(
            scores, variant, [f"{variant}/{part}" for part in _EVOLUTION]
        )
        for variant in ("evolution_score", "evolution_score_all_available")
    }


_COMPONENTS = (
    Component("density", "density, per mm", 0, 20, "higher", _N),
    *(Component(name, label, 0, 3, "lower", _N) for name, label in GRADED.items()),
    Component("six_items", "sum of the six graded items", 0, 18, "lower", _N),
    *(Component(name, label, 0, 50, "lower", _N) for name, label in _COUNTED.items()),
)
NAILFOLD_CAPILLAROSCOPY = Instrument(
    name="capillaroscopy",
    label="Nailfold capillaroscopy",
    measures="capillaries of the nailfold, in fields of 1 mm on 8 fingers",
    items=(
        Item(
            "density",
            "capillaries per mm",
            0,
            20,
            locations=FINGERS,
            occasion=r"[^/]+(/[^/]+)?",
            anchored=False,
        ),
        *(
            Item(
                name,
                f"{label}, graded",
                0,
                3,
                integer=True,
                locations=FINGERS,
                occasion=r"[^/]+(/[^/]+)?",
            )
            for name, label in GRADED.items()
        ),
        *(
            Item(
                name,
                label,
                0,
                50,
                integer=True,
                locations=FINGERS,
                occasion=r"[^/]+(/[^/]+)?",
                anchored=False,
            )
            for name, label in _COUNTED.items()
        ),
        Item(
            "pattern",
            "pattern: "
            + ", ".join(f"{code} {name}" for code, name in enumerate(PATTERNS))
            + "; counted by finger, never averaged",
            0,
            len(PATTERNS) - 1,
            integer=True,
            locations=(),
            occasion=r".*",
            text=True,
        ),
        *(
            Item(name, label, locations=(), occasion=r".*", text=True)
            for name, label in (
                ("blinded_to_visit", "whether the reader was blinded to the visit"),
                ("read_order", "place in the order of reading"),
                ("read_date", "date of reading"),
                ("comment", "comment of the reader"),
            )
        ),
    ),
    better="lower",
    rated_by="one or two readers of the images",
    recall="none, an image",
    anchors="graded items: 0 none, 1 below 33 %, 2 from 33 to 66 %, 3 above 66 %",
    scoring_rule=(
        "mean of readers, then fields, then fingers; the evolution score is loss + "
        "disorganisation + ramification, and a reading that lacks one of them enters none of the "
        "three; a pair of visits uses the fields measured at both, and of a field that somebody "
        "read at both visits only the readings of who did, so that a change of readers makes no "
        "change. "
        "Ramified capillaries raise the score and are also read as new vessels. The pattern is "
        "described by the number of fingers and makes no score: late after active is neither "
        "better nor worse. The fast-track category is not derived: its rule is recalled only, and "
        "needs abnormal shapes as such, which the readers do not record"
    ),
    missing_rule="at least {capillaroscopy_min_fingers} of 8 fingers",
    variants=(
        Variant(
            "evolution_score",
            "evolution score, matched fingers",
            0,
            9,
            _COMPONENTS,
            _N,
            matched=True,
        ),
        Variant(
            "evolution_score_all_available", "evolution score, all fingers", 0, 9, _COMPONENTS, _N
        ),
    ),
    score=score_capillaroscopy,
    pair=_pair_fingers,
    check=check_capillaroscopy,
    licence="no fee known",
    sources=(
        Source("PMC8922564: patterns early, active, late", "found"),
        Source("the order of the patterns has no validated direction", "decided"),
        Source("Sulli 2008, Ann Rheum Dis 67:885-7: grading, evolution score", "recalled"),
        Source("Smith 2020, Autoimmun Rev 19:102458: 8 fingers, density", "recalled"),
        Source(
            "at least {capillaroscopy_min_fingers} of 8 fingers: the analysts' rule, none is "
            "official",
            "decided",
        ),
    ),
)
