"""The trials that are simulated: one outcome on its own grid, or nine in the same participants.

The magnitudes are assumed throughout, like those of the simulated export: no published result
supports a size of change in this trial.
"""

from dataclasses import dataclass, replace

PARTICIPANTS = 7
ALPHA = 0.05


@dataclass(frozen=True)
class Scenario:
    """One outcome in trials of one size.

    Parameters
    ----------
    name
        Dotted and unique, the outcome first; the random numbers follow from it, not from its
        place in a list.
    n
        Participants with both visits.
    mean_change, sd_change
        Of the changes before rounding, in the unit of the outcome.
    step
        Grid of the scores; 0 for none.
    baseline_mean, baseline_sd
        Of the baseline before rounding.
    bounds
        Lowest and highest possible score, at both visits; None rounds the change itself, without
        floor or ceiling.
    """

    name: str
    n: int
    mean_change: float
    sd_change: float
    step: float
    baseline_mean: float
    baseline_sd: float
    bounds: tuple[float, float] | None

    @property
    def outcome(self) -> str:
        """Name of the outcome in study.yml."""
        return self.name.split(".")[0]

    @property
    def correlation(self) -> float:
        """Correlation of the visits: with equal spread at both it fixes `sd_change`."""
        return 1 - self.sd_change**2 / (2 * self.baseline_sd**2)


@dataclass(frozen=True)
class Family:
    """Outcomes without any true change, in the same participants.

    Parameters
    ----------
    name
        Dotted and unique.
    scenarios
        One per outcome, all of one `n`.
    correlation
        Between any two outcomes, at each visit.
    """

    name: str
    scenarios: tuple[Scenario, ...]
    correlation: float

    @property
    def n(self) -> int:
        """Participants with both visits."""
        return self.scenarios[0].n


# Mean change, its SD, step, baseline mean, its SD, bounds. The steps are whole points; 1/14 for
# the mean of a diary; 1/8 mm for a mean of eight fingers; 1/16 for a mean of sixteen fields. A
# composite that includes visual analogue scales has practically no grid.
SINGLE_OUTCOMES = (
    Scenario("hand_mrss", PARTICIPANTS, -1.4, 1.6, 1, 8, 2.5, (0, 12)),
    Scenario("raynaud_condition_score", PARTICIPANTS, -1.6, 2.0, 1 / 14, 5, 2, (0, 10)),
    Scenario("hand_pain_vas", PARTICIPANTS, -15, 22, 1, 50, 25, (0, 100)),
    Scenario("total_mrss", PARTICIPANTS, -2.0, 4.5, 1, 15, 8, (0, 51)),
    Scenario("kapandji", PARTICIPANTS, 0.8, 1.5, 1, 16, 2.8, (0, 20)),
    Scenario("cochin_hand_function", PARTICIPANTS, -9, 12, 1, 38, 18, (0, 90)),
    Scenario("shaq", PARTICIPANTS, -0.25, 0.35, 0, 1.2, 0.5, (0, 3)),
    Scenario("capillaroscopy", PARTICIPANTS, -0.5, 1.0, 1 / 16, 5, 1.8, (0, 9)),
    Scenario("finger_circumference", PARTICIPANTS, -1.0, 1.5, 1 / 8, 53, 4, (35, 85)),
)


def vary_change(scenario: Scenario) -> tuple[Scenario, Scenario]:
    """Return a scenario with its assumed change and with none."""
    return (
        replace(scenario, name=f"{scenario.name}.assumed"),
        replace(scenario, name=f"{scenario.name}.no_change", mean_change=0.0),
    )


def list_scenarios() -> tuple[Scenario | Family, ...]:
    """List every scenario of the record.

    Returns
    -------
    Each outcome on its own grid; the primary one again without floor and ceiling, and then with
    one more thing changed: no grid, other numbers of participants, other changes, other
    correlations of the visits; three families.
    """
    plain = replace(SINGLE_OUTCOMES[0], name="hand_mrss.rounded_change", bounds=None)
    varied = (
        plain,
        replace(plain, name="hand_mrss.no_grid", step=0),
        *(replace(plain, name=f"hand_mrss.n_{n}", n=n) for n in (6, 8, 10)),
        replace(plain, name="hand_mrss.half_change", mean_change=-0.7),
        replace(plain, name="hand_mrss.double_change", mean_change=-2.8),
        *(
            replace(
                plain,
                name=f"hand_mrss.correlation_{round(100 * correlation)}",
                sd_change=plain.baseline_sd * (2 * (1 - correlation)) ** 0.5,
            )
            for correlation in (0.5, 0.9)
        ),
    )
    pairs = [vary_change(scenario) for scenario in (*SINGLE_OUTCOMES, *varied)]
    # Half and double the assumed change have the same "no change" as the plain scenario.
    repeated = ("hand_mrss.half_change.no_change", "hand_mrss.double_change.no_change")
    scenarios = [s for pair in pairs for s in pair if s.name not in repeated]
    return (*scenarios, *list_families())


def list_families() -> tuple[Family, ...]:
    """List the families: nine continuous outcomes, correlated or not, and the nine grids."""
    null = tuple(replace(scenario, mean_change=0.0) for scenario in SINGLE_OUTCOMES)
    continuous = tuple(replace(scenario, step=0, bounds=None) for scenario in null)
    return (
        Family("family.no_grid", continuous, 0.5),
        Family("family.independent", continuous, 0.0),
        Family("family.own_grids", null, 0.5),
    )
