"""The protocol and the analysis plan (study.yml) as frozen dataclasses."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

from analysis import paths
from analysis.errors import DataError
from analysis.governance import (
    Author,
    Governance,
    Narrative,
    StudyDocuments,
    find_dated_narratives,
    find_wrong_authors,
    find_wrong_versions,
)
from analysis.plan import (
    AnalysisPlan,
    DataAfterEnd,
    Estimand,
    IntercurrentEvent,
    Population,
    QueryThresholds,
    Setting,
    SettingSource,
    Specification,
    find_wrong_thresholds,
    is_span,
)
from analysis.records import load_record
from analysis.visits import Role, Visit, find_wrong_visits

AFTER_END = ("paired", "never", "until_answered")


@dataclass(frozen=True)
class Trial:
    """The design of the trial, as far as it is known."""

    title: str
    registration: Setting
    prior_study: Setting
    site: Setting
    design: Setting
    n_planned: Setting
    device: Setting
    needle_gauge: Setting
    processing_minutes: Setting
    registered_start: Setting
    first_posted: Setting
    eligibility: Setting
    exclusion: Setting
    recruitment_years: Setting


@dataclass(frozen=True)
class ChangeThreshold:
    """A published change with its level; sources are keys of report/references.bib.

    `measurement_error` is the standard error of one measurement in the outcome's unit, or None,
    `measurement_error_between` the one between observers; `measurement_error_derivation` explains
    how it was computed, and is empty if a source states it. `score_step` is the step of the
    score's grid.
    """

    value: float
    level: str
    population: str
    source: str
    measurement_error: float | None
    measurement_error_source: str | None
    score_step: float | None = None
    measurement_error_between: float | None = None
    measurement_error_derivation: str = ""


@dataclass(frozen=True)
class SupportingOutcome:
    """An outcome counted and listed, never tested; `variants` maps to the instrument's names."""

    name: str
    label: str
    instrument: str
    unit: str
    decimals: int
    variants: dict[str, str]
    components: tuple[str, ...]
    source: SettingSource


@dataclass(frozen=True)
class Outcome(SupportingOutcome):
    """A registered outcome, and how it is analysed, printed and judged."""

    registered_name: str
    role: str
    range: tuple[float, ...]
    better: Literal["lower", "higher", "none"]
    of_hands: bool
    difference_decimals: int
    analysed_as: str
    shown_beside: tuple[str, ...]
    threshold: ChangeThreshold | None

    @property
    def direction(self) -> int:
        """+1 if higher is better, -1 if lower is better, 0 if neither."""
        return {"higher": 1, "lower": -1, "none": 0}[self.better]

    @property
    def has_error(self) -> bool:
        """Whether its measurement error is known, so that changes can be compared with it."""
        return bool(self.direction and self.threshold and self.threshold.measurement_error)


@dataclass(frozen=True)
class Scoring:
    """Settings of scoring rules that sources only recall, or that a site may change."""

    raynaud_diary_days: Setting
    raynaud_diary_min_days: Setting
    raynaud_scale_max: Setting
    hand_pain_line_mm: Setting
    shaq_line_mm: Setting
    haq_min_categories: Setting
    shaq_min_scales: Setting
    cochin_max_missing: Setting
    cochin_short_form_items: Setting
    circumference_min_fingers: Setting
    capillaroscopy_min_fingers: Setting
    unscored_instruments: Setting


@dataclass(frozen=True)
class PlaceboBenchmark:
    """Change in a published blinded placebo arm; `source` is a key of references.bib."""

    outcome: str
    trial: str
    mean_change: float
    sd_change: float
    n: int
    source: str


@dataclass(frozen=True)
class Publication:
    """How far printed listings are coarsened, and what must never be published.

    `identifier_fields` are added to those that the export's dictionary flags; `hospital_number`
    is a regular expression of the site's patient numbers, "" for none.
    """

    coarsen_listings: Setting
    age_band_years: Setting
    identifier_fields: Setting
    hospital_number: Setting


