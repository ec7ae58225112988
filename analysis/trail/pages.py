"""Pages, one for each analysis, that lead from each printed number to its participants."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, partial
from html import escape
from itertools import chain
from pathlib import Path

import pandas as pd
import yaml

from analysis import paths
from analysis.reporting.facts import hides_people
from analysis.reporting.material import list_notebooks, read_material
from analysis.reporting.pages import format_results_page, format_table
from analysis.reporting.prepare import describe_document
from analysis.results import APPROXIMATION
from analysis.study import Study
from analysis.trail.counted import find_counted
from analysis.trail.explain import BEFOREHAND
from analysis.trail.people import PEOPLE, format_cell, make_people, name_page, name_words
from analysis.trail.scores import TOTAL, find_component, find_outcome, find_pairs, find_scores
from analysis.trail.trial import PERSON, TrialTables

TRAIL = "trail"
# With more participants, a search replaces the list of participants below each result.
MOST_LISTED = 20
_WORDS = Path(__file__).with_name("statistics.yml")
_PAIR = [PERSON, "baseline", "followup", "change", "n_locations", "rule"]
_SCORE = [PERSON, "visit", "score", "status", "missing_reason", "rule"]
_NAMELESS = ["baseline", "followup", "change"]
_WITHHELD = "The rows are not published, since the listings of this study are coarsened."


@dataclass
class _Group:
    """Results that were made from the same rows."""

    title: str
    about: str
    rows: pd.DataFrame | None
    target: str
    results: list[pd.Series] = field(default_factory=list)


def write_trail(outputs: paths.Outputs, raw: Path, folder: Path) -> list[Path]:
    """Write the trail of every result beside the documents, as pages without a script.

    The page of an analysis has its results and the participants' values below them; the page of
    a participant has the scores, the items and each raw cell with its changes and queries.
    If listings are coarsened, people have no pages, and values are shown without names.

    Parameters
    ----------
    outputs
        The outputs of the run.
    raw
        The export that it was made from.
    folder
        The folder of the documents; the pages go to its ``trail/``.

    Returns
    -------
    list of pathlib.Path
        The files that were written.
    """
    material = read_material(outputs)
    trial = TrialTables(outputs.processed, raw, paths.STUDY)
    hidden = hides_people(material.study, material.provenance)
    style = material.sources / "style"
    sheets = [(style / name).read_text("utf-8") for name in ("report.css", "page.css")]
    dress = partial(
        format_results_page,
        style="".join(sheets),
        mark_line=describe_document(material, renderer="")["mark_line"],
    )
    cells, pages = _find_cells(material.notebooks, list_notebooks(material)), {}
    for name, groups in _group_results(trial, hidden=hidden).items():
        body = _format_analysis(name, groups, trial, cells, hidden=hidden)
        pages[f"{name}.html"] = dress(title=f"Trail of {name}", body=body, up="../")
    everyone: Iterable[tuple[str, dict[str, str]]] = ()
    if not hidden:
        everyone = make_people(trial, few=len(trial.participants) <= MOST_LISTED)
        narrow = (style / "narrow.js").read_text("utf-8")
        pages["people.html"] = dress(
            title="Participants",
            body=_format_people(trial),
            up="../",
            script=narrow,
            narrow="Names that hold",
        )
    (folder / TRAIL / PEOPLE).mkdir(parents=True, exist_ok=True)
    people = ((name, dress(**parts)) for name, parts in everyone)
    written = []
    for name, text in chain(pages.items(), people):
        written.append(folder / TRAIL / name)
        written[-1].write_text(text, encoding="utf-8", newline="\n")
    return written


def _group_results(trial: TrialTables, *, hidden: bool) -> dict[str, list[_Group]]:
    """Return the groups of each analysis, named by the first part of its results' ids."""
    pages: dict[str, dict[tuple[str, ...], _Group]] = {}
    found: dict[tuple[str, ...], tuple[tuple[str, ...], _Group]] = {}
    registered = {outcome.name: place for place, outcome in enumerate(trial.study.outcomes)}
    results = trial.results.assign(
        outcome_place=trial.results["outcome"].map(registered),
        other_variant=~trial.results["variant"].isin(("", "primary")),
    ).sort_values(["outcome_place", "other_variant"], kind="stable")
    for _, result in results.iterrows():
        asked = _name_question(result, trial.study)
        if asked not in found:
            group = _find_rows(result, trial, hidden=hidden)
            content = "" if group.rows is None else group.rows.to_csv()
            found[asked] = (group.title, group.about, content), group
        content_key, group = found[asked]
        groups = pages.setdefault(result["result_id"].split(".")[0], {})
        groups.setdefault(content_key, group).results.append(result)
    return {name: list(groups.values()) for name, groups in pages.items()}


