"""The nine registered outcomes: the primary analysis, and what supports it."""

from analysis.reporting.labels import label_outcome, label_part
from analysis.reporting.table import Table, cell_of
from analysis.reporting.tables.cells import (
    P_NOTE,
    directions,
    levels_note,
    mean_sd,
    with_interval,
    with_p,
)


def make_efficacy_table(results, study):
    """Make the main table: each outcome's levels, estimate, exact p and directions.

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
    for role in ("primary", "secondary"):
        rows.append((f"{role.capitalize()} outcome{'s' * (role == 'secondary')}",))
        for outcome in study.outcomes:
            if outcome.role == role:
                for heading, score in _list_scores(results, outcome):
                    rows.append(_make_row(results, heading, score))
                    scores.append(score)
    columns = (
        "Outcome",
        "Pairs",
        "Baseline, mean (SD)",
        f"{find_followup(results, study).label}, mean (SD)",
        "Change, Hodges-Lehmann estimate (exact interval)",
        "p",
        "Smallest attainable p",
        "Improved / unchanged / worse",
    )
    sequence = (
        "The outcomes are tested in registered order, an order that the analysts imposed, until "
        f"the first p above {study.analysis.alpha.value:g}; it stops at: ",
        cell_of(results, "efficacy.fixed_sequence.stopped_at"),
        ". All after such a step are descriptive.",
    )
    return Table(columns, tuple(rows), notes=(P_NOTE, levels_note(results, scores), sequence))


def make_supportive_table(results, study):
    """Make the table of means, effect sizes and jointly adjusted p-values."""
    rows = []
    for outcome in study.outcomes:
        score = f"efficacy.{outcome.name}"
        rows.append(
            (
                label_outcome(outcome),
                cell_of(results, f"{score}.n_nonzero"),
                with_interval(results, score, "mean_change"),
                with_interval(results, score, "d_z"),
                cell_of(results, f"{score}.g_av"),
                cell_of(results, f"{score}.rank_biserial"),
                *_print_supportive_p(results, score),
            )
        )
    columns = (
        "Outcome",
        "Non-zero pairs",
        "Mean change (t interval)",
        "Mean change / its SD, d_z (interval)",
        "Mean change / SD of visits, g_av",
        "Rank-biserial correlation",
        "Mid-p",
        "Max-T p (smallest attainable)",
    )
    notes = (
        "p tests whether changes are symmetric about zero; it cannot say what caused them.",
        "All signs are those of the change, follow-up minus baseline.",
        "Max-T adjusts for all outcomes by flipping the sign of a participant's whole set of "
        "changes; it is descriptive.",
        (
            "Global test of all outcomes that have a better direction, by flipping the signs of "
            "participants' sums of standardised improvements: p = ",
            cell_of(results, "efficacy.global_test.p_value"),
            " (smallest attainable ",
            cell_of(results, "efficacy.global_test.p_min"),
            "). Smallest p that Holm's rule could have reached: ",
            cell_of(results, "efficacy.holm.floor"),
            ". Both are descriptive.",
        ),
    )
    return Table(columns, tuple(rows), notes=notes)


def find_followup(results, study):
    """Return the follow-up visit that the results are about."""
    first = f"efficacy.{study.outcomes[0].name}.n_pairs"
    return study.visit(results.loc[results["result_id"] == first, "visit"].iloc[0])


def _print_supportive_p(results, score):
    mid_p, adjusted, smallest = with_p(results, score, "mid_p", "max_t_p", "max_t_p_min")
    return (mid_p, (adjusted, " (", smallest, ")") if adjusted else "")


def _list_scores(results, outcome):
    yield label_outcome(outcome), f"efficacy.{outcome.name}"
    for variant in outcome.shown_beside:
        score = f"efficacy.{outcome.name}.{variant}"
        if (results["result_id"] == f"{score}.hl").any():
            yield f"{outcome.label}: {label_part(variant).lower()}", score


def _make_row(results, heading, score):
    return (
        heading,
        cell_of(results, f"{score}.n_pairs"),
        mean_sd(results, score, "baseline"),
        mean_sd(results, score, "followup"),
        with_interval(results, score, "hl"),
        *with_p(results, score, "p_value", "p_min"),
        directions(results, score),
    )
