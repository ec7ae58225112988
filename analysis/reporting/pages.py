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


def write_page_parts(material: Material, folder: Path, about: Mapping[str, str]) -> None:
    """Write what goes into the head, and before and after the article in HTML."""
    line = about["mark_line"]
    page = f'@page {{ @top-center {{ content: "{line}"; font: 8pt sans-serif; }} }}' if line else ""
    (folder / "head.html").write_text(f"<style>{page}</style>\n", encoding="utf-8")
    mark = f'<header class="mark">{escape(line)}</header>\n' if line else ""
    (folder / "mark.html").write_text(mark, encoding="utf-8")
    style = material.sources / "style"
    script = "".join(
        (style / name).read_text(encoding="utf-8") for name in ("results.js", "enlarge.js")
    )
    data = json.dumps(_origins(material.results), ensure_ascii=False, separators=(",", ":"))
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
    """Write the texts that the PDF's pages and properties bear, then the style that uses them."""
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
        The line that stands over simulated data, or "".
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
    head = "".join(f'<th scope="col">{label}</th>' for label in _COLUMNS.values())
    parts = [
        f'<!DOCTYPE html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n{mark}\n"
        f'<main class="results-page">\n<h1>All results</h1>\n'
        "<p>One row for each statistic, under the name by which the article prints it. "
        '<a href="index.html">Back to the article</a></p>\n'
        "<p>From a name to the cells that the number was computed from: "
        "<code>python -m analysis explain <var>name</var></code></p>\n"
        '<p class="narrow" hidden><label for="narrow">Names that hold</label> '
        '<input id="narrow" type="search" autocomplete="off" spellcheck="false"> '
        '<output for="narrow" id="shown"></output></p>\n'
    ]
    for key, rows in results.groupby("analysis", sort=True):
        analysis = str(key)
        parts.append(
            f'<section>\n<h2 id="{escape(analysis)}">{escape(analysis.capitalize())}</h2>\n'
            f'<div class="table-frame" tabindex="0" role="region" aria-label="{escape(analysis)}">'
            f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n"
        )
        parts += [_print_row(row, pages) for row in rows.to_dict("records")]
        parts.append("</tbody>\n</table></div>\n</section>\n")
    parts.append(f"</main>\n<script>\n{script}</script>\n</body>\n</html>\n")
    path.write_text("".join(parts), encoding="utf-8", newline="\n")


def _print_row(row: dict[Any, Any], pages: Collection[str]) -> str:
    name = escape(row["result_id"])
    cells = [_print_cell(row[column]) for column in list(_COLUMNS)[1:]]
    if row["notebook"] in pages:
        place = list(_COLUMNS).index("notebook") - 1
        cells[place] = f'<a href="{_FOLDER}/{row["notebook"]}.html">{cells[place]}</a>'
    rest = "".join(f"<td>{cell}</td>" for cell in cells)
    return f'<tr id="{name}"><th scope="row"><code>{name}</code></th>{rest}</tr>\n'


def _print_cell(value: Any) -> str:
    if pd.isna(value):
        return ""
    return escape(f"{value:.12g}" if isinstance(value, float) else str(value))
