"""Every defensible way to compute the primary result, each distinct answer once."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace

import pandas as pd

from analysis.results import Row, attempt
from analysis.statistics.checks import round_differences
from analysis.statistics.common_tests import PairedT, paired_t
from analysis.statistics.hodges_lehmann import HodgesLehmann, hodges_lehmann
from analysis.statistics.missing_visits import FILL_RULES, fill_missing
from analysis.statistics.populations import (
    EVENT_STRATEGIES,
    apply_strategy,
    is_unbounded,
    select_survivors,
)
from analysis.statistics.sensitivity_plan import SensitivityPlan
from analysis.study import Outcome

DIMENSIONS = ("variant", "population", "events", "missing", "summary")
SUMMARIES: dict[str, Callable[..., HodgesLehmann | PairedT]] = {
    "hodges_lehmann": hodges_lehmann,
    "mean_t": paired_t,
}
# Variant, events, missing and summary of the primary analysis, in that order.
PRIMARY = ("primary", "as_observed", "none", "hodges_lehmann")
_DIGITS = 9


def specify_primary(plan: SensitivityPlan) -> pd.DataFrame:
    """Compute the primary outcome in every defensible way, each distinct answer once.

    Returns
    -------
    As `collapse_specifications`.
    """
    outcome = next(o for o in plan.study.outcomes if o.role == "primary")
    return collapse_specifications(list_specifications(plan, outcome))


def list_specifications(plan: SensitivityPlan, outcome: Outcome) -> pd.DataFrame:
    """Compute an outcome under every combination of choices.

    Returns
    -------
    One row per combination: `DIMENSIONS`, `is_primary`, `n`, and `estimate`, `low`, `high`
    in points per item of the score (variants with fewer sites have a shorter scale);
    combinations that give no interval are left out.
    """
    confidence, affected = plan.study.analysis.confidence.value, plan.affected
    all_items = _count_items(plan.scores, outcome, PRIMARY[0])
    rows = []
    for variant, population in itertools.product(outcome.variants, plan.populations):
        chosen = plan.select(outcome, variant=variant, population=population)
        if chosen.empty:
            continue  # filled-in scores alone are not an analysis
        missing = plan.find_missing(outcome, variant=variant, population=population)
        n_items = _count_items(plan.scores, outcome, variant)
        scored = _fit_range(outcome, n_items / all_items)
        for rule, events, used in _vary_pairs(chosen, missing, affected, scored):
            for summary, compute in SUMMARIES.items():
                # Deaths have only a rank, not a number of points that could enter a mean.
                taken = used if summary == PRIMARY[-1] else select_survivors(used)
                change = round_differences(taken["change"], decimals=outcome.difference_decimals)
                result, _ = attempt(compute, change, confidence=confidence)
                if result is None or not getattr(result, "attainable", True):
                    continue
                if is_unbounded(result.low) or is_unbounded(result.high):
                    continue
                choices = (variant, population, events, rule, summary)
                limits = (result.estimate, result.low, result.high)
                per_item = (round(value / n_items, _DIGITS) for value in limits)
                is_primary = choices == (PRIMARY[0], plan.populations[0], *PRIMARY[1:])
                rows.append((*choices, is_primary, len(change), *per_item))
    columns = [*DIMENSIONS, "is_primary", "n", "estimate", "low", "high"]
    return pd.DataFrame(rows, columns=columns)


def _vary_pairs(
    pairs: pd.DataFrame, missing: pd.DataFrame, affected: list[str], outcome: Outcome
) -> Iterator[tuple[str, str, pd.DataFrame]]:
    for rule, strategy in itertools.product(
        ("none", *FILL_RULES), ("as_observed", *EVENT_STRATEGIES)
    ):
        used = pairs if rule == "none" else fill_missing(pairs, missing, outcome, rule=rule)
        if strategy != "as_observed":
            used = apply_strategy(used, affected, strategy=strategy)
        yield rule, strategy, used


def _fit_range(outcome: Outcome, share: float) -> Outcome:
    """Shorten the range to a variant's share of the items: filled scores stay within it."""
    low, high = outcome.range
    return replace(outcome, range=(low * share, high * share))


def _count_items(scores: pd.DataFrame, outcome: Outcome, variant: str) -> int:
    chosen = scores[(scores["outcome"] == outcome.name) & (scores["variant"] == variant)]
    return int(chosen["n_items"].max()) if chosen["n_items"].notna().any() else 1


def collapse_specifications(table: pd.DataFrame) -> pd.DataFrame:
    """Keep one row per distinct estimate and interval.

    Parameters
    ----------
    table
        As `list_specifications` returns it.

    Returns
    -------
    `estimate`, `low`, `high`, `n` (the smallest), `is_primary` and in each of `DIMENSIONS` a
    tuple of the options that lead there, in the order of the table; sorted by estimate.
    """
    keys = ["estimate", "low", "high"]
    gathered = table.groupby(keys, sort=True).agg(
        n=("n", "min"),
        is_primary=("is_primary", "any"),
        **{name: (name, lambda s: tuple(dict.fromkeys(s))) for name in DIMENSIONS},
    )
    return gathered.reset_index()


def list_options(points: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """List the options that distinguish points, by dimension.

    Returns
    -------
    Without the dimensions in which every point has the same options: they change nothing here.
    """
    options = {}
    for name in DIMENSIONS:
        if points[name].nunique() > 1:
            options[name] = tuple(dict.fromkeys(o for point in points[name] for o in point))
    return options


def summarise_specifications(points: pd.DataFrame, plan: SensitivityPlan) -> list[Row]:
    """Return estimate, interval and options of each point as results, numbered by estimate."""
    outcome = next(o for o in plan.study.outcomes if o.role == "primary")
    rows = []
    for number, point in enumerate(points.to_dict("records"), start=1):
        shown = plan.context.population in point["population"]
        population = plan.context.population if shown else point["population"][0]
        writer = plan.write(
            outcome,
            qualifier=f"specification.point_{number:02d}",
            context=replace(plan.context, population=population),
            variant="",
            n=int(point["n"]),
            unit=f"{outcome.unit} per item",
            decimals=2,
            group="; ".join(f"{name}: {', '.join(point[name])}" for name in DIMENSIONS),
        )
        rows += [
            writer.score(name, point[name], method="one distinct specification")
            for name in ("estimate", "low", "high")
        ]
    return rows
