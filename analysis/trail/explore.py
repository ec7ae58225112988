"""The frames and figures that an analyst explores, and how a notebook shows them."""

import io
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.figure import Figure
from pandas.io.formats.style import Styler

from analysis.errors import UsageError
from analysis.reporting.figure import mark_figure
from analysis.reporting.figures.paired import draw_pairs, label_visits
from analysis.reporting.table import label_part
from analysis.results import Context
from analysis.statistics.outcome import make_writer, summarise_outcome
from analysis.statistics.populations import prepare_pairs, select_pairs, select_population
from analysis.study import Study
from analysis.tables import guard_cell
from analysis.trail.cells import locate_items
from analysis.trail.explain import check_participant, find_changes
from analysis.trail.scores import find_items
from analysis.trail.trial import PERSON, TrialTables

# In the order of a clinical narrative.
_COURSE = {
    "visits": ["visit", "visit_date", "study_day", "in_window", "status", "assessor"],
    "scores": ["outcome", "variant", "component"],
    "items": ["instrument", "item", "location", "occasion"],
    "adverse_events": [
        *("coded_term", "start_date", "start_day", "end_day", "grade", "serious"),
        *("related_liposuction", "related_injection", "outcome"),
    ],
    "intercurrent_events": ["event", "start_date", "study_day", "description", "prohibited"],
    "procedures": [],
    "medications": ["name", "class", "dose", "dose_unit", "start_date", "end_date", "change"],
    "queries": ["query_id", "visit", "field", "raw_value", "severity", "message", "action"],
}
MEASURED = {"scores": "score", "items": "value"}
# Parts of a course that are so long that they are shown folded.
CLOSED = ("items",)
DOTS = 110
BOX = "border-left: 3px solid #888; padding: 0.2em 0.9em; font-family: monospace"
_LEFT = "text-align: left"
_SHORT = f"{_LEFT}; white-space: nowrap"
CELLS: Any = [
    {"selector": "th", "props": _LEFT},
    {"selector": "th, td", "props": "vertical-align: top"},
]
LONG = 40


def draw_outcome(
    trial: TrialTables,
    outcome: str,
    *,
    visit: str,
    population: str,
    variant: str = "primary",
    participant: str = "",
) -> tuple[Figure, str]:
    """Draw every participant's line from baseline to a visit; return it with its alternative text.

    The figure is marked SIMULATED while the data are.
    """
    pairs = _choose_pairs(trial, trial.pairs, outcome, visit, variant, population)
    chosen = trial.study.outcome(outcome)
    figure, alt = draw_pairs(
        pairs,
        label=chosen.label if variant == "primary" else f"{chosen.label}: {label_part(variant)}",
        unit=chosen.unit,
        visits=label_visits(trial.study, visit),
        decimals=chosen.difference_decimals,
        participant=participant,
    )
    return figure, mark_figure(figure, alt, trial.provenance)


def compute_statistics(
    trial: TrialTables, outcome: str, *, visit: str, population: str, variant: str = "primary"
) -> pd.DataFrame:
    """Return every statistic of the primary analysis: `text, value, method, warning` by name.

    With the visit and the population of study.yml, they equal those of results.csv.
    """
    names = ("pairs", "scores", "visits", "intercurrent_events")
    prepared = prepare_pairs({name: getattr(trial, name) for name in names}, trial.study)
    pairs = _choose_pairs(trial, prepared, outcome, visit, variant, population)
    context = Context("explore", "explore", trial.provenance.data_origin, population)
    chosen = trial.study.outcome(outcome)
    writer = make_writer(chosen, context, visit=visit, variant=variant)
    rows = summarise_outcome(pairs, chosen, trial.study.analysis, writer)
    frame = pd.DataFrame(rows).set_index("statistic")
    return frame[["text", "value", "method", "warning"]]


def list_course(trial: TrialTables, participant: str) -> "Course":
    """Return the whole course of one participant: a frame for each table, by its name.

    Scores and items have one column per visit; the procedure is a list of facts; a table
    without rows is left out.

    Raises
    ------
    UsageError
        No such participant.
    """
    check_participant(trial, participant)
    course = Course()
    for name, columns in _COURSE.items():
        frame = getattr(trial, name)
        rows = frame[frame[PERSON] == participant]
        if rows.empty:
            continue
        if name in MEASURED:
            course[name] = _spread(rows, columns, MEASURED[name], trial.study)
        elif name == "procedures":
            course[name] = _list_facts(rows)
        else:
            course[name] = _sort_visits(rows, trial.study)[columns].reset_index(drop=True)
    return course


def list_cells(
    trial: TrialTables, outcome: str, *, participant: str, visit: str, variant: str = "primary"
) -> pd.DataFrame:
    """Return the items behind one score, each with the raw cell that it came from.

    Raises
    ------
    UsageError
        No such participant or variant.
    DataError
        No such outcome or visit.
    """
    check_participant(trial, participant)
    _check_score(trial.study, outcome, visit, variant)
    scores = trial.scores
    chosen = scores[
        (scores[PERSON] == participant)
        & (scores["visit"] == visit)
        & (scores["outcome"] == outcome)
        & (scores["variant"] == variant)
        & (scores["component"] == "total")
    ]
    items = find_items(chosen, trial.items, trial.study)
    return locate_items(items, trial).drop(columns=[PERSON, "visit", "source", "text"])


