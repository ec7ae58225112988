"""Every change that the missing could have had, and what would follow."""

from analysis.reporting.labels import label_outcome
from analysis.reporting.table import Table, cell_of
from analysis.reporting.tables.cells import P_NOTE, with_interval

PREFIX = "tipping."


def make_tipping_table(results, study):
    """Make the tipping-point table of every outcome that somebody lacks.

    Parameters
    ----------
    results : pandas.DataFrame
        The sensitivity results.
    study : analysis.study.Study

    Returns
    -------
    analysis.reporting.table.Table
    """
    rows = []
    for outcome in study.outcomes:
        start = f"sensitivity.{outcome.name}"
        tried = results[
            results["result_id"].str.startswith(f"{start}.{PREFIX}")
            & (results["statistic"] == "hl")
        ]
        if tried.empty:
            continue
        missing = cell_of(results, f"{start}.missing.n_missing")
        rows.append(((label_outcome(outcome), ": missing ", missing),))
        for name, label in sorted(
            zip(tried["result_id"], tried["group"], strict=True), key=lambda row: _read(row[0])
        ):
            score = name.removesuffix(".hl")
            rows.append(
                (
                    label.capitalize(),
                    cell_of(results, f"{score}.n_pairs"),
                    with_interval(results, score, "hl"),
                    cell_of(results, f"{score}.p_value"),
                    cell_of(results, f"{score}.p_min"),
                )
            )
    if not rows:
        rows.append(("Nobody with a baseline score lacks the follow-up score", *[""] * 4))
    columns = (
        "Assumed change of the missing",
        "Pairs",
        "Change, Hodges-Lehmann (interval)",
        "p",
        "Smallest attainable p",
    )
    notes = (
        P_NOTE,
        "All who lack a score are given the same change, kept within the range of the score; "
        "nobody knows which of these rows is true. In an outcome that is not listed nobody with a "
        "baseline score lacks the follow-up score.",
    )
    return Table(columns, tuple(rows), notes=notes)


def _read(result_id):
    """Read the assumed change back from an id such as ...tipping.minus_2_5.hl."""
    name = result_id.split(".")[-2]
    sign = -1 if name.startswith("minus_") else 1
    return sign * float(name.removeprefix("minus_").removeprefix("plus_").replace("_", "."))
