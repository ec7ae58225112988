"""The facts of a run by which sentences are chosen, without any wording.

An annotation names the key that fills a field: the id of a result for a number, a constant of the
plan for a text. Names in braces are filled in when the record is made.
"""

import math
from dataclasses import dataclass
from typing import Annotated

from analysis.results import APPROXIMATION


class Number(float):
    """A result: it compares as its value, prints as its key, and is NaN where there is none.

    `out_of` is the number of participants it was counted among; `approximate` is True if its
    method replaces an exact one.
    """

    key: str
    out_of: int
    approximate: bool

    def __new__(cls, key: str, value: float, out_of: int, method: str = "") -> "Number":
        number = super().__new__(cls, value)
        number.key, number.out_of, number.approximate = key, out_of, APPROXIMATION in method
        return number

    def __bool__(self) -> bool:
        return self.known and self != 0

    def __str__(self) -> str:
        return name_field(self.key)

    @property
    def known(self) -> bool:
        """Whether there is a value."""
        return not math.isnan(self)


def name_field(key: str) -> str:
    """Return the shortcode that prints a key."""
    return f"{{{{< var {key} >}}}}"


@dataclass(frozen=True)
class ThresholdFacts:
    """A published threshold of an outcome; sources are keys of references.bib.

    `derived` is True if its measurement error was computed, and is not in a source.
    """

    value: Annotated[str, "study.outcomes.{outcome}.threshold.value"]
    population: Annotated[str, "study.outcomes.{outcome}.threshold.population"]
    derivation: Annotated[str, "study.outcomes.{outcome}.threshold.measurement_error_derivation"]
    source: str
    error_source: str
    derived: bool


@dataclass(frozen=True)
class OutcomeFacts:
    """A registered outcome: `better` is lower, higher or none.

    `tests_agree` is whether there are so few pairs that the exact tests must agree.
    """

    label: Annotated[str, "study.outcomes.{outcome}.label"]
    phrase: Annotated[str, "study.outcomes.{outcome}.phrase"]
    role: Annotated[str, "study.outcomes.{outcome}.role"]
    analysed_as: Annotated[str, "study.outcomes.{outcome}.analysed_as"]
    span: Annotated[str, "study.outcomes.{outcome}.span"]
    unit: Annotated[str, "study.outcomes.{outcome}.unit"]
    hl: Annotated[Number, "efficacy.{outcome}.hl"]
    hl_low: Annotated[Number, "efficacy.{outcome}.hl_low"]
    hl_high: Annotated[Number, "efficacy.{outcome}.hl_high"]
    hl_level: Annotated[Number, "efficacy.{outcome}.hl_level"]
    mean_change: Annotated[Number, "efficacy.{outcome}.mean_change"]
    n_pairs: Annotated[Number, "efficacy.{outcome}.n_pairs"]
    n_deaths: Annotated[Number, "efficacy.{outcome}.n_deaths"]
    n_lower: Annotated[Number, "efficacy.{outcome}.n_decreased"]
    n_equal: Annotated[Number, "efficacy.{outcome}.n_unchanged"]
    n_higher: Annotated[Number, "efficacy.{outcome}.n_increased"]
    n_improved: Annotated[Number, "efficacy.{outcome}.n_improved"]
    n_worse: Annotated[Number, "efficacy.{outcome}.n_worse"]
    n_beyond_better: Annotated[Number, "efficacy.{outcome}.n_beyond_better"]
    n_beyond_worse: Annotated[Number, "efficacy.{outcome}.n_beyond_worse"]
    n_nonzero: Annotated[Number, "efficacy.{outcome}.n_nonzero"]
    p_value: Annotated[Number, "efficacy.{outcome}.p_value"]
    p_min: Annotated[Number, "efficacy.{outcome}.p_min"]
    max_t_p: Annotated[Number, "efficacy.{outcome}.max_t_p"]
    n_kept_apart: Annotated[Number, "cleaning.{outcome}.n_kept_apart"]
    hl_joined: Annotated[Number, "cleaning.{outcome}.joined.hl"]
    hl_joined_low: Annotated[Number, "cleaning.{outcome}.joined.hl_low"]
    hl_joined_high: Annotated[Number, "cleaning.{outcome}.joined.hl_high"]
    hl_lowest: Annotated[Number, "sensitivity.{outcome}.leave_one_out.hl_lowest"]
    hl_highest: Annotated[Number, "sensitivity.{outcome}.leave_one_out.hl_highest"]
    better: str
    alpha: float
    tests_agree: bool
    threshold: ThresholdFacts | None

    @property
    def analysed(self) -> bool:
        """Whether there is an estimate."""
        return self.hl.known

    @property
    def has_interval(self) -> bool:
        """Whether there is an exact interval; deaths may leave one of its ends unbounded."""
        return self.hl_level.known

    @property
    def excludes_zero(self) -> bool:
        """Whether the exact interval excludes zero; False if there is no interval."""
        return self.hl_low > 0 or self.hl_high < 0

    @property
    def tested(self) -> bool:
        """Whether any change was not zero."""
        return bool(self.n_nonzero) and self.p_value.known

    @property
    def passed(self) -> bool:
        """Whether the p-value is at or below the level."""
        return self.tested and self.p_value <= self.alpha

    @property
    def attainable(self) -> bool:
        """Whether some pattern of signs would have brought the p-value to the level."""
        return self.p_min <= self.alpha

    @property
    def side(self) -> str:
        """Where the estimate lies: better, worse, zero, or nowhere (no estimate or direction)."""
        if self.better == "none" or not self.analysed:
            return "nowhere"
        improvement = self.hl if self.better == "higher" else -self.hl
        return "better" if improvement > 0 else "worse" if improvement < 0 else "zero"


