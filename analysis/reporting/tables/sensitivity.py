"""The sensitivity analyses of the primary outcome, and those of all outcomes."""

import pandas as pd

from analysis.reporting.table import (
    P_NOTE,
    Table,
    cell_of,
    cells_of,
    join_interval,
    label_outcome,
    label_part,
    levels_note,
    with_interval,
)
from analysis.results import NOT_ESTIMABLE
from analysis.statistics.alternatives import ALIKE_UP_TO
from analysis.study import Study

_COLUMNS = ("Analysis", "Pairs", "Change, estimate (interval)", "p", "Smallest attainable p")
REUSE_NOTE = "All rows reuse the same participants."
ABSENT_NOTE = (
    "A scoring without pairs was not recorded, or study.yml does not name its items: no source at "
    "hand lists those of the Cochin short form."
)
OTHER_TESTS = (
    ("pratt", "Exact test, zeros ranked, then dropped (Pratt)"),
    ("mid_p", "Exact test, mid-p"),
    ("sign_test", "Sign test"),
)
OTHER_MEANS = (
    ("sign_flip", "Mean, sign flips and their exact interval"),
    ("t", "Mean, paired t and its interval"),
)
OTHER_CENTRES = (("median_change", "Median"), ("trimmed_mean_change", "Trimmed mean"))
NOT_EXACT = ("mid_p", "t")
ALTERNATIVES = (
    (
        "Other participants",
        (("population.{other}", "{label}"), ("completers", "All outcomes paired")),
    ),
    (
        "Intercurrent events before the follow-up visit",
        (
            ("events.excluded", "Participants with an event excluded"),
            ("events.no_change", "Change of participants with an event set to 0"),
        ),
    ),
    (
        "Missing follow-up scores",
        (
            ("missing.last_observation", "Last observation: the last score between the visits"),
            ("missing.baseline_observation", "Baseline observation: no change"),
            ("missing.worst_case", "Worst case: the least improvement that anybody had"),
            ("missing.best_case", "Best case: the greatest improvement that anybody had"),
        ),
    ),
)
PREFIX = "tipping."


def make_primary_sensitivity_table(
    results: pd.DataFrame, study: Study, *, other_population: str
) -> Table:
    """Make the table of everything that was varied for the primary outcome.

    Parameters
    ----------
    other_population
        The population that the primary one is compared with.
    """
    outcome = next(o for o in study.outcomes if o.role == "primary")
    start = f"sensitivity.{outcome.name}"
    pairs, missing = cells_of(results, start, "primary.n_pairs", "missing.n_missing")
    labels = {population.name: population.label for population in study.populations}
    names = {"other": other_population, "label": labels[other_population]}
    rows = [
        (label_outcome(outcome),),
        _make_row(results, "Primary analysis", f"{start}.primary"),
        ("Other tests and estimates of the same changes",),
        *(_make_test_row(results, label, start, test) for test, label in OTHER_TESTS),
        *(_make_test_row(results, label, start, test, mean=True) for test, label in OTHER_MEANS),
        *(
            (label, pairs, cell_of(results, f"{start}.robust.{name}"), "", "")
            for name, label in OTHER_CENTRES
        ),
    ]
    for heading, alternatives in ALTERNATIVES:
        rows.append((heading,))
        for qualifier, label in alternatives:
            score = f"{start}.{qualifier.format(**names)}"
            rows.append(_make_row(results, label.format(**names), score))
    rows.append(("Other scorings of the instrument",))
    rows += _make_variant_rows(results, outcome, start)
    notes = (
        P_NOTE,
        _note_agreement(pairs),
        ("Participants with a baseline score but no follow-up score: ", missing, "."),
        levels_note(results, [f"{start}.primary"]),
    )
    return Table(_COLUMNS, tuple(rows), notes=notes)


def make_variants_table(results, study):
    """Make the table of every outcome's other scorings, each under its primary one."""
    rows, scores = [], []
    for outcome in study.outcomes:
        if len(outcome.variants) == 1:
            continue
        start = f"sensitivity.{outcome.name}"
        rows.append((label_outcome(outcome),))
        primary = outcome.analysed_as[0].upper() + outcome.analysed_as[1:]
        rows.append(_make_row(results, primary, f"{start}.primary"))
        rows += _make_variant_rows(results, outcome, start)
        scores.append(f"{start}.primary")
    notes = (P_NOTE, ABSENT_NOTE, levels_note(results, scores))
    return Table(_COLUMNS, tuple(rows), notes=notes)


def _make_variant_rows(results, outcome, start):
    return [
        _make_row(results, label_part(variant), f"{start}.variant.{variant}")
        for variant in outcome.variants
        if variant != "primary"
    ]


def _make_row(results, label, score):
    pairs = cell_of(results, f"{score}.n_pairs")
    if pairs.text == "0":
        return (label, pairs, NOT_ESTIMABLE, "", "")
    estimate = with_interval(results, score, "hl")
    return (label, pairs, estimate, *cells_of(results, score, "p_value", "p_min"))


def _make_test_row(results, label, start, test, *, mean=False):
    pairs, value, smallest = cells_of(
        results, f"{start}.primary", "n_pairs", "mean_change", "p_min"
    )
    limits = (
        cells_of(results, f"{start}.{test}", "mean_change_low", "mean_change_high") if mean else ()
    )
    estimate = join_interval(value, *limits) if mean else ""
    if pairs.text == "0":
        return (label, pairs, estimate, "", "")
    # Every exact test of the same changes has the same smallest p: all signs alike.
    smallest = "" if test in NOT_EXACT else smallest
    return (label, pairs, estimate, cell_of(results, f"{start}.{test}.p_value"), smallest)


def _note_agreement(pairs):
    """Return the note on what few pairs make alike, and on whom all rows reuse."""
    if not 0 < int(pairs.text) <= ALIKE_UP_TO:
        return REUSE_NOTE
    return (
        "With ",
        pairs,
        f" {'pair' if pairs.text == '1' else 'pairs'} the signed-rank tests, the sign flips and "
        "the exact interval reach the same decision at 5 % by arithmetic, so their agreement is "
        f"no further evidence. {REUSE_NOTE}",
    )


def make_leave_one_out_table(results: pd.DataFrame, study: Study) -> Table:
    """Make the table of the lowest and highest estimate without one participant.

    Parameters
    ----------
    results
        The sensitivity results; `group` of the lowest and highest names who was left out.
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


def make_tipping_table(results: pd.DataFrame, study: Study) -> Table:
    """Make the tipping-point table of every outcome that somebody lacks."""
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
        ids = zip(tried["result_id"], tried["group"], strict=True)
        for name, label in sorted(ids, key=lambda row: _read_change(row[0])):
            score = name.removesuffix(".hl")
            n_pairs, *p_values = cells_of(results, score, "n_pairs", "p_value", "p_min")
            estimate = with_interval(results, score, "hl")
            rows.append((label.capitalize(), n_pairs, estimate, *p_values))
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


def _read_change(result_id):
    """Read the assumed change back from an id such as ...tipping.minus_2_5.hl."""
    name = result_id.split(".")[-2]
    sign = -1 if name.startswith("minus_") else 1
    return sign * float(name.removeprefix("minus_").removeprefix("plus_").replace("_", "."))
