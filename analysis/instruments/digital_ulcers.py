"""Digital ulcers: counted, never tested."""

import numpy as np
import pandas as pd

from analysis.instruments.answers import (
    VISIT_KEY,
    find_first_reasons,
    list_visits,
    make_scores,
    name_rules,
)
from analysis.instruments.definition import Component, Instrument, Item, Source, Variant
from analysis.study import Scoring

_COUNTED = {
    "active": "active",
    "new": "new since the last visit",
    "healed": "healed since baseline",
}
# What names an ulcer, and where else than at a finger; an ulcer without a place may be at one.
_ULCER = r"\bulcer(?!ative)|궤양"
_FINGER = r"digit|finger|thumb|\bhands?\b|손(?!상)|수지|엄지|검지|약지|소지"
_ELSEWHERE = (
    r"gastr|stomach|duoden|peptic|c?olitis|colon|bowel|rect(?:al|um)|o?esophag|\boral|mouth|aphth"
    r"|tongue|cornea|\beye|pressure|venous|\blegs?\b|\bfoot\b|ankle|genital|anal\b"
    r"|(?<!부)위\s?궤양|십이지장|소화성|대장|직장|식도|구강|각막|욕창|다리|(?<![가-힣])하지(?!\s?않)|발목|성기"
)
# The term of an event that can be a digital ulcer. That an ulcer of another organ or part of the
# body is none, by these words, is an assumption.
DIGITAL_ULCER = rf"(?si)^(?=.*(?:{_ULCER}))(?:(?=.*(?:{_FINGER}))|(?!.*(?:{_ELSEWHERE})))"


def score_digital_ulcers(items: pd.DataFrame, scoring: Scoring) -> list[pd.DataFrame]:
    """Count the ulcers of a visit that are active, new and healed.

    Parameters
    ----------
    items
        One occasion per ulcer; ``active``, ``new``, ``healed`` are 0 or 1; ``present`` is
        whether there is any ulcer at all (0 or 1).

    Returns
    -------
    Counts; total is the number of ulcers recorded. If no ulcer is recorded, a count is 0 only
    where ``present`` is 0; otherwise it is missing, or there is no row.
    """
    visits = list_visits(items)
    gate, ulcers = items[items["item"] == "present"], items[items["item"] != "present"]
    recorded = _count(ulcers.drop_duplicates([*VISIT_KEY, "location", "occasion"]), visits)
    known = (recorded > 0) | (_count(gate[gate["value"] == 0], visits) > 0)
    parts = {"total": (gate, recorded, (~known).astype(int))}
    for name in _COUNTED:
        states = ulcers[ulcers["item"] == name]
        unanswered = recorded - _count(states[states["value"].notna()], visits)
        parts[name] = (states, _count(states[states["value"] == 1], visits), unanswered)
    blocks = []
    for name, (asked, counted, n_missing) in parts.items():
        score = np.where(known & (n_missing == 0), counted, np.nan)
        blocks.append(
            make_scores(
                visits,
                score,
                variant="counts",
                component=name,
                rule=name_rules(len(visits), item_missing=np.isnan(score)),
                n_items=recorded,
                n_missing=n_missing,
                missing_reason=find_first_reasons(asked, visits),
            )
        )
    return blocks


def _count(items: pd.DataFrame, visits: pd.DataFrame) -> np.ndarray:
    counts = items.astype(dict.fromkeys(VISIT_KEY, "object")).groupby(VISIT_KEY).size()
    return counts.reindex(pd.MultiIndex.from_frame(visits), fill_value=0).to_numpy()


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
        "record the count is 0 only where the gate question is answered with no"
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
