"""The sensitivity analyses of all outcomes, each answering one question."""

from dataclasses import dataclass

import pandas as pd

from analysis.results import Context, collect_results
from analysis.statistics.intercurrent import STRATEGIES, apply_strategy, find_affected
from analysis.statistics.leave_one_out import summarise_leave_one_out
from analysis.statistics.missing_visits import RULES, fill_missing, find_missing, keep_completers
from analysis.statistics.other_tests import compare_tests
from analysis.statistics.populations import select_pairs, select_population
from analysis.statistics.season import summarise_season
from analysis.statistics.sensitivity import (
    summarise_alternative,
    summarise_populations,
    summarise_variants,
)
from analysis.statistics.specification import collapse_specifications, list_specifications
from analysis.statistics.tipping import summarise_tipping
from analysis.study import Study

SEASONAL = "raynaud_condition_score"
OTHER_POPULATION = {"full_analysis": "per_protocol", "per_protocol": "full_analysis"}


@dataclass(frozen=True)
class SensitivityPlan:
    """The processed tables, and what is asked of them.

    Parameters
    ----------
    study : analysis.study.Study
    context : analysis.results.Context
        Its population is that of the primary analysis.
    visit : str
        The follow-up visit.
    participants, visits, scores, pairs, intercurrent_events : pandas.DataFrame
        The tables of these names, everybody in them.
    """

    study: Study
    context: Context
    visit: str
    participants: pd.DataFrame
    visits: pd.DataFrame
    scores: pd.DataFrame
    pairs: pd.DataFrame
    intercurrent_events: pd.DataFrame

    @property
    def populations(self):
        """The population of the primary analysis, and the one it is compared with."""
        own = self.context.population
        return (own, OTHER_POPULATION.get(own, "full_analysis"))

    @property
    def affected(self):
        """Participants with an event that the primary analysis leaves in."""
        events = [e.name for e in self.study.intercurrent_events if e.strategy != "listed"]
        return find_affected(self.intercurrent_events, self.visits, visit=self.visit, events=events)

    @property
    def scored_visits(self):
        """Baseline, then the visits after the procedure up to the follow-up."""
        last = self.study.visit(self.visit).day
        after = [v.name for v in self.study.visits if v.day is not None and 0 < v.day <= last]
        return (self.study.analysis.baseline_visit.value, *after)

    def select(self, outcome):
        """Return the pairs of the primary analysis of an outcome."""
        own = select_population(self.pairs, self.participants, self.context.population)
        return select_pairs(own, outcome.name, visit=self.visit)

    def find_missing(self, outcome):
        """Return who of the population has a baseline score of an outcome but no pair."""
        population = self.context.population
        return find_missing(
            select_population(self.pairs, self.participants, population),
            select_population(self.scores, self.participants, population),
            outcome,
            visit=self.visit,
            visits=self.scored_visits,
        )

    def run(self, question, **options):
        """Ask one of the questions below of every outcome and collect the results."""
        return collect_results(
            row for outcome in self.study.outcomes for row in question(self, outcome, **options)
        )


def ask_primary(plan, outcome):
    """What does the primary analysis say, and what other tests of the same changes?"""
    pairs = plan.select(outcome)
    return [
        *_summarise(plan, pairs, outcome, "primary"),
        *compare_tests(pairs, outcome, plan.study, plan.context, visit=plan.visit),
    ]


def ask_variants(plan, outcome):
    """What if the instrument were scored in another way?"""
    own = select_population(plan.pairs, plan.participants, plan.context.population)
    return summarise_variants(own, outcome, plan.study, plan.context, visit=plan.visit)


def ask_populations(plan, outcome):
    """What if other participants counted?"""
    completers = keep_completers(
        select_population(plan.pairs, plan.participants, plan.context.population),
        plan.study.outcomes,
        visit=plan.visit,
    )
    return [
        *summarise_populations(
            plan.pairs,
            plan.participants,
            outcome,
            plan.study,
            plan.context,
            visit=plan.visit,
            populations=plan.populations[1:],
        ),
        *_summarise(
            plan, select_pairs(completers, outcome.name, visit=plan.visit), outcome, "completers"
        ),
    ]


def ask_events(plan, outcome):
    """What if changes after an intercurrent event did not count?"""
    pairs, affected = plan.select(outcome), plan.affected
    return [
        row
        for strategy in STRATEGIES
        for row in _summarise(
            plan, apply_strategy(pairs, affected, strategy=strategy), outcome, f"events.{strategy}"
        )
    ]


def ask_missing(plan, outcome):
    """What if those without a follow-up score had had one?"""
    pairs, missing = plan.select(outcome), plan.find_missing(outcome)
    rules = RULES if outcome.direction else RULES[:2]
    filled = [
        row
        for rule in rules
        for row in _summarise(
            plan, fill_missing(pairs, missing, outcome, rule=rule), outcome, f"missing.{rule}"
        )
    ]
    return filled + summarise_tipping(
        pairs, missing, outcome, plan.study, plan.context, visit=plan.visit
    )


def ask_leave_one_out(plan, outcome):
    """How much hangs on one person?"""
    return summarise_leave_one_out(plan.select(outcome), outcome, plan.context, visit=plan.visit)


def ask_season(plan, outcome):
    """In which half of the year did the two visits lie, for the outcome that cold worsens?"""
    if outcome.name != SEASONAL:
        return []
    pairs = plan.select(outcome)
    return summarise_season(pairs, plan.visits, outcome, plan.study, plan.context, visit=plan.visit)


def specify_primary(plan):
    """Compute the primary outcome in every defensible way, each distinct answer once.

    Returns
    -------
    pandas.DataFrame
        As `specification.collapse_specifications`.
    """
    outcome = next(o for o in plan.study.outcomes if o.role == "primary")
    return collapse_specifications(
        list_specifications(
            plan.pairs,
            plan.scores,
            plan.participants,
            plan.affected,
            outcome,
            plan.study,
            visit=plan.visit,
            visits=plan.scored_visits,
            populations=plan.populations,
        )
    )


def _summarise(plan, pairs, outcome, qualifier):
    return summarise_alternative(
        pairs, outcome, plan.study, plan.context, visit=plan.visit, qualifier=qualifier
    )
