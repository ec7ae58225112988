"""Collect the facts of a run that decide which sentences the report prints."""

import itertools
import math
from collections.abc import Callable
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

import pandas as pd

from analysis.errors import DataError
from analysis.provenance import Provenance
from analysis.reporting.evidence import (
    EventFacts,
    Facts,
    HarmFacts,
    Number,
    OtherFacts,
    OutcomeFacts,
    Outcomes,
    PlanFacts,
    PopulationFacts,
    SequenceFacts,
    SideFacts,
    StrategyFacts,
    ThresholdFacts,
    VisitFacts,
    name_field,
)
from analysis.reporting.figure import MANY
from analysis.statistics.alternatives import must_agree
from analysis.study import Outcome, Study

PLANNED = {"visit": "followup_visit", "population": "population"}
# Days between the visits that count as about one season apart.
_SEASON = (60, 120)
_Record = TypeVar("_Record")
Numbers = dict[str, Number]


def collect_facts(results: pd.DataFrame, study: Study, provenance: Provenance) -> Facts:
    """Return the facts of a run from results.csv."""
    numbers = _list_numbers(results)
    visit, population = (find_analysed(results, study, column) for column in PLANNED)
    plan = study.analysis
    day = study.visit(visit).day
    outcomes = {
        outcome.name: _fill(
            OutcomeFacts,
            numbers,
            outcome=outcome.name,
            better=outcome.better,
            alpha=plan.alpha.value,
            tests_agree=_must_agree(outcome, numbers, study),
            threshold=_find_threshold(outcome, numbers),
        )
        for outcome in study.outcomes
    }
    everyone = tuple(outcomes.values())
    primary = next(outcomes[each.name] for each in study.outcomes if each.role == "primary")
    fullest = max(everyone, key=lambda each: each.n_pairs or 0)
    started = numbers.get("flow.procedure_safety.n", 0)
    unknown = results["result_id"].str.fullmatch(r"exposure\.\w+_test\.(?:unknown|contradicted)\.n")
    return _fill(
        Facts,
        numbers,
        simulated=provenance.simulated,
        zeros=plan.zeros.value,
        coarsened=bool(study.publication.coarsen_listings.value),
        posted_late=study.study.first_posted.value > study.study.registered_start.value > "",
        checksums=provenance.checksums,
        planned=(visit, population) == (plan.followup_visit.value, plan.population.value),
        summarised=max(fullest.n_pairs or 0, started) > MANY,
        season_apart=day is not None and _SEASON[0] <= day <= _SEASON[1],
        baseline=_fill(VisitFacts, numbers, visit=plan.baseline_visit.value),
        visit=_fill(VisitFacts, numbers, visit=visit),
        since=_list_visits(study, visit, numbers),
        population=_fill(PopulationFacts, numbers, population=population),
        populations=tuple(
            _fill(PopulationFacts, numbers, population=each.name) for each in study.populations
        ),
        strategies=_group_events(study, numbers),
        outcomes=everyone,
        primary=primary,
        others=_sort_outcomes(tuple(each for each in everyone if each is not primary)),
        sequence=_follow_sequence(everyone),
        fullest=fullest,
        fewer=tuple(each for each in everyone if (each.n_pairs or 0) < (fullest.n_pairs or 0)),
        benchmark=outcomes.get(study.placebo_benchmark.outcome),
        unknown_tests=bool(results.loc[unknown, "value"].sum()),
        adverse=_fill(HarmFacts, numbers, harm="any"),
        serious=_fill(HarmFacts, numbers, harm="serious"),
        serious_liposuction=_fill(HarmFacts, numbers, harm="serious_related_liposuction"),
        serious_injection=_fill(HarmFacts, numbers, harm="serious_related_injection"),
        serious_product=_fill(HarmFacts, numbers, harm="serious_related_product"),
        severe=_fill(HarmFacts, numbers, harm="grade_3_or_more"),
        plan=_find_plan(study, provenance, numbers),
        deaths=_fill(HarmFacts, numbers, harm="deaths"),
    )


def _must_agree(outcome: Outcome, numbers: Numbers, study: Study) -> bool:
    start = f"efficacy.{outcome.name}"
    pairs, deaths = (numbers.get(f"{start}.{name}", 0) for name in ("n_pairs", "n_deaths"))
    return must_agree(pairs, deaths, study.analysis)


