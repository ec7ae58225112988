"""What surrounds the article: label and scripts of the page, texts of the PDF."""

import json
from html import escape

import pandas as pd


def write_page_parts(material, folder, told):
    """Write what stands in the head, before and after the article in HTML."""
    line = told["mark_line"]
    page = f'@page {{ @top-center {{ content: "{line}"; font: 8pt sans-serif; }} }}' if line else ""
    (folder / "head.html").write_text(f"<style>{page}</style>\n", encoding="utf-8")
    mark = f'<header class="mark">{escape(line)}</header>\n' if line else ""
    (folder / "mark.html").write_text(mark, encoding="utf-8")
    script = (material.sources / "style" / "results.js").read_text(encoding="utf-8")
    data = json.dumps(_origins(material.results), ensure_ascii=False, separators=(",", ":"))
    # "<" as an escape, so that no text can end the script element.
    data = data.replace("<", "\\u003c")
    (folder / "script.html").write_text(
        f'<script type="application/json" id="results-data">{data}</script>\n'
        f"<script>\n{script}</script>\n",
        encoding="utf-8",
    )


def write_typst_header(material, folder, header):
    """Write the texts that the PDF's pages and properties bear, then the style that uses them."""
    told = {
        "title": header["pagetitle"],
        "authors": tuple(author["name"] for author in header["author"]),
        "keywords": tuple(header["keywords"]),
        "description": header["description-meta"],
        "mark": header["mark-line"],
        "running-title": header["running-title"],
        "rendered-by": header["rendered-by"],
    }
    fields = [f"  {name}: {_typst_literal(value)},\n" for name, value in told.items()]
    style = (material.sources / "style" / "article.typ").read_text(encoding="utf-8")
    text = f"#let told = (\n{''.join(fields)})\n{style}"
    (folder / "header.typ").write_text(text, encoding="utf-8")


def _typst_literal(value):
    if isinstance(value, tuple):
        return f"({''.join(f'{_typst_literal(item)}, ' for item in value)})"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _origins(results):
    """Return the lines that the note beside a printed result shows, by id."""
    told = {}
    for row in results.to_dict("records"):
        lines = [
            f"{row['outcome']} {row['statistic']}".replace("_", " "),
            f"n = {row['n']}" if pd.notna(row["n"]) else "",
            row["method"],
            row["warning"],
            f"notebook {row['notebook']}",
            f"{row['data_origin']} data",
        ]
        told[row["result_id"]] = [line for line in lines if line]
    return told
