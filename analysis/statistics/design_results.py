"""The simulated operating characteristics as rows of results."""

from analysis.results import ResultWriter, collect_results, format_percent

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
    rows = []
    for row in record.itertuples(index=False):
        outcome, *scenario = row.scenario.split(".")
        qualifier = ".".join(("design", *scenario))
        writer = ResultWriter(context, outcome, row.n, qualifier=qualifier, warning=WARNING)
        text, method = format_percent(row.value, 1), _describe(row)
        rows.append(
            writer.row(row.statistic, row.value, text, unit="share of trials", method=method)
        )
    return collect_results(rows)


def _describe(row):
    trials = f"{row.trials} simulated trials, Monte Carlo error {row.error:.4f}"
    if row.sd_change != row.sd_change:
        return f"{trials}; outcomes without a change, correlation {row.correlation:g}"
    grid = f"grid of {row.step:.4g}" if row.step else "no grid"
    return f"{trials}; mean change {row.mean_change:g}, SD {row.sd_change:.4g}, {grid}"
