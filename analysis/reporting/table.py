"""A table that is built once and means the same in HTML, Word and PDF.

Labels of rows, and cells that print several results of one score in one place, stand here too.
"""

import re
from dataclasses import dataclass
from html import escape
from pathlib import Path

import pandas as pd

from analysis.results import NOT_ATTAINABLE, NOT_ESTIMABLE, find_text

_FOLDER = "tables"
# As wide as a figure where figures are tabular.
FIGURE_SPACE = "\u2007"
# What of a number stands before its decimal point; a minus sign is as wide as a figure.
WHOLE_PART = re.compile(r"[−+]?\d+")
_NAMES = {"haq_di": "HAQ-DI"}
PROPER = {
    "vas": "VAS:",
    "haq": "HAQ",
    "mrss": "mRSS",
    "raynaud": "Raynaud",
    "followup": "follow-up",
}
# Stands under every table with a p-value.
P_NOTE = (
    "p tests whether changes are symmetric about zero; it cannot say what caused them. "
    "Each exact p stands beside the smallest that these changes allowed."
)


@dataclass(frozen=True)
class Cell:
    """A printed text; `result_id` names the result it is the text of."""

    text: str
    result_id: str = ""


@dataclass(frozen=True)
class Table:
    """Columns, rows and notes of a printed table.

    Parameters
    ----------
    columns
        Headings; the first heads the row headings.
    rows
        Each a tuple of cells as long as `columns`, the first of them the row's heading; a
        tuple of one str is a heading over the rows that follow. A cell is a `Cell`, a str, or
        a tuple of both where one place prints several results.
    notes
        Footnotes, one sentence each, made like a cell.
    numeric
        Whether the cells after the first column are numbers. Those of a column stand with their
        first decimal points below each other: `data-pad` of a cell holds the spaces to set
        before it, which are not part of its text.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell | str | tuple[Cell | str, ...], ...], ...]
    notes: tuple[Cell | str | tuple[Cell | str, ...], ...] = ()
    numeric: bool = True

    def to_html(self):
        """Return the table as HTML with headings in their scope; every text is escaped."""
        kind = "numeric" if self.numeric else "text"
        # An empty corner is no heading of anything.
        heads = "".join(
            f'<th scope="col">{escape(name)}</th>' if name else "<td></td>" for name in self.columns
        )
        span = f'colspan="{len(self.columns)}"'
        foot = "".join(f"<tr><td {span}>{_html(note)}</td></tr>" for note in self.notes)
        parts = [f'<table class="{kind}">', f"<thead>\n<tr>{heads}</tr>\n</thead>"]
        parts += [f"<tbody>\n{rows}\n</tbody>" for rows in self._bodies()]
        parts += [f"<tfoot>\n{foot}\n</tfoot>"] if foot else []
        return "\n".join([*parts, "</table>\n"])

    _repr_html_ = to_html

    def _bodies(self):
        """Rows under one heading are one body, for that is what the heading's scope means."""
        bodies = [[]]
        widths = self._whole_widths() if self.numeric else [0] * len(self.columns)
        for row in self.rows:
            if len(row) == 1 and bodies[-1]:
                bodies.append([])
            bodies[-1].append(self._row(row, widths))
        return ["\n".join(rows) for rows in bodies]

    def _whole_widths(self):
        """Return the widest whole part of each column, in characters."""
        full = [row for row in self.rows if len(row) > 1]
        return [max(map(_whole_width, column)) for column in zip(*full, strict=True)]

    def _row(self, row, widths):
        heading, *cells = row
        if not cells:
            scope = f'scope="rowgroup" colspan="{len(self.columns)}"'
            return f'<tr class="group"><th {scope}>{_html(heading)}</th></tr>'
        printed = "".join(map(_data_cell, cells, widths[1:]))
        return f'<tr><th scope="row">{_html(heading)}</th>{printed}</tr>'


def cell_of(results: pd.DataFrame, result_id: str) -> Cell:
    """Return the printed text of a result as a cell that leads back to it."""
    return Cell(find_text(results, result_id), result_id)


def cells_of(results: pd.DataFrame, start: str, *names: str) -> tuple[Cell, ...]:
    """Return the cells of several results whose ids begin alike."""
    return tuple(cell_of(results, f"{start}.{name}") for name in names)


def write_html_table(table, name, outputs):
    """Write a table as tables/<name>.html below the notebook's outputs, and return the table."""
    folder = Path(outputs) / _FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.html").write_text(table.to_html(), encoding="utf-8", newline="\n")
    return table


