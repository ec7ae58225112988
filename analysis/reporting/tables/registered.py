"""What was registered against what is reported, and who decided the rest."""

import dataclasses

import pandas as pd

from analysis.provenance import Provenance
from analysis.reporting.table import Table, cell_of, label_part
from analysis.reporting.tables.efficacy import find_followup
from analysis.statistics.outcome import ZERO_RULES
from analysis.study import Study

DECIDED_BY = {"registry": "registration", "assumed": "analysts"}


def make_registered_table(results: pd.DataFrame, study: Study, provenance: Provenance) -> Table:
    """Make the table of registered outcomes and of the decisions behind their analysis.

    Parameters
    ----------
    results
        As `analysis.statistics.efficacy.summarise_efficacy` returns them.
    provenance
        Real data get the note on the dates of registration.
    """
    followup = find_followup(results, study)
    rows = [("Registered outcomes",)]
    rows += [_make_outcome_row(results, outcome, study, followup) for outcome in study.outcomes]
    rows.append(("Outcomes that were not registered",))
    for outcome in study.supporting:
        decided = DECIDED_BY[outcome.source]
        rows.append((outcome.label, "", "counted and listed", decided, "beside safety", "added"))
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


def _make_outcome_row(results, outcome, study, followup):
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


def _name_deviation(results, outcome, study, followup):
    """Name what is not as registered or planned: the visit, the population, or no pairs."""
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


def _list_decisions(study):
    """Yield each group of decisions with name, value in words, and source."""
    yield "Analysis", _list_settings(study.analysis)
    yield "Estimand", _list_settings(study.estimand)
    yield "Populations", [(each.label, each.rule, each.source) for each in study.populations]
    events = study.intercurrent_events
    strategies = [(each.label, label_part(each.strategy).lower(), each.source) for each in events]
    yield "Intercurrent events", strategies


def _list_settings(record):
    for field in dataclasses.fields(record):
        setting = getattr(record, field.name)
        value = setting.value if isinstance(setting.value, str) else f"{setting.value:g}"
        value = ZERO_RULES.get(value, value).replace("_", " ")
        yield label_part(field.name), value, setting.source
