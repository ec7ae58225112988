"""The pages beside the article, and what surrounds it: labels, scripts, texts of the PDF."""

import json
from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.reporting.builtin import run_pandoc
from analysis.reporting.facts import document_authors
from analysis.reporting.material import Material

_FOLDER = "executed"
_COLUMNS = {
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


def write_page_parts(
    material: Material, folder: Path, about: Mapping[str, str], *, printed: Collection[str]
) -> None:
    """Write the parts that go into the head, the beginning and the end of the HTML documents.

    `printed` are the ids of the results that they print; a note shows the origin of each.
    """
    line = about["mark_line"]
    page = f'@page {{ @top-center {{ content: "{line}"; font: 8pt sans-serif; }} }}' if line else ""
    (folder / "head.html").write_text(f"<style>{page}</style>\n", encoding="utf-8")
    mark = f'<header class="mark">{escape(line)}</header>\n' if line else ""
    (folder / "mark.html").write_text(mark, encoding="utf-8")
    style = material.sources / "style"
    script = "".join(
        (style / name).read_text(encoding="utf-8") for name in ("results.js", "enlarge.js")
    )
    shown = material.results[material.results["result_id"].isin(printed)]
    data = json.dumps(_origins(shown), ensure_ascii=False, separators=(",", ":"))
    # "<" as an escape, so that no text can end the script element.
    data = data.replace("<", "\\u003c")
    (folder / "script.html").write_text(
        f'<script type="application/json" id="results-data">{data}</script>\n'
        f"<script>\n{script}</script>\n",
        encoding="utf-8",
    )


def write_typst_header(
    material: Material, folder: Path, about: Mapping[str, str], *, keywords: Iterable[str]
) -> None:
    """Write the texts for the PDF's pages and properties, then the style that uses them."""
    authors = document_authors(material.study, material.provenance)
    texts: dict[str, str | tuple[str, ...]] = {
        "authors": tuple(author.name for author in authors),
        "keywords": tuple(word for word in (about["mark"], *keywords) if word),
        "description": about["mark_line"] or about["title"],
        "mark": about["mark_line"],
        "running-title": about["running_title"],
    }
    fields = [f"  {name}: {_typst_literal(value)},\n" for name, value in texts.items()]
    style = (material.sources / "style" / "article.typ").read_text(encoding="utf-8")
    text = f"#let about = (\n{''.join(fields)})\n{style}"
    (folder / "header.typ").write_text(text, encoding="utf-8")


def _typst_literal(value: str | tuple[str, ...]) -> str:
    if isinstance(value, tuple):
        return f"({''.join(f'{_typst_literal(item)}, ' for item in value)})"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _origins(results: pd.DataFrame) -> dict[str, list[str]]:
    """Return the lines that the note beside a printed result shows, by id."""
    notes = {}
    for row in results.to_dict("records"):
        lines = [
            f"{row['outcome']} {row['statistic']}".replace("_", " "),
            f"n = {row['n']}" if pd.notna(row["n"]) else "",
            row["method"],
            row["warning"],
            f"notebook {row['notebook']}",
            f"{row['data_origin']} data",
        ]
        notes[row["result_id"]] = [line for line in lines if line]
    return notes


def write_notebook_pages(
    copies: Collection[Path], folder: Path, *, project: Path, epoch: int, mark_line: str
) -> list[str]:
    """Write one page for each executed copy, and return the names of those notebooks.

    Parameters
    ----------
    folder
        The rendered documents; the pages go to ``executed/`` below.
    project
        The prepared project, for its styles.
    epoch
        Time stamp, seconds.
    mark_line
        The line printed above simulated data, or "".
    """
    (folder / _FOLDER).mkdir(exist_ok=True)

    def write_page(copy: Path) -> None:
        title = f"{mark_line.capitalize()}: {copy.stem}" if mark_line else copy.stem
        run_pandoc(
            project,
            copy.resolve(),
            folder.resolve() / _FOLDER / f"{copy.stem}.html",
            [
                "--from=ipynb",
                "--to=html5",
                "--template=style/notebook.html",
                "--lua-filter=style/notebook.lua",
                "--css=style/report.css",
                "--css=style/page.css",
                "--embed-resources",
                "--include-before-body=_prepared/mark.html",
                f"--metadata=pagetitle:{title}",
                "--metadata=lang:en-GB",
            ],
            epoch=epoch,
        )

    with ThreadPoolExecutor() as pool:
        list(pool.map(write_page, copies))
    return [copy.stem for copy in copies]


def write_results_page(
    results: pd.DataFrame,
    path: Path,
    *,
    pages: Collection[str],
    style: str,
    script: str,
    mark_line: str,
) -> None:
    """Write the page of all results; the id of each row is its result_id.

    Parameters
    ----------
    results
        results.csv.
    pages
        Notebooks that have a page; their results link to it.
    style
        The style sheet of the report.
    script
        Filters the rows by the name that a reader types.
    mark_line
        The line printed above simulated data, or "".
    """
    parts = [
        "<p>One row for each statistic, under the name by which the article prints it. A name "
        "leads to the participants and the cells that the number was computed from.</p>\n"
    ]
    for key, rows in results.groupby("analysis", sort=True):
        analysis = str(key)
        name = escape(analysis)
        printed = [(_print_row(row, pages), row["result_id"]) for row in rows.to_dict("records")]
        parts.append(f'<section>\n<h2 id="{name}">{name.capitalize()}</h2>\n')
        parts.append(f"{format_table(printed, label=analysis)}</section>\n")
    page = format_results_page(
        title="All results",
        body="".join(parts),
        style=style,
        mark_line=mark_line,
        script=script,
        narrow="Names that hold",
    )
    path.write_text(page, encoding="utf-8", newline="\n")


def format_results_page(
    *,
    title: str,
    body: str,
    style: str,
    mark_line: str,
    up: str = "",
    script: str = "",
    narrow: str = "",
) -> str:
    """Return a page beside the documents; `up` is the path to their folder.

    If there is a `script` that filters the rows, `narrow` is the label of its search field.
    """
    mark = f'<header class="mark">{escape(mark_line)}</header>' if mark_line else ""
    full = f"{mark_line.capitalize()}: {title}" if mark_line else title
    pages = {"index": "Article", "supplement": "Supplement", "results": "All results"}
    links = (f'<a href="{up}{name}.html">{words}</a>' for name, words in pages.items())
    search = (
        f'<p class="narrow" hidden><label for="narrow">{narrow}</label> '
        '<input id="narrow" type="search" autocomplete="off" spellcheck="false"> '
        '<output for="narrow" id="shown"></output></p>\n'
    )
    return (
        f'<!DOCTYPE html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(full)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n{mark}\n"
        f'<main class="results-page">\n<nav aria-label="Documents">{" · ".join(links)}</nav>\n'
        f"<h1>{escape(title)}</h1>\n{search if script else ''}{body}</main>\n"
        + (f"<script>\n{script}</script>\n" if script else "")
        + "</body>\n</html>\n"
    )


def format_table(rows: list[tuple[dict[str, str], str]], *, label: str) -> str:
    """Return rows as an HTML table; on a phone each row is a card of labelled cells.

    Parameters
    ----------
    rows
        The cells as HTML by column, the same columns in each, and the row's id or "".
    """
    columns = list(rows[0][0])
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    parts = [
        f'<div class="table-frame" tabindex="0" role="region" aria-label="{escape(label)}">'
        f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n"
    ]
    for cells, name in rows:
        first, *rest = cells.items()
        place = f' id="{escape(name)}"' if name else ""
        # One line per cell: in plain text, two numbers on one line would read as one number.
        parts.append(f'<tr{place}><th scope="row">{first[1]}</th>\n')
        parts += [f'<td data-label="{escape(column)}">{cell}</td>\n' for column, cell in rest]
        parts.append("</tr>\n")
    return "".join([*parts, "</tbody>\n</table></div>\n"])


def name_trail(result_id: str) -> str:
    """Return the address of a result's trail, from the folder of the documents."""
    return f"trail/{result_id.partition('.')[0]}.html#{result_id}"


def _print_row(row: dict[Any, Any], pages: Collection[str]) -> dict[str, str]:
    cells = {label: _print_cell(row[column]) for column, label in _COLUMNS.items()}
    name, notebook = cells["Result"], cells["Notebook"]
    cells["Result"] = f'<a href="{name_trail(name)}"><code>{name}</code></a>'
    if row["notebook"] in pages:
        cells["Notebook"] = f'<a href="{_FOLDER}/{notebook}.html">{notebook}</a>'
    return cells


def _print_cell(value: Any) -> str:
    if pd.isna(value):
        return ""
    return escape(f"{value:.12g}" if isinstance(value, float) else str(value))
