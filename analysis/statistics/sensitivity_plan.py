"""The sensitivity analyses of all outcomes, each answering one question."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from analysis.results import Context, ResultWriter, Row, collect_results
from analysis.statistics.alternatives import (
    compare_tests,
    summarise_alternative,
    summarise_leave_one_out,
    summarise_season,
)
from analysis.statistics.missing_visits import (
    FILL_RULES,
    fill_missing,
    find_missing,
    keep_completers,
    state_bounds,
    summarise_tipping,
)
from analysis.statistics.outcome import make_writer
from analysis.statistics.populations import (
    EVENT_STRATEGIES,
    apply_strategy,
    explain_events,
    select_pairs,
    select_population,
)
from analysis.study import Outcome, Study

# The instrument of the symptom that cold worsens.
SEASONAL = "raynaud"
OTHER_POPULATION = {"full_analysis": "per_protocol", "per_protocol": "full_analysis"}


@dataclass(frozen=True)
class SensitivityPlan:
    """The processed tables and the settings of the sensitivity analyses.

    Parameters
    ----------
    context
        Its population is that of the primary analysis.
    visit
        The follow-up visit.
    participants, visits, scores, intercurrent_events
        The tables of these names, with all participants.
    pairs
        As `prepare_pairs` returns them.
    dates_shifted
        Whether the dates of the export were shifted, so that no season is known.
    """

    study: Study
    context: Context
    visit: str
    participants: pd.DataFrame
    visits: pd.DataFrame
    scores: pd.DataFrame
    pairs: pd.DataFrame
    intercurrent_events: pd.DataFrame
    dates_shifted: bool = False

    @property
    def populations(self) -> tuple[str, str]:
        """The population of the primary analysis, and the one it is compared with."""
        primary = self.context.population
        return (primary, OTHER_POPULATION.get(primary, "full_analysis"))

    @property
    def events(self) -> pd.DataFrame:
        """Every intercurrent event, whether it counts, and why; see `explain_events`."""
        kinds = self.study.intercurrent_events
        return explain_events(self.intercurrent_events, self.visits, kinds, visit=self.visit)

    @property
    def affected(self) -> list[str]:
        """Participants with an event that counts; the primary analysis keeps their changes."""
        events = self.events
        return sorted(set(events.loc[events["counts"] == "yes", "participant_id"]))

    @property
    def scored_visits(self) -> tuple[str, ...]:
        """Baseline, then the visits after the procedure up to the follow-up."""
        days = {visit.name: visit.day for visit in self.study.visits if visit.day is not None}
        after = [name for name, day in days.items() if 0 < day <= days[self.visit]]
        return (self.study.analysis.baseline_visit.value, *after)

    def select(
        self, outcome: Outcome, *, variant: str = "primary", population: str = ""
    ) -> pd.DataFrame:
        """Return the pairs of an outcome, by default those of the primary analysis."""
        chosen = self.select_members(self.pairs, population)
        return select_pairs(chosen, outcome.name, variant=variant, visit=self.visit)

    def find_missing(
        self, outcome: Outcome, *, variant: str = "primary", population: str = ""
    ) -> pd.DataFrame:
        """Return the members of the population with a baseline score of an outcome but no pair."""
        return find_missing(
            self.select_members(self.pairs, population),
            self.select_members(self.scores, population),
            outcome,
            visit=self.visit,
            visits=self.scored_visits,
            variant=variant,
        )

    def write(
        self, outcome: Outcome, *, context: Context | None = None, **options: Any
    ) -> ResultWriter:
        """Return the writer of an outcome's results; `options` are those of `ResultWriter`."""
        return make_writer(outcome, context or self.context, visit=self.visit, **options)

    def run(self, question: Callable[..., Iterable[Row]]) -> pd.DataFrame:
        """Ask one of the questions below of every outcome and collect the results."""
        return collect_results(
            row for outcome in self.study.outcomes for row in question(self, outcome)
        )

    def select_members(self, frame: pd.DataFrame, population: str = "") -> pd.DataFrame:
        """Return the rows of a population, by default that of the primary analysis."""
        return select_population(frame, self.participants, population or self.context.population)


def ask_primary(plan: SensitivityPlan, outcome: Outcome) -> list[Row]:
    """What does the primary analysis say, and what other tests of the same changes?"""
    pairs = plan.select(outcome)
    return [
        *_summarise(plan, pairs, outcome, "primary"),
        *compare_tests(pairs, outcome, plan.study.analysis, plan.write(outcome)),
    ]


def ask_variants(plan: SensitivityPlan, outcome: Outcome) -> list[Row]:
    """What if the instrument were scored in another way?"""
    rows = []
    for variant in outcome.variants:
        if variant != "primary":
            pairs = plan.select(outcome, variant=variant)
            rows += _summarise(plan, pairs, outcome, f"variant.{variant}", variant=variant)
    return rows


def ask_populations(plan: SensitivityPlan, outcome: Outcome) -> list[Row]:
    """What if other participants counted?"""
    _, other = plan.populations
    pairs = plan.select(outcome, population=other)
    context = replace(plan.context, population=other)
    members = plan.select_members(plan.pairs)
    completers = keep_completers(members, plan.study.outcomes, visit=plan.visit)
    completed = select_pairs(completers, outcome.name, visit=plan.visit)
    return [
        *_summarise(plan, pairs, outcome, f"population.{other}", context=context),
        *_summarise(plan, completed, outcome, "completers"),
    ]


def ask_events(plan: SensitivityPlan, outcome: Outcome) -> list[Row]:
    """What if changes after an intercurrent event did not count?"""
    pairs, rows = plan.select(outcome), []
    for strategy in EVENT_STRATEGIES:
        changed = apply_strategy(pairs, plan.affected, strategy=strategy)
        rows += _summarise(plan, changed, outcome, f"events.{strategy}")
    return rows


def ask_missing(plan: SensitivityPlan, outcome: Outcome) -> list[Row]:
    """What if those without a follow-up score had had one?"""
    pairs, missing, rows = plan.select(outcome), plan.find_missing(outcome), []
    for rule in FILL_RULES if outcome.direction else FILL_RULES[:2]:
        filled = fill_missing(pairs, missing, outcome, rule=rule)
        rows += _summarise(plan, filled, outcome, f"missing.{rule}")
    writer = plan.write(outcome)
    rows += state_bounds(pairs, missing, outcome, writer)
    return rows + summarise_tipping(pairs, missing, outcome, plan.study.analysis, writer)


def ask_leave_one_out(plan: SensitivityPlan, outcome: Outcome) -> list[Row]:
    """How much depends on one person?"""
    return summarise_leave_one_out(plan.select(outcome), outcome, plan.write(outcome))


def ask_season(plan: SensitivityPlan, outcome: Outcome) -> list[Row]:
    """In which half of the year did the two visits lie, for the outcome that cold worsens?"""
    if outcome.instrument != SEASONAL:
        return []
    writer = plan.write(outcome)
    visits = plan.visits.assign(visit_date="") if plan.dates_shifted else plan.visits
    return summarise_season(plan.select(outcome), visits, plan.study.analysis, writer)


def _summarise(
    plan: SensitivityPlan, pairs: pd.DataFrame, outcome: Outcome, qualifier: str, **options: Any
) -> list[Row]:
    writer = plan.write(outcome, qualifier=qualifier, **options)
    return summarise_alternative(pairs, outcome, plan.study.analysis, writer)
