"""Write numbers, dates and answers as the text that an export holds."""

import numpy as np


def whole(values):
    """Return integers as text."""
    return np.asarray(values).astype("int64").astype("str").astype("object")


def fixed(values, decimals):
    """Return numbers as text with a fixed number of decimals."""
    return np.char.mod(f"%.{decimals}f", np.asarray(values, dtype="float64")).astype("object")


def dates(days):
    """Return datetime64 days as YYYY-MM-DD."""
    return days.astype("datetime64[D]").astype("str").astype("object")


def moments(days, minutes):
    """Return days and minutes after midnight as YYYY-MM-DD HH:MM."""
    times = days.astype("datetime64[m]") + minutes
    return np.char.replace(times.astype("str"), "T", " ").astype("object")


def clock(minutes):
    """Return minutes after midnight as HH:MM."""
    minutes = np.asarray(minutes)
    return np.char.add(
        np.char.mod("%02d:", minutes // 60), np.char.mod("%02d", minutes % 60)
    ).astype("object")


def yes(mask):
    """Return booleans as REDCap's 1 and 0."""
    return np.where(mask, "1", "0").astype("object")


def among(words, picks):
    """Return the chosen words as text."""
    return np.array(words, dtype="object")[picks]
