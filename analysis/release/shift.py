"""Shift the dates of each participant: intervals stay to the day, and visits in their month.

A shift has two parts. Whole periods of four years, the same for everybody, move all dates before
the start of the trial, so that each can be seen to be none of the trial's; they are no secret,
since the registration tells when the trial took place. The other part is: some days more or fewer,
one number per participant, drawn by a secret key from all that leave each visit in its month.
The output does not tell which of these numbers it was; whoever knows on which days a clinic is
closed can rule out some of them.
"""

import datetime
from dataclasses import dataclass

from analysis.errors import DataError

# Between 1901 and 2099 the calendar repeats itself after so many days.
PERIOD_YEARS, PERIOD_DAYS = 4, 1461
FURTHEST = 30
# With fewer days to choose from, only the two visits whose season is reported stay in their month.
FEWEST = 7
# What the cleaning takes for a date of the trial.
EARLIEST = datetime.date(2000, 1, 1)


@dataclass(frozen=True)
class Shift:
    """How the dates of one participant move.

    Parameters
    ----------
    days
        Of the whole shift, negative.
    years
        Of its periods, negative.
    choices
        From how many numbers of days the secret part was drawn.
    moved
        Visits that are in another month now.
    """

    days: int
    years: int
    choices: int
    moved: tuple[str, ...] = ()

    def apply(self, text):
        """Return an ISO date, with or without time, or a partial one, shifted.

        Of a partial date only the periods are taken off, which leave the month as it is.
        """
        if len(text) < len("2000-01-01"):
            return f"{int(text[:4]) + self.years:04d}{text[4:]}"
        day = datetime.date.fromisoformat(text[:10]) + datetime.timedelta(days=self.days)
        return day.isoformat() + text[10:]


def count_periods(days, *, start):
    """Return how many periods move every date before the start of the trial.

    Parameters
    ----------
    days : iterable of datetime.date
        All exact dates of the export that belong to the trial.
    start : datetime.date
        The registered start.

    Raises
    ------
    DataError
        So many lead to dates that the cleaning would refuse.
    """
    days = sorted(days)
    periods = 1
    while days and _move(days[-1], periods) + datetime.timedelta(FURTHEST) >= start:
        periods += 1
    if days and _move(days[0], periods) - datetime.timedelta(FURTHEST) < EARLIEST:
        raise DataError(
            "the dates span too many years to move them before the start of the trial",
            hint="Look for wrong years with `make check-data`, and correct them at the source",
        )
    return periods


def draw_shift(visits, season, *, periods, draw):
    """Draw the shift of one participant.

    Parameters
    ----------
    visits : dict of tuple of datetime.date
        All dates recorded for each visit.
    season : iterable of str
        The visits that have to stay in their month in any case.
    periods : int
    draw : callable
        Returns a whole number from 0 to below its argument, secretly.

    Returns
    -------
    Shift
    """
    base = -PERIOD_DAYS * periods
    kept = [day for days in visits.values() for day in days]
    choices = _list_choices(kept, base)
    if len(choices) < FEWEST:
        kept = [day for name in season for day in visits.get(name, ())]
        choices = _list_choices(kept, base)
    days = base + choices[draw(len(choices))]
    moved = tuple(
        name for name, dates in visits.items() if any(not _stays(day, days) for day in dates)
    )
    return Shift(days, -PERIOD_YEARS * periods, len(choices), moved)


def _list_choices(days, base):
    offsets = range(-FURTHEST, FURTHEST + 1)
    return [offset for offset in offsets if all(_stays(day, base + offset) for day in days)]


def _stays(day, days):
    return (day + datetime.timedelta(days=days)).month == day.month


def _move(day, periods):
    return day - datetime.timedelta(days=PERIOD_DAYS * periods)
