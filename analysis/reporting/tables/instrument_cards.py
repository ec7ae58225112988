"""The cards of the instruments that the study uses, for the supplement."""

from itertools import groupby

from analysis.instruments.card import make_card
from analysis.instruments.catalogue import find_instrument
from analysis.reporting.table import Table

SECTIONS_IN_ONE_ROW = ("Items", "Variants")


def make_cards_table(study):
    """Make one table of all cards, in the order of the outcomes.

    Items and variants of an instrument stand in one cell each; the card of the command
    line gives them a line each.
    """
    outcomes = (*study.outcomes, *study.supporting)
    names = list(dict.fromkeys(outcome.instrument for outcome in outcomes))
    read = [name for each in names for name in (each, *find_instrument(each).reads)]
    rows = []
    for instrument in map(find_instrument, dict.fromkeys(read)):
        rows.append((f"{instrument.label} ({instrument.name})",))
        for section, facts in _split_sections(make_card(instrument)):
            if section in SECTIONS_IN_ONE_ROW:
                rows.append((section, ". ".join(f"{name}: {text}" for name, text in facts)))
            elif section == "Definition":
                rows += facts
            else:
                rows += [(f"{section}: {name}", text) for name, text in facts]
    return Table(columns=("Instrument", "Definition"), rows=tuple(rows), numeric=False)


def _split_sections(card):
    """Yield each heading of a card with the rows below it."""
    section = ""
    for is_heading, rows in groupby(card, key=lambda row: len(row) == 1):
        if is_heading:
            section = list(rows)[-1][0]
        else:
            yield section, list(rows)
