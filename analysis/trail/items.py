"""The items behind a score, found by asking the scoring itself."""

import numpy as np
import pandas as pd

from analysis.instruments.catalogue import find_instrument, find_range
from analysis.instruments.scores import score_items

KEY = ["participant_id", "visit"]
PLACE = ["instrument", "item", "location"]
# Scores are made from the items, never from a total that somebody has added up.
NEVER_SCORED = "recorded_total"
# No mark may lie beyond the end of its line, so the line is never asked about as shorter.
LINE = "line_length"


def find_items(scores, items, study):
    """Return the items behind scores of one outcome, variant and component.

    An item is behind a score if the score, or how it came about, would have been different
    with the item missing or at an end of its range. The library's own scoring is asked, on one
    copy of the visit for every such question, so that this list cannot contradict it.

    Parameters
    ----------
    scores : pandas.DataFrame
        Rows of the table of that name, of one outcome, variant and component.
    items : pandas.DataFrame
        The table of that name.
    study : analysis.study.Study

    Returns
    -------
    pandas.DataFrame
        Rows of `items`, in its order. Repeats of one place (days of a diary, fields of a
        finger) are asked about together.
    """
    if scores.empty:
        return items.iloc[:0]
    outcomes = {each.name: each for each in (*study.outcomes, *study.supporting)}
    instrument = find_instrument(outcomes[scores["outcome"].iloc[0]].instrument)
    own = items[
        items["instrument"].isin((instrument.name, *instrument.reads))
        & (items["item"] != NEVER_SCORED)
    ].merge(scores[KEY].drop_duplicates(), on=KEY)
    limits = _find_limits((instrument, *map(find_instrument, instrument.reads)), study)
    open_places, behind = own[own["text"] == ""][[*KEY, *PLACE]].drop_duplicates(), []
    for end in ("missing", "high", "low"):
        changed = _ask(own, open_places, end, limits, scores.iloc[0], study)
        behind.append(open_places.merge(changed, on=[*KEY, *PLACE]))
        left = open_places.merge(changed, on=[*KEY, *PLACE], how="left", indicator=True)
        open_places = left.loc[left["_merge"] == "left_only", open_places.columns]
    return own.merge(pd.concat(behind), on=[*KEY, *PLACE])


def _find_limits(instruments, study):
    limits = {}
    for instrument in instruments:
        for item in instrument.items:
            low, high = find_range(instrument.name, item.name, study.scoring)
            limits[(instrument.name, item.name)] = (None if item.name == LINE else low, high)
    return limits


def _ask(own, places, end, limits, score, study):
    """Return the places whose change to an end changes the score of their visit."""
    if places.empty:
        return places
    places = places.assign(copy=[f"~{number}" for number in range(1, len(places) + 1)])
    asked = own.merge(places.rename(columns={name: f"asked_{name}" for name in PLACE}), on=KEY)
    hit = np.logical_and.reduce([asked[name] == asked[f"asked_{name}"] for name in PLACE])
    if end == "missing":
        value = np.full(len(asked), np.nan)
    else:
        at = ("low", "high").index(end)
        ends = {place: pair[at] for place, pair in limits.items()}
        found = [ends.get(place) for place in zip(asked["instrument"], asked["item"], strict=True)]
        value = pd.Series(found, dtype="float64").fillna(asked["value"]).to_numpy()
    now = np.where(hit, value, asked["value"].to_numpy("float64"))
    reason = np.where(np.isnan(now), np.where(hit, "not_done", asked["missing_reason"]), "")
    copies = asked.assign(
        participant_id=asked["participant_id"] + asked["copy"], value=now, missing_reason=reason
    )[own.columns]
    made = score_items(pd.concat([own, copies], ignore_index=True), study)
    for name in ("outcome", "variant", "component"):
        made = made[made[name] == score[name]]
    names = made["participant_id"].str.partition("~")
    made = made.assign(participant_id=names[0], copy=names[2])
    told = ["score", "status", "n_missing", "rule"]
    both = made.merge(made.loc[made["copy"] == "", [*KEY, *told]], on=KEY, suffixes=("", "_was"))
    differs = np.logical_or.reduce(
        [both[name].fillna(-1) != both[f"{name}_was"].fillna(-1) for name in told]
    )
    moved = both.loc[differs & (both["copy"] != ""), [*KEY, "copy"]]
    moved = moved.assign(copy="~" + moved["copy"].astype("str"))
    return places.merge(moved, on=[*KEY, "copy"])[[*KEY, *PLACE]]
