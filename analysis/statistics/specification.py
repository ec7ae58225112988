"""Every defensible way to compute the primary result, each distinct answer once."""

import itertools
from dataclasses import replace

import pandas as pd

from analysis.results import ResultWriter, attempt
from analysis.statistics.checks import round_differences
from analysis.statistics.hodges_lehmann import hodges_lehmann
from analysis.statistics.intercurrent import STRATEGIES, apply_strategy
from analysis.statistics.missing_visits import RULES, fill_missing, find_missing
from analysis.statistics.paired_t import mean_interval
from analysis.statistics.populations import select_pairs, select_population

DIMENSIONS = ("variant", "population", "events", "missing", "summary")
SUMMARIES = {"hodges_lehmann": hodges_lehmann, "mean_t": mean_interval}
# Variant, events, missing and summary of the primary analysis, in that order.
PRIMARY = ("primary", "as_observed", "none", "hodges_lehmann")
DIGITS = 9


def list_specifications(
    pairs, scores, participants, affected, outcome, study, *, visit, visits, populations
):
    """Compute the outcome under every combination of choices.

    Parameters
    ----------
    pairs, scores, participants : pandas.DataFrame
        The tables of these names, everybody in them.
    affected : collection of str
        Participants with an intercurrent event.
    outcome : analysis.study.Outcome
    study : analysis.study.Study
    visit, visits
        As in `missing_visits.find_missing`.
    populations : sequence of str
        That of the primary analysis first.

    Returns
    -------
    pandas.DataFrame
        One row per combination: `DIMENSIONS`, `is_primary`, `n`, and `estimate`, `low`, `high`
        in points per item of the score (variants with fewer sites have a shorter scale);
        combinations that give no interval are left out.
    """
    rows = []
    for variant, population in itertools.product(outcome.variants, populations):
        own_pairs, own_scores = (
            select_population(table, participants, population) for table in (pairs, scores)
        )
        missing = find_missing(
            own_pairs, own_scores, outcome, visit=visit, visits=visits, variant=variant
        )
        chosen = select_pairs(own_pairs, outcome.name, variant=variant, visit=visit)
        if chosen.empty:
            continue  # rules for missing scores alone would be no analysis
        n_items = _count_items(scores, outcome, variant)
        scored = _fit_range(outcome, n_items / _count_items(scores, outcome, PRIMARY[0]))
        for rule, events, used in _vary_pairs(chosen, missing, affected, scored):
            change = round_differences(used["change"], decimals=outcome.difference_decimals)
            for summary, compute in SUMMARIES.items():
                result, _ = attempt(compute, change, confidence=study.analysis.confidence.value)
                if result is None or not getattr(result, "attainable", True):
                    continue
                choices = (variant, population, events, rule, summary)
                limits = (round(value / n_items, DIGITS) for value in _limits(result))
                is_primary = choices == (PRIMARY[0], populations[0], *PRIMARY[1:])
                rows.append((*choices, is_primary, len(change), *limits))
    columns = [*DIMENSIONS, "is_primary", "n", "estimate", "low", "high"]
    return pd.DataFrame(rows, columns=columns)


def _vary_pairs(pairs, missing, affected, outcome):
    for rule, strategy in itertools.product(("none", *RULES), ("as_observed", *STRATEGIES)):
        used = pairs if rule == "none" else fill_missing(pairs, missing, outcome, rule=rule)
        if strategy != "as_observed":
            used = apply_strategy(used, affected, strategy=strategy)
        yield rule, strategy, used


def _fit_range(outcome, share):
    """Shorten the range to a variant's share of the items: filled scores stay within it."""
    low, high = outcome.range
    return replace(outcome, range=(low * share, high * share))


def _limits(result):
    return result.estimate, result.low, result.high


def _count_items(scores, outcome, variant):
    own = scores[(scores["outcome"] == outcome.name) & (scores["variant"] == variant)]
    return int(own["n_items"].max()) if own["n_items"].notna().any() else 1


def collapse_specifications(table):
    """Keep one row per distinct estimate and interval.

    Parameters
    ----------
    table : pandas.DataFrame
        As `list_specifications` returns it.

    Returns
    -------
    pandas.DataFrame
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


def list_options(points):
    """List the options that tell points apart, by dimension.

    Returns
    -------
    dict of str to tuple of str
        Without the dimensions in which every point has the same options: those choices could
        not change anything here.
    """
    options = {}
    for name in DIMENSIONS:
        if points[name].nunique() > 1:
            options[name] = tuple(dict.fromkeys(o for point in points[name] for o in point))
    return options


def summarise_specifications(points, outcome, context, *, visit):
    """Return estimate, interval and options of each point as results, numbered by estimate."""
    rows = []
    for number, point in enumerate(points.itertuples(index=False), start=1):
        writer = ResultWriter(
            context,
            outcome.name,
            n=int(point.n),
            unit=f"{outcome.unit} per item",
            decimals=2,
            qualifier=f"specification.point_{number:02d}",
            visit=visit,
            group="; ".join(f"{name}: {', '.join(getattr(point, name))}" for name in DIMENSIONS),
        )
        stated = [
            writer.score(name, getattr(point, name), method="one distinct specification")
            for name in ("estimate", "low", "high")
        ]
        own = context.population in point.population
        rows += [row if own else row | {"population": point.population[0]} for row in stated]
    return rows
