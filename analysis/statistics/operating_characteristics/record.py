"""The committed record of the simulation, the source of the report's numbers."""

from pathlib import Path
from typing import Any

import pandas as pd

from analysis.results import Context, ResultWriter, collect_results, format_percent

SIMULATION_FILE = Path(__file__).with_name("record.csv")
WARNING = "assumed changes, no data of participants"


def read_simulation(file: Path = SIMULATION_FILE) -> pd.DataFrame:
    """Read the record.

    Returns
    -------
    As `simulate.summarise_counts`.
    """
    return pd.read_csv(file, keep_default_na=False, na_values={"sd_change": "", "step": ""})


def write_simulation(table: pd.DataFrame, file: Path = SIMULATION_FILE) -> Path:
    """Write the record and return its path."""
    file.parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(file, index=False, lineterminator="\n", encoding="utf-8", float_format="%.12g")
    return file


def summarise_design(record: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Turn the record of the simulation into results.

    Parameters
    ----------
    record
        As `read_simulation` returns it.

    Returns
    -------
    ``sensitivity.<outcome>.design.<scenario>.<statistic>``: shares of simulated trials.
    """
    rows = []
    for row in record.to_dict("records"):
        outcome, *scenario = row["scenario"].split(".")
        qualifier = ".".join(("design", *scenario))
        writer = ResultWriter(context, outcome, row["n"], qualifier=qualifier, warning=WARNING)
        text, method = format_percent(row["value"], 1), _describe(row)
        rows.append(
            writer.row(row["statistic"], row["value"], text, unit="share of trials", method=method)
        )
    return collect_results(rows)


def _describe(row: dict[Any, Any]) -> str:
    trials = f"{row['trials']} simulated trials, Monte Carlo error {row['error']:.4f}"
    if pd.isna(row["sd_change"]):
        return f"{trials}; outcomes without a change, correlation {row['correlation']:g}"
    grid = f"grid of {row['step']:.4g}" if row["step"] else "no grid"
    return f"{trials}; mean change {row['mean_change']:g}, SD {row['sd_change']:.4g}, {grid}"
