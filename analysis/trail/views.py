"""What an analyst looks at: a picture, the exact statistics, one participant, one score."""

import pandas as pd

from analysis.errors import UsageError
from analysis.reporting.figure import mark_figure
from analysis.reporting.figures.paired import draw_single
from analysis.results import Context
from analysis.statistics.outcome import summarise_outcome
from analysis.statistics.populations import select_pairs, select_population
from analysis.trail.explain import check_participant, find_changes
from analysis.trail.items import find_items
from analysis.trail.raw import locate_items
from analysis.trail.shown import Course

PERSON = "participant_id"
# In the order in which a person tells a course.
COURSE = {
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


def draw_outcome(trial, outcome, *, visit, variant="primary", population, participant=""):
    """Draw every participant's line from baseline to a visit.

    Returns
    -------
    tuple
        The figure and its alternative text; the figure bears SIMULATED while the data are.
    """
    pairs = _choose(trial, outcome, visit=visit, variant=variant, population=population)
    figure, alt = draw_single(
        pairs,
        trial.study.outcome(outcome),
        trial.study,
        visit=visit,
        variant=variant,
        participant=participant,
    )
    return figure, mark_figure(figure, alt, trial.provenance)


def state_outcome(trial, outcome, *, visit, variant="primary", population):
    """Return every statistic of the primary analysis: `text, value, method, warning` by name.

    For the visit and the population of study.yml they are those of results.csv.
    """
    pairs = _choose(trial, outcome, visit=visit, variant=variant, population=population)
    context = Context("explore", "explore", trial.provenance.data_origin, population)
    rows = summarise_outcome(
        pairs, trial.study.outcome(outcome), trial.study, context, visit=visit, variant=variant
    )
    frame = pd.DataFrame(rows).set_index("statistic")
    return frame[["text", "value", "method", "warning"]]


def tell_course(trial, participant):
    """Return the whole course of one participant, a frame for each table, by its name.

    Scores and items stand side by side, visits across; the procedure is a list of what is
    known of it; a table without rows is left out.

    Raises
    ------
    UsageError
        No such participant.
    """
    check_participant(trial, participant)
    course = Course()
    for name, columns in COURSE.items():
        frame = getattr(trial, name)
        own = frame[frame[PERSON] == participant]
        if own.empty:
            continue
        if name in MEASURED:
            course[name] = _spread(own, columns, MEASURED[name], trial.study)
        elif name == "procedures":
            course[name] = _list_facts(own)
        else:
            course[name] = _follow_visits(own, trial.study)[columns].reset_index(drop=True)
    return course


def open_score(trial, outcome, *, participant, visit, variant="primary"):
    """Return the items behind one score, each beside the raw cell that it came from.

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
    own = scores[
        (scores[PERSON] == participant)
        & (scores["visit"] == visit)
        & (scores["outcome"] == outcome)
        & (scores["variant"] == variant)
        & (scores["component"] == "total")
    ]
    items = find_items(own, trial.items, trial.study)
    located = locate_items(items, trial.rows, trial.participants, trial.visits, trial.study)
    hidden = [PERSON, "visit", "source", "text"]
    return located.drop(columns=hidden)


def open_changes(trial, cells):
    """Return the changes of raw cells, as `open_score` gives them, with the query about each."""
    changes = find_changes(cells, trial.changes)
    asked = trial.queries[["query_id", "severity", "message", "action"]]
    return changes.merge(asked, on="query_id", how="left").fillna("")


def _choose(trial, outcome, *, visit, variant, population):
    _check_score(trial.study, outcome, visit, variant)
    own = select_pairs(trial.pairs, outcome, variant=variant, visit=visit)
    return select_population(own, trial.participants, population)


def _check_score(study, outcome, visit, variant):
    study.visit(visit)
    known = study.outcome(outcome).variants
    if variant not in known:
        raise UsageError(
            f"{variant!r} is no variant of {outcome}", hint=f"Known: {', '.join(known)}"
        )


def _spread(frame, key, measured, study):
    """Put the visits side by side: the value, or the words, or why there is neither."""
    texts = frame[measured].map("{:.4g}".format).where(frame[measured].notna(), "")
    for column in ("text", "missing_reason"):
        if column in frame.columns:
            texts = texts.where(texts != "", frame[column])
    # Several sources may tell the same item.
    cells = frame.assign(shown=texts).groupby([*key, "visit"])["shown"].agg(" / ".join)
    wide = cells.unstack("visit", fill_value="")
    visits = [visit.name for visit in study.visits if visit.name in wide.columns]
    return wide[visits].rename_axis(columns=None).sort_index(key=_rank(study))


def _rank(study):
    """Return a sort key: outcomes in registered order, primary before variants, total first."""
    outcomes = [outcome.name for outcome in (*study.outcomes, *study.supporting)]
    first = {name: f"{place:03}" for place, name in enumerate((*outcomes, "primary", "total"))}
    return lambda level: level.map(lambda name: first.get(name, name))


def _list_facts(frame):
    facts = frame.drop(columns=PERSON).iloc[0].dropna().astype("str")
    return facts[facts != ""].rename_axis("fact").to_frame("value")


def _follow_visits(frame, study):
    if "visit" not in frame.columns:
        return frame
    order = {visit.name: place for place, visit in enumerate(study.visits)}
    return frame.sort_values("visit", key=lambda visit: visit.map(order), kind="stable")
