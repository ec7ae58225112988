"""The baseline table, summarised and by participant."""

from itertools import groupby

import pandas as pd

from analysis.describe.baseline import list_variables
from analysis.reporting.table import Table, cell_of
from analysis.results import format_number

NOT_RECORDED = "not recorded"


def make_baseline_table(results, study):
    """Make the baseline table: median and range first, or participants with a characteristic.

    Parameters
    ----------
    results : pandas.DataFrame
        Results with the rows of `analysis.describe.baseline.describe_baseline`.
    study : analysis.study.Study

    Returns
    -------
    analysis.reporting.table.Table
    """
    rows = []
    for section, variables in groupby(list_variables(study), key=lambda v: v.section):
        rows.append((section,))
        for variable in variables:
            rows += _summarise(variable, results)
    return Table(
        ("Characteristic", "Median (range), or participants", "Mean (SD)", "Not recorded"),
        tuple(rows),
        notes=("Percentages are of the participants in whom it is recorded.",),
    )


def make_participant_table(frame, study, *, label):
    """Make the baseline table with a column for every participant.

    Parameters
    ----------
    frame : pandas.DataFrame
        As `analysis.describe.coarsen.coarsen_baseline` or
        `analysis.describe.baseline.gather_baseline` returns it; a variable that it lacks is
        not shown.
    study : analysis.study.Study
    label : str
        Column of `frame` that heads the columns.

    Returns
    -------
    analysis.reporting.table.Table
    """
    shown = [variable for variable in list_variables(study) if variable.name in frame.columns]
    rows = []
    for section, variables in groupby(shown, key=lambda v: v.section):
        rows.append((section,))
        for variable in variables:
            texts = (_print(value, variable.decimals) for value in frame[variable.name])
            rows.append((variable.heading, *texts))
    return Table(("Characteristic", *frame[label]), tuple(rows), numeric=False)


def _summarise(variable, results):
    def cell(*parts):
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


def _print(value, decimals):
    if isinstance(value, str):
        return value or NOT_RECORDED
    return NOT_RECORDED if pd.isna(value) else format_number(value, decimals)
