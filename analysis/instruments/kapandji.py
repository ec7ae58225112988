"""Kapandji's thumb opposition, 0 to 10 for each hand, and the modified index."""

import pandas as pd

from analysis.instruments.answers import name_key, spread_items, sum_answers
from analysis.instruments.definition import (
    SIDES,
    Component,
    Instrument,
    Item,
    Source,
    Variant,
    is_sum,
)
from analysis.study import Scoring

_PARTS = {"both_hands": ("opposition",), "modified_index": ("opposition", "flexion", "extension")}


def score_kapandji(items: pd.DataFrame, scoring: Scoring) -> list[pd.DataFrame]:
    """Add both hands, which are both needed; each hand is also a component.

    Parameters
    ----------
    items
        ``opposition`` 0 to 10, ``flexion`` and ``extension`` of the long fingers 0 to 20,
        each for the right and the left hand.

    Returns
    -------
    Opposition 0 to 20 (0 to 10 a hand), modified index 0 to 100 (0 to 50 a hand).
    """
    keys = tuple(name_key(item, side) for item in _PARTS["modified_index"] for side in SIDES)
    answers = spread_items(items, keys)
    blocks = []
    for variant, parts in _PARTS.items():
        # The index is due only where its own parts are recorded, not wherever opposition is.
        due = answers.keep_due([name_key(parts[-1], side) for side in SIDES])
        for component, sides in (("total", SIDES), ("right", SIDES[:1]), ("left", SIDES[1:])):
            needs = [name_key(part, side) for part in parts for side in sides]
            blocks.append(sum_answers(due, needs, variant=variant, component=component))
    return blocks


def check_kapandji(
    scores: pd.DataFrame, items: pd.DataFrame, scoring: Scoring
) -> dict[str, pd.Series]:
    """Return whether the hands add up to the total."""
    return {
        f"Kapandji {variant} is right plus left": is_sum(
            scores, variant, [f"{variant}/right", f"{variant}/left"]
        )
        for variant in _PARTS
    }


def _list_hands(high: float) -> tuple[Component, ...]:
    return tuple(Component(side, f"{side} hand", 0, high) for side in SIDES)


KAPANDJI = Instrument(
    name="kapandji",
    label="Kapandji opposition score",
    measures="mobility of the thumb: the farthest target that its tip reaches",
    items=(
        Item(
            "opposition",
            "farthest target reached: 1-2 side of the index finger, 3-6 fingertips, "
            "7-9 creases of the little finger, 10 distal palmar crease",
            0,
            10,
            integer=True,
            locations=SIDES,
            hint="Above 10 it is the sum of two hands or the modified index; map it as such",
        ),
        Item("flexion", "flexion of the four long fingers", 0, 20, integer=True, locations=SIDES),
        Item(
            "extension", "extension of the four long fingers", 0, 20, integer=True, locations=SIDES
        ),
    ),
    better="higher",
    rated_by="assessor",
    recall="none, an examination",
    anchors="0 no target reached, 10 distal palmar crease",
    scoring_rule="right plus left; the modified index adds flexion and extension, 0 to 50 a hand",
    missing_rule="both hands are needed for the sum; nothing is imputed",
    variants=(
        Variant("both_hands", "opposition, right plus left", 0, 20, _list_hands(10)),
        Variant("modified_index", "modified index, right plus left", 0, 100, _list_hands(50)),
    ),
    score=score_kapandji,
    check=check_kapandji,
    licence="none known",
    sources=(
        Source("public descriptions of the ten targets (encyclopaedia, weak)", "found"),
        Source("PubMed 31033377: above 6 the score adds little true opposition (ceiling)", "found"),
        Source("Kapandji 1986, Ann Chir Main 5:67-73: targets 1 and 2", "recalled"),
        Source("Lefevre-Colau 2003, Arch Phys Med Rehabil 84:1032-8: modified index", "recalled"),
    ),
)
