"""Format numbers, dates and answers as in an export, and as people write them untidily."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

WEEKDAYS = "월화수목금토일"


def frame(**columns: np.ndarray | str) -> pd.DataFrame:
    """Return columns of text as a table; a single text fills its column."""
    return pd.DataFrame(columns, dtype="object")


def whole(values: ArrayLike) -> np.ndarray:
    """Return integers as text."""
    return np.asarray(values).astype("int64").astype("str").astype("object")


def fixed(values: ArrayLike, decimals: int) -> np.ndarray:
    """Return numbers as text with a fixed number of decimals."""
    return np.char.mod(f"%.{decimals}f", np.asarray(values, dtype="float64")).astype("object")


def dates(days: np.ndarray) -> np.ndarray:
    """Return datetime64 days as YYYY-MM-DD."""
    return days.astype("datetime64[D]").astype("str").astype("object")


def moments(days: np.ndarray, minutes: np.ndarray) -> np.ndarray:
    """Return days and minutes after midnight as YYYY-MM-DD HH:MM."""
    times = days.astype("datetime64[m]") + minutes
    return np.char.replace(times.astype("str"), "T", " ").astype("object")


def clock(minutes: ArrayLike) -> np.ndarray:
    """Return minutes after midnight as HH:MM."""
    minutes = np.asarray(minutes)
    return np.char.add(
        np.char.mod("%02d:", minutes // 60), np.char.mod("%02d", minutes % 60)
    ).astype("object")


def yes(mask: ArrayLike) -> np.ndarray:
    """Return booleans as REDCap's 1 and 0."""
    return np.where(mask, "1", "0").astype("object")


def among(words: Sequence[str], picks: np.ndarray) -> np.ndarray:
    """Return the chosen words as text."""
    return np.array(words, dtype="object")[picks]


def korean_date(date: str) -> str:
    """Return YYYY-MM-DD as 2021년 8월 2일."""
    year, month, day = date.split("-")
    return f"{year}년 {int(month)}월 {int(day)}일"


def dotted_date(date: str) -> str:
    """Return YYYY-MM-DD as 2021. 8. 2.(월)."""
    year, month, day = date.split("-")
    weekday = WEEKDAYS[pd.Timestamp(date).weekday()]
    return f"{year}. {int(month)}. {int(day)}.({weekday})"


def serial_date(date: str) -> str:
    """Return YYYY-MM-DD as a spreadsheet's day number (day 0 is 1899-12-30)."""
    return str((pd.Timestamp(date) - pd.Timestamp("1899-12-30")).days)


def korean_time(time: str) -> str:
    """Return HH:MM with 오전 or 오후."""
    hour, minute = time.split(":")
    half = "오후" if int(hour) >= 12 else "오전"
    return f"{half} {(int(hour) - 1) % 12 + 1}:{minute}"


def full_width(text: str) -> str:
    """Return digits as full-width ones."""
    return "".join(chr(ord(letter) + 0xFEE0) for letter in text)


def drift(record: str, prefix: str, width: int = 1) -> str:
    """Return a record id with another prefix and its number in another width."""
    return f"{prefix}{int(record.removeprefix('SIM-')):0{width}d}"
