"""Settings of the protocol and the analysis plan, by the sections of study.yml."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, Literal

SettingSource = Literal["registry", "assumed"]
# Thresholds of queries that are two limits, and those that are several named numbers.
_SPANS = (
    "body_mass_index",
    "usual_mass_index",
    "age_years",
    "counted_while_absent",
    "cells_per_ml",
)
_PARTS: dict[str, tuple[str, ...]] = {
    "laboratory_ratio": (),
    "doubtful_codes": ("spans", "fields"),
    "readers_apart": ("density", "grade"),
    "change_far": ("mrss", "cochin", "haq", "kapandji", "both_thumbs"),
    "zero_far": ("mrss", "hands", "cochin", "haq"),
}


@dataclass(frozen=True)
class Setting:
    """A value of the plan, and whether the registration or the analysts decided it."""

    value: Any
    source: SettingSource


@dataclass(frozen=True)
class Population:
    """A set of participants and the rule that defines it."""

    name: str
    label: str
    rule: str
    source: SettingSource


@dataclass(frozen=True)
class Specification:
    """The limits that exposure and product are compared with."""

    planned_fingers: Setting
    viability_min_percent: Setting
    endotoxin_max_eu_per_ml: Setting
    finger_volume_max_ml: Setting
    prohibited_medication_classes: Setting


@dataclass(frozen=True)
class AnalysisPlan:
    """The settings of the primary analysis."""

    baseline_visit: Setting
    followup_visit: Setting
    population: Setting
    alpha: Setting
    confidence: Setting
    zeros: Setting
    test_order: Setting
    missing_visits: Setting


@dataclass(frozen=True)
class Estimand:
    """The attributes of the estimand other than the intercurrent events (ICH E9(R1))."""

    population: Setting
    treatment: Setting
    variable: Setting
    summary: Setting


@dataclass(frozen=True)
class IntercurrentEvent:
    """A kind of event after the procedure, and how the primary analysis handles it.

    Under treatment policy scores count as they are; composite gives the event the worst rank.
    """

    name: str
    label: str
    strategy: Literal["treatment_policy", "composite"]
    source: SettingSource


@dataclass(frozen=True)
class DataAfterEnd:
    """How data from after the end of participation are used: paired, never, until_answered."""

    death: Setting
    consent_withdrawn: Setting
    treatment_stopped: Setting
    lost: Setting


@dataclass(frozen=True)
class QueryThresholds:
    """Limits beyond which a query is raised: days, mm, kg/m2, years, or a number of pairs.

    `laboratory_ratio` is the highest over the lowest value of a person, by test;
    `counted_while_absent` is for one image, and for all images of a visit; `ulcers_are_events` is
    whether a new ulcer has to be reported.
    """

    event_far_days: Setting
    consent_early_days: Setting
    finger_far_mm: Setting
    blank_together: Setting
    doubtful_codes: Setting
    copied_forward_pairs: Setting
    copied_tests: Setting
    body_mass_index: Setting
    age_years: Setting
    counted_while_absent: Setting
    laboratory_ratio: Setting
    limited_proximal_skin: Setting
    usual_mass_index: Setting
    used_share: Setting
    lidocaine_mg_per_kg: Setting
    cells_per_ml: Setting
    dose_ratio: Setting
    diary_apart: Setting
    function_apart: Setting
    readers_apart: Setting
    change_far: Setting
    zero_far: Setting
    ulcers_are_events: Setting


def _is_number(value: Any) -> bool:
    return type(value) in (int, float)


def is_span(limits: Any) -> bool:
    """Return whether a value is two numbers, the lower one first."""
    numbers = isinstance(limits, tuple) and all(map(_is_number, limits))
    return numbers and len(limits) == 2 and limits[0] < limits[1]


def find_wrong_thresholds(queries: QueryThresholds) -> Iterator[str]:
    """Yield what is wrong with the thresholds of queries, one sentence each."""
    for name, value in ((each.name, getattr(queries, each.name).value) for each in fields(queries)):
        fits, wanted = _is_number(value), "a number"
        if name in _SPANS:
            fits, wanted = is_span(value), "[low, high]"
        elif name in _PARTS:
            numbers = isinstance(value, dict) and all(map(_is_number, value.values()))
            fits, wanted = numbers and {*_PARTS[name]} <= {*value}, "a number for each"
            wanted += f" of {', '.join(_PARTS[name])}" if _PARTS[name] else " test"
        elif name == "ulcers_are_events":
            fits, wanted = isinstance(value, bool), "true or false"
        if not fits:
            yield f"queries: {name} is {wanted}"
