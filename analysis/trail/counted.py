"""The table rows that a result counts or describes, if the result is not about a score."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.describe.flow import find_lost
from analysis.reporting.collect import find_analysed
from analysis.safety.adverse_events import slug_texts, slugify
from analysis.safety.overview import CATEGORIES, RELATIONS
from analysis.safety.phases import PROCEDURE, PRODUCT, assign_phases, select_emergent
from analysis.trail.trial import PERSON, TrialTables

_GRADE = "grade_"
ITEMS = ("laboratory", "local_reaction", "digital_ulcers")
# The columns from which a derived column of the participants was made.
MADE_FROM = {
    "age": ("birth_year", "consent_date"),
    "bmi": ("height_cm", "weight_kg"),
    "years_since_raynaud": ("raynaud_onset_year", "consent_date"),
    "years_since_non_raynaud": ("non_raynaud_onset_year", "consent_date"),
}
# The columns shown with a loss, a treatment, a query, the exposure, an item and an event.
LOSS = ("stage", "reason", "status", "end_date", "reason_given")
_TREATMENT = ("name", "class", "start_date", "end_date", "change", "change_date")
QUERY = ("visit", "form", "field", "rule", "severity", "raw_value", "answer")
EXPOSURE = (
    *("lipoaspirate_ml", "processed_ml", "final_volume_ml", "nucleated_cells_million"),
    *("viability_percent", "endotoxin_eu_per_ml", "gram_stain", "sterility"),
    *("first_injection", "injected_total_ml", "n_fingers_injected"),
)
ITEM = ("visit", "item", "location", "occasion", "value", "unit", "missing_reason")
_EVENT = (
    *("coded_term", "class", "start_date", "grade", "serious", *RELATIONS),
    *("outcome", "phase", "phase_flag"),
)


@dataclass(frozen=True)
class Counted:
    """Rows of one table behind a result.

    Parameters
    ----------
    table
        Name of the processed table.
    rows
        Its rows, the columns that matter first.
    columns
        The columns that the result is about.
    """

    table: str
    rows: pd.DataFrame
    columns: tuple[str, ...]


def find_counted(result: pd.Series, trial: TrialTables) -> Counted:
    """Return the rows behind a result of cleaning, flow, baseline, exposure or safety."""
    find = {
        "cleaning": _find_queries,
        "flow": _find_flow,
        "exposure": _find_exposure,
        "safety": _find_safety,
    }
    return find.get(result["analysis"], _find_characteristic)(result, trial)


def _choose_columns(
    table: str, rows: pd.DataFrame, columns: Sequence[str], *, beside: str = ""
) -> Counted:
    """Keep the columns that matter; a derived column that the table does not have is left out."""
    columns = tuple(name for name in columns if name in rows.columns)
    shown = [name for name in dict.fromkeys((PERSON, beside, *columns)) if name in rows.columns]
    return Counted(table, rows[shown].reset_index(drop=True), columns)


def _select_members(frame: pd.DataFrame, result: pd.Series, trial: TrialTables) -> pd.DataFrame:
    column = f"in_{result['population']}"
    people = trial.participants
    if column not in people.columns:
        return frame
    return frame[frame[PERSON].isin(people.loc[people[column] == "yes", PERSON])]


def _find_followup(trial: TrialTables) -> str:
    # Results that are counts do not name the visit.
    return find_analysed(trial.results, trial.study, "visit")


def _find_queries(result: pd.Series, trial: TrialTables) -> Counted:
    queries, counted = trial.queries, result["statistic"].removeprefix("n_")
    chosen = {
        "asked": queries["query_id"] != "",
        "open": queries["answer"] == "",
        **{
            f"open_{name}": queries["answer"].eq("") & queries["severity"].eq(name)
            for name in queries["severity"].unique()
        },
    }.get(counted, queries["answer"] == counted)
    return _choose_columns("queries", queries[chosen], QUERY, beside="query_id")


def _find_flow(result: pd.Series, trial: TrialTables) -> Counted:
    study, stage = trial.study, result["outcome"]
    people = trial.participants
    if stage in {visit.name for visit in study.visits}:
        visits = trial.visits
        columns = ("visit_date", "status", "in_window")
        return _choose_columns("visits", visits[visits["visit"] == stage], columns, beside="visit")
    if stage in {population.name for population in study.populations}:
        return _choose_columns("participants", people, (f"in_{stage}",))
    lost = find_lost(people, trial.disposition)
    lost = lost[lost["stage"] == stage]
    if lost.empty and stage == "screened":
        return _choose_columns("participants", people, ("consent_date", "eligible"))
    ended = trial.disposition.rename(columns={"reason": "reason_given"})
    return _choose_columns("disposition", lost.merge(ended, on=PERSON, how="left"), LOSS)


def _find_characteristic(result: pd.Series, trial: TrialTables) -> Counted:
    name = result["outcome"]
    baseline = trial.study.analysis.baseline_visit.value
    if name.startswith("treatment_"):
        rows = _select_members(trial.medications, result, trial)
        group = name.removeprefix("treatment_")
        chosen = rows if group == "stable" else rows[rows["class"] == group]
        return _choose_columns("medications", chosen, _TREATMENT, beside="medication_number")
    people = _select_members(trial.participants, result, trial)
    if name in people.columns:
        return _choose_columns("participants", people, (name, *MADE_FROM.get(name, ())))
    visit, column = baseline, name
    if name.startswith("season_"):
        visit = baseline if name == "season_baseline" else _find_followup(trial)
        column = "visit_date"
    visits = _select_members(trial.visits, result, trial)
    return _choose_columns("visits", visits[visits["visit"] == visit], (column,), beside="visit")


def _find_exposure(result: pd.Series, trial: TrialTables) -> Counted:
    procedures = _select_members(trial.procedures, result, trial)
    name = result["outcome"]
    columns = (name,) if name in procedures.columns else EXPOSURE
    return _choose_columns("procedures", procedures, columns)


def _find_safety(result: pd.Series, trial: TrialTables) -> Counted:
    name, *rest = result["result_id"].split(".")[1:-1]
    if name in ITEMS:
        items = _select_members(trial.items, result, trial)
        items = items[items["instrument"] == name]
        for part in (*rest, result["visit"]):
            for column in ("visit", "item", "location"):
                if part in set(items[column]):
                    items = items[items[column] == part]
        return Counted("items", items.reset_index(drop=True), ITEM)
    period = PRODUCT if PRODUCT.name in rest else PROCEDURE
    last_day = trial.study.visit(_find_followup(trial)).high

    def select_events() -> pd.DataFrame:
        events = assign_phases(trial.adverse_events, trial.participants, last_day=last_day)
        return select_emergent(events, trial.participants, period)[0]

    events = trial.remember(f"{period.name} events", select_events)
    rest = [part for part in rest if part != PRODUCT.name]
    chosen = events[_select_events(events, name, rest)]
    return _choose_columns("adverse_events", chosen, _EVENT, beside="event_number")


def _select_events(events: pd.DataFrame, name: str, rest: list[str]) -> pd.Series:
    categories = {category.name: category for category in CATEGORIES}
    chosen = pd.Series(True, index=events.index)
    if rest and rest[-1].startswith(_GRADE):
        chosen &= events["grade"].astype("str").map(slugify) == rest.pop().removeprefix(_GRADE)
    if name in ("class", "term"):
        for column, part in zip(("class", "coded_term"), rest, strict=False):
            chosen &= events[column].map(slug_texts(events[column])) == part
    elif name in RELATIONS and rest:
        chosen &= events[name].map(slugify) == rest[0]
    elif name in categories:
        chosen &= categories[name].select(events)
    return chosen
