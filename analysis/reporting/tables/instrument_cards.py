"""The cards of the instruments that the study uses, for the supplement."""

from collections.abc import Iterable, Iterator

from analysis.instruments.cards import BASES, fill_in_settings, format_range
from analysis.instruments.catalogue import find_instrument
from analysis.instruments.definition import Instrument, Item
from analysis.reporting.table import Table, TableRow
from analysis.study import Study

_NOTE = (
    "The full card of an instrument, with the name of each item and component, is printed by "
    "python -m analysis instruments and its name, which stands here in brackets."
)
ABBREVIATIONS = (
    "MID, MCID: minimal (clinically) important difference; MCII: minimal clinically important "
    "improvement; PASS: patient acceptable symptom state, a level, not a change; HAQ-DI: "
    "disability index of the Health Assessment Questionnaire; SD: standard deviation; CI: "
    "confidence interval; SCLEREDUC, SLS I and II, ARAMIS: names of trials and of a data system."
)


def make_cards_table(study: Study) -> Table:
    """Make one table of all cards, in the order of the outcomes.

    Items with the same limits share a row, and so do all scores, all thresholds and all
    sources of one kind. The card of the command line gives each a separate line.
    """
    outcomes = (*study.outcomes, *study.supporting)
    names = list(dict.fromkeys(outcome.instrument for outcome in outcomes))
    read = [name for each in names for name in (each, *find_instrument(each).reads)]
    rows: list[TableRow] = []
    for name in dict.fromkeys(read):
        instrument = fill_in_settings(find_instrument(name), study.scoring)
        rows.append((f"{instrument.label} ({instrument.name})",))
        rows += [(heading, text) for heading, text in _list_facts(instrument, study) if text]
    columns = ("Instrument", "Definition")
    return Table(columns=columns, rows=tuple(rows), notes=(ABBREVIATIONS, _NOTE), numeric=False)


def _list_facts(instrument: Instrument, study: Study) -> Iterator[tuple[str, str]]:
    """Yield a heading and a text for each row of a card."""
    yield (
        "Rating",
        f"{_capital(instrument.measures)}; rated by {instrument.rated_by}; "
        f"recall: {instrument.recall}. Anchors: {instrument.anchors}. "
        f"Better: {instrument.better}. Licence: {instrument.licence}.",
    )
    yield "Items", _list_items(instrument.items, study)
    yield "Scoring", f"{_capital(instrument.scoring_rule)}. Missing: {instrument.missing_rule}."
    yield (
        "Scores",
        "; ".join(
            f"{variant.label}{_bracket(format_range(variant.low, variant.high))}"
            for variant in instrument.variants
        ),
    )
    yield (
        "Thresholds",
        ". ".join(
            f"{threshold.value}: {threshold.kind}, {threshold.level} level, "
            f"{threshold.population} ({threshold.source})"
            for threshold in instrument.thresholds
        )
        or "none is published",
    )
    for basis, words in BASES.items():
        sources = [source.citation for source in instrument.sources if source.basis == basis]
        yield _capital(words), "; ".join(sources)


def _list_items(items: Iterable[Item], study: Study) -> str:
    """Return the numeric items, those with the same limits together.

    A limit that is a setting of study.yml is printed with its value.
    """
    groups: dict[tuple[str, str], list[str]] = {}
    for item in items:
        if not item.text and item.low is not None:
            high = item.high
            if isinstance(high, str):
                high = getattr(study.scoring, high).value
            limits = format_range(item.low, high, item.unit)
            groups.setdefault((limits, _tell_places(item.locations)), []).append(item.label)
    return ". ".join(
        f"{_capital('; '.join(labels))}{_bracket(limits, places)}"
        for (limits, places), labels in groups.items()
    )


def _tell_places(locations: Iterable[str]) -> str:
    named = [place.replace("_", " ") for place in locations if place]
    if len(named) > 2:
        return f"{len(named)} places, {named[0]} to {named[-1]}"
    return " and ".join(named)


def _bracket(*parts: str) -> str:
    joined = ", ".join(part for part in parts if part)
    return f" ({joined})" if joined else ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
