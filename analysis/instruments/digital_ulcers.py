"""Digital ulcers: counted, never tested."""

from typing import Any

import numpy as np
import pandas as pd

from analysis.instruments.answers import (
    VISIT_KEY,
    find_first_reasons,
    make_scores,
    name_rules,
    number_rows,
)
from analysis.instruments.definition import Component, Instrument, Item, Source, Variant
from analysis.study import Scoring

_COUNTED = {
    "active": "active",
    "new": "new since the last visit",
    "healed": "healed since baseline",
}


def score_digital_ulcers(items: pd.DataFrame, scoring: Scoring) -> list[pd.DataFrame]:
    """Count the ulcers of a visit that are active, new and healed.

    Parameters
    ----------
    items
        One occasion per ulcer; ``active``, ``new``, ``healed`` are 0 or 1; ``present`` says
        whether there is any ulcer at all (0 or 1).

    Returns
    -------
    list of pandas.DataFrame
        Counts; total is the number of ulcers recorded. Without an ulcer on record a count is 0
        only where ``present`` is 0; otherwise it is missing, or there is no row.
    """
    visits, number = number_rows(items, VISIT_KEY)
    size = len(visits)
    item = items["item"].astype("object").to_numpy()
    value = items["value"].to_numpy(dtype=float, na_value=np.nan)
    of_ulcer = item != "present"
    ulcers = items[of_ulcer].assign(number=number[of_ulcer])[["number", "location", "occasion"]]
    recorded = _count(ulcers.drop_duplicates()["number"].to_numpy(), size)
    none = _count(number[~of_ulcer & (value == 0)], size) > 0
    known = none | (recorded > 0)
    blocks = [
        _make_count(
            visits,
            np.where(known, recorded, np.nan),
            n_items=recorded,
            n_missing=(~known).astype(int),
            missing_reason=find_first_reasons(items[~of_ulcer], number[~of_ulcer], size),
        )
    ]
    for name in _COUNTED:
        of_state = item == name
        counted = _count(number[of_state & (value == 1)], size)
        unanswered = recorded - _count(number[of_state & ~np.isnan(value)], size)
        blocks.append(
            _make_count(
                visits,
                np.where(known & (unanswered == 0), counted, np.nan),
                component=name,
                n_items=recorded,
                n_missing=unanswered,
                missing_reason=find_first_reasons(items[of_state], number[of_state], size),
            )
        )
    return blocks


def _count(numbers: np.ndarray, size: int) -> np.ndarray:
    return np.bincount(numbers, minlength=size)


def _make_count(visits: pd.DataFrame, score: np.ndarray, **columns: Any) -> pd.DataFrame:
    rule = name_rules(len(visits), item_missing=np.isnan(score))
    return make_scores(visits, score, variant="counts", rule=rule, **columns)


DIGITAL_ULCERS = Instrument(
    name="digital_ulcers",
    label="Digital ulcers",
    measures="number of ulcers of the fingers",
    items=(
        Item("present", "any digital ulcer at the visit", 0, 1, integer=True),
        *(
            Item(
                name,
                label,
                0,
                1,
                integer=True,
                locations=(),
                occasion=r".*",
                better="higher" if name == "healed" else "",
            )
            for name, label in _COUNTED.items()
        ),
        Item("side", "side of the ulcer", locations=(), occasion=r".*", text=True),
        Item("finger", "finger of the ulcer", locations=(), occasion=r".*", text=True),
        Item(
            "size",
            "largest diameter",
            0,
            40,
            locations=(),
            occasion=r".*",
            unit="mm",
            anchored=False,
        ),
    ),
    better="lower",
    rated_by="physician",
    recall="none, an examination",
    anchors="a count; definition and location of an ulcer are the site's",
    scoring_rule="number of ulcers that are active, new, healed",
    missing_rule=(
        "an ulcer whose state is not recorded makes its count missing; without an ulcer on "
        "record the count is 0 only where the gate question says so"
    ),
    variants=(
        Variant(
            "counts",
            "ulcers on record",
            0,
            None,
            tuple(Component(name, label, 0, None) for name, label in _COUNTED.items()),
        ),
    ),
    score=score_digital_ulcers,
    licence="none needed",
    sources=(Source("Suliman 2017, J Scleroderma Relat Disord 2:115-120: definition", "recalled"),),
)
