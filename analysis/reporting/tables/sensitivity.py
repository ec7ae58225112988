"""The sensitivity analyses of the primary outcome, and those of all outcomes."""

import pandas as pd

from analysis.reporting.table import (
    Cell,
    Content,
    Table,
    TableRow,
    cell_of,
    cells_of,
    join_interval,
    label_outcome,
    label_part,
    levels_note,
    note_deaths,
    note_p,
    with_interval,
)
from analysis.results import NOT_ATTAINABLE, NOT_ESTIMABLE, find_text, format_percent, name_kind
from analysis.statistics.alternatives import TRIMMED_SHARE, must_agree
from analysis.study import Outcome, Study

_COLUMNS = ("Analysis", "Pairs", "Change, estimate (interval)", "p", "Smallest attainable p")
REUSE_NOTE = "All rows reuse the same participants."
ABSENT_NOTE = (
    "A scoring without pairs is left out: it was not recorded, or study.yml does not name its "
    "items (no source at hand lists those of the Cochin short form)."
)
OTHER_TESTS = (
    ("pratt", "{test}, zeros ranked, then dropped (Pratt)"),
    ("mid_p", "{test}, mid-p"),
    ("sign_test", "Sign test"),
)
OTHER_MEANS = (
    ("sign_flip", "Mean, sign flips and their {interval} interval"),
    ("t", "Mean, paired t and its interval"),
)
TRIMMED = f"Mean without the outer {format_percent(TRIMMED_SHARE)} at either end"
OTHER_CENTRES = (("median_change", "Median"), ("trimmed_mean_change", TRIMMED))
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
            ("missing.worst_case", "Worst case: no change, or the worst change that anybody had"),
            ("missing.best_case", "Best case: no change, or the best change that anybody had"),
        ),
    ),
)
_MISSING = ALTERNATIVES[-1][0]
PREFIX = "tipping."


def make_primary_sensitivity_table(
    results: pd.DataFrame, study: Study, *, other_population: str
) -> Table:
    """Make the table of everything that was varied for the primary outcome.

    `other_population` is the one that the primary one is compared with.
    """
    outcome = next(o for o in study.outcomes if o.role == "primary")
    start = f"sensitivity.{outcome.name}"
    pairs, missing = cells_of(results, start, "primary.n_pairs", "missing.n_missing")
    labels = {population.name: population.label for population in study.populations}
    names = {"other": other_population, "label": labels[other_population]}
    kinds = {
        "test": f"{name_kind(results, f'{outcome.name}.mid_p.p_value').capitalize()} test",
        "interval": "exact" if _are_flips_exact(results, start) else "approximate",
    }
    rows: list[TableRow] = [
        (label_outcome(outcome),),
        _make_row(results, "Primary analysis", f"{start}.primary"),
        ("Other tests and estimates of the same changes",),
        *(
            _make_test_row(
                results, label.format(**kinds), start, test, mean=test in dict(OTHER_MEANS)
            )
            for test, label in (*OTHER_TESTS, *OTHER_MEANS)
        ),
        *(
            (label, pairs, cell_of(results, f"{start}.robust.{name}"), "", "")
            for name, label in OTHER_CENTRES
        ),
    ]
    for heading, alternatives in ALTERNATIVES:
        if heading == _MISSING and missing.text == "0":
            continue
        rows.append((heading,))
        for qualifier, label in alternatives:
            score = f"{start}.{qualifier.format(**names)}"
            # Without a better direction there is no worst and no best case.
            if (results["result_id"] == f"{score}.n_pairs").any():
                rows.append(_make_row(results, label.format(**names), score))
    if missing.text != "0" and outcome.direction:
        rows.append(_make_bounds_row(results, start))
    if variants := _make_variant_rows(results, outcome, start):
        rows += [("Other scorings of the instrument",), *variants]
    notes = (
        note_p(results),
        _note_agreement(results, pairs, study, start),
        ("Participants with a baseline score but no follow-up score: ", missing, "."),
        levels_note(results, [f"{start}.primary"]),
        *note_deaths(
            results,
            [f"{start}.primary"],
            "Deaths have the worst rank in the estimates and rank tests; means, their tests and "
            "the median are the survivors'.",
        ),
    )
    return Table(_COLUMNS, tuple(rows), notes=notes)


def make_variants_table(results: pd.DataFrame, study: Study) -> Table:
    """Make the table of the secondary outcomes' other scorings, each under the analysed one."""
    rows: list[TableRow] = []
    scores = []
    for outcome in study.outcomes:
        start = f"sensitivity.{outcome.name}"
        variants = _make_variant_rows(results, outcome, start)
        if outcome.role == "primary" or not variants:
            continue
        rows.append((label_outcome(outcome),))
        primary = outcome.analysed_as[0].upper() + outcome.analysed_as[1:]
        rows.append(_make_row(results, primary, f"{start}.primary"))
        rows += variants
        scores.append(f"{start}.primary")
    notes = (note_p(results), ABSENT_NOTE, levels_note(results, scores))
    return Table(_COLUMNS, tuple(rows) or (("None", *[""] * 4),), notes=notes)


