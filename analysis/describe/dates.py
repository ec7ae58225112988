"""The span of a partial date, and the season of a visit."""

import pandas as pd

EARLIEST = pd.Timestamp("1800-01-01")
LATEST = pd.Timestamp("2199-12-31")
SEASONS = ("winter", "spring", "summer", "autumn")


def find_span(dates: pd.Series, times: pd.Series | None = None) -> tuple[pd.Series, pd.Series]:
    """Return the first and the last minute that ISO dates may mean.

    Parameters
    ----------
    dates
        YYYY, YYYY-MM, YYYY-MM-DD, YYYY-MM-DDTHH:MM, or "" (any time).
    times
        HH:MM of a whole date, or "".

    Returns
    -------
    low, high
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


def find_season(dates: pd.Series) -> pd.Series:
    """Return the northern season of dates (December to February is winter); "" if not known."""
    month = pd.to_numeric(dates.str[5:7], errors="coerce")
    return (month % 12 // 3).map(dict(enumerate(SEASONS))).fillna("").astype("str")
