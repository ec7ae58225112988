"""Shift the dates of each participant; intervals stay exact, and visits stay in their month.

A shift has two parts. The first is whole periods of four years, the same for everybody. They move
all dates before the start of the trial, so that none can be a date of the trial; they are not
secret, since the registration states when the trial took place. The second part is secret: a few
days more or fewer, one number per participant, drawn with a key from all numbers that leave each
visit in its month. The output does not show which number was drawn, but someone who knows on which
days a clinic is closed can rule out some numbers.
"""

import datetime
import functools
import hashlib
import hmac
import os
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.cleaning.export import REDCAP
from analysis.errors import DataError
from analysis.release.source import Treatment, UncleanedExport

# Between 1901 and 2099 the calendar repeats itself after so many days.
PERIOD_YEARS, PERIOD_DAYS = 4, 1461
FURTHEST = 30
# With fewer days to choose from, only the two visits whose season is reported stay in their month.
FEWEST = 7
# At least so many shifts must be able to explain the new dates of a participant if it is known that
# visits are on working days: shifts by whole weeks, if the visits are on many days of the week.
LEFT = 3
# Times of day are rounded down to multiples of so many minutes, which keeps the order of events.
MINUTES = 15
# The earliest date that the cleaning accepts as a date of the trial.
_EARLIEST = datetime.date(2000, 1, 1)
Visits = Mapping[str, Sequence[datetime.date]]

_SATURDAY = 5
_BYTES = 32
_LABEL = "de-identification key: "
_ADVICE = "Keep it with the real export, and show it to nobody: it undoes the de-identification."


