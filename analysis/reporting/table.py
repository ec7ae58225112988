"""A table that is built once and means the same in HTML, Word and PDF."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from pathlib import Path

import pandas as pd

from analysis.provenance import Provenance
from analysis.reporting.table_document import write_word_table
from analysis.results import NOT_ATTAINABLE, NOT_ESTIMABLE, find_text, name_kind
from analysis.study import Outcome
from analysis.tables import guard_cell, make_readable

_FOLDER = "tables"
_ALIGNED = "text-align: left; font-variant-numeric: tabular-nums"
_OPENED = re.compile(r'<(td|th scope="row")(?: data-pad="([^"]*)")?>')
# As wide as a digit where digits are tabular.
FIGURE_SPACE = "\u2007"
# The part of a number before its decimal point; a minus sign is as wide as a digit.
WHOLE_PART = re.compile(r"[−+]?\d+")
_NAMES = {"haq_di": "HAQ-DI"}
PROPER = {
    "vas": "VAS:",
    "haq": "HAQ",
    "mrss": "mRSS",
    "raynaud": "Raynaud",
    "followup": "follow-up",
}
DIRECTIONS = "Lower / equal / higher"
DIRECTIONS_NOTE = (
    "Improved and worse only where the error of measurement is known: beyond error is a change by "
    "more than 1.96 times the square root of 2 standard errors of measurement."
)


@dataclass(frozen=True)
class Cell:
    """A printed text; `result_id` is the id of the result that it prints, if any."""

    text: str
    result_id: str = ""


Printed = Cell | str
# The content of a cell: one part, or several where a cell prints several results.
Content = Printed | tuple[Printed, ...]
TableRow = tuple[Content, ...]


@dataclass(frozen=True)
class Table:
    """Columns, rows and notes of a printed table.

    Parameters
    ----------
    columns
        Headings; the first heads the row headings.
    rows
        As long as `columns`, the row's heading first; a row of a single cell is a heading over
        the rows that follow.
    notes
        Footnotes, one sentence each.
    numeric
        Whether the cells after the first column are numbers. A column is aligned at the first
        decimal points: `data-pad` of a cell gives the spaces to print before it, which are not
        part of its text.
    """

    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]
    notes: tuple[Content, ...] = ()
    numeric: bool = True

    def to_html(self) -> str:
        """Return the table as HTML with scoped headings; every text is escaped."""
        kind = "numeric" if self.numeric else "text"
        # An empty corner cell is not a heading.
        heads = "".join(
            f'<th scope="col">{escape(name)}</th>' if name else "<td></td>" for name in self.columns
        )
        span = f'colspan="{len(self.columns)}"'
        foot = "".join(f"<tr><td {span}>{_html(note)}</td></tr>" for note in self.notes)
        parts = [f'<table class="{kind}">', f"<thead>\n<tr>{heads}</tr>\n</thead>"]
        parts += [f"<tbody>\n{rows}\n</tbody>" for rows in self._bodies()]
        parts += [f"<tfoot>\n{foot}\n</tfoot>"] if foot else []
        return "\n".join([*parts, "</table>\n"])

    def _repr_html_(self) -> str:
        """Return the HTML for a notebook, where none of our style sheets aligns the numbers."""
        return _OPENED.sub(
            lambda cell: f'<{cell[1]} style="{_ALIGNED}">{cell[2] or ""}', self.to_html()
        )

    def to_frame(self) -> pd.DataFrame:
        """Return the printed texts as a frame, with the headings over rows as a first column.

        The notes are in its ``attrs``.
        """
        group, rows = "", []
        for row in self.rows:
            if len(row) == 1:
                group = _text(row[0])
            else:
                rows.append((group, *map(_text, row)))
        frame = pd.DataFrame(rows, columns=["group", *self.columns], dtype="str")
        frame.attrs["notes"] = [_text(note) for note in self.notes]
        return frame if (frame["group"] != "").any() else frame.drop(columns="group")

    def _bodies(self) -> list[str]:
        """Return one table body for the rows under each heading: the heading's scope is a body."""
        bodies: list[list[str]] = [[]]
        widths = self._whole_widths() if self.numeric else [0] * len(self.columns)
        for row in self.rows:
            if len(row) == 1 and bodies[-1]:
                bodies.append([])
            bodies[-1].append(self._row(row, widths))
        return ["\n".join(rows) for rows in bodies]

    def _whole_widths(self) -> list[int]:
        """Return the widest whole part of each column, in characters."""
        full = [row for row in self.rows if len(row) > 1]
        return [max(map(_whole_width, column)) for column in zip(*full, strict=True)]

    def _row(self, row: TableRow, widths: list[int]) -> str:
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
    """Return the cells of several results whose ids have the same start."""
    return tuple(cell_of(results, f"{start}.{name}") for name in names)


