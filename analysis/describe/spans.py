"""What a partial date may mean: its first and its last minute."""

import pandas as pd

EARLIEST = pd.Timestamp("1800-01-01")
LATEST = pd.Timestamp("2199-12-31")


def find_span(dates, times=None):
    """Return the first and the last minute that ISO dates may mean.

    Parameters
    ----------
    dates : pandas.Series of str
        YYYY, YYYY-MM, YYYY-MM-DD, YYYY-MM-DDTHH:MM, or "" (any time at all).
    times : pandas.Series of str, optional
        HH:MM of a whole date, or "".

    Returns
    -------
    low, high : pandas.Series of datetime64
    """
    if times is not None:
        whole = (dates.str.len() == 10) & times.ne("")
        dates = dates.mask(whole, dates + "T" + times)
    length = dates.str.len()
    padded = dates.mask(length == 4, dates + "-01-01").mask(length == 7, dates + "-01")
    low = pd.to_datetime(padded.mask(length == 0, None), format="ISO8601")
    high = low.mask(length == 4, low + pd.offsets.YearEnd(0))
    high = high.mask(length == 7, low + pd.offsets.MonthEnd(0))
    high = high.mask(length <= 10, high + pd.Timedelta(hours=23, minutes=59))
    return low.fillna(EARLIEST), high.fillna(LATEST)
