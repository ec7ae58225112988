"""The overview of harms: which events count under each heading, and how terms are named."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd

from analysis.errors import DataError
from analysis.safety.counts import count_events

RELATED = ("possible", "probable", "definite")
RELATIONS = {
    "related_liposuction": "liposuction or anaesthesia",
    "related_injection": "the injection",
    "related_product": "the product",
    "related_disease": "systemic sclerosis",
}
UNCODED = "Not coded"


@dataclass(frozen=True)
class Category:
    """A heading of the overview, and the events that count under it.

    A heading not `in_table` is counted for the text only.
    """

    name: str
    label: str
    select: Callable[[pd.DataFrame], pd.Series]
    in_table: bool = True


def is_related(events: pd.DataFrame, relation: str) -> pd.Series:
    """Return which events are possibly, probably or definitely related.

    The four `RELATIONS` are never merged. One that was not recorded does not count as related
    here; it has a separate heading.
    """
    return events[relation].isin(RELATED)


def classify_relation(events: pd.DataFrame) -> pd.Series:
    """Classify each event by its relation to liposuction and to the injection or product.

    Only for drawings with one symbol per event; counts keep the relations apart.

    Returns
    -------
    ``both``, ``harvest``, ``injected``, ``neither``, or ``unknown``: related to none, and
    one of the three relations is not recorded.
    """
    harvest = is_related(events, "related_liposuction")
    injected = is_related(events, "related_injection") | is_related(events, "related_product")
    three = ["related_liposuction", "related_injection", "related_product"]
    kind = pd.Series("neither", index=events.index, dtype="str")
    kind = kind.mask(events[three].isin([""]).any(axis=1), "unknown")
    kind = kind.mask(harvest, "harvest").mask(injected, "injected")
    return kind.mask(harvest & injected, "both")


def is_planned_stay(events: pd.DataFrame) -> pd.Series:
    """Return which events are serious only because of a planned hospital stay."""
    criterion = events["serious_criterion"].str.lower()
    stay = criterion.str.startswith("hospitali") & events["planned_stay"].eq("yes")
    return events["serious"].eq("yes") & stay


def is_serious(events: pd.DataFrame) -> pd.Series:
    """Return which events are serious (ICH E2A); serious is not severe.

    A planned hospital stay alone does not make an event serious.
    """
    return events["serious"].eq("yes") & ~is_planned_stay(events)


def is_severe(events: pd.DataFrame) -> pd.Series:
    """Return which events were of grade 3 or more; a grade not recorded does not count."""
    return events["grade"].ge(3).fillna(False).astype(bool)


def is_fatal(events: pd.DataFrame) -> pd.Series:
    """Return which events were fatal, by outcome or by grade 5."""
    return events["outcome"].eq("fatal") | events["grade"].eq(5).fillna(False).astype(bool)


def lacks_relation(events: pd.DataFrame) -> pd.Series:
    """Return which events have one of the four relations not recorded."""
    return events[list(RELATIONS)].isin([""]).any(axis=1)


def is_uncertain(events: pd.DataFrame) -> pd.Series:
    """Return which events may have begun outside the period that counts them."""
    return events["phase_flag"].ne("")


def is_serious_and_related(events: pd.DataFrame, relation: str) -> pd.Series:
    """Return which events are serious and possibly, probably or definitely related."""
    return is_serious(events) & is_related(events, relation)


CATEGORIES = (
    Category("any", "Any adverse event", lambda events: events["participant_id"].ne("")),
    *(
        Category(name, f"Related to {what}", partial(is_related, relation=name))
        for name, what in RELATIONS.items()
    ),
    Category("grade_3_or_more", "Grade 3 or more", is_severe),
    Category("serious", "Serious", is_serious),
    *(
        Category(
            name.replace("related", "serious_related"),
            f"Serious and related to {what}",
            partial(is_serious_and_related, relation=name),
            in_table=False,
        )
        for name, what in RELATIONS.items()
    ),
    Category("withdrawal", "Leading to withdrawal", lambda e: e["led_to_withdrawal"].eq("yes")),
    Category("deaths", "Deaths", is_fatal),
    Category("grade_not_recorded", "Grade not recorded", lambda e: e["grade"].isna()),
    Category("relation_not_recorded", "Any of the four relations not recorded", lacks_relation),
    Category("period_uncertain", "Counted, though the period is not certain", is_uncertain),
)


def summarise_overview(
    events: pd.DataFrame, participants: pd.DataFrame, **options: Any
) -> pd.DataFrame:
    """Count participants and events under every heading of the overview.

    Returns
    -------
    As `count_events`, with `category`, in the order of `CATEGORIES`.
    """
    parts = [
        count_events(events[category.select(events)], participants, **options)
        for category in CATEGORIES
    ]
    names = [category.name for category in CATEGORIES]
    return pd.concat(parts, ignore_index=True).assign(category=names)


def check_deaths(events: pd.DataFrame, disposition: pd.DataFrame) -> None:
    """Refuse to count deaths if one is recorded only in the disposition.

    Raises
    ------
    DataError
        Someone died according to the disposition table, without a fatal adverse event.
    """
    died = set(disposition.loc[disposition["reason"] == "death", "participant_id"])
    silent = sorted(died - set(events.loc[is_fatal(events), "participant_id"]))
    if silent:
        raise DataError(
            "this participant died, but no adverse event was fatal",
            file="adverse_events",
            participant=silent[0],
            field="outcome",
            hint="Ask the site for the event, and add it to the export",
        )


def name_coding(events: pd.DataFrame) -> str:
    """Return the heading of the coded terms.

    A dictionary becomes the heading only if every coded row names it.

    Examples
    --------
    >>> import pandas as pd
    >>> name_coding(pd.DataFrame({"coded_term": ["Bruise"], "dictionary": ["none"],
    ...                           "dictionary_version": [""]}))
    'Term (no dictionary)'
    """
    named = _name_versions(events[events["coded_term"] != ""], "dictionary")
    if len(named) != 1:
        return "Term (several dictionaries)" if named else "Term (no dictionary)"
    return "Term (no dictionary)" if named == [""] else f"Term ({named[0]})"


def name_grading(events: pd.DataFrame) -> str:
    """Return the grading scales of the events with their versions, or that none is recorded."""
    named = [text for text in _name_versions(events, "grading_scale") if text]
    return " and ".join(named) or "scale not recorded"


def name_term(event: Mapping[Any, Any]) -> str:
    """Format the term of an event: as coded, or as recorded and marked as not coded."""
    return event["coded_term"] or f"{event['term']} ({UNCODED.lower()})"


def _name_versions(events: pd.DataFrame, column: str) -> list[str]:
    version = f"{column}_version"
    pairs = sorted(set(zip(events[column], events[version], strict=True)))
    names = ["" if name.lower() in ("", "none") else f"{name} {v}".strip() for name, v in pairs]
    return sorted(set(names))