def save_table(table: Table, name: str, outputs: Path, provenance: Provenance) -> Table:
    """Save a table for the report (HTML), for Word and as CSV, and return it to be shown.

    Parameters
    ----------
    name
        snake_case; documents include the table by this name.
    outputs
        The notebook's output folder; the files go to its ``tables/``.
    provenance
        Simulated data are marked as such in the Word file and in a column of the CSV; in the
        report, the caption marks them.
    """
    folder = Path(outputs) / _FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.html").write_text(table.to_html(), encoding="utf-8", newline="\n")
    frame = table.to_frame().map(guard_cell)
    if provenance.mark:
        frame["data_origin"] = provenance.mark.lower()
    frame.to_csv(folder / f"{name}.csv", index=False, encoding="utf-8", lineterminator="\n")
    write_word_table(table.to_frame(), folder / f"{name}.docx", mark=provenance.mark)
    return table


def _html(cell: Content) -> str:
    if isinstance(cell, tuple):
        return "".join(_html(part) for part in cell)
    text = escape(_text(cell))
    if isinstance(cell, str) or not cell.result_id:
        return text
    return f'<span class="result" data-result="{escape(cell.result_id)}">{text}</span>'


def _data_cell(cell: Content, width: int) -> str:
    whole = _whole_width(cell)
    spaces = FIGURE_SPACE * (width - whole) if whole else ""
    pad = f' data-pad="{spaces}"' if spaces else ""
    return f"<td{pad}>{_html(cell)}</td>"


def _whole_width(cell: Content) -> int:
    whole = WHOLE_PART.match(_text(cell))
    return len(whole[0]) if whole else 0


def _text(cell: Content) -> str:
    if isinstance(cell, tuple):
        return "".join(map(_text, cell))
    return make_readable(cell if isinstance(cell, str) else cell.text)


def label_part(name: str) -> str:
    """Return the name of a variant, component or rule in words: ``VAS: pain``."""
    if name in _NAMES:
        return _NAMES[name]
    words = " ".join(PROPER.get(word, word) for word in name.split("_"))
    return words[0].upper() + words[1:]


def label_outcome(outcome: Outcome) -> str:
    """Return an outcome's label with its unit, and with a note if higher is better."""
    better = "; higher is better" if outcome.better == "higher" else ""
    return f"{outcome.label}, {outcome.unit}{better}"


def mean_sd(results: pd.DataFrame, score: str, visit: str) -> Content:
    """Return mean (SD) at ``baseline`` or ``followup`` of a score, named by its id."""
    mean, sd = cells_of(results, score, f"{visit}_mean", f"{visit}_sd")
    return (mean,) if mean.text == NOT_ESTIMABLE else (mean, " (", sd, ")")


def with_interval(results: pd.DataFrame, score: str, estimate: str) -> Content:
    """Return an estimate with its interval, ``hl`` or another that has a low and a high."""
    return join_interval(*cells_of(results, score, estimate, f"{estimate}_low", f"{estimate}_high"))


