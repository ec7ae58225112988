"""Who took part: the flow beside its diagram, and the baseline characteristics."""

from collections.abc import Iterable
from itertools import groupby

import pandas as pd

from analysis.describe.baseline import OUTCOMES, list_variables
from analysis.describe.flow import LOSSES
from analysis.describe.summaries import Variable
from analysis.reporting.table import Cell, Table, TableRow, cell_of
from analysis.results import format_number
from analysis.study import Study

_NOT_RECORDED = "not recorded"
# Characteristics before the procedure, few enough for one page of the article.
LEADING = (
    *("age", "bmi", "sex", "years_since_raynaud", "years_since_non_raynaud", "subset"),
    *("anti_centromere", "anti_scl70", "anti_rnap3", "interstitial_lung_disease"),
    *("ulcer_history", "ulcers_present", "contractures"),
)


def make_flow_table(results: pd.DataFrame, study: Study) -> Table:
    """Make the table of the flow: stages, visits and outcomes, with the reasons for every loss.

    It takes `results` with the rows of `analysis.describe.flow.describe_flow`.
    """

    def cell(stage: str, statistic: str) -> Cell:
        return cell_of(results, f"flow.{stage}.{statistic}")

    rows: list[TableRow] = [("Stages",), ("Screened", cell("screened", "n"), "")]
    for population in study.populations:
        rows.append((population.label, cell(population.name, "n"), population.rule))
    rows.append(("Losses",))
    for stage, label in LOSSES.items():
        rows.append((label, cell(stage, "n"), cell(stage, "reasons")))
    rows.append(("Visits attended",))
    for visit in study.visits:
        if visit.day is not None:
            missed = cell(visit.name, "n_missed").text != "0"
            reasons = cell(visit.name, "reasons") if missed else ""
            rows.append((visit.label, cell(visit.name, "n_attended"), reasons))
    rows.append(("Outcomes analysed",))
    for outcome in study.outcomes:
        missing = cell(outcome.name, "n_not_analysed").text != "0"
        reasons = cell(outcome.name, "reasons") if missing else ""
        rows.append((outcome.label, cell(outcome.name, "n_analysed"), reasons))
    heads = ("Stage", "Participants", "Rule, or reasons with participants")
    return Table(heads, tuple(rows), numeric=False)


def make_baseline_table(results: pd.DataFrame, study: Study) -> Table:
    """Make the baseline table of the article: leading characteristics and the outcomes.

    It takes `results` with the rows of `analysis.describe.baseline.describe_baseline`.
    """
    chosen = [variable for variable in list_variables(study) if _is_leading(variable)]
    return _summarise_all(chosen, results)


def make_further_baseline_table(results: pd.DataFrame, study: Study) -> Table:
    """Make the table of everything that the baseline table of the article leaves out."""
    chosen = [variable for variable in list_variables(study) if not _is_leading(variable)]
    return _summarise_all(chosen, results)


def _is_leading(variable: Variable) -> bool:
    return variable.section == OUTCOMES or variable.name in LEADING


def _summarise_all(variables: Iterable[Variable], results: pd.DataFrame) -> Table:
    rows: list[TableRow] = []
    for section, members in groupby(variables, key=lambda v: v.section):
        rows.append((section,))
        for variable in members:
            rows += _summarise(variable, results)
    return Table(
        ("Characteristic", "Median (range), or participants", "Mean (SD)", "Not recorded"),
        tuple(rows),
        notes=("Percentages are of the participants in whom it is recorded.",),
    )


def make_participant_table(frame: pd.DataFrame, study: Study, *, label: str) -> Table:
    """Make the baseline table with a column for every participant.

    It takes `frame` as `analysis.describe.coarsen.coarsen_baseline` or
    `analysis.describe.baseline.gather_baseline` returns it, and shows no variable that it lacks;
    `label` is the column of `frame` that heads the columns.
    """
    shown = [variable for variable in list_variables(study) if variable.name in frame.columns]
    rows: list[TableRow] = []
    for section, variables in groupby(shown, key=lambda v: v.section):
        rows.append((section,))
        for variable in variables:
            texts = (_print(value, variable.decimals) for value in frame[variable.name])
            rows.append((variable.heading, *texts))
    return Table(("Characteristic", *frame[label]), tuple(rows), numeric=False)


def _summarise(variable: Variable, results: pd.DataFrame) -> list[TableRow]:
    def cell(*parts: str) -> Cell:
        return cell_of(results, ".".join(("baseline", variable.name, *parts)))

    missing = cell("n_missing")
    if not variable.categories:
        return [(variable.heading, cell("median_range"), cell("mean_sd"), missing)]
    if variable.categories == ("yes", "no"):
        return [(variable.label, cell("yes", "n_share"), "", missing)]
    return [
        (f"{variable.label}: {value}", cell(value, "n_share"), "", "" if number else missing)
        for number, value in enumerate(variable.categories)
    ]


def _print(value: str | float, decimals: int) -> str:
    if isinstance(value, str):
        return value or _NOT_RECORDED
    return _NOT_RECORDED if pd.isna(value) else format_number(value, decimals)
