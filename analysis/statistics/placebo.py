"""Where the mean change would lie among groups that had a published trial's placebo."""

import math
from dataclasses import dataclass

from analysis.errors import DataError
from analysis.statistics.checks import check_share


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

    def place(self, mean):
        """Return the share of such groups, 0 to 1, whose mean would lie below this one."""
        from scipy.special import stdtr

        return float(stdtr(self.df, (mean - self.centre) / self.scale))


def predict_placebo_mean(*, mean, sd, n_placebo, n, confidence=0.95):
    """Predict the mean change of n patients like those of a published placebo arm.

    The spread is sd * sqrt(1/n + 1/n_placebo), since the arm's own mean is an estimate, with
    n_placebo - 1 df. It assumes normal changes, and patients, setting, season and time of
    follow-up like those of that trial; it is a benchmark, not a test.

    Parameters
    ----------
    mean, sd : float
        Change in the placebo arm.
    n_placebo, n : int
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
