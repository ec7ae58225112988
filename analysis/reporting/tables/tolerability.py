"""Solicited local reactions, digital ulcers, laboratory values and vital signs."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import pandas as pd

from analysis.describe.exposure import print_finger
from analysis.reporting.table import Content, Table, TableRow, cell_of, cells_of
from analysis.safety.tolerability import AVERAGED, GRADES, RATED, name_test
from analysis.study import Study

_NONE = "\N{EN DASH}"
ULCER_COUNTS = {
    "participants": "Participants with an active ulcer",
    "n_active": "Active ulcers",
    "n_new": "New since the visit before",
    "n_healed": "Healed since baseline",
}
LOCATIONS = {"donor_site": "Donor site", "fingers": "Fingers"}


def make_reaction_table(reactions: pd.DataFrame, results: pd.DataFrame, study: Study) -> Table:
    """Make the table of solicited local reactions, by location, reaction and visit.

    It takes `reactions` as `analysis.safety.tolerability.list_local_reactions` returns it;
    `results` with the rows of `describe_local_reactions`.
    """
    visits = [visit.name for visit in study.visits]
    keys = reactions[["location", "item", "visit"]].drop_duplicates().to_numpy().tolist()
    ordered = sorted(keys, key=lambda key: (*key[:2], visits.index(key[2])))
    rows: list[TableRow] = []
    for location, inside in groupby(ordered, key=lambda key: key[0]):
        rows.append((LOCATIONS.get(location, location.replace("_", " ").capitalize()),))
        for _, item, visit in inside:
            start = f"safety.local_reaction.{location}.{item}.{visit}"
            grades: TableRow = (_NONE,) * len(GRADES)
            rating: Content = _NONE
            if item in RATED:
                rating = cell_of(results, f"{start}.median_range")
            else:
                grades = cells_of(results, start, *GRADES.values())
            label = f"{item.replace('_', ' ').capitalize()}, {study.visit(visit).label}"
            rows.append((label, cell_of(results, f"{start}.any"), *grades, rating))
    return Table(
        ("Reaction and visit", "Any", "Mild", "Moderate", "Severe", "0 to 10: median (range)"),
        tuple(rows) or (("Not asked for", *[_NONE] * 5),),
        notes=(
            "Asked for at these visits, and counted out of those who answered; not part of the "
            "counts of adverse events. What nobody had comes with its two-sided upper bound.",
        ),
    )


def make_ulcer_table(
    ulcers: pd.DataFrame, results: pd.DataFrame, study: Study, *, at: Sequence[str]
) -> Table:
    """Make the table of digital ulcers: counts at the visits `at`, then finger by finger.

    It takes `ulcers` as `analysis.safety.tolerability.list_ulcers` returns it; `results` with the
    rows of `describe_ulcers`.
    """
    rows: list[TableRow] = [("Counts",)]
    for name, label in ULCER_COUNTS.items():
        cells = (cell_of(results, f"safety.digital_ulcers.{visit}.{name}") for visit in at)
        rows.append((label, *cells))
    for person, mine in ulcers.groupby("participant_id"):
        rows.append((str(person),))
        for finger, here in mine.groupby("finger"):
            seen = (here[here["visit"] == visit].itertuples() for visit in at)
            texts = ("; ".join(map(_print_ulcer, ulcers)) or _NONE for ulcers in seen)
            rows.append((print_finger(str(finger)) or "Finger not recorded", *texts))
    return Table(
        ("", *(study.visit(visit).label for visit in at)),
        tuple(rows),
        notes=(
            "Participants are those whose ulcers are known at the visit: who was said to have "
            "any, while none is recorded, counts neither with nor without.",
            "Finger 1 is the thumb; sizes are largest diameters. "
            f"{_NONE}: no ulcer recorded there at that visit.",
        ),
        numeric=False,
    )


def make_laboratory_table(
    pairs: pd.DataFrame, results: pd.DataFrame, study: Study, *, before: str, after: str
) -> Table:
    """Make the table of laboratory values and vital signs before and after.

    It takes `pairs` as `analysis.safety.tolerability.pair_laboratory` returns it; `results` with
    the rows of `describe_laboratory`.
    """
    labels = (study.visit(visit).label for visit in (before, after))
    rows: list[TableRow] = []
    for item, unit in pairs[["item", "unit"]].drop_duplicates().itertuples(index=False):
        start = f"safety.laboratory.{item}"
        names = ["n_pairs", *(f"{visit}.median_range" for visit in (before, after, "change"))]
        names += ["n_higher", "n_equal", "n_lower"]
        rows.append((name_test(item, unit), *cells_of(results, start, *names)))
    return Table(
        ("Median (range)", "Participants", *labels, "Change", "Higher", "Equal", "Lower"),
        tuple(rows) or (("Not in the export", *[_NONE] * 7),),
        notes=(
            "Participants with both values. The export holds no reference ranges, so that values "
            "are not classed as low, normal or high.",
            *([f"{AVERAGED.capitalize()}."] if pairs["averaged"].any() else []),
        ),
    )


def _print_ulcer(ulcer: Any) -> str:
    states = [name for name in ("new", "active", "healed") if getattr(ulcer, name) == "yes"]
    if ulcer.size_mm > 0 and ulcer.active == "yes":
        states.append(f"{ulcer.size_mm:g} mm")
    return " ".join(states) or ("not active" if ulcer.active == "no" else "state not recorded")