def _name_question(result: pd.Series, study: Study) -> tuple[str, ...]:
    """Return a key for the rows behind a result: results with the same key have the same rows."""
    if BEFOREHAND in result["result_id"]:
        return (result["analysis"], BEFOREHAND)
    asked = (result["population"], result["visit"])
    if outcome := find_outcome(result, study):
        variant = result["variant"] or "primary"
        named = (outcome.name, variant, find_component(result, outcome))
        return (result["analysis"], *named, *asked)
    stem, _, statistic = result["result_id"].rpartition(".")
    # Each statistic of the cleaning counts different queries.
    return (stem, statistic if result["analysis"] == "cleaning" else "", *asked)


def _find_rows(result: pd.Series, trial: TrialTables, *, hidden: bool) -> _Group:
    study = trial.study
    if BEFOREHAND in result["result_id"]:
        about = "From no participant: simulated before the analysis, see the notebook."
        return _Group("Design", about, None, "")
    outcome = find_outcome(result, study)
    if outcome is None:
        counted = find_counted(result, trial)
        title = name_words(result["outcome"] or counted.table)
        rows = f"{len(counted.rows)} rows of the table {counted.table}"
        return _Group(title, rows, None if hidden else counted.rows, counted.table)
    pairs, about = find_pairs(result, trial), "Score at baseline and at the visit, and the change"
    shown = pairs[_PAIR]
    if pairs.empty:
        shown, about = find_scores(result, trial)[_SCORE], "Scores"
    component = find_component(result, outcome)
    named = {visit.name: visit.label for visit in study.visits}
    named |= {population.name: population.label for population in study.populations}
    parts = [
        outcome.label,
        "" if component == TOTAL else name_words(component),
        "" if result["variant"] in ("", "primary") else name_words(result["variant"]),
        *(named.get(result[column], "") for column in ("visit", "population")),
    ]
    if hidden:
        shown = shown.reindex(columns=_NAMELESS).sort_values(_NAMELESS).dropna(how="all")
        about += ", in their order, without names"
    return _Group(", ".join(filter(None, parts)), about, shown, outcome.name)


def _format_analysis(
    name: str, groups: list[_Group], trial: TrialTables, cells: dict[str, str], *, hidden: bool
) -> str:
    places = {who: place for place, who in enumerate(trial.participants[PERSON], 1)}
    parts = ["<p>Each result with its method, and below it the values that it was made from. "]
    parts.append("</p>\n" if hidden else 'All <a href="people.html">participants</a>.</p>\n')
    labels = {each.name: each.label for each in trial.study.populations}
    for number, group in enumerate(groups, 1):
        heading = f"made-{number}"
        parts.append(f'<section>\n<h2 id="results-{number}">{escape(group.title)}</h2>\n')
        described = [_describe(row, cells, labels, heading) for row in group.results]
        filled = [name for name in described[0] if any(each[name] for each in described)]
        ids = (row["result_id"] for row in group.results)
        shown = ({name: each[name] for name in filled} for each in described)
        rows = list(zip(shown, ids, strict=True))
        parts.append(format_table(rows, label=f"Results: {group.title}"))
        parts.append(f'<h3 id="{heading}">Made from</h3>\n<p>{escape(group.about)}. ')
        parts.append(f'<a href="#results-{number}">Its results</a></p>\n')
        parts.append(_format_rows(group, places, hidden=hidden))
        parts.append("</section>\n")
    return "".join(parts)