def _make_variant_rows(results: pd.DataFrame, outcome: Outcome, start: str) -> list[TableRow]:
    return [
        _make_row(results, label_part(variant), f"{start}.variant.{variant}")
        for variant in outcome.variants
        if variant != "primary" and find_text(results, f"{start}.variant.{variant}.n_pairs") != "0"
    ]


def _make_row(results: pd.DataFrame, label: str, score: str) -> TableRow:
    pairs = cell_of(results, f"{score}.n_pairs")
    if pairs.text == "0":
        return (label, pairs, NOT_ESTIMABLE, "", "")
    estimate = with_interval(results, score, "hl")
    return (label, pairs, estimate, *cells_of(results, score, "p_value", "p_min"))


def _make_bounds_row(results: pd.DataFrame, start: str) -> TableRow:
    worst, best = cells_of(results, f"{start}.missing.bounds", "hl_worst", "hl_best")
    pairs = cell_of(results, f"{start}.missing.baseline_observation.n_pairs")
    label = "Bounds: those missing at the worst, or at the best, end of the scale; estimate only"
    return (label, pairs, (worst, " or ", best), "", "")


def _make_test_row(
    results: pd.DataFrame, label: str, start: str, test: str, *, mean: bool = False
) -> TableRow:
    pairs, value, smallest = cells_of(
        results, f"{start}.primary", "n_pairs", "mean_change", "p_min"
    )
    estimate: Content = ""
    if mean:
        limits = cells_of(results, f"{start}.{test}", "mean_change_low", "mean_change_high")
        estimate = join_interval(value, *limits)
    if pairs.text == "0":
        return (label, pairs, estimate, "", "")
    # Every exact test of the same changes has the same smallest p: all signs alike. The sign flips
    # leave deaths out.
    others = mean and _count_deaths(results, start)
    least = "" if test in NOT_EXACT or others else smallest
    return (label, pairs, estimate, cell_of(results, f"{start}.{test}.p_value"), least)


def _are_flips_exact(results: pd.DataFrame, start: str) -> bool:
    low = results["result_id"] == f"{start}.sign_flip.mean_change_low"
    return bool(results.loc[low, "method"].str.startswith("exact").all())


def _count_deaths(results: pd.DataFrame, start: str) -> float:
    return results.loc[results["result_id"] == f"{start}.primary.n_deaths", "value"].sum()


def _note_agreement(results: pd.DataFrame, pairs: Cell, study: Study, start: str) -> Content:
    """Return the note on tests that agree with few pairs, and on the reuse of participants."""
    if not must_agree(int(pairs.text), _count_deaths(results, start), study.analysis):
        return REUSE_NOTE
    has_interval = find_text(results, f"{start}.primary.hl_level") != NOT_ATTAINABLE
    alike = (
        "tests, the sign flips and the exact interval" if has_interval else "tests and sign flips"
    )
    return (
        "With ",
        pairs,
        f" {'pair' if pairs.text == '1' else 'pairs'} the signed-rank {alike} reach the same "
        "decision at 5 % by arithmetic, so their agreement is no further evidence. "
        f"{REUSE_NOTE}",
    )


def make_leave_one_out_table(results: pd.DataFrame, study: Study) -> Table:
    """Make the table of the lowest and highest estimate without one participant.

    In `results`, the `group` of the lowest and highest is the participant who was left out.
    """
    left_out = results.set_index("result_id")["group"]
    rows: list[TableRow] = []
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
    """Make the tipping-point table of every outcome with missing follow-up scores."""
    rows: list[TableRow] = []
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
        ordered = sorted(ids, key=lambda row: _read_change(row[0]))
        excludes = [_excludes_zero(results, name.removesuffix(".hl")) for name, _ in ordered]
        for place, (name, label) in enumerate(ordered):
            if len({*excludes[place - 1 : place + 2]}) == 1 and 0 < place < len(ordered) - 1:
                continue
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
        note_p(results),
        "All who lack a score are given the same change, kept within the range of the score; "
        "nobody knows which is true. Changes are tried in even steps; shown are the first and the "
        "last, and where the interval begins or ceases to exclude zero. In an outcome that is not "
        "listed nobody with a baseline score lacks the follow-up score.",
    )
    return Table(columns, tuple(rows), notes=notes)


def _excludes_zero(results: pd.DataFrame, score: str) -> bool:
    limits = results.set_index("result_id")["value"]
    return bool(limits[f"{score}.hl_low"] > 0 or limits[f"{score}.hl_high"] < 0)


def _read_change(result_id: str) -> float:
    """Read the assumed change back from an id such as ...tipping.minus_2_5.hl."""
    name = result_id.split(".")[-2]
    sign = -1 if name.startswith("minus_") else 1
    return sign * float(name.removeprefix("minus_").removeprefix("plus_").replace("_", "."))