def explain_changes(trial: TrialTables, cells: pd.DataFrame) -> pd.DataFrame:
    """Return the changes made to cells returned by `list_cells`, with the query about each."""
    changes = find_changes(cells, trial.changes)
    asked = trial.queries[["query_id", "severity", "message", "action"]]
    return changes.merge(asked, on="query_id", how="left").fillna("")


def _choose_pairs(
    trial: TrialTables,
    pairs: pd.DataFrame,
    outcome: str,
    visit: str,
    variant: str,
    population: str,
) -> pd.DataFrame:
    _check_score(trial.study, outcome, visit, variant)
    pairs = select_pairs(pairs, outcome, variant=variant, visit=visit)
    return select_population(pairs, trial.participants, population)


def _check_score(study: Study, outcome: str, visit: str, variant: str) -> None:
    study.visit(visit)
    known = study.outcome(outcome).variants
    if variant not in known:
        raise UsageError(
            f"{variant!r} is no variant of {outcome}", hint=f"Known: {', '.join(known)}"
        )


def _spread(frame: pd.DataFrame, key: list[str], measured: str, study: Study) -> pd.DataFrame:
    """Return one column per visit with the value, the text or the reason why both are missing."""
    texts = frame[measured].map("{:.4g}".format).where(frame[measured].notna(), "")
    for column in ("text", "missing_reason"):
        if column in frame.columns:
            texts = texts.where(texts != "", frame[column])
    # Several sources may give the same item.
    cells = frame.assign(shown=texts).groupby([*key, "visit"])["shown"].agg(" / ".join)
    wide = cells.unstack("visit", fill_value="")
    visits = [visit.name for visit in study.visits if visit.name in wide.columns]
    return wide[visits].rename_axis(columns=None).sort_index(key=_rank(study))


def _rank(study: Study) -> Callable[[pd.Index], pd.Index]:
    """Return a sort key: outcomes in registered order, primary before variants, total first."""
    names = [each.name for each in study.outcomes] + [each.name for each in study.supporting]
    first = {name: f"{place:03}" for place, name in enumerate((*names, "primary", "total"))}
    return lambda level: level.map(lambda name: first.get(name, name))


def _list_facts(frame: pd.DataFrame) -> pd.DataFrame:
    facts = frame.drop(columns=PERSON).iloc[0].dropna().astype("str")
    return facts[facts != ""].rename_axis("fact").to_frame("value")


def _sort_visits(frame: pd.DataFrame, study: Study) -> pd.DataFrame:
    if "visit" not in frame.columns:
        return frame
    order = {visit.name: place for place, visit in enumerate(study.visits)}
    return frame.sort_values("visit", key=lambda visit: visit.map(order), kind="stable")


def format_frame(frame: pd.DataFrame) -> str:
    """Return a frame as an HTML table with full texts, left-aligned, without empty columns."""
    if frame.empty:
        return "<p>None.</p>"
    frame = frame.loc[:, ((frame != "") & frame.notna()).any()]
    texts = frame.select_dtypes(exclude="number").astype("str")
    styles: Any = {
        name: [{"selector": "", "props": _SHORT if texts[name].str.len().max() < LONG else _LEFT}]
        for name in texts.columns
    }
    styled = Styler(frame, cell_ids=False).set_table_attributes('class="dataframe"')
    styled = styled.format("{:.6g}", na_rep="", subset=frame.columns.difference(texts.columns))
    styled = styled.format(escape="html", na_rep="", subset=texts.columns)
    styled = styled.format_index(escape="html")
    styled = styled.set_table_styles(CELLS).set_table_styles(styles, overwrite=False)
    if isinstance(frame.index, pd.RangeIndex):
        styled = styled.hide(axis="index")
    return styled.to_html()


def format_code(code: str) -> str:
    """Return code as HTML to copy from, set off by a line on its left."""
    return f'<pre style="{BOX}"><code>{escape(code)}</code></pre>'


def format_picture(figure: Figure, alt: str) -> str:
    """Return a figure as HTML, with its alternative text below."""
    with io.BytesIO() as file:
        figure.savefig(file, format="png", dpi=DOTS)
        data = b64encode(file.getvalue()).decode()
    words = escape(alt)
    image = f'<img src="data:image/png;base64,{data}" alt="{words}" style="background: #fff">'
    return f"{image}<p>{words}</p>"


@dataclass(frozen=True)
class Shown:
    """Something a notebook shows: as HTML, or as text where HTML is not supported."""

    html: str
    text: str

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return self.html


class Course(dict[str, pd.DataFrame]):
    """Frames by the name of their table; a notebook shows them one below the other."""

    def _repr_html_(self) -> str:
        return "".join(
            f"<details{'' if name in CLOSED else ' open'}>"
            f"<summary>{escape(name.replace('_', ' ').capitalize())} ({len(frame)})</summary>"
            f"{format_frame(frame)}</details>"
            for name, frame in self.items()
        )


def save_frames(shown: "pd.DataFrame | Course", folder: Path, name: str) -> Path:
    """Save a frame as a CSV file, or a course as a folder of CSV files, and return the path."""
    if isinstance(shown, Course):
        for part, frame in shown.items():
            save_frames(frame, folder / name, part)
        return folder / name
    folder.mkdir(parents=True, exist_ok=True)
    frame = shown if isinstance(shown.index, pd.RangeIndex) else shown.reset_index()
    inert = frame.map(lambda cell: guard_cell(cell) if isinstance(cell, str) else cell)
    inert.to_csv(folder / f"{name}.csv", index=False, encoding="utf-8", lineterminator="\n")
    return folder / f"{name}.csv"
