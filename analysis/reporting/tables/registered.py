"""Registered and reported outcomes compared, and who made the other decisions."""

import dataclasses
from collections.abc import Iterable, Iterator
from typing import Any

import pandas as pd

from analysis.provenance import Provenance
from analysis.reporting.table import Table, TableRow, cell_of, label_part
from analysis.reporting.tables.efficacy import find_followup
from analysis.reporting.values import print_constant
from analysis.statistics.outcome import ZERO_RULES
from analysis.study import Outcome, Study
from analysis.visits import Visit

DECIDED_BY = {"registry": "registration", "assumed": "analysts"}
_SETTINGS = {
    "alpha": "Level of the tests",
    "confidence": "Level of the intervals",
    "zeros": "Changes of zero in the test",
    "test_order": "Order of the tests",
    "missing_visits": "Missing visits",
    "viability_min_percent": "Viability at least, %",
    "endotoxin_max_eu_per_ml": "Endotoxin at most, EU/mL",
    "finger_volume_max_ml": "Volume in a finger at most, mL",
    "raynaud_diary_days": "Raynaud diary, days",
    "raynaud_diary_min_days": "Raynaud diary, days needed",
    "raynaud_scale_max": "Raynaud diary, end of the scale",
    "hand_pain_line_mm": "Hand pain, length of the line, mm",
    "shaq_line_mm": "SHAQ, length of the lines, mm",
    "haq_min_categories": "HAQ, categories needed",
    "shaq_min_scales": "SHAQ, scales needed",
    "cochin_max_missing": "Cochin, missing items at most",
    "cochin_short_form_items": "Cochin, items of the short form",
    "circumference_min_fingers": "Circumference, fingers needed",
    "capillaroscopy_min_fingers": "Capillaroscopy, fingers needed",
}
_AFTER_END = {
    "never": "never paired; the site is asked",
    "until_answered": "not paired until the site has answered",
}


def make_registered_table(results: pd.DataFrame, study: Study, provenance: Provenance) -> Table:
    """Make the table of registered outcomes and of the decisions behind their analysis.

    It takes `results` as `analysis.statistics.efficacy.summarise_efficacy` returns them. For real
    data there is a note on the dates of registration.
    """
    followup = find_followup(results, study)
    rows: list[TableRow] = [("Registered outcomes",)]
    rows += [_make_outcome_row(results, outcome, study, followup) for outcome in study.outcomes]
    rows.append(("Outcomes that were not registered",))
    for outcome in study.supporting:
        decided = DECIDED_BY[outcome.source]
        rows.append((outcome.label, "", "counted and listed", decided, "beside the harms", "added"))
    for heading, settings in _list_decisions(study):
        rows.append((heading,))
        for name, value, source in settings:
            rows.append((name, "", value, DECIDED_BY[source], "", ""))
    columns = (
        "Registered outcome, or decision",
        "Time frame",
        "Analysed as",
        "Decided by",
        "Reported",
        "Deviation",
    )
    notes = [
        "Where the registration is silent, the analysts decided; study.yml records each decision."
    ]
    if not provenance.simulated:
        trial = study.study
        notes.append(
            f"First posted {trial.first_posted.value}, start {trial.registered_start.value}: "
            "first submitted date to be checked."
        )
    return Table(columns, tuple(rows), notes=tuple(notes), numeric=False)


def _make_outcome_row(
    results: pd.DataFrame, outcome: Outcome, study: Study, followup: Visit
) -> TableRow:
    pairs = cell_of(results, f"efficacy.{outcome.name}.n_pairs")
    registered = study.visit(study.analysis.followup_visit.value)
    baseline = study.visit(study.analysis.baseline_visit.value)
    return (
        outcome.registered_name,
        f"{baseline.label}, {registered.label.lower()}",
        outcome.analysed_as,
        DECIDED_BY[outcome.source],
        (f"{outcome.role}, ", pairs, " pair" if pairs.text == "1" else " pairs"),
        _name_deviation(results, outcome, study, followup),
    )


def _name_deviation(results: pd.DataFrame, outcome: Outcome, study: Study, followup: Visit) -> str:
    """Return the deviations from registration or plan: visit, population, or no pairs."""
    analysed = results.set_index("result_id").loc[f"efficacy.{outcome.name}.n_pairs"]
    population = next(p for p in study.populations if p.name == analysed["population"])
    deviations = []
    if followup.name != study.analysis.followup_visit.value:
        deviations.append(f"another visit: {followup.label}")
    if population.name != study.analysis.population.value:
        deviations.append(f"another population: {population.label}")
    if analysed["text"] == "0":
        deviations.append("not reported: no pairs")
    return "; ".join(deviations) or "none"


Decision = tuple[str, str, str]


def _list_decisions(study: Study) -> Iterator[tuple[str, Iterable[Decision]]]:
    """Yield each group of decisions with name, value in words, and source."""
    yield "Analysis", _list_settings(study.analysis)
    yield "Estimand", _list_settings(study.estimand)
    dated = [each for each in study.visits if each.day is not None]
    days = [(each.label, f"study day {each.day}", each.source) for each in dated]
    windows = [
        (f"{each.label}, window", f"study days {each.low} to {each.high}", each.window_source)
        for each in dated
        if each.low is not None
    ]
    yield "Visits", [*days, *windows]
    yield "Specification of treatment and product", _list_settings(study.specification)
    yield "Scoring rules", _list_settings(study.scoring)
    yield "Data after the end of participation", _list_settings(study.data_after_end)
    yield "Populations", [(each.label, each.rule, each.source) for each in study.populations]
    events = study.intercurrent_events
    strategies = [(each.label, label_part(each.strategy).lower(), each.source) for each in events]
    yield "Intercurrent events", strategies


def _list_settings(record: Any) -> Iterator[Decision]:
    for field in dataclasses.fields(record):
        setting = getattr(record, field.name)
        value = print_constant(setting.value)
        value = (ZERO_RULES | _AFTER_END).get(value, value).replace("_", " ")
        yield _SETTINGS.get(field.name, label_part(field.name)), value, setting.source