@dataclass(frozen=True)
class Study:
    """Everything in study.yml."""

    study: Trial
    governance: Governance
    documents: StudyDocuments
    authors: tuple[Author, ...]
    visits: tuple[Visit, ...]
    populations: tuple[Population, ...]
    specification: Specification
    analysis: AnalysisPlan
    estimand: Estimand
    intercurrent_events: tuple[IntercurrentEvent, ...]
    data_after_end: DataAfterEnd
    outcomes: tuple[Outcome, ...]
    supporting: tuple[SupportingOutcome, ...]
    scoring: Scoring
    queries: QueryThresholds
    placebo_benchmark: PlaceboBenchmark
    publication: Publication
    narratives: tuple[Narrative, ...]

    def outcome(self, name: str) -> Outcome:
        """Return the registered outcome of that name."""
        return _find(self.outcomes, name, "outcome")

    def visit(self, name: str) -> Visit:
        """Return the visit of that name."""
        return _find(self.visits, name, "visit")

    def list_visits(self, *roles: Role) -> list[str]:
        """Return the names of the visits with one of these roles, in their order."""
        return [visit.name for visit in self.visits if visit.role in roles]

    @property
    def unscheduled(self) -> str:
        """The name of the visit for data that belong to no planned visit."""
        return self.list_visits("unscheduled")[0]


def load_study(path: Path | None = None) -> Study:
    """Read and check study.yml; a DataError names the line or the values that are wrong.

    Examples
    --------
    >>> from analysis import load_study
    >>> study = load_study()
    >>> study.outcome("kapandji").label, study.analysis.followup_visit.value
    ('Kapandji opposition', 'week_12')
    """
    path = paths.STUDY if path is None else path
    study = load_record(path, Study)
    for problem in _find_contradictions(study):
        raise DataError(problem, file=path, hint="Correct study.yml")
    return study


def _find(records: Iterable[Any], name: str, kind: str) -> Any:
    known = {record.name: record for record in records}
    if name in known:
        return known[name]
    raise DataError(f"{name!r} is no {kind} of study.yml", hint=f"Known: {', '.join(known)}")


def _find_contradictions(study: Study) -> Iterator[str]:
    plan = study.analysis
    yield from find_wrong_authors(study.authors)
    yield from _find_wrong_names(study)
    yield from find_wrong_visits(study.visits, plan.baseline_visit.value, plan.followup_visit.value)
    yield from find_dated_narratives(study.narratives)
    yield from find_wrong_versions(study.governance, study.documents)
    yield from find_wrong_thresholds(study.queries)
    yield from _find_wrong_settings(study)
    yield from _find_wrong_outcomes(study.outcomes)


def _find_wrong_names(study: Study) -> Iterator[str]:
    plan = study.analysis
    for group in (study.visits, study.populations, study.outcomes + study.supporting):
        names = [record.name for record in group]
        if len(set(names)) < len(names):
            yield f"two entries have the same name among {', '.join(names)}"
    for name, records, kind in (
        (plan.baseline_visit.value, study.visits, "visit"),
        (plan.followup_visit.value, study.visits, "visit"),
        (plan.population.value, study.populations, "population"),
        (study.placebo_benchmark.outcome, study.outcomes, "outcome"),
    ):
        if name not in [record.name for record in records]:
            yield f"{name!r} is no {kind}"


def _find_wrong_settings(study: Study) -> Iterator[str]:
    for field in fields(study.data_after_end):
        value = getattr(study.data_after_end, field.name).value
        if value not in AFTER_END:
            yield f"data_after_end: {field.name} is one of {', '.join(AFTER_END)}, not {value}"
    for name in ("alpha", "confidence"):
        level = getattr(study.analysis, name).value
        if not isinstance(level, float) or not 0 < level < 1:
            yield f"analysis: {name} lies between 0 and 1, not {level!r}"
    if study.analysis.test_order.value != "registered":
        yield "analysis: test_order is registered, the order of the outcomes in this file"
    try:
        re.compile(study.publication.hospital_number.value)
    except (re.error, TypeError):
        yield "publication: hospital_number is a regular expression"


def _find_wrong_outcomes(outcomes: tuple[Outcome, ...]) -> Iterator[str]:
    first, *others = [outcome.role for outcome in outcomes] or [""]
    if first != "primary" or set(others) - {"secondary"}:
        yield "outcomes: the first one has the role primary, every other one secondary"
    for outcome in outcomes:
        if "primary" not in outcome.variants:
            yield f"outcome {outcome.name}: one variant is called primary"
        if not set(outcome.shown_beside) <= set(outcome.variants):
            yield f"outcome {outcome.name}: shown_beside names an unknown variant"
        if not is_span(outcome.range):
            yield f"outcome {outcome.name}: range is [low, high]"
        if not all(0 <= each <= 12 for each in (outcome.decimals, outcome.difference_decimals)):
            yield f"outcome {outcome.name}: decimals are 0 to 12"
