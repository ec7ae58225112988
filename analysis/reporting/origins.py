"""An appendix for paper: which result each printed number is."""

import re
from html import unescape

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


def list_printed(text):
    """Return every printed result of a filled-in article, once in each place.

    Parameters
    ----------
    text : str
        As `analysis.reporting.manuscript.fill_lines` returns it.

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


def check_printed(printed, results):
    """Refuse a number that is not the text of the result that it names.

    Parameters
    ----------
    printed : list of (str, str, str)
        As `list_printed` returns it.
    results : pandas.DataFrame
        results.csv.

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
