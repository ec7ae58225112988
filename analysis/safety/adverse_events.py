"""Results of the adverse events: overview, classes and terms, grades, relations."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import pandas as pd

from analysis.results import (
    NOT_ESTIMABLE,
    Context,
    ResultWriter,
    Row,
    collect_results,
    format_count,
    format_percent,
)
from analysis.safety.counts import count_events, summarise_classes_and_terms
from analysis.safety.overview import RELATIONS, summarise_overview
from analysis.safety.phases import PROCEDURE, PRODUCT, select_emergent

METHOD = "Clopper-Pearson interval"
# The part of an id for each class, and for each coded term.
Slugs = tuple[dict[str, str], dict[str, str]]


def tabulate_adverse_events(
    events: pd.DataFrame,
    participants: pd.DataFrame,
    context: Context,
    *,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Make every result of the adverse events, for both periods.

    Events from the start of anaesthesia are counted in the procedure-safety population and
    have the shortest ids (``safety.any.participants``); those from the first injection are
    counted in the product-safety population, qualified ``product_emergent``.

    Parameters
    ----------
    events
        As `analysis.safety.phases.assign_phases` returns them.
    participants
        The participants table, with everyone.
    context
        Each period sets its population.
    confidence
        Level of the Clopper-Pearson intervals.
    """
    slugs = slug_texts(events["class"]), slug_texts(events["coded_term"])
    listed, _ = select_emergent(events, participants, PROCEDURE)
    rows: list[Row] = []
    for period in (PROCEDURE, PRODUCT):
        inside, people = select_emergent(events, participants, period)
        within = replace(context, population=period.population)
        prefix = "" if period is PROCEDURE else period.name
        overview = summarise_overview(inside, people, confidence=confidence)
        terms = summarise_classes_and_terms(inside, people, among=listed, confidence=confidence)
        rows += _write_overview(within, overview, prefix)
        rows += _write_terms(within, terms, prefix, slugs)
        rows += _write_grades(within, inside, people, prefix, slugs)
        rows += _write_relations(within, inside, people, prefix)
    return collect_results(rows)


def join_ids(*parts: str) -> str:
    """Join the parts of a qualifier that are not empty."""
    return ".".join(part for part in parts if part)


def name_grade(grade: object) -> str:
    """Return the part of an id for a grade: ``grade_3``, or ``grade_not_recorded``."""
    return f"grade_{slugify(str(grade))}"


def slugify(text: str) -> str:
    """Make a part of a result's id from a text; an empty text gives ``not_recorded``.

    Examples
    --------
    >>> slugify("Injection-site swelling"), slugify("")
    ('injection_site_swelling', 'not_recorded')
    """
    plain = unicodedata.normalize("NFKC", text).lower()
    return re.sub(r"\W+", "_", plain).strip("_") or "not_recorded"


def slug_texts(texts: Iterable[str]) -> dict[str, str]:
    """Return a slug for every different text; equal slugs are numbered in order of the texts."""
    slugs: dict[str, str] = {}
    seen: dict[str, int] = {}
    for text in sorted(set(texts)):
        slug = slugify(text)
        seen[slug] = seen.get(slug, 0) + 1
        slugs[text] = slug if seen[slug] == 1 else f"{slug}_{seen[slug]}"
    return slugs


def _write_overview(context: Context, overview: pd.DataFrame, prefix: str) -> Iterator[Row]:
    for record in overview.to_dict("records"):
        yield from _write_shares(context, record["category"], record, prefix)


def _write_terms(
    context: Context, summary: pd.DataFrame, prefix: str, slugs: Slugs
) -> Iterator[Row]:
    classes, terms = slugs
    for record in summary.to_dict("records"):
        term = terms[record["coded_term"]] if record["level"] == "term" else ""
        yield from _write_shares(
            context, record["level"], record, prefix, classes[record["class"]], term
        )


def _write_grades(
    context: Context, events: pd.DataFrame, people: pd.DataFrame, prefix: str, slugs: Slugs
) -> Iterator[Row]:
    classes, terms = slugs
    for record in _count(events, people, "grade"):
        yield from _write_counts(context, "any", record, prefix, name_grade(record["grade"]))
    for record in _count(events, people, "class", "coded_term", "grade"):
        named = classes[record["class"]], terms[record["coded_term"]], name_grade(record["grade"])
        yield from _write_counts(context, "term", record, prefix, *named)


def _write_relations(
    context: Context, events: pd.DataFrame, people: pd.DataFrame, prefix: str
) -> Iterator[Row]:
    for relation in RELATIONS:
        for record in _count(events, people, relation):
            answer = slugify(record[relation])
            yield from _write_counts(context, relation, record, prefix, answer)
        for record in _count(events, people, relation, "grade"):
            named = slugify(record[relation]), name_grade(record["grade"])
            yield from _write_counts(context, relation, record, prefix, *named)


def _count(events: pd.DataFrame, people: pd.DataFrame, *by: str) -> list[dict[Any, Any]]:
    return count_events(events, people, by=by).to_dict("records")


def _write_counts(
    context: Context, outcome: str, record: dict[Any, Any], *parts: str
) -> Iterator[Row]:
    qualifier = join_ids(*parts)
    writer = ResultWriter(context, outcome, record["denominator"], qualifier=qualifier)
    yield writer.count("n", record["participants"])
    yield writer.number("events", record["events"], 0)


def _write_shares(
    context: Context, outcome: str, record: dict[Any, Any], *parts: str
) -> Iterator[Row]:
    yield from _write_counts(context, outcome, record, *parts)
    k, n = record["participants"], record["denominator"]
    shares = [record[name] for name in ("share", "share_low", "share_high")]
    share, low, high = shares if n else (None, None, None)
    interval = f"{format_percent(shares[1])} to {format_percent(shares[2])}" if n else NOT_ESTIMABLE
    writer = ResultWriter(context, outcome, n, qualifier=join_ids(*parts))
    yield writer.row("participants", k, format_count(k, n, high), unit="participants")
    yield writer.percent("share", share)
    yield writer.percent("share_low", low, method=METHOD)
    yield writer.percent("share_high", high, method=METHOD)
    yield writer.row("interval", None, interval, method=METHOD)
