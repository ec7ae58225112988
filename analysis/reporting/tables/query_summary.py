"""Queries and changes by rule, as a printed table."""

import pandas as pd

from analysis.reporting.table import Table, TableRow

SEVERITIES = {
    "error": "Errors",
    "warning": "Warnings",
    "note": "Notes",
    "": "Logged without a query",
}
ACTIONS = {
    "converted": "converted",
    "set_missing": "set missing",
    "kept": "kept",
    "set_aside": "row set aside",
    "corrected": "corrected",
}


def make_query_table(summary: pd.DataFrame) -> Table:
    """Make the table of the rules that found something.

    `summary` has `rule, severity, action, queries, changes`, as `analysis.cleaning.logs` counts.
    """
    rows: list[TableRow] = []
    for severity, heading in SEVERITIES.items():
        part = summary[summary["severity"] == severity]
        if len(part):
            rows.append((heading,))
            for row in part.to_dict("records"):
                counts = (str(row["queries"]), str(row["changes"]))
                rows.append((row["rule"].replace("_", " "), ACTIONS[row["action"]], *counts))
    return Table(
        columns=("Rule", "What is done", "Queries", "Changed cells or rows"),
        rows=tuple(rows),
        notes=("A cell that several rules changed counts under each of them.",),
    )
