"""Adverse events by the time since the procedure, with the four relations kept apart."""

import pandas as pd

from analysis.results import Context, ResultWriter, Row
from analysis.safety.overview import RELATIONS, is_related
from analysis.safety.phases import PROCEDURE, select_emergent
from analysis.study import Study

UNKNOWN = "day_unknown"


def list_periods(study: Study, last: str) -> dict[str, tuple[int, int]]:
    """Return the first and the last study day of each period, by its name in results.

    The day of the procedure, then the days up to each planned visit; the last period ends with
    the window of the follow-up visit.
    """
    final = study.visit(last)
    days = sorted(
        v.day for v in study.visits if v.day is not None and 0 < v.day <= (final.day or 0)
    )
    ends = [0, *days[:-1], final.high if final.high is not None else (days or [0])[-1]]
    starts = [0, *(end + 1 for end in ends[:-1])]
    return {f"from_day_{low}": (low, high) for low, high in zip(starts, ends, strict=True)}


def describe_times(
    events: pd.DataFrame,
    participants: pd.DataFrame,
    study: Study,
    context: Context,
    *,
    visit: str,
) -> list[Row]:
    """Make the results of events by the period in which they began.

    Parameters
    ----------
    events
        As `analysis.safety.phases.assign_phases` returns them.
    visit
        The follow-up visit.

    Returns
    -------
    ``safety.time.<period>.participants``, ``.events`` and ``.<relation>``, the events judged
    possibly, probably or definitely related; events without a day, and worsenings of earlier
    conditions, are in ``day_unknown``.
    """
    inside, people = select_emergent(events, participants, PROCEDURE)
    day = pd.to_numeric(inside["start_day"])
    periods = {
        name: day.between(*days).fillna(False).astype(bool)
        for name, days in list_periods(study, visit).items()
    }
    # Of a condition that worsened only its beginning, before the procedure, is recorded.
    periods[UNKNOWN] = ~pd.concat(periods, axis=1).any(axis=1)
    rows = []
    for name, begun in periods.items():
        chosen = inside[begun.to_numpy(dtype=bool)]
        writer = ResultWriter(context, "time", len(people), qualifier=name, visit=visit)
        rows += [
            writer.count("participants", chosen["participant_id"].nunique()),
            writer.number("events", len(chosen), 0),
            *(writer.number(r, int(is_related(chosen, r).sum()), 0) for r in RELATIONS),
        ]
    return rows
