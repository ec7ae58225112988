"""Compare two visits in any data frame, and check the numbers against other libraries."""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from analysis.results import attempt, format_percent
from analysis.statistics.checks import name_method, round_differences
from analysis.statistics.common_tests import d_z, describe_normality, hedges_g_av, paired_t
from analysis.statistics.hodges_lehmann import hodges_lehmann
from analysis.statistics.sign_flip import sign_flip
from analysis.statistics.signed_rank import rank_biserial, signed_rank

_COLUMNS = ["value", "low", "high", "method"]
# Values are the same if they differ by at most this much, absolutely or relatively.
_SAME = 1e-9


def compare_visits(
    pairs: pd.DataFrame,
    *,
    decimals: int = 6,
    confidence: float = 0.95,
    zeros: str = "wilcoxon",
) -> pd.DataFrame:
    """Compare a follow-up with baseline: estimates and intervals, then tests, then the rest.

    Parameters
    ----------
    pairs
        One row per participant with `baseline` and `followup`; a row that lacks one is left out.
    decimals
        The precision of the scores, to which changes are rounded, so that equal changes tie.
    confidence
        Level of the intervals.
    zeros
        Rule of the signed-rank test for changes of zero: ``wilcoxon`` or ``pratt``.

    Returns
    -------
    pandas.DataFrame
        `value, low, high, method` by statistic; where there is no value `method` is the reason.

    Examples
    --------
    >>> import pandas as pd
    >>> from analysis import compare_visits
    >>> pairs = pd.DataFrame(
    ...     {"baseline": [8, 7, 9, 5, 6, 8, 10], "followup": [5, 5, 8, 5, 2, 7, 4]}
    ... )
    >>> compared = compare_visits(pairs)
    >>> print(compared.loc[["hl", "p_value", "p_min"], ["value", "low", "high"]].round(4))
                value  low  high
    statistic
    hl        -2.2500 -4.5  -0.5
    p_value    0.0312  NaN   NaN
    p_min      0.0312  NaN   NaN
    """
    whole = pairs.dropna(subset=["baseline", "followup"])
    change = round_differences(whole["followup"] - whole["baseline"], decimals=decimals)
    level = {"confidence": confidence}
    estimate, estimate_method = _estimate(change, confidence)
    t = attempt(paired_t, change, **level)
    rank = attempt(signed_rank, change, zeros=zeros)
    flip = attempt(sign_flip, change, **level)
    biserial = attempt(rank_biserial, change, zeros=zeros)
    size = attempt(d_z, change, **level)
    average = attempt(hedges_g_av, whole["baseline"], whole["followup"], **level)
    normality = attempt(describe_normality, change)
    rows = {
        "hl": _row(estimate, "estimate", estimate_method, limits=True),
        "mean_change": _row(t, "estimate", "mean, t interval", limits=True),
        "p_value": _row(
            rank, "p_value", name_method(int((change != 0).sum()), "signed-rank test, two-sided")
        ),
        "mid_p": _row(rank, "mid_p", "the same, mid-p"),
        "p_min": _row(rank, "p_attainable", "the smallest p that these changes allow"),
        "flip_p_value": _row(flip, "p_value", "sign-flip test of the mean"),
        "t": _row(t, "t", "paired t"),
        "t_p_value": _row(t, "p_value", "paired t test"),
        "rank_biserial": _row(biserial, "estimate", "rank-biserial correlation"),
        "d_z": _row(size, "estimate", "mean over SD, noncentral t interval", limits=True),
        "g_av": _row(average, "estimate", "mean over pooled SD, factor J", limits=True),
        "shapiro_w": _row(normality, "w", "Shapiro and Wilk's W"),
        "n_pairs": (len(change), None, None, "participants with both visits"),
        "n_decreased": (int((change < 0).sum()), None, None, "change below zero"),
        "n_unchanged": (int((change == 0).sum()), None, None, "change of zero"),
        "n_increased": (int((change > 0).sum()), None, None, "change above zero"),
    }
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=_COLUMNS)
    return frame.rename_axis("statistic").astype(dict.fromkeys(_COLUMNS[:3], "float64"))


def set_beside(
    statistics: pd.DataFrame, calls: Sequence[tuple[str, str, Callable[[], Any]]]
) -> pd.DataFrame:
    """Compare statistics with the answers of other libraries.

    Parameters
    ----------
    statistics
        `value` by statistic, as `compare_visits` returns it.
    calls
        Statistic (or its limit, as in ``mean_change.low``), name of the library's function, and
        the call. If the call fails, its message is shown.

    Returns
    -------
    pandas.DataFrame
        `library, theirs, ours, same` by statistic.
    """
    rows = []
    for statistic, library, call in calls:
        name, _, limit = statistic.rpartition(".")
        place = (name, limit) if limit in statistics.columns else (statistic, "value")
        value: Any = statistics.loc[place]
        ours = float(value)
        with warnings.catch_warnings():
            # A library's warnings do not matter here: the reader compares the numbers.
            warnings.simplefilter("ignore")
            try:
                theirs = float(call())
                alike = np.isclose(theirs, ours, rtol=_SAME, atol=_SAME, equal_nan=True)
                same = "yes" if alike else "no"
            except Exception as error:
                theirs, same = np.nan, f"refused: {error}"
        rows.append((statistic, library, theirs, ours, same))
    frame = pd.DataFrame(rows, columns=["statistic", "library", "theirs", "ours", "same"])
    return frame.set_index("statistic")


def _estimate(change: np.ndarray, confidence: float) -> tuple[tuple[Any, str], str]:
    result, reason = attempt(hodges_lehmann, change, confidence=confidence)
    if result and not result.attainable:
        level = format_percent(confidence)
        return (replace(result, low=np.nan, high=np.nan), ""), f"too few for an interval at {level}"
    attained = format_percent(result.attained, 1) if result else ""
    interval = name_method(len(change), f"interval, at least {attained}")
    return (result, reason), f"Hodges-Lehmann, {interval}"


def _row(attempted: tuple[Any, str], name: str, method: str, *, limits: bool = False) -> tuple:
    result, reason = attempted
    if result is None:
        return (None, None, None, reason)
    low, high = (result.low, result.high) if limits else (None, None)
    return (getattr(result, name), low, high, method)