def _html(cell):
    if isinstance(cell, tuple):
        return "".join(_html(part) for part in cell)
    if isinstance(cell, str):
        return escape(cell)
    if not cell.result_id:
        return escape(cell.text)
    return f'<span class="result" data-result="{escape(cell.result_id)}">{escape(cell.text)}</span>'


def _data_cell(cell, width):
    whole = _whole_width(cell)
    spaces = FIGURE_SPACE * (width - whole) if whole else ""
    pad = f' data-pad="{spaces}"' if spaces else ""
    return f"<td{pad}>{_html(cell)}</td>"


def _whole_width(cell):
    whole = WHOLE_PART.match(_text(cell))
    return len(whole[0]) if whole else 0


def _text(cell):
    if isinstance(cell, tuple):
        return "".join(map(_text, cell))
    return cell if isinstance(cell, str) else cell.text


def label_part(name):
    """Return the name of a variant, component or rule in words: ``VAS: pain``."""
    if name in _NAMES:
        return _NAMES[name]
    words = " ".join(PROPER.get(word, word) for word in name.split("_"))
    return words[0].upper() + words[1:]


def label_outcome(outcome):
    """Return an outcome's label with its unit, and the better direction where it is higher."""
    better = "; higher is better" if outcome.better == "higher" else ""
    return f"{outcome.label}, {outcome.unit}{better}"


def mean_sd(results, score, visit):
    """Return mean (SD) at ``baseline`` or ``followup`` of a score, named by its id."""
    mean, sd = cells_of(results, score, f"{visit}_mean", f"{visit}_sd")
    return (mean,) if mean.text == NOT_ESTIMABLE else (mean, " (", sd, ")")


def with_interval(results, score, estimate):
    """Return an estimate with its interval, ``hl`` or another that has a low and a high."""
    names = (estimate, f"{estimate}_low", f"{estimate}_high")
    return join_interval(*cells_of(results, score, *names))


def join_interval(value, low, high):
    """Return an estimate with its limits as one cell; what there is not is said once."""
    if value.text == NOT_ESTIMABLE:
        return (value,)
    inside = (low,) if low.text in (NOT_ATTAINABLE, NOT_ESTIMABLE) else (low, " to ", high)
    return (value, " (", *inside, ")")


def with_p(results, score, *names):
    """Return cells of p-values; empty where there is no pair, and so nothing to test."""
    if cell_of(results, f"{score}.n_pairs").text == "0":
        return ("",) * len(names)
    return cells_of(results, score, *names)


def in_brackets(value, beside):
    """Return a cell with another one in brackets; "" where there is none."""
    return (value, " (", beside, ")") if value else ""


def print_estimate(results, outcome):
    """Return an outcome's estimate with its interval as plain text, for a figure."""
    cells = with_interval(results, f"efficacy.{outcome.name}", "hl")
    text = "".join(cell if isinstance(cell, str) else cell.text for cell in cells)
    return text.replace(f"({NOT_ATTAINABLE})", "(no interval)")


def print_level(results, outcome):
    """Return the level of an outcome's exact interval as plain text, "" if there is none."""
    level = cell_of(results, f"efficacy.{outcome.name}.hl_level").text
    return "" if level == NOT_ATTAINABLE else level


def directions(results, score):
    """Return how many improved, stayed and worsened; named where neither direction is better."""
    names = ("n_improved", "n_unchanged", "n_worse")
    if (results["result_id"] == f"{score}.n_improved").any():
        improved, unchanged, worse = cells_of(results, score, *names)
        return (improved, " / ", unchanged, " / ", worse)
    names = ("n_decreased", "n_unchanged", "n_increased")
    decreased, unchanged, increased = cells_of(results, score, *names)
    return (decreased, " decreased, ", unchanged, " unchanged, ", increased, " increased")


def levels_note(results, scores):
    """Return a note with the level of the intervals, for each number of pairs among scores."""
    levels = {}
    for score in scores:
        level, pairs = cells_of(results, score, "hl_level", "n_pairs")
        if level.text != NOT_ATTAINABLE:
            levels.setdefault(int(pairs.text), (level, " with ", pairs, " pairs"))
    parts = []
    for n_pairs in sorted(levels, reverse=True):
        parts += ["; " if parts else "", *levels[n_pairs]]
    return ("Level of the exact intervals, zeros kept: ", *(parts or [NOT_ATTAINABLE]), ".")
