"""Cards of the instruments: the definition of each, as text."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import fields, replace

from analysis.instruments.catalogue import INSTRUMENTS, find_instrument
from analysis.instruments.definition import Instrument, Item, Variant
from analysis.study import Scoring, load_study

BASES = {
    "found": "found in a published source",
    "recalled": "recalled, to be verified",
    "decided": "decided by the analysts",
}


def fill_in_settings(instrument: Instrument, scoring: Scoring) -> Instrument:
    """Return an instrument whose rules and sources state the settings that they name in braces."""
    settings = {each.name: getattr(scoring, each.name).value for each in fields(scoring)}
    settings["fingers_of_a_hand"] = math.ceil(settings["circumference_min_fingers"] / 2)
    sources = (
        replace(source, citation=source.citation.format_map(settings))
        for source in instrument.sources
    )
    missing_rule = instrument.missing_rule.format_map(settings)
    return replace(instrument, missing_rule=missing_rule, sources=tuple(sources))


def make_card(instrument: Instrument) -> tuple[tuple[str, ...], ...]:
    """Return the card of an instrument: its whole definition.

    Returns
    -------
    Rows of a label and a text; a row of one text is the heading of those below.
    """
    thresholds = (
        (each.kind, _join(each.value, f"{each.level} level", each.population, each.source))
        for each in instrument.thresholds
    )
    return (
        ("Definition",),
        ("Measures", instrument.measures),
        ("Rated by", instrument.rated_by),
        ("Recall", instrument.recall),
        ("Anchors", instrument.anchors),
        ("Better", instrument.better),
        ("Scoring", instrument.scoring_rule),
        ("Missing items", instrument.missing_rule),
        ("Licence", instrument.licence),
        ("Items",),
        *((item.name, _join(item.label, *_list_limits(item))) for item in instrument.items),
        ("Variants",),
        *_list_variants(instrument.variants),
        ("Published thresholds",),
        *(tuple(thresholds) or [("none", "no published threshold is known")]),
        ("Sources",),
        *((source.citation, BASES[source.basis]) for source in instrument.sources),
    )


def format_card(instrument: Instrument) -> str:
    """Return the card as plain text."""
    lines = [f"{instrument.label} ({instrument.name})"]
    for row in make_card(instrument):
        lines += [f"  {row[0]}: {row[1]}"] if len(row) > 1 else ["", row[0]]
    return "\n".join(lines)


def format_catalogue(name: str = "") -> str:
    """Return one instrument's card, or without a name one line per instrument.

    A line holds name, label, range of the first variant and what is better.

    Raises
    ------
    UsageError
        No instrument has this name.
    """
    if name:
        return format_card(fill_in_settings(find_instrument(name), load_study().scoring))
    width = max(len(instrument.name) for instrument in INSTRUMENTS)
    return "\n".join(
        f"{instrument.name:{width}}  {instrument.label} "
        f"({format_range(instrument.variants[0].low, instrument.variants[0].high)}, "
        f"better: {instrument.better})"
        for instrument in INSTRUMENTS
    )


def format_range(low: float | None, high: float | str | None, unit: str = "") -> str:
    """Return limits as text, "" if there are none; a limit may name a setting of study.yml."""
    if low is None and high is None:
        return ""
    top = f"study.yml, {high}" if isinstance(high, str) else high
    span = f"{low:g} or more" if high is None else f"{low:g} to {top}"
    return f"{span} {unit}".strip()


def _list_variants(variants: Iterable[Variant]) -> Iterator[tuple[str, str]]:
    shown: tuple = ()
    for variant in variants:
        pair = "a pair of visits uses what both have" if variant.matched else ""
        same = "same components" if variant.components and variant.components == shown else ""
        limits = format_range(variant.low, variant.high)
        yield variant.name, _join(variant.label, limits, pair, same)
        for component in () if same else variant.components:
            better = f"better: {component.better}" if component.better else ""
            label = _join(component.label, format_range(component.low, component.high), better)
            yield f"{variant.name}, {component.name}", label
        shown = variant.components


def _list_limits(item: Item) -> Iterator[str]:
    if not item.text:
        yield format_range(item.low, item.high, item.unit)
    if any(item.locations):
        yield ", ".join(place.replace("_", " ") or "both sides in one" for place in item.locations)


def _join(*parts: str) -> str:
    return "; ".join(part for part in parts if part)
