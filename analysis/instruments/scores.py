"""Score items for every outcome, pair the scores of visits, and check recorded totals."""

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.instruments.answers import RECORDED_TOTAL, SCORE_COLUMNS, VISIT_KEY, spread_items
from analysis.instruments.catalogue import (
    INSTRUMENTS,
    check_items,
    find_instrument,
    find_item,
    find_variant,
)
from analysis.instruments.definition import Component, Variant
from analysis.study import Outcome, Study, SupportingOutcome
from analysis.tables import shape_table

_DIRECTIONS = {"higher": 1.0, "lower": -1.0, "none": float("nan")}


def score_items(items: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Score every variant that study.yml names, at every visit with items.

    Parameters
    ----------
    items
        The items table; order does not matter.

    Returns
    -------
    The scores table: one row per participant, visit, outcome, variant and component.
    A visit has a row if the participant has any item of the instrument there and the variant
    was due, that is, anyone has one of its items at that visit. A missing score is empty and
    has a reason; it is never zero.

    Raises
    ------
    DataError
        Items that cannot be scored (see `analysis.instruments.catalogue.check_items`), totals
        that contradict their items, a component that its instrument does not have.

    Examples
    --------
    >>> import pandas as pd
    >>> from analysis import load_study, score_items
    >>> columns = ["participant_id", "visit", "instrument", "item", "location", "value"]
    >>> items = pd.DataFrame(
    ...     [
    ...         ("P1", "baseline", "kapandji", "opposition", "right", 7),
    ...         ("P1", "baseline", "kapandji", "opposition", "left", 8),
    ...     ],
    ...     columns=columns,
    ... )
    >>> scores = score_items(items, load_study())
    >>> print(scores[["outcome", "component", "score", "status"]].to_string(index=False))
     outcome component  score   status
    kapandji      left    8.0 complete
    kapandji     right    7.0 complete
    kapandji     total   15.0 complete
    """
    checked = check_items(_leave_out_repeats(items, study), study.scoring)
    check_totals(checked)
    outcomes: tuple[Outcome | SupportingOutcome, ...] = (*study.outcomes, *study.supporting)
    made = {}
    for name in dict.fromkeys(outcome.instrument for outcome in outcomes):
        instrument = find_instrument(name)
        read = checked[checked["instrument"].isin((name, *instrument.reads))]
        if len(read):
            made[name] = pd.concat(instrument.score(read, study.scoring), ignore_index=True)
    tables = [pd.DataFrame(columns=["outcome", *SCORE_COLUMNS])]
    tables += [
        _name_scores(made[outcome.instrument], outcome, variant, name)
        for outcome in outcomes
        for name, variant in outcome.variants.items()
        if outcome.instrument in made
    ]
    return shape_table(pd.concat(tables, ignore_index=True), "scores")


def _leave_out_repeats(items: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Leave out repeats at an unscheduled visit of items that are scored only once."""
    if "occasion" not in items:
        return items
    unscheduled = [visit.name for visit in study.visits if visit.role == "unscheduled"]
    repeated = (items["visit"].isin(unscheduled) & (items["occasion"] != "")).to_numpy(dtype=bool)
    names = items.loc[repeated, ["instrument", "item", "occasion"]].astype("str")
    known = [(find_item(*key), occasion) for *key, occasion in names.itertuples(index=False)]
    foreign = [bool(item and not re.fullmatch(item.occasion, each)) for item, each in known]
    return items[~np.isin(np.arange(len(items)), np.flatnonzero(repeated)[foreign])]


def pair_scores(scores: pd.DataFrame, items: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Pair every score at a visit after baseline with the one at baseline.

    Parameters
    ----------
    scores
        The scores table.
    items
        The items that the scores were made from; for matched variants they are averaged again.

    Returns
    -------
    The pairs table. ``change`` is followup - baseline; ``improvement`` is the change in the
    better direction of the outcome or component, empty if it has none. Of fingers, capillary
    fields, and the categories and scales of the SHAQ, only those recorded at both visits enter
    (rule ``matched``), unless the variant takes all. Supporting outcomes are not paired.

    Raises
    ------
    DataError
        Items of a matched variant that cannot be scored.

    Examples
    --------
    >>> import pandas as pd
    >>> from analysis import load_study, pair_scores, score_items
    >>> columns = ["participant_id", "visit", "instrument", "item", "location", "value"]
    >>> items = pd.DataFrame(
    ...     [
    ...         ("P1", "baseline", "kapandji", "opposition", "right", 7),
    ...         ("P1", "baseline", "kapandji", "opposition", "left", 8),
    ...         ("P1", "week_12", "kapandji", "opposition", "right", 9),
    ...         ("P1", "week_12", "kapandji", "opposition", "left", 8),
    ...     ],
    ...     columns=columns,
    ... )
    >>> study = load_study()
    >>> pairs = pair_scores(score_items(items, study), items, study)
    >>> print(pairs[["component", "baseline", "followup", "change"]].to_string(index=False))
    component  baseline  followup  change
         left       8.0       8.0     0.0
        right       7.0       9.0     2.0
        total      15.0      17.0     2.0
    """
    baseline = study.analysis.baseline_visit.value
    days = {visit.name: visit.day for visit in study.visits if visit.day is not None}
    later = [name for name, day in days.items() if day > days[baseline]]
    planned = items["visit"].isin([baseline, *later])
    frames = [pd.DataFrame(columns=["participant_id", "visit", "rule"])]
    for outcome in study.outcomes:
        instrument = find_instrument(outcome.instrument)
        for name, instrument_s_name in outcome.variants.items():
            variant = find_variant(instrument, instrument_s_name)
            pairs = _pair_visits(
                scores[(scores["outcome"] == outcome.name) & (scores["variant"] == name)],
                baseline,
                later,
            )
            if variant.matched and instrument.pair:
                whole = ["total", *(c.name for c in variant.components if c.n_locations)]
                pairs = pairs[~pairs["component"].isin(whole)]
                names = (instrument.name, *instrument.reads)
                read = items[planned & items["instrument"].isin(names)]
                if len(read):
                    checked = check_items(read, study.scoring)
                    matched = instrument.pair(checked, variant, study.scoring, baseline)
                    pairs = pd.concat([pairs, matched])
            frames.append(_find_change(pairs, outcome, variant).assign(variant=name))
    return shape_table(pd.concat(frames, ignore_index=True), "pairs")


def list_components(outcome: Outcome | SupportingOutcome, variant: Variant) -> list[Component]:
    """Return the components of a variant that an outcome shows, in the outcome's order.

    Raises
    ------
    DataError
        study.yml names one that the primary variant does not have.
    """
    known = {component.name: component for component in variant.components}
    unknown = [name for name in outcome.components if name not in known]
    if unknown and outcome.variants.get("primary") == variant.name:
        raise DataError(
            f"outcome {outcome.name} has no component {unknown[0]}",
            file="study.yml",
            hint=f"Known: {', '.join(known)}",
        )
    return [known[name] for name in outcome.components if name in known]


def _name_scores(
    scores: pd.DataFrame, outcome: Outcome | SupportingOutcome, variant: str, name: str
) -> pd.DataFrame:
    definition = find_variant(find_instrument(outcome.instrument), variant)
    shown = ["total", *(c.name for c in list_components(outcome, definition))]
    kept = scores[(scores["variant"] == variant) & scores["component"].isin(shown)]
    return kept.assign(outcome=outcome.name, variant=name)


def _pair_visits(scores: pd.DataFrame, baseline_visit: str, later: Sequence[str]) -> pd.DataFrame:
    key = ["participant_id", "component"]
    held = scores[scores["score"].notna()]
    before = held.loc[held["visit"] == baseline_visit, [*key, "score"]]
    after = held.loc[held["visit"].isin(later), [*key, "visit", "score"]]
    pairs = after.rename(columns={"score": "followup"}).merge(
        before.rename(columns={"score": "baseline"}), on=key
    )
    return pairs.assign(rule="both_visits")


def _find_change(pairs: pd.DataFrame, outcome: Outcome, variant: Variant) -> pd.DataFrame:
    parts = list_components(outcome, variant)
    better = {part.name: part.better or outcome.better for part in parts}
    better["total"] = outcome.better
    pairs = pairs[pairs["component"].isin(list(better))]
    change = pairs["followup"] - pairs["baseline"]
    direction = pairs["component"].map(better).map(_DIRECTIONS)
    # Adding zero turns -0.0 into 0.0.
    return pairs.assign(outcome=outcome.name, change=change, improvement=change * direction + 0.0)


def compare_totals(items: pd.DataFrame) -> pd.DataFrame:
    """Compare every total written on a form with the sum of its items.

    If items were recorded, no score is ever made from such a total.

    Returns
    -------
    ``participant_id, visit, instrument, recorded, summed, n_missing, agrees``. A total agrees
    if some answers to the missing items could produce it.
    """
    frames = []
    for instrument in INSTRUMENTS:
        if not instrument.total_of:
            continue
        of_instrument = items[items["instrument"] == instrument.name]
        answers = spread_items(of_instrument, (*instrument.total_of, RECORDED_TOTAL))
        values = answers.select(instrument.total_of)
        recorded = answers.select([RECORDED_TOTAL])[:, 0]
        summed = np.nansum(values, axis=1)
        n_missing = np.isnan(values).sum(axis=1)
        beyond = recorded - summed
        frame = answers.visits.assign(
            instrument=instrument.name,
            recorded=recorded,
            summed=summed,
            n_missing=n_missing,
            agrees=(beyond >= 0) & (beyond <= instrument.items[0].high * n_missing),
        )
        frames.append(frame[~np.isnan(recorded)])
    return pd.concat(frames, ignore_index=True)


def check_totals(items: pd.DataFrame) -> None:
    """Refuse items with a recorded total that contradicts them.

    Raises
    ------
    DataError
        It names the first such total.
    """
    totals = compare_totals(items)
    for wrong in totals[~totals["agrees"]].head(1).to_dict("records"):
        raise DataError(
            f"the recorded total {wrong['recorded']:g} contradicts its items, "
            f"which sum to {wrong['summed']:g}",
            participant=wrong["participant_id"],
            visit=wrong["visit"],
            field=f"{wrong['instrument']}/{RECORDED_TOTAL}",
            hint="Correct it in the export's corrections.csv, or set it aside as 02_score does",
        )


def set_aside_totals(items: pd.DataFrame, totals: pd.DataFrame) -> pd.DataFrame:
    """Empty the recorded totals that contradict their items, which are under query.

    Parameters
    ----------
    items
        The items table.
    totals
        As `compare_totals` returns it for these items.
    """
    key = [*VISIT_KEY, "instrument"]
    wrong = pd.MultiIndex.from_frame(totals.loc[~totals["agrees"], key])
    aside = (items["item"] == RECORDED_TOTAL) & pd.MultiIndex.from_frame(items[key]).isin(wrong)
    return items.assign(
        value=items["value"].mask(aside),
        missing_reason=items["missing_reason"].mask(aside, "pending_query"),
    )
