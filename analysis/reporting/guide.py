"""What the reviewer's guide shows: where results come from, remarks, and what was tried."""

import re

from analysis.reporting.table import Table

_HEADING = re.compile(r"^# +(.+)$", re.M)
_RULE = re.compile(r"^\|[\s|:-]+\|$")
_MARKUP = re.compile(r"[`*]")
# What differs between remarks of one kind.
_OWN_VALUE = re.compile(r"; p = \S+$")


def make_remarks_table(results):
    """Make the table of how many results each notebook made, and with which remarks.

    Parameters
    ----------
    results : pandas.DataFrame
        results.csv.

    Returns
    -------
    analysis.reporting.table.Table
    """
    kinds = results["warning"].str.replace(_OWN_VALUE, "", regex=True)
    rows = []
    for notebook, mine in results.groupby("notebook", sort=True):
        rows.append((notebook,))
        rows.append(("all results", f"{len(mine)}"))
        counts = kinds[mine.index].loc[lambda each: each != ""].value_counts(sort=False)
        rows += [(kind, f"{count}") for kind, count in sorted(counts.items())]
    return Table(("Notebook, and remark on a result", "Results"), tuple(rows))


def make_record_table(pages):
    """Make one table of the first table of each page on record.

    Parameters
    ----------
    pages : dict of str
        The Markdown files of report/record/, by name.

    Returns
    -------
    analysis.reporting.table.Table
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


def describe_run_time(measured):
    """Return how long a run takes, or that nobody measured it.

    Parameters
    ----------
    measured : dict or None
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
