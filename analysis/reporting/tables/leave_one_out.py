"""How far the estimate moves when one participant is left out."""

from analysis.reporting.labels import label_outcome
from analysis.reporting.table import Table, cell_of


def make_leave_one_out_table(results, study):
    """Make the table of the lowest and highest estimate without one participant.

    Parameters
    ----------
    results : pandas.DataFrame
        The sensitivity results; `group` of the lowest and highest names who was left out.
    study : analysis.study.Study

    Returns
    -------
    analysis.reporting.table.Table
    """
    left_out = results.set_index("result_id")["group"]
    rows = []
    for outcome in study.outcomes:
        start = f"sensitivity.{outcome.name}"
        ends = [f"{start}.leave_one_out.hl_{end}" for end in ("lowest", "highest")]
        cells = [cell for end in ends for cell in (cell_of(results, end), left_out[end])]
        rows.append((label_outcome(outcome), cell_of(results, f"{start}.primary.hl"), *cells))
    columns = ("Outcome", "All", "Lowest", "Without", "Highest", "Without")
    notes = (
        "Hodges-Lehmann estimates of the change; no interval and no p, since fewer participants "
        "answer another question.",
    )
    return Table(columns, tuple(rows), notes=notes)
