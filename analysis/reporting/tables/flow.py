"""The flow of participants as a table, beside its diagram."""

from analysis.describe.losses import LOSSES
from analysis.reporting.table import Table, cell_of


def make_flow_table(results, study):
    """Make the table of the flow: stages, visits, outcomes, with the reasons of every loss.

    Parameters
    ----------
    results : pandas.DataFrame
        Results with the rows of `analysis.describe.flow.describe_flow`.
    study : analysis.study.Study

    Returns
    -------
    analysis.reporting.table.Table
    """

    def cell(stage, statistic):
        return cell_of(results, f"flow.{stage}.{statistic}")

    rows = [("Stages",), ("Screened", cell("screened", "n"), "")]
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
        rows.append((outcome.label, cell(outcome.name, "n_analysed"), _missing(cell, outcome)))
    heads = ("Stage", "Participants", "Rule, or reasons with participants")
    return Table(heads, tuple(rows), numeric=False)


def _missing(cell, outcome):
    """Return the reasons why others are not analysed; an empty text if there are none."""
    return "" if cell(outcome.name, "n_not_analysed").text == "0" else cell(outcome.name, "reasons")
