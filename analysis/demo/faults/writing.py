"""How people write numbers, dates and times when nobody stops them."""

import pandas as pd

WEEKDAYS = "월화수목금토일"


def korean_date(date):
    """Return YYYY-MM-DD as 2021년 8월 2일."""
    year, month, day = date.split("-")
    return f"{year}년 {int(month)}월 {int(day)}일"


def dotted_date(date):
    """Return YYYY-MM-DD as 2021. 8. 2.(월)."""
    year, month, day = date.split("-")
    weekday = WEEKDAYS[pd.Timestamp(date).weekday()]
    return f"{year}. {int(month)}. {int(day)}.({weekday})"


def serial_date(date):
    """Return YYYY-MM-DD as a spreadsheet's day number (day 0 is 1899-12-30)."""
    return str((pd.Timestamp(date) - pd.Timestamp("1899-12-30")).days)


def korean_time(time):
    """Return HH:MM with 오전 or 오후."""
    hour, minute = time.split(":")
    half = "오후" if int(hour) >= 12 else "오전"
    return f"{half} {(int(hour) - 1) % 12 + 1}:{minute}"


def full_width(text):
    """Return digits as full-width ones."""
    return "".join(chr(ord(letter) + 0xFEE0) for letter in text)


def drift(record, prefix, width=1):
    """Return a record with another prefix and its number in another width."""
    return f"{prefix}{int(record.removeprefix('SIM-')):0{width}d}"
