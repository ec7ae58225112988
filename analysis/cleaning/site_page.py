"""One page that a site can read and answer: what was asked, and what was changed."""

from html import escape

import pandas as pd

from analysis.cleaning.clean import Cleaned
from analysis.cleaning.logs import (
    LONGEST_SHOWN,
    count_by_form,
    show_cells,
    sort_queries,
    summarise_rules,
)

_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 90rem; padding: 0 1rem }
table { border-collapse: collapse; margin: 1rem 0; width: 100% }
caption { text-align: left; font-weight: 600; padding: .4rem 0 }
th, td { border-bottom: 1px solid #ccc; padding: .3rem .5rem }
th, td { text-align: left; vertical-align: top }
td { overflow-wrap: break-word; max-width: 24rem; unicode-bidi: isolate }
thead th { border-bottom: 2px solid #555 }
.mark { color: #8a1c1c; font-weight: 700 }
"""
_QUERY_COLUMNS = {
    "severity": "Severity",
    "participant_id": "Participant",
    "visit": "Visit",
    "form": "Form",
    "field": "Field",
    "raw_value": "Value received",
    "message": "Question",
    "action": "What was done",
    "query_id": "Query",
}
_CHANGE_COLUMNS = {
    "source": "File",
    "row": "Row",
    "field": "Field",
    "raw_value": "Value received",
    "clean_value": "Value used",
    "missing_reason": "Reason if missing",
    "rule": "Rule",
}


def build_site_page(cleaned: Cleaned) -> str:
    """Return the page as HTML: no script, nothing loaded from elsewhere, every text inert."""
    queries = sort_queries(cleaned.queries)
    provenance = cleaned.provenance
    summary = summarise_rules(cleaned.queries, cleaned.changes)
    parts = [
        f"<p>{escape(_show_line(provenance.description))}</p>",
        f"<p>Exported on {escape(_show_line(provenance.exported_on) or 'an unknown day')}. "
        f"Checksums: {escape(provenance.checksums)}.</p>",
        *(f"<p>{escape(_show_line(note))}</p>" for note in cleaned.notes),
        _build_table(_pick(queries, _QUERY_COLUMNS), f"Queries: {len(queries)}"),
        _build_table(
            count_by_form(cleaned.queries).reset_index().rename(columns=_title), "By form"
        ),
        _build_table(summary.rename(columns=_title), "By rule"),
        _build_table(_pick(cleaned.changes, _CHANGE_COLUMNS), f"Changes: {len(cleaned.changes)}"),
        _build_table(_turn_balance(cleaned.balance), "The balance of every file"),
    ]
    mark = f'<p class="mark">{provenance.mark}</p>' if provenance.mark else ""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\">\n"
        f"<title>Queries of the data cleaning</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"{mark}\n<h1>Queries of the data cleaning</h1>\n"
        + "\n".join(parts)
        + "\n</body>\n</html>\n"
    )


def _turn_balance(balance: pd.DataFrame) -> pd.DataFrame:
    """Return the balance with a row per count and a column per file, for reading."""
    turned = balance.set_index("file").T
    return turned.rename(index=_title).rename_axis("Count", axis=0).reset_index()


def _show_line(text: str) -> str:
    """Return a text of provenance.yml on one line, cut to a readable length."""
    return " ".join(text.split())[: 2 * LONGEST_SHOWN]


def _pick(frame: pd.DataFrame, columns: dict[str, str]) -> pd.DataFrame:
    return frame[list(columns)].rename(columns=columns)


def _title(name: object) -> str:
    return str(name).replace("_", " ").capitalize()


def _build_table(frame: pd.DataFrame, caption: str) -> str:
    shown = show_cells(frame.astype("str"))
    head = "".join(f'<th scope="col">{escape(str(name))}</th>' for name in shown.columns)
    rows = [
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>"
        for row in shown.itertuples(index=False, name=None)
    ]
    return (
        f"<table>\n<caption>{escape(caption)}</caption>\n<thead><tr>{head}</tr></thead>\n<tbody>\n"
        + "\n".join(rows)
        + "\n</tbody>\n</table>"
    )
