"""What this design can and cannot do, from simulation."""

import pandas as pd

from analysis.reporting.table import Table, cell_of
from analysis.study import Study


def make_design_table(results: pd.DataFrame, study: Study) -> Table:
    """Make the table of operating characteristics, a row per outcome that was simulated.

    An outcome that study.yml has gained since the record was made is named in a note.

    Parameters
    ----------
    results
        The results of `analysis.statistics.design_results.summarise_design`.
    """
    rows = []
    simulated = set(results["outcome"])
    absent = [outcome.label for outcome in study.outcomes if outcome.name not in simulated]
    for outcome in study.outcomes:
        if outcome.name not in simulated:
            continue
        start = f"sensitivity.{outcome.name}.design"
        rows.append(
            (
                outcome.label,
                cell_of(results, f"{start}.assumed.p_out_of_reach"),
                *(
                    _three_tests(results, f"{start}.{change}")
                    for change in ("no_change", "assumed")
                ),
                *(
                    cell_of(results, f"{start}.no_change.covered_{interval}")
                    for interval in ("closed", "open")
                ),
            )
        )
    columns = (
        "Outcome",
        f"p at or below {study.analysis.alpha.value:g} out of reach",
        "Rejects without a change: exact / mid-p / t",
        "Rejects with the assumed change: exact / mid-p / t",
        "Closed interval covers zero, without a change",
        "Open interval covers zero, without a change",
    )
    family = "sensitivity.family.design"
    notes = (
        "Shares of simulated trials of seven participants, each outcome on its own grid with its "
        "floor and ceiling. Spread and assumed changes are assumptions, not results.",
        (
            "At least one of nine exact p at or below 0.05 without any change: ",
            cell_of(results, f"{family}.independent.any_exact"),
            " if the outcomes were independent and continuous, ",
            cell_of(results, f"{family}.no_grid.any_exact"),
            " if continuous and correlated, ",
            cell_of(results, f"{family}.own_grids.any_exact"),
            " if correlated on their own grids.",
        ),
    )
    if absent:
        notes = (*notes, f"Not simulated: {', '.join(absent)}.")
    return Table(columns, tuple(rows), notes=notes)


def _three_tests(results, start):
    exact, mid_p, t = (
        cell_of(results, f"{start}.rejected_{test}") for test in ("exact", "mid_p", "t")
    )
    return (exact, " / ", mid_p, " / ", t)
