"""What an analyst looks at: a picture, the exact statistics, one participant, one score."""

from html import escape

import pandas as pd

from analysis.errors import UsageError
from analysis.reporting.figure import mark_figure
from analysis.reporting.figures.single import draw_single
from analysis.results import Context
from analysis.statistics.outcome import summarise_outcome
from analysis.statistics.populations import select_pairs, select_population
from analysis.trail.explain import find_changes
from analysis.trail.items import find_items
from analysis.trail.raw import locate_items

PERSON = "participant_id"
# In the order in which a person tells a course.
COURSE = (
    ("visits", ["visit", "visit_date", "study_day", "in_window", "status", "assessor"]),
    ("scores", []),
    ("adverse_events", ["coded_term", "start_date", "start_day", "grade", "serious", "outcome"]),
    ("intercurrent_events", ["event", "start_date", "study_day", "description", "prohibited"]),
    ("procedures", ["final_volume_ml", "viability_percent", "injected_total_ml", "deviation"]),
    ("medications", ["name", "class", "dose", "dose_unit", "start_date", "end_date", "change"]),
    ("queries", ["visit", "field", "raw_value", "severity", "message", "action"]),
)


class Course(dict):
    """Frames by the name of their table; a notebook shows them one below the other."""

    def _repr_html_(self):
        return "".join(
            f"<h4>{escape(name.replace('_', ' ').capitalize())}</h4>{frame.to_html(na_rep='')}"
            for name, frame in self.items()
        )


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

    Scores stand side by side, visits across; a table without rows is left out.

    Raises
    ------
    UsageError
        No such participant.
    """
    known = trial.participants[PERSON]
    if participant not in set(known):
        raise UsageError(f"{participant!r} is no participant", hint=f"Known: {', '.join(known)}")
    course = Course()
    order = {visit.name: place for place, visit in enumerate(trial.study.visits)}
    for name, columns in COURSE:
        frame = getattr(trial, name)
        own = frame[frame[PERSON] == participant]
        if name == "scores":
            own = _spread_scores(own, trial.study)
        else:
            own = own[columns].reset_index(drop=True)
            if "visit" in columns:
                own = own.sort_values("visit", key=lambda visit: visit.map(order), kind="stable")
                own = own.reset_index(drop=True)
        if len(own):
            course[name] = own
    return course


def open_score(trial, outcome, *, participant, visit, variant="primary"):
    """Return the items behind one score, each beside the raw cell that it came from."""
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
    own = select_pairs(trial.pairs, trial.study.outcome(outcome).name, variant=variant, visit=visit)
    return select_population(own, trial.participants, population)


def _spread_scores(scores, study):
    visits = [visit.name for visit in study.visits if visit.name in set(scores["visit"])]
    scores = scores.assign(
        text=scores["score"]
        .map("{:.4g}".format)
        .where(scores["score"].notna(), scores["missing_reason"])
    )
    key = ["outcome", "variant", "component"]
    wide = scores.pivot(index=key, columns="visit", values="text").fillna("")
    order = [outcome.name for outcome in (*study.outcomes, *study.supporting)]
    return wide[visits].reindex(order, level="outcome").rename_axis(columns=None)
