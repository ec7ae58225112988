"""Where the mean change would lie among groups that had a published trial's placebo."""

import math
from dataclasses import dataclass, replace

from analysis.errors import DataError
from analysis.results import ResultWriter, Row
from analysis.statistics.checks import check_share
from analysis.study import Study


@dataclass(frozen=True)
class Prediction:
    """The predictive distribution of the mean change of n placebo-like patients.

    A t distribution with `df` degrees of freedom about `centre`, stretched by `scale`; `low`
    and `high` enclose the asked share of it.
    """

    centre: float
    scale: float
    df: int
    low: float
    high: float

    def place(self, mean: float) -> float:
        """Return the share of such groups, 0 to 1, whose mean would lie below this one."""
        from scipy.special import stdtr

        return float(stdtr(self.df, (mean - self.centre) / self.scale))


def predict_placebo_mean(
    *, mean: float, sd: float, n_placebo: int, n: int, confidence: float = 0.95
) -> Prediction:
    """Predict the mean change of n patients like those of a published placebo arm.

    The spread is sd * sqrt(1/n + 1/n_placebo), since the arm's own mean is an estimate, with
    n_placebo - 1 df. It assumes normal changes, and patients, setting, season and time of
    follow-up like those of that trial; it is a benchmark, not a test.

    Parameters
    ----------
    mean, sd
        Change in the placebo arm.
    n_placebo, n
        Its size, and the size of the group to predict.

    Raises
    ------
    DataError
        A group of none, a placebo arm of fewer than two, an SD not above 0.
    """
    if n < 1 or n_placebo < 2 or not sd > 0:
        raise DataError(f"no prediction for {n} from {n_placebo} with SD {sd}")
    from scipy.special import stdtrit

    df = n_placebo - 1
    scale = sd * math.sqrt(1 / n + 1 / n_placebo)
    reach = float(stdtrit(df, (1 + check_share(confidence, "confidence")) / 2)) * scale
    return Prediction(mean, scale, df, mean - reach, mean + reach)


def compare_placebo(mean_change: Row, study: Study, writer: ResultWriter) -> list[Row]:
    """Return the rows that hold the mean change against a published placebo arm.

    Parameters
    ----------
    mean_change
        The result of that name, of the benchmark's outcome.

    Returns
    -------
    list of dict
        Empty where no participant has a change.
    """
    n, value = mean_change["n"], mean_change["value"]
    if value is None:
        return []
    benchmark = study.placebo_benchmark
    prediction = predict_placebo_mean(
        mean=benchmark.mean_change,
        sd=benchmark.sd_change,
        n_placebo=benchmark.n,
        n=n,
        confidence=study.analysis.confidence.value,
    )
    warning = "a benchmark, not a test; assumes normal changes and patients like that trial's"
    if writer.context.data_origin == "simulated":
        warning += "; simulated data: shows the method only"
    writer = replace(writer, n=n, variant="", warning=warning)
    method = f"predictive interval for the mean of {n} placebo-like patients"
    share = "share of such groups whose mean would lie below the observed one"
    return [
        writer.score("placebo_low", prediction.low, method=method),
        writer.score("placebo_high", prediction.high, method=method),
        writer.percent("placebo_position", prediction.place(value), method=share),
    ]
