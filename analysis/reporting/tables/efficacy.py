"""The nine registered outcomes: the primary analysis, what supports it, and their parts."""

import pandas as pd

from analysis.reporting.table import (
    P_NOTE,
    Table,
    cell_of,
    cells_of,
    directions,
    in_brackets,
    label_outcome,
    label_part,
    levels_note,
    mean_sd,
    with_interval,
    with_p,
)
from analysis.results import introduce_p
from analysis.study import Study


def make_efficacy_table(results: pd.DataFrame, study: Study) -> Table:
    """Make the main table: each outcome's levels, estimate, exact p and directions.

    It takes `results` as `analysis.statistics.efficacy.summarise_efficacy` returns them.
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


def make_supportive_table(results: pd.DataFrame, study: Study) -> Table:
    """Make the table of means, effect sizes and jointly adjusted p-values."""
    rows = []
    for outcome in study.outcomes:
        score = f"efficacy.{outcome.name}"
        estimates = (with_interval(results, score, name) for name in ("mean_change", "d_z"))
        n_nonzero, *effects = cells_of(results, score, "n_nonzero", "g_av", "rank_biserial")
        mid_p, *adjusted = with_p(results, score, "mid_p", "max_t_p", "max_t_p_min")
        p_values = (mid_p, in_brackets(*adjusted))
        rows.append((label_outcome(outcome), n_nonzero, *estimates, *effects, *p_values))
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
    global_p = cell_of(results, "efficacy.global_test.p_value")
    notes = (
        "p tests whether changes are symmetric about zero; it cannot say what caused them.",
        "All signs are those of the change, follow-up minus baseline.",
        "Max-T adjusts for all outcomes by flipping the sign of a participant's whole set of "
        "changes; it is descriptive.",
        (
            "Global test of all outcomes that have a better direction, by flipping the signs of "
            f"participants' sums of standardised improvements: {introduce_p(global_p.text)}",
            global_p,
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


def _list_scores(results, outcome):
    yield label_outcome(outcome), f"efficacy.{outcome.name}"
    for variant in outcome.shown_beside:
        if _is_scored(results, outcome, variant):
            label = f"{outcome.label}: {label_part(variant).lower()}"
            yield label, f"efficacy.{outcome.name}.{variant}"


def _is_scored(results, outcome, name):
    return (results["result_id"] == f"efficacy.{outcome.name}.{name}.hl").any()


def _make_row(results, heading, score, *, p_together=False):
    p_values = with_p(results, score, "p_value", "p_min")
    return (
        heading,
        cell_of(results, f"{score}.n_pairs"),
        mean_sd(results, score, "baseline"),
        mean_sd(results, score, "followup"),
        with_interval(results, score, "hl"),
        *((in_brackets(*p_values),) if p_together else p_values),
        directions(results, score),
    )


def make_components_table(results: pd.DataFrame, study: Study) -> Table:
    """Make the table of all variants and components, grouped by outcome.

    It takes `results` as `analysis.statistics.efficacy.summarise_efficacy` returns them.
    """
    rows, scores = [], []
    for outcome in study.outcomes:
        parts = [name for name in outcome.variants if name != "primary"]
        parts += [*outcome.components, "treated_hands"]
        scored = [name for name in parts if _is_scored(results, outcome, name)]
        if not scored:
            continue
        start = f"efficacy.{outcome.name}"
        listed = {"As analysed": start, **{label_part(name): f"{start}.{name}" for name in scored}}
        rows.append((outcome.label,))
        rows += [_make_row(results, *score, p_together=True) for score in listed.items()]
        scores += list(listed.values())[1:]
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


def make_thresholds_table(results: pd.DataFrame, study: Study) -> Table:
    """Make the table of published group-level thresholds, an outcome a row.

    It takes `results` as `analysis.statistics.efficacy.summarise_efficacy` returns them.
    """
    rows = []
    for outcome in study.outcomes:
        score, threshold = f"efficacy.{outcome.name}", outcome.threshold
        reached, pairs = cells_of(results, score, "n_reached_mid", "n_pairs")
        if threshold is None:
            rows.append((outcome.label, reached, "", pairs, "", ""))
            continue
        expected = cell_of(results, f"{score}.expected_by_noise")
        if threshold.measurement_error is not None:
            share = cell_of(results, f"{score}.noise_share")
            expected = (expected, " (chance of each: ", share, ")")
        limit = (f"{threshold.value:g} {outcome.unit}", threshold.population)
        rows.append((outcome.label, *limit, pairs, reached, expected))
    columns = (
        "Outcome",
        "Published improvement",
        "Derived in",
        "Pairs",
        "Participants who reached it",
        "Participants expected by noise alone",
    )
    notes = (
        "These are values for the mean of a group, no cut-offs for one person.",
        "Noise alone: nobody changes, and two measurements differ by their published errors, "
        "taken as normal, on the grid of the score.",
    )
    return Table(columns, tuple(rows), notes=notes, numeric=False)