def join_interval(value: Cell, low: Cell, high: Cell) -> Content:
    """Return an estimate with its limits as one cell; a missing value is stated only once."""
    if value.text == NOT_ESTIMABLE:
        return (value,)
    inside: tuple[Printed, ...]
    inside = (low,) if low.text in (NOT_ATTAINABLE, NOT_ESTIMABLE) else (low, " to ", high)
    return (value, " (", *inside, ")")


def with_p(results: pd.DataFrame, score: str, *names: str) -> tuple[Printed, ...]:
    """Return cells of p-values, which are empty where there are no pairs to test."""
    if cell_of(results, f"{score}.n_pairs").text == "0":
        return ("",) * len(names)
    return cells_of(results, score, *names)


def in_brackets(value: Printed, beside: Printed) -> Content:
    """Return a value with another one in brackets; "" where there is no value."""
    return (value, " (", beside, ")") if value else ""


def print_estimate(results: pd.DataFrame, outcome: Outcome) -> str:
    """Return an outcome's estimate with its interval as plain text, for a figure."""
    text = _text(with_interval(results, f"efficacy.{outcome.name}", "hl"))
    return text.replace(f"({NOT_ATTAINABLE})", "(no interval)")


def print_level(results: pd.DataFrame, outcome: Outcome) -> str:
    """Return the level of an outcome's exact interval as plain text, "" if there is none."""
    level = cell_of(results, f"efficacy.{outcome.name}.hl_level").text
    return "" if level == NOT_ATTAINABLE else level


def directions(results: pd.DataFrame, score: str) -> Content:
    """Return how many are lower, equal and higher, or improved where an error is known."""
    if not (results["result_id"] == f"{score}.n_improved").any():
        names = ("n_decreased", "n_unchanged", "n_increased")
        lower, equal, higher = cells_of(results, score, *names)
        return (lower, " / ", equal, " / ", higher)
    improved, better, unchanged, worse, beyond = cells_of(
        results, score, "n_improved", "n_beyond_better", "n_unchanged", "n_worse", "n_beyond_worse"
    )
    first = (improved, " improved (", better, " beyond error), ", unchanged, " unchanged, ")
    return (*first, worse, " worse (", beyond, ")")


def note_p(results: pd.DataFrame) -> str:
    """Return the note under every table with a p-value."""
    return (
        "p tests whether changes are symmetric about zero; it cannot say what caused them. "
        f"Each {name_kind(results, 'p_value')} p stands beside the smallest that these changes "
        "allowed."
    )


def levels_note(results: pd.DataFrame, scores: Iterable[str]) -> Content:
    """Return a note with the level of the intervals, for each number of pairs among scores."""
    levels: dict[tuple[int, str], tuple[Printed, ...]] = {}
    for score in scores:
        level, pairs = cells_of(results, score, "hl_level", "n_pairs")
        if level.text != NOT_ATTAINABLE:
            died = results.loc[results["result_id"] == f"{score}.n_deaths", "text"]
            deaths = f" and {died.iloc[0]} with the worst rank" if len(died) else ""
            key = (int(pairs.text), deaths)
            levels.setdefault(key, (level, " with ", pairs, f" pairs{deaths}"))
    parts: list[Printed] = []
    for key in sorted(levels, reverse=True):
        parts += ["; " if parts else "", *levels[key]]
    kind = name_kind(results, "hl_low")
    if not parts:
        return f"Exact intervals: {NOT_ATTAINABLE} with so few pairs."
    return (f"Level of the {kind} intervals, zeros kept: ", *parts, ".")


def note_deaths(results: pd.DataFrame, scores: Iterable[str], note: str) -> tuple[str, ...]:
    """Return a note if any of the scores has deaths at the worst rank, else none."""
    deaths = {f"{score}.n_deaths" for score in scores}
    return (note,) if results["result_id"].isin(deaths).any() else ()
