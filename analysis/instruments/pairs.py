"""Pair each later visit with baseline."""

import pandas as pd

from analysis.instruments.catalogue import find_instrument, find_variant
from analysis.instruments.checks import check_items
from analysis.instruments.locations import pair_locations
from analysis.instruments.scores import list_components
from analysis.tables import shape_table

DIRECTIONS = {"higher": 1.0, "lower": -1.0, "none": float("nan")}


def make_pairs(scores, items, study):
    """Make a row for every score at baseline and at a later visit.

    Parameters
    ----------
    scores : pandas.DataFrame
        The scores table.
    items : pandas.DataFrame
        The items that the scores were made from; those of fingers are averaged anew.
    study : analysis.study.Study

    Returns
    -------
    pandas.DataFrame
        The pairs table. ``change`` is followup - baseline; ``improvement`` is the change in
        the better direction, the component's own where it differs, empty where none is
        better. Of fingers and capillary fields only those measured at both visits enter
        (rule ``matched``), unless the variant says all. Supporting outcomes are not paired.

    Raises
    ------
    DataError
        Items of fingers that cannot be scored.
    """
    start = study.analysis.baseline_visit.value
    later = find_later_visits(study)
    measures = _measure_fingers(items[items["visit"].isin([start, *later])], study)
    frames = [pd.DataFrame(columns=["participant_id", "visit", "rule"])]
    for outcome in study.outcomes:
        instrument = find_instrument(outcome.instrument)
        for name, own_name in outcome.variants.items():
            variant = find_variant(instrument, own_name)
            if not variant.matched:
                own = scores[(scores["outcome"] == outcome.name) & (scores["variant"] == name)]
                pairs = _pair_scores(own, start, later)
            elif instrument.name in measures:
                least = getattr(study.scoring, instrument.min_locations).value
                pairs = pair_locations(measures[instrument.name], variant, least, start)
                pairs = pairs.assign(rule="matched")
            else:
                continue
            frames.append(_find_change(pairs, outcome, variant).assign(variant=name))
    return shape_table(pd.concat(frames, ignore_index=True), "pairs")


def find_later_visits(study):
    """Return the scheduled visits after baseline, in order of the plan."""
    start = study.visit(study.analysis.baseline_visit.value).day
    return [visit.name for visit in study.visits if visit.day is not None and visit.day > start]


def _pair_scores(scores, start, later):
    key = ["participant_id", "component"]
    held = scores[scores["score"].notna()]
    before = held.loc[held["visit"] == start, [*key, "score"]]
    after = held.loc[held["visit"].isin(later), [*key, "visit", "score"]]
    pairs = after.rename(columns={"score": "followup"}).merge(
        before.rename(columns={"score": "baseline"}), on=key
    )
    return pairs.assign(rule="both_visits")


def _measure_fingers(items, study):
    """Return the measures of every instrument that pairs fingers and has items, by name."""
    measures = {}
    for name in dict.fromkeys(outcome.instrument for outcome in study.outcomes):
        instrument = find_instrument(name)
        own = items[items["instrument"] == name]
        if instrument.measure is not None and len(own):
            measures[name] = instrument.measure(check_items(own, study.scoring))
    return measures


def _find_change(pairs, outcome, variant):
    parts = list_components(outcome, variant)
    better = {part.name: part.better or outcome.better for part in parts}
    better["total"] = outcome.better
    pairs = pairs[pairs["component"].isin(list(better))]
    change = pairs["followup"] - pairs["baseline"]
    direction = pairs["component"].map(better).map(DIRECTIONS)
    # Adding zero turns -0.0, a change of nothing, into 0.0.
    return pairs.assign(outcome=outcome.name, change=change, improvement=change * direction + 0.0)
