"""The primary analysis of every outcome and of the family, with the supportive results."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

import pandas as pd

from analysis.results import APPROXIMATION, Context, ResultWriter, Row, attempt, collect_results
from analysis.statistics.checks import (
    APPROXIMATE_ABOVE,
    compute_mean,
    compute_median,
    compute_sd,
    round_differences,
)
from analysis.statistics.multiplicity import fixed_sequence, global_test, holm, max_t
from analysis.statistics.outcome import (
    SUPPORTIVE,
    describe_scores,
    make_writer,
    state_value,
    summarise_outcome,
)
from analysis.statistics.populations import (
    average_treated_hands,
    select_pairs,
    select_population,
    select_survivors,
)
from analysis.statistics.published import compare_placebo
from analysis.study import Outcome, Study

# p-value and smallest attainable p-value of each outcome, in the order of testing.
Tests = dict[str, tuple[float, float]]
Make = partial[ResultWriter]

_PATTERNS = {True: "all patterns of signs", False: "random patterns of signs"}


def summarise_efficacy(
    pairs: pd.DataFrame,
    scores: pd.DataFrame,
    participants: pd.DataFrame,
    study: Study,
    context: Context,
    *,
    visit: str | None = None,
) -> pd.DataFrame:
    """Return all results of the changes from baseline.

    Parameters
    ----------
    pairs
        As `prepare_pairs` returns them.
    scores, participants
        The tables of those names.
    context
        Its population selects the participants.
    visit
        The follow-up visit; by default the one of study.yml.

    Returns
    -------
    The table of results: ``efficacy.<outcome>.<statistic>`` for the primary variant;
    a variant, component, visit or the treated hands come between outcome and statistic.
    """
    visit = study.visit(visit or study.analysis.followup_visit.value).name
    pairs = select_population(pairs, participants, context.population)
    scores = select_population(scores, participants, context.population)
    rows, tests = [], {}
    for outcome in study.outcomes:
        writer = make_writer(outcome, context, visit=visit)
        chosen = select_pairs(pairs, outcome.name, visit=visit)
        primary = summarise_outcome(chosen, outcome, study.analysis, writer)
        by_name = {row["statistic"]: row for row in primary}
        tests[outcome.name] = (by_name["p_value"]["value"], by_name["p_min"]["value"])
        rows += primary
        if outcome.name == study.placebo_benchmark.outcome:
            rows += compare_placebo(by_name["mean_change"], study, writer)
        for qualified, shown in _list_supportive(pairs, participants, outcome, writer):
            # Threshold and measurement error apply to the score itself only.
            part = replace(outcome, threshold=None)
            supportive = summarise_outcome(shown, part, study.analysis, qualified)
            rows += [row for row in supportive if row["statistic"] in SUPPORTIVE]
        rows += _describe_visits(scores, select_survivors(pairs), outcome, study, writer)
    rows += summarise_family(select_survivors(pairs), tests, study, context, visit=visit)
    return collect_results(rows)


def _list_supportive(
    pairs: pd.DataFrame, participants: pd.DataFrame, outcome: Outcome, writer: ResultWriter
) -> Iterator[tuple[ResultWriter, pd.DataFrame]]:
    """Yield writer and pairs of the variants, components and treated hands that have any."""
    visit = writer.visit
    for variant in outcome.variants:
        chosen = select_pairs(pairs, outcome.name, variant=variant, visit=visit)
        if variant != "primary" and len(chosen):
            yield replace(writer, qualifier=variant, variant=variant), chosen
    for name in outcome.components:
        chosen = select_pairs(pairs, outcome.name, component=name, visit=visit)
        if len(chosen):
            # The tables do not record the unit of a component, which can differ.
            yield replace(writer, qualifier=name, unit=""), chosen
    treated = average_treated_hands(pairs, participants, outcome, visit=visit)
    if len(treated):
        yield replace(writer, qualifier="treated_hands"), treated


def _describe_visits(
    scores: pd.DataFrame, pairs: pd.DataFrame, outcome: Outcome, study: Study, writer: ResultWriter
) -> Iterator[Row]:
    """Yield descriptive statistics of the primary score at each visit; no tests."""
    for visit in study.visits:
        recorded = select_pairs(scores, outcome.name, visit=visit.name)["score"].dropna()
        values = select_pairs(pairs, outcome.name, visit=visit.name)["change"]
        change = round_differences(values, decimals=outcome.difference_decimals)
        at_visit = replace(writer, n=len(recorded), qualifier=visit.name, visit=visit.name)
        if len(recorded):
            yield at_visit.count("n_scores", len(recorded))
            yield from describe_scores(at_visit, recorded)
            yield at_visit.score("minimum", float(recorded.min()))
            yield at_visit.score("maximum", float(recorded.max()))
        at_visit = replace(at_visit, n=len(change))
        if len(change):
            yield at_visit.count("n_pairs", len(change))
            yield state_value(at_visit, "mean_change", compute_mean, change)
            yield state_value(at_visit, "sd_change", compute_sd, change)
            yield state_value(at_visit, "median_change", compute_median, change)


def make_change_matrix(
    pairs: pd.DataFrame, outcomes: Sequence[Outcome], *, visit: str, column: str = "change"
) -> pd.DataFrame:
    """Return the primary changes as a table of participants by outcomes, in their order.

    Parameters
    ----------
    pairs
        The table of that name, of one population.
    column
        ``change`` or ``improvement``.

    Returns
    -------
    Rounded to each outcome's precision; NaN where a participant has no pair.
    """
    series = []
    for outcome in outcomes:
        chosen = select_pairs(pairs, outcome.name, visit=visit).set_index("participant_id")
        rounded = round_differences(chosen[column], decimals=outcome.difference_decimals)
        series.append(pd.Series(rounded, index=chosen.index, name=outcome.name))
    return pd.concat(series, axis=1).sort_index() if series else pd.DataFrame(dtype="float64")


def summarise_family(
    pairs: pd.DataFrame, tests: Tests, study: Study, context: Context, *, visit: str
) -> list[Row]:
    """Return the rows on all outcomes: fixed sequence, Holm, max-T and the global test.

    Parameters
    ----------
    pairs
        The table of that name, of one population.
    """
    make = partial(ResultWriter, context, visit=visit)
    directed = [outcome for outcome in study.outcomes if outcome.direction]
    changes = make_change_matrix(pairs, study.outcomes, visit=visit)
    improvements = make_change_matrix(pairs, directed, visit=visit, column="improvement")
    return [
        *_decide(tests, study, make),
        *_adjust_by_holm(tests, make),
        *_adjust_by_max_t(changes, make),
        *_test_globally(improvements, make),
    ]


def _decide(tests: Tests, study: Study, make: Make) -> Iterator[Row]:
    alpha = study.analysis.alpha.value
    names = list(tests)
    decision = fixed_sequence([p for p, _ in tests.values()], alpha=alpha)
    end = len(names) if decision.stopped_at is None else decision.stopped_at
    method = f"fixed sequence in registered order, each step at {alpha:g}"
    for step, name in enumerate(names):
        text = f"p at or below {alpha:g}" if step < end else "descriptive"
        text = "the sequence stops here" if step == end else text
        yield make(name).row("fixed_sequence", step + 1, text, method=method)
    warning = "an order that the analysts imposed"
    sequence = make("fixed_sequence")
    stopped = names[end : end + 1]
    yield sequence.row(
        "stopped_at",
        end + 1 if stopped else None,
        study.outcome(stopped[0]).label if stopped else "no step",
        method=method,
        warning=warning,
    )
    yield sequence.row(
        "n_tested", min(end + 1, len(names)), str(min(end + 1, len(names))), method=method
    )


def _adjust_by_holm(tests: Tests, make: Make) -> Iterator[Row]:
    p_values, attainable = zip(*tests.values(), strict=True)
    result = holm(p_values, attainable=attainable)
    method = f"Holm over {len(tests)} outcomes"
    for name, adjusted in zip(tests, result.adjusted, strict=True):
        yield make(name).p("holm_p", adjusted, method=method)
    yield make("holm").p(
        "floor", result.floor, method=method, warning="the smallest that any could have been"
    )


def _adjust_by_max_t(changes: pd.DataFrame, make: Make) -> Iterator[Row]:
    result = max_t(changes.to_numpy())
    method = f"joint sign-flip max-T over {changes.shape[1]} outcomes, {_PATTERNS[result.exact]}"
    for name, adjusted, smallest in zip(changes, result.adjusted, result.attainable, strict=True):
        writer = make(name, n=int(changes[name].notna().sum()))
        yield writer.p("max_t_p", adjusted, method=method, warning="descriptive")
        yield writer.p("max_t_p_min", smallest, method="smallest attainable max-T p")


def _test_globally(improvements: pd.DataFrame, make: Make) -> Iterator[Row]:
    n_outcomes = improvements.shape[1]
    result, reason = attempt(global_test, improvements.to_numpy())
    writer = make("global_test", n=result.n_participants if result else None)
    method = f"sign-flip test of the summed standardised improvements, {n_outcomes} outcomes"
    if result:
        many = result.n_participants > APPROXIMATE_ABOVE
        method += f", {APPROXIMATION if many else _PATTERNS[result.exact]}"
    yield writer.p("p_value", result.p_value if result else None, method=method, warning=reason)
    yield writer.p("p_min", result.attainable if result else None, method="smallest attainable p")
    yield writer.number(
        "mean_improvement",
        result.mean_improvement if result else None,
        method="mean improvement in root mean squares, over participants and outcomes",
        warning=reason,
    )
    yield writer.row("n_outcomes", n_outcomes, str(n_outcomes))
