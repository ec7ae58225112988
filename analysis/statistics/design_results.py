"""The simulated operating characteristics as rows of results."""

from analysis.results import collect_results, format_percent, make_result

WARNING = "assumed changes, no data of participants"


def summarise_design(record, context):
    """Turn the record of the simulation into results.

    Parameters
    ----------
    record : pandas.DataFrame
        As `operating_characteristics.record.read_record` returns it.
    context : analysis.results.Context

    Returns
    -------
    pandas.DataFrame
        ``sensitivity.<outcome>.design.<scenario>.<statistic>``: shares of simulated trials.
    """
    return collect_results(
        make_result(
            context,
            row.scenario.split(".")[0],
            row.statistic,
            row.value,
            format_percent(row.value, 1),
            qualifier=".".join(("design", *row.scenario.split(".")[1:])),
            unit="share of trials",
            n=row.n,
            method=_describe(row),
            warning=WARNING,
        )
        for row in record.itertuples(index=False)
    )


def _describe(row):
    trials = f"{row.trials} simulated trials, Monte Carlo error {row.error:.4f}"
    if row.sd_change != row.sd_change:
        return f"{trials}; outcomes without a change, correlation {row.correlation:g}"
    grid = f"grid of {row.step:.4g}" if row.step else "no grid"
    return f"{trials}; mean change {row.mean_change:g}, SD {row.sd_change:.4g}, {grid}"