def _describe(
    row: pd.Series, cells: dict[str, str], labels: dict[str, str], heading: str
) -> dict[str, str]:
    """Return the cells of a result's row as HTML, by column."""
    name, place = row["result_id"], row["notebook"]
    notebook, cell = f"{place}.ipynb", cells.get(f"{place} {row['analysis']}", "")
    if place in cells:
        notebook = f'<a href="../executed/{place}.html{cell}">{notebook}</a>'
    value = "" if pd.isna(row["value"]) else f"{row['value']:.12g}"
    statistic = name_words(_read_words()["names"].get(row["statistic"], row["statistic"]))
    return {
        "Result": f'<a href="../results.html#{name}"><code>{escape(name)}</code></a>',
        "Printed": escape(row["text"]),
        "What it is": escape(", ".join(filter(None, (statistic, row["group"])))),
        "Formula": escape(_find_formula(row["statistic"], row["method"])),
        "Method": escape(row["method"]),
        "Remark": escape(row["warning"]),
        "Value": escape(f"{value} {row['unit']}".strip()),
        "n": "" if pd.isna(row["n"]) else str(row["n"]),
        "Population": escape(labels.get(row["population"], row["population"])),
        "Cell": f"{notebook} {escape(cell)}".strip(),
        "Values": f'<a href="#{heading}">made from</a>',
    }


def _format_rows(group: _Group, places: dict[str, int], *, hidden: bool) -> str:
    if group.rows is None:
        return f"<p>{_WITHHELD}</p>\n" if hidden and group.target else ""
    if len(places) > MOST_LISTED:
        return "" if hidden else '<p><a href="people.html">Look for a participant</a></p>\n'
    if group.rows.empty:
        return "<p>No row.</p>\n"
    rows = []
    for row in group.rows.to_dict("records"):
        cells = {name_words(str(name)): format_cell(value) for name, value in row.items()}
        if row.get(PERSON) in places:
            page = f"{PEOPLE}/{name_page(places[row[PERSON]])}#{group.target}"
            cells[name_words(PERSON)] = f'<a href="{page}">{escape(row[PERSON])}</a>'
        rows.append((cells, ""))
    return format_table(rows, label=f"Values: {group.title}")


def _format_people(trial: TrialTables) -> str:
    rows = [
        ({"Participant": f'<a href="{PEOPLE}/{name_page(place)}">{escape(who)}</a>'}, who.lower())
        for place, who in enumerate(trial.participants[PERSON], 1)
    ]
    return f"<section>\n{format_table(rows, label='Participants')}</section>\n"


def _find_cells(folder: Path, shown: Iterable[str]) -> dict[str, str]:
    """Return the cell that makes an analysis's results, as ``#id``, by "notebook analysis".

    Every notebook that has a page is also a key, with "".
    """
    found = {}
    for name in shown:
        notebook = json.loads((folder / f"{name}.ipynb").read_text("utf-8"))
        found[name] = ""
        for cell in notebook["cells"]:
            source = "".join(cell["source"])
            for analysis in re.findall(r'\bContext\(\s*"(\w+)"', source):
                found.setdefault(f"{name} {analysis}", f"#{cell['id']}")
    return found


@cache
def _read_words() -> dict[str, dict[str, str]]:
    return yaml.safe_load(_WORDS.read_text("utf-8"))


def _find_formula(statistic: str, method: str) -> str:
    """Return the formula of a statistic; one given for its method takes precedence."""
    formulas = _read_words()["formulas"]
    usual = "" if APPROXIMATION in method else formulas.get(statistic, "")
    return formulas.get(f"{statistic}, {method}", usual)