Outcomes = tuple[OutcomeFacts, ...]


@dataclass(frozen=True)
class SideFacts:
    """Outcomes whose estimates lie on the same side: better, worse, zero, nowhere."""

    side: str
    outcomes: Outcomes


@dataclass(frozen=True)
class OtherFacts:
    """The other outcomes in registered order.

    `sides` groups those with a better direction by the side of their estimates.
    """

    all: Outcomes
    sides: tuple[SideFacts, ...]
    excluding_zero: Outcomes
    without_interval: Outcomes

    @property
    def any_interval(self) -> bool:
        """Whether any of them has an exact interval."""
        return len(self.without_interval) < len(self.all)


@dataclass(frozen=True)
class SequenceFacts:
    """The fixed sequence: the outcomes it passed, and the one at which it stopped, if any."""

    passed: Outcomes
    stopped: OutcomeFacts | None
    at_last: bool


@dataclass(frozen=True)
class VisitFacts:
    """A visit of the plan, with its attendance and the ulcers counted there."""

    phrase: Annotated[str, "study.visits.{visit}.phrase"]
    day: Annotated[str, "study.visits.{visit}.day"]
    low: Annotated[str, "study.visits.{visit}.low"]
    high: Annotated[str, "study.visits.{visit}.high"]
    due: Annotated[Number, "flow.{visit}.n_due"]
    attended: Annotated[Number, "flow.{visit}.n_attended"]
    in_window: Annotated[Number, "flow.{visit}.n_in_window"]
    active: Annotated[Number, "safety.digital_ulcers.{visit}.n_active"]
    new: Annotated[Number, "safety.digital_ulcers.{visit}.n_new"]
    new_in: Annotated[Number, "safety.digital_ulcers.{visit}.participants_new"]
    healed: Annotated[Number, "safety.digital_ulcers.{visit}.n_healed"]
    healed_in: Annotated[Number, "safety.digital_ulcers.{visit}.participants_healed"]


@dataclass(frozen=True)
class PopulationFacts:
    """A population of the plan."""

    phrase: Annotated[str, "study.populations.{population}.phrase"]
    rule: Annotated[str, "study.populations.{population}.rule"]
    n: Annotated[Number, "flow.{population}.n"]


@dataclass(frozen=True)
class EventFacts:
    """An intercurrent event of the plan."""

    phrase: Annotated[str, "study.intercurrent_events.{event}.phrase"]


@dataclass(frozen=True)
class StrategyFacts:
    """A strategy, and the intercurrent events that the plan handles by it."""

    name: str
    events: tuple[EventFacts, ...]


@dataclass(frozen=True)
class HarmFacts:
    """Events of one kind, and the participants who had any, of those at risk."""

    events: Annotated[Number, "safety.{harm}.events"]
    participants: Annotated[Number, "safety.{harm}.participants"]
    n: Annotated[Number, "safety.{harm}.n"]
    share_high: Annotated[Number, "safety.{harm}.share_high"]

    @property
    def at_risk(self) -> bool:
        """Whether anybody was at risk: anaesthesia was started."""
        return self.n.out_of > 0


@dataclass(frozen=True)
class PlanFacts:
    """When the analysis plan was fixed: before or after the export, or unknown (`timing`)."""

    version: Annotated[str, "study.documents.plan.version"]
    date: Annotated[str, "study.documents.plan.date"]
    amendments: Annotated[str, "study.documents.plan.amendments"]
    stated: bool
    amended: bool
    timing: str


@dataclass(frozen=True)
class Facts:
    """Everything that a template of report/sentences may name.

    `summarised` is set where participants are too many to show singly in a figure. `visit` and
    `population` are those that the registered outcomes were analysed with, `since` the
    visits after baseline at which new ulcers were counted, `fullest` the outcome with the most
    pairs and `fewer` those that have fewer, `benchmark` the outcome of the published placebo arm.
    """

    simulated: bool
    posted_late: bool
    zeros: str
    coarsened: bool
    checksums: str
    planned: bool
    season_apart: bool
    summarised: bool
    baseline: VisitFacts
    visit: VisitFacts
    since: tuple[VisitFacts, ...]
    population: PopulationFacts
    populations: tuple[PopulationFacts, ...]
    strategies: tuple[StrategyFacts, ...]
    outcomes: Outcomes
    primary: OutcomeFacts
    others: OtherFacts
    sequence: SequenceFacts
    fullest: OutcomeFacts
    fewer: Outcomes
    benchmark: OutcomeFacts | None
    unknown_tests: bool
    adverse: HarmFacts
    serious: HarmFacts
    serious_liposuction: HarmFacts
    serious_injection: HarmFacts
    serious_product: HarmFacts
    severe: HarmFacts
    deaths: HarmFacts
    plan: PlanFacts
    consented: Annotated[Number, "flow.consented.n"]
    screened: Annotated[Number, "flow.screened.n"]
    enrolled: Annotated[Number, "flow.enrolled.n"]
    started: Annotated[Number, "flow.procedure_safety.n"]
    injected: Annotated[Number, "flow.full_analysis.n"]
    per_protocol: Annotated[Number, "flow.per_protocol.n"]
    both_hands: Annotated[Number, "baseline.treated_hands.both.n"]
    out_of_specification: Annotated[Number, "exposure.out_of_specification.n"]
    contradicted: Annotated[Number, "exposure.volumes_test.contradicted.n"]
    reactions: Annotated[Number, "safety.local_reaction.overall.any"]
    severe_reactions: Annotated[Number, "safety.local_reaction.overall.severe"]
