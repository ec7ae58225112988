"""What this design can and cannot do, from simulation."""

import pandas as pd

from analysis.reporting.table import Content, Table, TableRow, cell_of, cells_of
from analysis.statistics.operating_characteristics.scenarios import ALPHA
from analysis.study import Study


def make_design_table(results: pd.DataFrame, study: Study) -> Table:
    """Make the table of operating characteristics, a row per outcome that was simulated.

    It takes `results` as `analysis.statistics.operating_characteristics.record.summarise_design`
    returns them. Outcomes added to study.yml since the record was made are named in a note.
    """
    rows: list[TableRow] = []
    simulated = set(results["outcome"]) - {"family"}
    absent = [outcome.label for outcome in study.outcomes if outcome.name not in simulated]
    for outcome in study.outcomes:
        if outcome.name not in simulated:
            continue
        start = f"sensitivity.{outcome.name}.design"
        tests = (_three_tests(results, f"{start}.{change}") for change in ("no_change", "assumed"))
        unreachable = cell_of(results, f"{start}.assumed.p_out_of_reach")
        covered = cells_of(results, f"{start}.no_change", "covered_closed", "covered_open")
        rows.append((outcome.label, unreachable, *tests, *covered))
    columns = (
        "Outcome",
        f"p at or below {ALPHA:g} out of reach",
        "Rejects without a change: exact / mid-p / t",
        "Rejects with the assumed change: exact / mid-p / t",
        "Closed interval covers zero, without a change",
        "Open interval covers zero, without a change",
    )
    family = "sensitivity.family.design"
    kinds = (f"{kind}.any_exact" for kind in ("independent", "no_grid", "own_grids"))
    independent, correlated, on_grids = cells_of(results, family, *kinds)
    notes: tuple[Content, ...] = (
        f"Shares of simulated trials of {results['n'].max()} participants, each outcome on its own "
        "grid with its floor and ceiling. Spread and assumed changes are assumptions, not results.",
        (
            f"At least one of {len(simulated)} exact p at or below {ALPHA:g} without any change: ",
            independent,
            " if the outcomes were independent and continuous, ",
            correlated,
            " if continuous and correlated, ",
            on_grids,
            " if correlated on their own grids.",
        ),
    )
    if absent:
        notes = (*notes, f"Not simulated: {', '.join(absent)}.")
    return Table(columns, tuple(rows), notes=notes)


def _three_tests(results: pd.DataFrame, start: str) -> Content:
    names = (f"rejected_{test}" for test in ("exact", "mid_p", "t"))
    exact, mid_p, t = cells_of(results, start, *names)
    return (exact, " / ", mid_p, " / ", t)
