"""Scores averaged over fingers, for visits and for pairs, and forms that record only a total."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.instruments.answers import (
    RECORDED_TOTAL,
    Answers,
    find_first_reasons,
    list_visits,
    make_scores,
    name_rules,
    score_answers,
)
from analysis.instruments.definition import Component, Variant

_PLACE = ("location", "field", "reader")
# A variant and a component of it.
Part = tuple[str, str]


def average_locations(measures: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Average readers within a field, then fields within a finger, then fingers.

    Parameters
    ----------
    measures
        Indexed by participant_id (and visit), location, field and reader; one column per
        component, NaN where missing.

    Returns
    -------
    Means and numbers of fingers, indexed by participant_id (and visit).
    """
    fields = average_level(measures, "reader")
    return _average_fields(fields)


def average_level(measures: pd.DataFrame, level: str) -> pd.DataFrame:
    """Average over one level of the index, leaving out what is missing."""
    kept = [name for name in measures.index.names if name != level]
    return measures.groupby(level=kept, observed=True).mean()


def _average_fields(fields: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    fingers = average_level(fields, "field")
    kept = [name for name in fingers.index.names if name not in _PLACE]
    people = fingers.groupby(level=kept, observed=True)
    return people.mean(), people.count()


def score_locations(
    items: pd.DataFrame, measures: pd.DataFrame, variant: Variant, least: int
) -> list[pd.DataFrame]:
    """Score a visit as the mean of its own fingers.

    Parameters
    ----------
    items
        The instrument's items; each of their visits gets a row.
    measures
        As `average_locations` takes it.
    least
        Fingers that the total needs; a component with fewer fingers needs its share.
    """
    visits = list_visits(items)
    reason = find_first_reasons(items, visits)
    means, counts = average_locations(measures)
    at = pd.MultiIndex.from_frame(visits)
    blocks = []
    for component in list_parts(variant):
        score = means[component.name].reindex(at).to_numpy()
        count = counts[component.name].reindex(at).fillna(0).to_numpy(dtype=int)
        few = count < share_locations(variant, component, least)
        blocks.append(
            make_scores(
                visits,
                np.where(few, np.nan, score),
                variant=variant.name,
                component=component.name,
                rule=name_rules(
                    len(visits),
                    too_few_fingers=few,
                    fingers_left_out=~few & (count < component.n_locations),
                ),
                n_items=component.n_locations,
                n_missing=np.maximum(component.n_locations - count, 0),
                missing_reason=reason,
            )
        )
    return blocks


def pair_locations(
    measures: pd.DataFrame, variant: Variant, least: int, baseline_visit: str
) -> pd.DataFrame:
    """Make pairs from the fingers and fields measured at both visits.

    Averaging all that each visit has could create a change where there is none. For the same
    reason, where a reader read a field at both visits, only that reader's values count.

    Parameters
    ----------
    measures
        As `average_locations` takes it.
    least
        Fingers that the total needs.

    Returns
    -------
    ``participant_id, visit, component, baseline, followup, n_locations, rule``.
    """
    by_visit: dict[Any, pd.DataFrame] = dict(iter(measures.groupby(level="visit")))
    before = by_visit.pop(baseline_visit, measures.iloc[:0]).droplevel("visit")
    frames = []
    for visit, after in by_visit.items():
        matched = match_fields(before, after.droplevel("visit"))
        (baseline, counts), (followup, _) = map(_average_fields, matched)
        for component in list_parts(variant):
            pair = pd.DataFrame(
                {
                    "visit": visit,
                    "component": component.name,
                    "baseline": baseline[component.name],
                    "followup": followup[component.name],
                    "n_locations": counts[component.name],
                }
            )
            enough = pair["n_locations"] >= share_locations(variant, component, least)
            frames.append(pair[enough].reset_index())
    columns = ["participant_id", "visit", "component", "baseline", "followup", "n_locations"]
    pairs = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)
    return pairs.assign(rule="matched")


def match_fields(before: pd.DataFrame, after: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the fields that both visits have, readers averaged.

    Parameters
    ----------
    before, after
        Indexed by participant_id, location, field and reader.
    """
    before, after = before.align(after, join="outer")
    same_reader = before.notna() & after.notna()
    field = [name for name in before.index.names if name != "reader"]
    kept = same_reader | ~same_reader.groupby(level=field).transform("any")
    before, after = (average_level(each.where(kept), "reader") for each in (before, after))
    both = before.notna() & after.notna()
    return before.where(both), after.where(both)


def list_parts(variant: Variant) -> tuple[Component, ...]:
    """Return the whole score and its components, the whole first."""
    whole = Component(
        "total", variant.label, variant.low, variant.high, n_locations=variant.n_locations
    )
    return (whole, *variant.components)


def share_locations(variant: Variant, component: Component, least: int) -> int:
    """Return the number of fingers that a component needs: its share of `least`, at least one."""
    return max(math.ceil(least * component.n_locations / variant.n_locations), 1)


def has_total_only(answers: Answers, parts: Sequence[str]) -> bool:
    """Return whether somebody has a row of the total on the form, and nobody one of any part."""
    some = np.flatnonzero(answers.recorded.any(axis=0))
    held = {answers.columns[place] for place in some}
    return RECORDED_TOTAL in held and held.isdisjoint(parts)


def take_totals(
    answers: Answers, parts: Sequence[str], *, total: Sequence[str], others: Sequence[Part]
) -> list[pd.DataFrame]:
    """Score a form of which only the total was recorded.

    Parameters
    ----------
    parts
        Items that the total adds up; nobody has any.
    total
        Variants whose score is that total.
    others
        Variants and components that need the items, and so are missing.
    """
    due = answers.keep_due([RECORDED_TOTAL])
    recorded, nothing = due.select([RECORDED_TOTAL])[:, 0], np.full(len(due.visits), np.nan)
    without, every = np.isnan(recorded), np.full(len(due.visits), True)
    taken = [
        score_answers(
            due,
            [RECORDED_TOTAL],
            recorded,
            variant=variant,
            item_missing=without,
            recorded_total_taken=~without,
        )
        for variant in total
    ]
    return taken + [
        score_answers(
            due, parts, nothing, variant=variant, component=component, items_not_recorded=every
        )
        for variant, component in others
    ]
