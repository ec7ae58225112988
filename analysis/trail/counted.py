"""The rows of tables that a result counts or describes, where it is about no score."""

from dataclasses import dataclass

import pandas as pd

from analysis.describe.flow import find_lost
from analysis.reporting.sentences.evidence import Evidence
from analysis.safety.adverse_events import slug_texts, slugify
from analysis.safety.overview import CATEGORIES, RELATIONS
from analysis.safety.phases import PROCEDURE, PRODUCT, assign_phases, select_emergent

PERSON = "participant_id"
GRADE = "grade_"
ITEMS = ("laboratory", "local_reaction", "digital_ulcers")
# What a derived column of the participants was made from.
MADE_FROM = {
    "age": ("birth_year", "consent_date"),
    "bmi": ("height_cm", "weight_kg"),
    "years_since_raynaud": ("raynaud_onset_year", "consent_date"),
    "years_since_non_raynaud": ("non_raynaud_onset_year", "consent_date"),
}


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


def find_counted(result, trial):
    """Return the rows behind a result of flow, baseline, exposure or safety.

    Parameters
    ----------
    result : pandas.Series
        A row of the results.
    trial : analysis.trail.trial.Trial

    Returns
    -------
    Counted
    """
    find = {"flow": _find_flow, "exposure": _find_exposure, "safety": _find_safety}
    return find.get(result["analysis"], _find_characteristic)(result, trial)


def _make(table, rows, columns, *, beside=()):
    """Keep the columns that matter; a column that the table does not have is derived."""
    columns = [name for name in columns if name in rows.columns]
    shown = dict.fromkeys((PERSON, *beside, *columns))
    kept = rows[[name for name in shown if name in rows.columns]]
    return Counted(table, kept.reset_index(drop=True), tuple(columns))


def _members(frame, result, trial):
    column = f"in_{result['population']}"
    people = trial.participants
    if column not in people.columns:
        return frame
    return frame[frame[PERSON].isin(people.loc[people[column] == "yes", PERSON])]


def _find_followup(trial):
    # A run may have been given another visit than the plan's; its counts name no visit.
    return Evidence(trial.results, trial.study).chosen("visit")


def _find_flow(result, trial):
    study, stage = trial.study, result["outcome"]
    people = trial.participants
    if stage in {visit.name for visit in study.visits}:
        visits = trial.visits
        columns = ("visit_date", "status", "in_window")
        return _make("visits", visits[visits["visit"] == stage], columns, beside=("visit",))
    if stage in {population.name for population in study.populations}:
        return _make("participants", people, (f"in_{stage}",))
    lost = find_lost(people, trial.disposition)
    lost = lost[lost["stage"] == stage]
    if lost.empty and stage == "screened":
        return _make("participants", people, ("consent_date", "eligible"))
    ended = trial.disposition.rename(columns={"reason": "reason_given"})
    merged = lost.merge(ended, on=PERSON, how="left")
    return _make("disposition", merged, ("stage", "reason", "status", "end_date", "reason_given"))


def _find_characteristic(result, trial):
    name = result["outcome"]
    if name.startswith("season_"):
        baseline = trial.study.analysis.baseline_visit.value
        visit = baseline if name == "season_baseline" else _find_followup(trial)
        visits = _members(trial.visits, result, trial)
        return _make("visits", visits[visits["visit"] == visit], ("visit_date",), beside=("visit",))
    if name.startswith("treatment_"):
        rows = _members(trial.medications, result, trial)
        group = name.removeprefix("treatment_")
        own = rows if group == "stable" else rows[rows["class"] == group]
        columns = ("name", "class", "start_date", "end_date", "change", "change_date")
        return _make("medications", own, columns, beside=("medication_number",))
    people = _members(trial.participants, result, trial)
    if name not in people.columns:
        visits = _members(trial.visits, result, trial)
        visits = visits[visits["visit"] == trial.study.analysis.baseline_visit.value]
        return _make("visits", visits, (name,), beside=("visit",))
    return _make("participants", people, (name, *MADE_FROM.get(name, ())))


def _find_exposure(result, trial):
    procedures = _members(trial.procedures, result, trial)
    name = result["outcome"]
    if name in procedures.columns:
        return _make("procedures", procedures, (name,))
    said = (
        "lipoaspirate_ml processed_ml final_volume_ml nucleated_cells_million viability_percent"
        " endotoxin_eu_per_ml gram_stain sterility first_injection injected_total_ml"
        " n_fingers_injected"
    )
    return _make("procedures", procedures, said.split())


def _find_safety(result, trial):
    name, *rest = result["result_id"].split(".")[1:-1]
    if name in ITEMS:
        items = _members(trial.items, result, trial)
        items = items[items["instrument"] == name]
        for part in (*rest, result["visit"]):
            for column in ("visit", "item", "location"):
                if part in set(items[column]):
                    items = items[items[column] == part]
        columns = ("visit", "item", "location", "occasion", "value", "unit", "missing_reason")
        return Counted("items", items.reset_index(drop=True), columns)
    period = PRODUCT if PRODUCT.name in rest else PROCEDURE
    last_day = trial.study.visit(_find_followup(trial)).high
    events = assign_phases(trial.adverse_events, trial.participants, last_day=last_day)
    events, _ = select_emergent(events, trial.participants, period)
    rest = [part for part in rest if part != PRODUCT.name]
    columns = (
        *("coded_term", "class", "start_date", "grade", "serious", *RELATIONS),
        *("outcome", "phase", "phase_flag"),
    )
    rows = events[_select_events(events, name, rest)]
    return _make("adverse_events", rows, columns, beside=("event_number",))


def _select_events(events, name, rest):
    categories = {category.name: category for category in CATEGORIES}
    chosen = pd.Series(True, index=events.index)
    if rest and rest[-1].startswith(GRADE):
        chosen &= events["grade"].astype("str").map(slugify) == rest.pop().removeprefix(GRADE)
    if name in ("class", "term"):
        for column, part in zip(("class", "coded_term"), rest, strict=False):
            chosen &= events[column].map(slug_texts(events[column])) == part
    elif name in RELATIONS and rest:
        chosen &= events[name].map(slugify) == rest[0]
    elif name in categories:
        chosen &= categories[name].select(events)
    return chosen
