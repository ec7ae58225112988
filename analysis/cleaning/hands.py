"""Sides and scales: readings that make sense only if something was exchanged."""

import numpy as np
import pandas as pd

from analysis.cleaning.export import REDCAP
from analysis.cleaning.sheet import find

# A swap shows where the differences between right and left turn round as a whole: their sum of
# products is negative, and turning them round brings the visits together by this much (mm).
MIN_FINGERS, MIN_GAIN, MAX_LEFT = 4, 6.0, 0.5
# Ratings of one person differ and fall; a tenth of all the others, and all the others high, is a
# scale. At the first and the last visit a fall is likelier, so the neighbour must be further off.
MIN_OTHERS, LOWEST_OTHER, RATIO = 2, 30, (7, 14)
LOWEST_RATIO, EDGE_RATIO = 5, 7


def find_swapped_sides(view):
    """Visits at which right and left finger circumference look exchanged against baseline.

    With d the differences right minus left of the fingers, the distance between the visits is
    the sum of \\|d - d0\\|, and after turning round the sum of \\|d + d0\\|.
    """
    fields = {f.place.location: f for f in view.items("finger_circumference")}
    fingers = [n for n in range(1, 6) if {f"right_{n}", f"left_{n}"} <= fields.keys()]
    if len(fingers) < MIN_FINGERS:
        return
    numbers = view.numbers(fields.values())
    sides = {
        side: numbers[[fields[f"{side}_{n}"].name for n in fingers]].to_numpy()
        for side in ("right", "left")
    }
    apart = pd.DataFrame(sides["right"] - sides["left"], index=numbers.index)
    apart = apart[apart.notna().sum(axis=1) >= MIN_FINGERS]
    visits = view.keys.loc[apart.index]
    base = visits["visit"] == view.study.analysis.baseline_visit.value
    first = apart[base.to_numpy()].set_axis(visits.loc[base, "participant"])
    later = apart[~base.to_numpy()]
    before = first.reindex(visits.loc[later.index, "participant"]).set_axis(later.index)
    as_is = (later - before).abs().sum(axis=1, min_count=MIN_FINGERS)
    turned = (later + before).abs().sum(axis=1, min_count=MIN_FINGERS)
    swapped = (as_is - turned >= MIN_GAIN) & (turned <= MAX_LEFT * as_is)
    name = fields[f"right_{fingers[0]}"].name
    yield REDCAP, find("sides_swapped", name, swapped.reindex(numbers.index, fill_value=False))


def find_scales(view):
    """Pain ratings of at most 10 where every other visit is about ten times as high."""
    places = {visit.name: place for place, visit in enumerate(view.study.visits)}
    for field in view.items("hand_pain"):
        if field.place.item != "vas":
            continue
        rating = view.numbers([field])[field.name].dropna()
        keys = view.keys.loc[rating.index]
        order = keys.assign(place=keys["visit"].map(places)).sort_values(["participant", "place"])
        differs = _is_tenth(rating.loc[order.index], order["participant"])
        mask = differs.reindex(view.cells.index, fill_value=False)
        yield REDCAP, find("scale_differs", field.name, mask)


def _is_tenth(rating, who):
    """Say which ratings, in the order of the visits, are about a tenth of the person's others."""
    before, after = (rating.groupby(who).shift(step) / rating for step in (1, -1))
    edge = before.isna() | after.isna()
    nearest = before.fillna(after).where(edge, np.minimum(before, after))
    low = rating.between(1, 10)
    others = rating.where(~low).groupby(who)
    return (
        low
        & (low.groupby(who).transform("sum") == 1)
        & (others.transform("count") >= MIN_OTHERS)
        & (others.transform("min") >= LOWEST_OTHER)
        & (others.transform("median") / rating).between(*RATIO)
        & (nearest >= np.where(edge, EDGE_RATIO, LOWEST_RATIO))
    )


def check_lines(sheet, fields):
    """Set marks beyond the end of their line missing; the line's length is recorded in mm."""
    findings = []
    for line in fields.values():
        if line.place.item != "line_length":
            continue
        length = pd.to_numeric(sheet.frame[line.name].where(sheet.frame[line.name] != ""))
        for field in fields.values():
            if field.place.instrument == line.place.instrument and "vas" in field.place.item:
                mark = pd.to_numeric(sheet.frame[field.name].where(sheet.frame[field.name] != ""))
                beyond = pd.Series(np.greater(mark, length), index=mark.index)
                findings.append(find("beyond_line", field.name, beyond, "", reason="out_of_range"))
    return sheet.apply(findings)
