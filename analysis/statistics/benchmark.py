"""State where the observed mean change lies beside a published blinded placebo arm."""

from analysis.results import ResultWriter
from analysis.statistics.placebo import predict_placebo_mean


def place_among_placebo(row, study, context):
    """Return the rows that hold the mean change against a published placebo arm.

    Parameters
    ----------
    row : dict
        The result `mean_change` of the benchmark's outcome.

    Returns
    -------
    list of dict
        Empty where no participant has a change.
    """
    benchmark = study.placebo_benchmark
    if row["value"] is None:
        return []
    prediction = predict_placebo_mean(
        mean=benchmark.mean_change,
        sd=benchmark.sd_change,
        n_placebo=benchmark.n,
        n=row["n"],
        confidence=study.analysis.confidence.value,
    )
    outcome = study.outcome(benchmark.outcome)
    make = ResultWriter(
        context, outcome.name, row["n"], outcome.unit, outcome.decimals, visit=row["visit"]
    )
    method = f"predictive interval for the mean of {row['n']} placebo-like patients"
    warning = "a benchmark, not a test; assumes normal changes and patients like that trial's"
    if context.data_origin == "simulated":
        warning += "; simulated data: shows the method only"
    return [
        make.score("placebo_low", prediction.low, method=method, warning=warning),
        make.score("placebo_high", prediction.high, method=method, warning=warning),
        make.percent(
            "placebo_position",
            prediction.place(row["value"]),
            method="share of such groups whose mean would lie below the observed one",
            warning=warning,
        ),
    ]
