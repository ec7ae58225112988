"""Items of many people, drawn within the ranges of the definitions, some missing."""

import numpy as np
import pandas as pd

from analysis.instruments.catalogue import INSTRUMENTS

LEFT_OUT = ("recorded_total", "present", "flexion", "extension")
OCCASIONS = {
    "raynaud": [f"{day:02d}" for day in range(1, 15)],
    "capillaroscopy": ["a/1", "a/2", "b/1"],
    "digital_ulcers": ["1", "2"],
}


def draw_items(n, *, seed, missing=0.03, visits=("baseline", "week_12"), at_top=False):
    """Return the items table of n participants at some visits, with every instrument.

    With `at_top` every value that is not missing is the highest of its item.
    """
    rng = np.random.default_rng(seed)
    kinds = pd.DataFrame(_list_kinds())
    people = pd.DataFrame({"participant_id": [f"SIM-{number:05d}" for number in range(n)]})
    frame = people.merge(pd.DataFrame({"visit": visits}), how="cross").merge(kinds, how="cross")
    share = 1.0 if at_top else rng.uniform(size=len(frame))
    drawn = frame["low"] + share * (frame["high"] - frame["low"])
    value = np.where(frame["whole"], np.round(drawn), np.round(drawn, 1))
    blank = (rng.uniform(size=len(frame)) < missing) & ~frame["item"].str.match("aid_|help_|line_")
    return frame.drop(columns=["low", "high", "whole"]).assign(
        value=np.where(blank, np.nan, value),
        text="",
        unit="",
        missing_reason=np.where(blank, "not_done", ""),
        source="redcap_export.csv:form:field",
    )


def _list_kinds():
    for instrument in INSTRUMENTS:
        for item in instrument.items:
            if item.text or item.name in LEFT_OUT:
                continue
            places = item.locations or ("right_2",)
            repeats = OCCASIONS.get(instrument.name, [""]) if item.occasion else [""]
            if instrument.name == "finger_circumference":
                repeats = [""]
            if instrument.name == "hand_pain":
                places = ("",)
            low, high = item.low, 10 if isinstance(item.high, str) else item.high
            if item.name == "line_length":
                low = high = 150 if instrument.name == "shaq" else 100
            high = (150 if instrument.name == "shaq" else 100) if high is None else high
            for place in places:
                for repeat in repeats:
                    where = {"instrument": instrument.name, "item": item.name, "location": place}
                    limits = {"low": low, "high": high, "whole": item.integer}
                    yield where | {"occasion": repeat} | limits
