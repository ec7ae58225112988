"""One score once more, with other participants, values or scoring."""

from analysis.results import ResultWriter, attempt
from analysis.statistics.checks import round_differences
from analysis.statistics.inference import state_estimate, state_test
from analysis.statistics.moments import compute_mean
from analysis.statistics.populations import select_pairs, select_population

STATISTICS = (
    *("n_pairs", "n_nonzero", "mean_change"),
    *("hl", "hl_low", "hl_high", "hl_level", "p_value", "p_min"),
)


def summarise_alternative(
    pairs, outcome, study, context, *, visit, qualifier, variant="primary", group=""
):
    """Return what a sensitivity analysis states of a score.

    Parameters
    ----------
    pairs : pandas.DataFrame
        One row per participant, as the alternative has them.
    outcome, study, context, visit, qualifier, variant
        As in `outcome.summarise_outcome`.
    group : str
        What the alternative is, where the id says it in short.

    Returns
    -------
    list of dict
        Rows of results, one for each of `STATISTICS`.
    """
    change = round_differences(pairs["change"], decimals=outcome.difference_decimals)
    writer = make_writer(
        outcome,
        context,
        n=len(pairs),
        visit=visit,
        qualifier=qualifier,
        variant=variant,
        group=group,
    )
    mean, reason = attempt(compute_mean, change)
    rows = [
        writer.count("n_pairs", len(pairs), method="participants with both visits"),
        writer.score("mean_change", mean, warning=reason),
        *state_estimate(writer, change, study.analysis),
        *state_test(writer, change, study.analysis),
    ]
    return [row for row in rows if row["statistic"] in STATISTICS]


def make_writer(outcome, context, *, n, visit, qualifier, variant="primary", group=""):
    """Return the maker of rows for an alternative of an outcome."""
    return ResultWriter(
        context,
        outcome.name,
        n=n,
        unit=outcome.unit,
        decimals=outcome.decimals,
        qualifier=qualifier,
        variant=variant,
        visit=visit,
        group=group,
    )


def summarise_variants(pairs, outcome, study, context, *, visit):
    """Return the rows of every scoring variant of an outcome but the primary one."""
    return [
        row
        for variant in outcome.variants
        if variant != "primary"
        for row in summarise_alternative(
            select_pairs(pairs, outcome.name, variant=variant, visit=visit),
            outcome,
            study,
            context,
            visit=visit,
            qualifier=f"variant.{variant}",
            variant=variant,
        )
    ]


def summarise_populations(
    pairs, participants, outcome, study, context, *, visit, populations=("per_protocol",)
):
    """Return the rows of the primary variant in other populations."""
    chosen = select_pairs(pairs, outcome.name, visit=visit)
    return [
        row | {"population": population}
        for population in populations
        for row in summarise_alternative(
            select_population(chosen, participants, population),
            outcome,
            study,
            context,
            visit=visit,
            qualifier=f"population.{population}",
        )
    ]