class Key:
    """Draws that are the same for the same key, and cannot be guessed without it."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def draw_number(self, what: str, below: int) -> int:
        """Return a whole number from 0 to below `below`."""
        return int.from_bytes(self._digest(what)) % below

    def shuffle(self, kind: str, names: Iterable[str]) -> list[str]:
        """Return names in an order that cannot be guessed without the key."""
        return sorted(names, key=lambda name: self._digest(f"{kind}|{name}"))

    def _digest(self, what: str) -> bytes:
        return hmac.digest(self._key, what.encode("utf-8"), hashlib.sha256)


def open_key(path: Path) -> Key:
    """Read the key of an export, or make one that only its owner can read.

    Raises
    ------
    DataError
        The file is not such a key.
    """
    if not path.exists():
        text = f"{_LABEL}{secrets.token_hex(_BYTES)}\n{_ADVICE}\n"
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
    first = path.read_text(encoding="utf-8", errors="replace").partition("\n")[0]
    try:
        key = bytes.fromhex(first.removeprefix(_LABEL))
    except ValueError:
        key = b""
    if not first.startswith(_LABEL) or len(key) != _BYTES:
        raise DataError("this is no key of a de-identification", file=path, hint="Move it away")
    return Key(key)


@dataclass(frozen=True)
class Shift:
    """How the dates of one participant move.

    Parameters
    ----------
    days
        Days of the whole shift, negative.
    years
        Years of its periods, negative.
    choices
        How many numbers of days the secret part was drawn from.
    left
        How many shifts can explain the new dates, given that visits are on working days.
    moved
        Visits that are in another month now.
    """

    days: int
    years: int
    choices: int
    left: int = 0
    moved: tuple[str, ...] = ()

    def apply(self, text: str) -> str:
        """Return a shifted ISO date: a full or partial one, or one with a time, which is rounded.

        A partial date is shifted by the periods only, which leave its month unchanged.
        """
        if len(text) < len("2000-01-01"):
            return f"{int(text[:4]) + self.years:04d}{text[4:]}"
        day = datetime.date.fromisoformat(text[:10]) + datetime.timedelta(days=self.days)
        return day.isoformat() + (text[10:11] + round_time(text[11:]) if text[10:] else "")


def round_time(text: str) -> str:
    """Return a time of day (HH:MM and more), rounded down to a quarter of an hour.

    Examples
    --------
    >>> round_time("09:44")
    '09:30'
    """
    hour, _, rest = text.partition(":")
    return f"{hour}:{int(rest[:2]) // MINUTES * MINUTES:02d}"


def draw_shifts(source: UncleanedExport, key: Key) -> dict[str, Shift]:
    """Draw a shift for every participant, by the unified spelling of the source."""
    plan = source.study.analysis
    start = datetime.date.fromisoformat(source.study.study.registered_start.value)
    periods = count_periods(_list_trial_days(source), start=start)
    visits = _list_visits(source)
    season = (plan.baseline_visit.value, plan.followup_visit.value)
    shifts = {}
    for name in sorted(set(source.map_participants().values())):
        draw = functools.partial(key.draw_number, f"shift|{name}")
        shifts[name] = draw_shift(visits.get(name, {}), season, periods=periods, draw=draw)
    return shifts


def count_periods(days: Iterable[datetime.date], *, start: datetime.date) -> int:
    """Return how many periods move every exact date of the trial before its registered start.

    Raises
    ------
    DataError
        That many periods lead to dates that the cleaning would reject.
    """
    ordered = sorted(days)
    periods = 1
    while ordered and _move(ordered[-1], periods) + datetime.timedelta(FURTHEST) >= start:
        periods += 1
    if ordered and _move(ordered[0], periods) - datetime.timedelta(FURTHEST) < _EARLIEST:
        raise DataError(
            "the dates span too many years to move them before the start of the trial",
            hint="Look for wrong years with `make check-data`, and correct them at the source",
        )
    return periods


def draw_shift(
    visits: Visits, season: Iterable[str], *, periods: int, draw: Callable[[int], int]
) -> Shift:
    """Draw the shift of one participant.

    Parameters
    ----------
    visits
        All dates recorded for each visit.
    season
        The visits that have to stay in their month in any case.
    periods
        As `count_periods` returns them.
    draw
        Returns a secret whole number from 0 to below its argument.
    """
    base = -PERIOD_DAYS * periods
    every = [day for days in visits.values() for day in days]
    for kept in (every, [day for name in season for day in visits.get(name, ())]):
        choices = _list_choices(kept, base)
        left = {each: _count_left(every, kept, each) for each in choices}
        best = [each for each in choices if left[each] >= LEFT]
        if len(best) >= FEWEST:
            choices = best
            break
    else:
        choices = best or [each for each in choices if left[each] == max(left.values())]
    chosen = choices[draw(len(choices))]
    days = base + chosen
    moved = tuple(
        name for name, dates in visits.items() if any(not _stays(day, days) for day in dates)
    )
    return Shift(days, -PERIOD_YEARS * periods, len(choices), left[chosen], moved)


def _count_left(days: Iterable[datetime.date], kept: Iterable[datetime.date], chosen: int) -> int:
    """Count the shifts, including the true one, that can explain the new dates.

    Each leads back to working days, with the `kept` days in their month.
    """
    working = [day for day in days if day.weekday() < _SATURDAY]
    others = range(chosen - FURTHEST, chosen + FURTHEST + 1)
    return sum(
        all((day + datetime.timedelta(days=n)).weekday() < _SATURDAY for day in working)
        and all(_stays(day, n) for day in kept)
        for n in others
    )


def _list_choices(days: Iterable[datetime.date], base: int) -> list[int]:
    kept = list(days)
    offsets = range(-FURTHEST, FURTHEST + 1)
    return [offset for offset in offsets if all(_stays(day, base + offset) for day in kept)]


def _stays(day: datetime.date, days: int) -> bool:
    return (day + datetime.timedelta(days=days)).month == day.month


def _move(day: datetime.date, periods: int) -> datetime.date:
    return day - datetime.timedelta(days=PERIOD_DAYS * periods)


def _list_trial_days(source: UncleanedExport) -> list[datetime.date]:
    """Return all dates except those of treatments, which may have begun long before."""
    return [
        day
        for file, column in source.find_columns(Treatment.DAY)
        if source.fields[file][column].kind != "partial_date"
        for _, _, day in source.list_dates(file, column)
    ]


def _list_visits(source: UncleanedExport) -> dict[str, Visits]:
    """Return the dates of each visit, by participant; corrected ones count as well."""
    column = source.find_field("visits", "visit_date")
    found: dict[str, dict[str, set[datetime.date]]] = {}
    for participant, visit, day in source.list_dates(REDCAP, column):
        found.setdefault(participant, {}).setdefault(visit, set()).add(day)
    keys, corrections = source.files[REDCAP].keys, source.corrections
    for correction in corrections[corrections["field"] == column].to_dict("records"):
        clean = source.readings[REDCAP, column][correction["new_value"]].clean
        for row in keys.index[keys.index == correction["row"]] if clean else ():
            participant, visit = keys.loc[row, ["participant", "visit"]]
            day = datetime.date.fromisoformat(clean[:10])
            found.setdefault(participant, {}).setdefault(visit, set()).add(day)
    return {
        name: {visit: tuple(sorted(days)) for visit, days in visits.items()}
        for name, visits in found.items()
    }
