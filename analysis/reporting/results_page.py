"""A page with every result, to which each printed number leads."""

from html import escape

import pandas as pd

from analysis.reporting.notebook_pages import FOLDER

COLUMNS = {
    "result_id": "Result",
    "text": "Printed",
    "value": "Value",
    "unit": "Unit",
    "n": "n",
    "population": "Population",
    "method": "Method",
    "warning": "Remark",
    "notebook": "Notebook",
    "data_origin": "Data",
}


def write_results_page(results, path, *, pages, style, script, mark_line):
    """Write the page; its rows bear the ids of the results.

    Parameters
    ----------
    results : pandas.DataFrame
        results.csv.
    path : pathlib.Path
    pages : list of str
        Notebooks that have a page, to which their results lead.
    style : str
        The style sheet of the report.
    script : str
        What narrows the rows to the names that a reader types.
    mark_line : str
        The line that stands over simulated data, or "".
    """
    mark = f'<header class="mark">{escape(mark_line)}</header>' if mark_line else ""
    title = f"{mark_line.capitalize()}: all results" if mark_line else "All results"
    head = "".join(f'<th scope="col">{label}</th>' for label in COLUMNS.values())
    parts = [
        f'<!DOCTYPE html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n{mark}\n"
        f'<main class="results-page">\n<h1>All results</h1>\n'
        "<p>One row for each statistic, under the name by which the article prints it. "
        '<a href="index.html">Back to the article</a></p>\n'
        "<p>From a name to the cells that the number was computed from: "
        "<code>python -m analysis.trail explain <var>name</var></code></p>\n"
        '<p class="narrow" hidden><label for="narrow">Names that hold</label> '
        '<input id="narrow" type="search" autocomplete="off" spellcheck="false"> '
        '<output for="narrow" id="shown"></output></p>\n'
    ]
    for analysis, rows in results.groupby("analysis", sort=True):
        parts.append(
            f'<section>\n<h2 id="{escape(analysis)}">{escape(analysis.capitalize())}</h2>\n'
            f'<div class="table-frame" tabindex="0" role="region" aria-label="{escape(analysis)}">'
            f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n"
        )
        parts += [_print_row(row, pages) for row in rows.to_dict("records")]
        parts.append("</tbody>\n</table></div>\n</section>\n")
    parts.append(f"</main>\n<script>\n{script}</script>\n</body>\n</html>\n")
    path.write_text("".join(parts), encoding="utf-8", newline="\n")


def _print_row(row, pages):
    name = escape(row["result_id"])
    cells = [_print_cell(row[column]) for column in list(COLUMNS)[1:]]
    if row["notebook"] in pages:
        place = list(COLUMNS).index("notebook") - 1
        cells[place] = f'<a href="{FOLDER}/{row["notebook"]}.html">{cells[place]}</a>'
    rest = "".join(f"<td>{cell}</td>" for cell in cells)
    return f'<tr id="{name}"><th scope="row"><code>{name}</code></th>{rest}</tr>\n'


def _print_cell(value):
    if pd.isna(value):
        return ""
    return escape(f"{value:.12g}" if isinstance(value, float) else str(value))
