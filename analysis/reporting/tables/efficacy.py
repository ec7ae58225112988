"""The registered outcomes: the primary analysis, supportive analyses, and components."""

from collections.abc import Iterator

import pandas as pd

from analysis.reporting.table import (
    DIRECTIONS,
    DIRECTIONS_NOTE,
    Content,
    Table,
    TableRow,
    cell_of,
    cells_of,
    directions,
    in_brackets,
    label_outcome,
    label_part,
    levels_note,
    mean_sd,
    note_deaths,
    note_p,
    with_interval,
    with_p,
)
from analysis.results import introduce_p, name_kind
from analysis.statistics.published import name_error
from analysis.study import Outcome, Study
from analysis.visits import Visit


def make_efficacy_table(results: pd.DataFrame, study: Study) -> Table:
    """Make the main table: each outcome's levels, estimate, exact p and directions.

    It takes `results` as `analysis.statistics.efficacy.summarise_efficacy` returns them.
    """
    rows: list[TableRow] = []
    scores = []
    for role in ("primary", "secondary"):
        outcomes = [outcome for outcome in study.outcomes if outcome.role == role]
        if outcomes:
            rows.append((f"{role.capitalize()} outcome{'s' * (role == 'secondary')}",))
        for outcome in outcomes:
            for heading, score in _list_scores(results, outcome):
                rows.append(_make_row(results, heading, score))
                scores.append(score)
    columns = _name_columns(results, study, "Outcome", "p", "Smallest attainable p")
    sequence = (
        "The outcomes are tested in registered order, a sequence that the analysts imposed, until "
        f"the first p above {study.analysis.alpha.value:g}; it stops at: ",
        cell_of(results, "efficacy.fixed_sequence.stopped_at"),
        ". All after such a step are descriptive.",
    )
    notes = (note_p(results), levels_note(results, scores), DIRECTIONS_NOTE, sequence)
    return Table(columns, tuple(rows), notes=notes)


def make_supportive_table(results: pd.DataFrame, study: Study) -> Table:
    """Make the table of means, effect sizes and jointly adjusted p-values."""
    rows: list[TableRow] = []
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
    notes: tuple[Content, ...] = (
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
        *note_deaths(
            results,
            (f"efficacy.{outcome.name}" for outcome in study.outcomes),
            "Deaths have the worst rank in the non-zero pairs, the rank-biserial correlation and "
            "mid-p; all else is the survivors'.",
        ),
    )
    return Table(columns, tuple(rows), notes=notes)


def find_followup(results: pd.DataFrame, study: Study) -> Visit:
    """Return the follow-up visit that the results are about."""
    first = f"efficacy.{study.outcomes[0].name}.n_pairs"
    name = results.loc[results["result_id"] == first, "visit"].iloc[0]
    return next(visit for visit in study.visits if visit.name == name)


def _name_columns(
    results: pd.DataFrame, study: Study, first: str, *p_values: str
) -> tuple[str, ...]:
    followup = f"{find_followup(results, study).label}, mean (SD)"
    kind = name_kind(results, "hl_low")
    change = f"Change, Hodges-Lehmann estimate ({kind} interval)"
    return (first, "Pairs", "Baseline, mean (SD)", followup, change, *p_values, DIRECTIONS)


def _list_scores(results: pd.DataFrame, outcome: Outcome) -> Iterator[tuple[str, str]]:
    yield label_outcome(outcome), f"efficacy.{outcome.name}"
    for variant in outcome.shown_beside:
        if _is_scored(results, outcome, variant):
            label = f"{outcome.label}: {label_part(variant).lower()}"
            yield label, f"efficacy.{outcome.name}.{variant}"


def _is_scored(results: pd.DataFrame, outcome: Outcome, name: str) -> bool:
    return bool(results["result_id"].eq(f"efficacy.{outcome.name}.{name}.hl").any())


def _make_row(
    results: pd.DataFrame, heading: str, score: str, *, p_together: bool = False
) -> TableRow:
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
    """Make the table of all components, grouped by outcome; variants have a separate table.

    It takes `results` as `analysis.statistics.efficacy.summarise_efficacy` returns them.
    """
    rows: list[TableRow] = []
    scores: list[str] = []
    for outcome in study.outcomes:
        parts = (*outcome.components, "treated_hands")
        scored = [name for name in parts if _is_scored(results, outcome, name)]
        rows += [(outcome.label,)] if scored else []
        for name in scored:
            scores.append(f"efficacy.{outcome.name}.{name}")
            rows.append(_make_row(results, label_part(name), scores[-1], p_together=True))
    columns = _name_columns(results, study, "Score", "p (smallest attainable)")
    notes = (
        note_p(results),
        "None of these is part of the sequence of tests; all are descriptive.",
        levels_note(results, scores),
    )
    return Table(columns, tuple(rows) or (("None", *[""] * 6),), notes=notes)


def make_thresholds_table(results: pd.DataFrame, study: Study) -> Table:
    """Make the table of published group-level thresholds, a row for each outcome that has one.

    It takes `results` as `analysis.statistics.efficacy.summarise_efficacy` returns them.
    """
    rows: list[TableRow] = []
    for outcome in study.outcomes:
        score, threshold = f"efficacy.{outcome.name}", outcome.threshold
        reached, pairs = cells_of(results, score, "n_reached_mid", "n_pairs")
        if threshold is None:
            continue
        by_chance = cell_of(results, f"{score}.expected_by_noise")
        expected: Content = by_chance
        beyond: TableRow = ("", "")
        if outcome.has_error:
            share = cell_of(results, f"{score}.noise_share")
            expected = (by_chance, " (average chance: ", share, ")")
            names = ("n_beyond_better", "n_beyond_worse", "beyond_by_noise")
            better, worse, by_noise = cells_of(results, score, *names)
            beyond = ((better, " better, ", worse, " worse"), by_noise)
        limit = (f"{threshold.value:g} {outcome.unit}", threshold.population)
        rows.append((outcome.label, *limit, pairs, reached, expected, *beyond))
    columns = (
        "Outcome",
        "Published improvement",
        "Threshold derived in",
        "Pairs",
        "Participants who reached it",
        "Expected by noise alone",
        "Beyond error of measurement",
        "Beyond it by noise alone",
    )
    errors = [f"{each.label}: {name_error(each)}" for each in study.outcomes if each.has_error]
    without = [each.label for each in study.outcomes if each.threshold is None]
    notes = (
        "These are values for the mean of a group, no cut-offs for one person."
        + (f" None is published for: {'; '.join(without)}." if without else ""),
        "Noise alone: nobody changes, and two measurements differ by their errors, taken as "
        "normal, on the grid of the score.",
        DIRECTIONS_NOTE,
        *(f"{error}." for error in errors),
    )
    return Table(columns, tuple(rows) or (("None", *[""] * 7),), notes=notes, numeric=False)
