"""Variants and components of each outcome, beside the whole score."""

from analysis.reporting.labels import label_part
from analysis.reporting.table import Table, cell_of
from analysis.reporting.tables.cells import (
    P_NOTE,
    directions,
    levels_note,
    mean_sd,
    with_interval,
    with_p,
)
from analysis.reporting.tables.efficacy import find_followup


def make_components_table(results, study):
    """Make the table of all variants and components, grouped by outcome.

    Parameters
    ----------
    results : pandas.DataFrame
        As `analysis.statistics.efficacy.summarise_efficacy` returns them.
    study : analysis.study.Study

    Returns
    -------
    analysis.reporting.table.Table
    """
    rows, scores = [], []
    for outcome in study.outcomes:
        parts = [name for name in outcome.variants if name != "primary"]
        parts += [*outcome.components, "treated_hands"]
        scored = [name for name in parts if _is_scored(results, outcome, name)]
        if not scored:
            continue
        rows.append((outcome.label,))
        rows.append(_make_row(results, "As analysed", f"efficacy.{outcome.name}"))
        for name in scored:
            score = f"efficacy.{outcome.name}.{name}"
            rows.append(_make_row(results, label_part(name), score))
            scores.append(score)
    columns = (
        "Score",
        "Pairs",
        "Baseline, mean (SD)",
        f"{find_followup(results, study).label}, mean (SD)",
        "Change, Hodges-Lehmann estimate (exact interval)",
        "p (smallest attainable)",
        "Improved / unchanged / worse",
    )
    notes = (
        P_NOTE,
        "None of these is part of the sequence of tests; all are descriptive.",
        levels_note(results, scores),
    )
    return Table(columns, tuple(rows), notes=notes)


def _is_scored(results, outcome, name):
    return (results["result_id"] == f"efficacy.{outcome.name}.{name}.hl").any()


def _make_row(results, heading, score):
    return (
        heading,
        cell_of(results, f"{score}.n_pairs"),
        mean_sd(results, score, "baseline"),
        mean_sd(results, score, "followup"),
        with_interval(results, score, "hl"),
        _print_p(results, score),
        directions(results, score),
    )


def _print_p(results, score):
    p_value, smallest = with_p(results, score, "p_value", "p_min")
    return (p_value, " (", smallest, ")") if p_value else ""
