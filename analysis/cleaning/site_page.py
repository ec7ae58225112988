"""One page that a site can read and print: what is asked, and what was changed."""

from collections.abc import Iterator
from html import escape

import pandas as pd

from analysis.cleaning.clean import Cleaned
from analysis.cleaning.export import REDCAP
from analysis.cleaning.logs import (
    LONGEST_SHOWN,
    count_by_form,
    show_cell,
    show_cells,
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
.queries { table-layout: fixed }
.queries th:nth-child(1) { width: 7% }
.queries th:nth-child(2), .queries th:nth-child(3) { width: 15% }
.queries th:nth-child(4), .queries th:nth-child(6) { width: 12% }
.queries th:nth-child(7) { width: 11% }
.around td { color: #444; font-size: .85em; padding-bottom: .8rem; max-width: none }
.around b { color: #000 }
@page { margin: 12mm }
@media print {
  body { font-size: 9pt; margin: 0; max-width: none }
  h2, h3 { break-after: avoid }
  thead { display: table-header-group }
  tr { break-inside: avoid }
  tr.asked { break-after: avoid }
  section { break-before: page }
  section:first-of-type { break-before: auto }
}
"""
_SHOWN = ("Severity", "Form", "Field", "Value received", "Question", "Done meanwhile", "Query")
# So many cells before and after the asked one are shown, and of so many asked ones.
_BESIDE, _MOST_ASKED = 4, 6
_CHANGE_COLUMNS = {
    "source": "File",
    "row": "Row",
    "field": "Field",
    "raw_value": "Value received",
    "clean_value": "Value used",
    "missing_reason": "Reason if missing",
    "rule": "Rule",
}


def build_site_page(cleaned: Cleaned, questions: pd.DataFrame) -> str:
    """Return the page as HTML: no script, nothing loaded from elsewhere, every text inert.

    `questions` are those of `analysis.cleaning.query_sheet.list_questions`, in their order.
    """
    opened = questions[questions["answer"] == ""]
    answered = questions[questions["answer"] != ""].rename(columns={"answer": "Answer"})
    provenance = cleaned.provenance
    summary = summarise_rules(cleaned.queries, cleaned.changes)
    parts = [
        f"<p>{escape(_show_line(provenance.description))}</p>",
        f"<p>Exported on {escape(_show_line(provenance.exported_on) or 'an unknown day')}. "
        f"Checksums: {escape(provenance.checksums)}.</p>",
        *(f"<p>{escape(_show_line(note))}</p>" for note in cleaned.notes),
        f"<p>Open queries: {len(opened)}. Please answer them in queries.xlsx, or correct the"
        " database and export again: a query closes when its reason is gone.</p>",
        *_build_sections(cleaned, opened),
        "<h2>Summary</h2>",
        _build_table(
            answered[["Participant", "Visit", "Form", "Field", "Question", "Answer", "Query"]],
            f"Answered queries: {len(answered)}",
        ),
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


def _build_sections(cleaned: Cleaned, opened: pd.DataFrame) -> Iterator[str]:
    """Yield a section per participant with a table per visit."""
    cells = dict(list(cleaned.asked.groupby("query_id")))
    beside = {source: _list_neighbours(cleaned, source) for source in cleaned.raw}
    for person, of_person in opened.groupby("Participant", sort=False):
        yield f"<section>\n<h2>{_show(person) or 'Nobody in particular'}</h2>"
        for visit, of_visit in of_person.groupby("Visit", sort=False):
            head = "".join(f'<th scope="col">{name}</th>' for name in _SHOWN)
            yield (
                f"<h3>{_show(visit) or 'No visit'}</h3>\n"
                f'<table class="queries">\n<thead><tr>{head}</tr></thead>\n<tbody>'
            )
            for question in of_visit.to_dict("records"):
                label = f"<br>{_show(question['Label'])}" if question["Label"] else ""
                shown = {name: _show(question[name]) for name in _SHOWN}
                shown["Field"] += label
                row = "".join(f"<td>{cell}</td>" for cell in shown.values())
                around = _show_around(cleaned, cells.get(question["Query"]), beside)
                yield f'<tr class="asked">{row}</tr>\n{around}'
            yield "</tbody>\n</table>"
        yield "</section>"


def _list_neighbours(cleaned: Cleaned, source: str) -> dict[str, list[str]]:
    """Return by column the columns of its form, in the order of the file."""
    fields, columns = cleaned.fields[source], [str(name) for name in cleaned.raw[source]]
    of_form: dict[str, list[str]] = {}
    for name in columns:
        of_form.setdefault(fields[name].form if name in fields else "", []).append(name)
    return {name: names for names in of_form.values() for name in names}


def _show_around(
    cleaned: Cleaned, cells: pd.DataFrame | None, beside: dict[str, dict[str, list[str]]]
) -> str:
    """Return a row of the table with the raw cells of the form around the asked ones."""
    if cells is None:
        return ""
    parts = []
    rows = cells[["source", "row"]].drop_duplicates().head(_MOST_ASKED)
    for source, row in rows.itertuples(index=False, name=None):
        asked = cells[(cells["source"] == source) & (cells["row"] == row)]
        raw: dict[str, str] = cleaned.raw[source].loc[row].to_dict()
        wanted = set(asked["field"]) - {""}
        columns = beside[source].get(next(iter(sorted(wanted)), ""), [])
        places = [place for place, name in enumerate(columns) if name in wanted]
        near = (
            columns[max(0, places[0] - _BESIDE) : places[-1] + _BESIDE + 1]
            if places
            else [name for name in raw if raw[name]]
        )
        texts = [
            f"<b>{_show(name)}: {_show(raw[name])}</b>"
            if name in wanted
            else f"{_show(name)}: {_show(raw[name])}"
            for name in near
            if name in wanted or raw[name]
        ]
        where = f"{row}: " if source == REDCAP else f"{source} {row}: "
        parts.append(f"{_show(where)}{'; '.join(texts)}")
    return (
        f'<tr class="around"><td></td><td colspan="{len(_SHOWN) - 1}">{"<br>".join(parts)}</td>'
        "</tr>\n"
    )


def _show(text: object) -> str:
    return escape(show_cell(str(text)))


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
