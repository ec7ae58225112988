"""A reporting checklist as a table: each item links to its place in the report, or has a reason."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from analysis.errors import DataError
from analysis.reporting.values import escape_markdown

HEADING = re.compile(r"^#{1,3} +(?P<words>[^{]+?)(?: *\{.*\})?$")
ABSTRACT = "abstract"
# Relative widths of the columns.
WIDTHS = (1, 7, 7)


@dataclass(frozen=True)
class ChecklistItem:
    """An item of a checklist, in our words, and where the report covers it.

    A place is ``#heading``, ``@table``, ``@figure`` or ``abstract``; `reason` explains why the item
    does not apply, or not in full.
    """

    item: str
    asks: str
    places: tuple[str, ...] = ()
    reason: str = ""


def read_checklist(path: Path) -> tuple[ChecklistItem, ...]:
    """Read a checklist of report/checklists/.

    Raises
    ------
    DataError
        An item has neither a place nor a reason.
    """
    items = []
    for entry in yaml.safe_load(path.read_text(encoding="utf-8")):
        read = ChecklistItem(
            str(entry["item"]),
            entry["asks"],
            tuple(entry.get("places", ())),
            entry.get("reason", ""),
        )
        if not read.places and not read.reason:
            raise DataError(
                f"item {read.item} has neither a place nor a reason", file=path.name, field="places"
            )
        items.append(read)
    return tuple(items)


def list_headings(lines: Iterable[str]) -> dict[str, str]:
    """Return the text of each heading of the article by the identifier that Pandoc gives it."""
    headings: dict[str, str] = {}
    for line in lines:
        heading = HEADING.match(line)
        if heading:
            words = heading["words"]
            base = re.sub(r"[^\w\s.-]", "", words.lower()).strip().replace(" ", "-")
            names = (base, *(f"{base}-{again}" for again in range(1, 100)))
            headings[next(name for name in names if name not in headings)] = words
    return headings


def print_checklist(
    items: Iterable[ChecklistItem], headings: Mapping[str, str], *, source: str
) -> str:
    """Return a checklist as a table in Markdown.

    Parameters
    ----------
    headings
        The text of the article's headings, by their links from the supplement.
    source
        The file of the items, for errors.

    Raises
    ------
    DataError
        A place is not a heading, table or figure.
    """
    rules = tuple("-" * 6 * width for width in WIDTHS)
    rows: list[tuple[str, ...]] = [("Item", "What it asks for", "Where it is"), rules]
    for item in items:
        printed = "; ".join(_print_place(place, headings, source) for place in item.places)
        reason = escape_markdown(item.reason)
        if item.reason and not item.places:
            reason = f"not applicable: {reason}"
        elif item.reason:
            reason = f" ({reason})"
        rows.append((item.item, escape_markdown(item.asks), printed + reason))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _print_place(place: str, headings: Mapping[str, str], source: str) -> str:
    if place == ABSTRACT:
        return "Title page and abstract"
    if re.match(r"@(?:fig|tbl|sec)-[\w-]+$", place):
        return place
    page = f"index.html{place}"
    if page not in headings:
        raise DataError(
            f"{place} is no heading, table or figure", file=source, hint="Correct the place"
        )
    return f'[{escape_markdown(headings[page])}]{{.elsewhere page="{page}"}}'
