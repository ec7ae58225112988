"""The visits of the plan: the role of each, and its event names in the site's database."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Role = Literal["screening", "baseline", "procedure", "follow_up", "unscheduled"]


@dataclass(frozen=True)
class Visit:
    """A visit with its inclusive window in study days (None: no window).

    The code knows a visit by its `role` only; `name` is the protocol's. `events` are the unique
    event names of the site's database, as it exports them; of a project without events, the
    instances of a repeating form, as ``assessment#2``.
    """

    name: str
    label: str
    role: Role
    day: int | None
    low: int | None
    high: int | None
    source: Literal["registry", "assumed"]
    events: tuple[str, ...] = ()
    window_source: Literal["registry", "assumed"] = "assumed"


def find_wrong_visits(visits: tuple[Visit, ...], baseline: str, followup: str) -> Iterator[str]:
    """Yield what is wrong with the visits; `baseline` and `followup` are those of the analysis."""
    roles = [visit.role for visit in visits]
    for role in ("baseline", "procedure", "unscheduled"):
        if roles.count(role) != 1:
            yield f"visits: exactly one has the role {role}"
    for visit in visits:
        if (visit.day is None) != (visit.role == "unscheduled"):
            yield f"visit {visit.name}: every visit but the unscheduled one has a day"
        low, day, high = visit.low, visit.day, visit.high
        if day is not None and (low is None or high is None or not low <= day <= high):
            yield f"visit {visit.name}: its window goes from low to high and holds its day"
        if visit.name == baseline and visit.role != "baseline":
            yield f"visit {visit.name}: the role of analysis.baseline_visit is baseline"
        if visit.name == followup and visit.role != "follow_up":
            yield f"visit {visit.name}: the role of analysis.followup_visit is follow_up"
    events = [event for visit in visits for event in visit.events]
    for event in sorted({event for event in events if events.count(event) > 1}):
        yield f"visits: the event {event!r} belongs to more than one visit"