def find_analysed(results: pd.DataFrame, study: Study, column: str) -> str:
    """Return the visit or the population that the registered outcomes were analysed with.

    A run may use a different one from the plan's.
    """
    ids = [f"efficacy.{outcome.name}.n_pairs" for outcome in study.outcomes]
    named = results.loc[results["result_id"].isin(ids), column]
    planned: str = getattr(study.analysis, PLANNED[column]).value
    return next((value for value in named if value), planned)


def _list_numbers(results: pd.DataFrame) -> Numbers:
    columns = (results[name] for name in ("result_id", "value", "n", "method"))
    return {
        key: Number(key, value, 0 if pd.isna(n) else int(n), method)
        for key, value, n, method in zip(*columns, strict=True)
    }


def _fill(record: Callable[..., _Record], numbers: Numbers, **known: Any) -> _Record:
    """Make a record from known fields and from numbers by key; known fields fill the keys' braces.

    Raises
    ------
    DataError
        A count of the flow is not among the results.
    """
    filled = {}
    for name, kind in get_type_hints(record, include_extras=True).items():
        if get_origin(kind) is Annotated:
            template = kind.__metadata__[0]
            key = template.format(**known)
            # A stage of the flow always has a count; elsewhere, what did not occur has no row.
            stage = template.startswith("flow.") and "{" not in template
            if stage and key not in numbers:
                raise DataError(
                    f"{key} is no result", file="results.csv", hint="Run `make notebooks` again"
                )
            absent = Number(key, math.nan, 0)
            filled[name] = name_field(key) if get_args(kind)[0] is str else numbers.get(key, absent)
        else:
            filled[name] = known[name]
    return record(**filled)


def _find_plan(study: Study, provenance: Provenance, numbers: Numbers) -> PlanFacts:
    plan, exported = study.documents.plan, provenance.exported_on
    timing = "unknown"
    # Of one day, nobody knows which was first.
    if plan.date and exported and plan.date != exported:
        timing = "before" if plan.date < exported else "after"
    return _fill(
        PlanFacts,
        numbers,
        stated=bool(plan.date and plan.version),
        amended=bool(plan.amendments),
        timing=timing,
    )


def _find_threshold(outcome: Outcome, numbers: Numbers) -> ThresholdFacts | None:
    threshold = outcome.threshold
    if threshold is None:
        return None
    return _fill(
        ThresholdFacts,
        numbers,
        outcome=outcome.name,
        source=threshold.source,
        error_source=threshold.measurement_error_source or "",
        derived=bool(threshold.measurement_error_derivation),
    )


def _sort_outcomes(others: Outcomes) -> OtherFacts:
    directed = [each for each in others if each.better != "none"]
    sides = [
        SideFacts(side, tuple(each for each in directed if each.side == side))
        for side in ("better", "worse", "zero", "nowhere")
    ]
    return OtherFacts(
        all=others,
        sides=tuple(each for each in sides if each.outcomes),
        excluding_zero=tuple(each for each in others if each.excludes_zero),
        without_interval=tuple(each for each in others if not each.has_interval),
    )


def _follow_sequence(outcomes: Outcomes) -> SequenceFacts:
    passed = tuple(itertools.takewhile(lambda each: each.passed, outcomes))
    stopped = outcomes[len(passed)] if len(passed) < len(outcomes) else None
    return SequenceFacts(passed, stopped, at_last=stopped is outcomes[-1])


def _list_visits(study: Study, last: str, numbers: Numbers) -> tuple[VisitFacts, ...]:
    """Return the visits after baseline, up to the last, at which ulcers were counted."""
    days = {each.name: each.day for each in study.visits if each.day is not None}
    first, final = days[study.analysis.baseline_visit.value], days.get(last, -math.inf)
    between = [name for name, day in days.items() if first < day <= final]
    facts = [_fill(VisitFacts, numbers, visit=name) for name in between]
    return tuple(each for each in facts if each.new.out_of)


def _group_events(study: Study, numbers: Numbers) -> tuple[StrategyFacts, ...]:
    groups: dict[str, list[EventFacts]] = {}
    for event in study.intercurrent_events:
        facts = _fill(EventFacts, numbers, event=event.name)
        groups.setdefault(event.strategy, []).append(facts)
    return tuple(StrategyFacts(name, tuple(events)) for name, events in groups.items())
