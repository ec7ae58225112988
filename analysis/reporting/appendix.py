"""The appendix's tables: which result each printed number is, remarks, what was tried."""

import re
from html import unescape

import pandas as pd

from analysis.errors import DataError
from analysis.reporting.table import Table
from analysis.reporting.values import set_apostrophes

TEXT = "Text"
_PRINTED = re.compile(
    r'\[(?P<words>(?:\\.|[^\]\\])*)\]\{\.result data-result="(?P<key>[^"]+)"\}'
    r'|data-result="(?P<cell_key>[^"]+)">(?P<cell>[^<]*)<'
)
_TABLE = re.compile(r"^:{3,} *\{#tbl-([\w-]+)\}")
_CLOSE = re.compile(r"^:{3,}$")
_HEADING = re.compile(r"^# +(.+)$", re.M)
_RULE = re.compile(r"^\|[\s|:-]+\|$")
_MARKUP = re.compile(r"[`*]")
# What differs between remarks of one kind.
_OWN_VALUE = re.compile(r"; p = \S+$")


def list_printed(text: str) -> list[tuple[str, str, str]]:
    """Return every printed result of a filled-in article, once in each place.

    It takes `text` as `analysis.reporting.manuscript.fill_lines` returns it.

    Returns
    -------
    list of (str, str, str)
        Place (``Text`` or ``Table 3``), result_id and printed text, in order of appearance.
    """
    printed, place, tables = {}, TEXT, 0
    for line in text.splitlines():
        if _TABLE.match(line):
            tables += 1
            place = f"Table {tables}"
        elif _CLOSE.match(line):
            place = TEXT
        for match in _PRINTED.finditer(line):
            key = match["key"] or match["cell_key"]
            words = match["words"]
            told = re.sub(r"\\(.)", r"\1", words) if match["key"] else unescape(match["cell"])
            printed[(place, key, told)] = None
    return sorted(printed, key=lambda entry: entry[0] != TEXT)


def check_printed(printed: list[tuple[str, str, str]], results: pd.DataFrame):
    """Refuse a number that is not the text of the result that it names.

    It takes `printed` as `list_printed` returns it.

    Raises
    ------
    DataError
        The table that prints it was made from other results, or the result is gone.
    """
    texts = dict(zip(results["result_id"], results["text"], strict=True))
    for place, key, text in printed:
        if set_apostrophes(" ".join(texts.get(key, "").split())) != " ".join(text.split()):
            known = f"is {texts[key]}" if key in texts else "is not there"
            raise DataError(
                f"{place} prints {text} for {key}, which {known}", hint="Run `make notebooks` again"
            )


def make_origins(printed):
    """Return the appendix's table: a row per place and common beginning of the result_ids."""
    rows = []
    for place in dict.fromkeys(entry[0] for entry in printed):
        rows.append((place,))
        statistics = {}
        for at, key, text in printed:
            if at == place:
                beginning, _, statistic = key.rpartition(".")
                statistics.setdefault(beginning, []).append(f"{statistic} {text}")
        rows += [(beginning, "; ".join(told)) for beginning, told in statistics.items()]
    columns = ("Result begins", "and ends, with the number as printed")
    return Table(columns=columns, rows=tuple(rows), numeric=False)


def make_remarks_table(results: pd.DataFrame) -> Table:
    """Make the table of how many results each notebook made, and with which remarks."""
    kinds = results["warning"].str.replace(_OWN_VALUE, "", regex=True)
    rows = []
    for notebook, mine in results.groupby("notebook", sort=True):
        rows.append((notebook,))
        rows.append(("all results", f"{len(mine)}"))
        counts = kinds[mine.index].loc[lambda each: each != ""].value_counts(sort=False)
        rows += [(kind, f"{count}") for kind, count in sorted(counts.items())]
    return Table(("Notebook, and remark on a result", "Results"), tuple(rows))


def make_record_table(pages: dict[str, str]) -> Table:
    """Make one table of the first table of each page on record.

    Parameters
    ----------
    pages
        The Markdown files of report/record/, by name.

    Returns
    -------
    Table
        A file heads its rows; the cells of a row stand behind the headings of their columns.
    """
    rows = []
    for name, text in sorted(pages.items()):
        heads, *body = _first_table(text)
        rows.append((f"{_HEADING.search(text)[1]} (report/record/{name})",))
        for first, *rest in body:
            told = (f"{head}: {cell}" for head, cell in zip(heads[1:], rest, strict=True) if cell)
            rows.append((first, "; ".join(told)))
    return Table(("What was tried", "What came of it"), tuple(rows), numeric=False)


def describe_run_time(measured: dict | None):
    """Return how long a run takes, or that nobody measured it.

    Parameters
    ----------
    measured
        benchmark.json, as `make benchmark` writes it.
    """
    if measured is None:
        return "The run time is not on record; make benchmark measures it."
    seconds = measured["seconds"]
    return (
        f"On a machine with {measured['cores']} cores the notebooks took "
        f"{seconds['notebooks_cold']:.0f} s from nothing, {seconds['one_figure_changed']:.0f} s "
        f"after a change to one figure, and {seconds['nothing_to_do']:.1f} s with nothing to do."
    )


def _first_table(text):
    """Return the rows of the first table of a Markdown text, its headings first."""
    rows = []
    for line in text.splitlines():
        if line.startswith("|") and not _RULE.match(line):
            cells = _MARKUP.sub("", line).strip("|").split("|")
            rows.append(tuple(cell.strip() for cell in cells))
        elif rows and not line.startswith("|"):
            break
    return rows
