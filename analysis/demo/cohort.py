"""The participants, the dates of their visits, and the latent severity behind their measures."""

import functools
import zlib
from dataclasses import dataclass

import numpy as np

from analysis.demo.settings import LOADINGS, SEVERITY, TARGETS

FIRST_PROCEDURE = np.datetime64("2021-03-08")
RECRUITMENT_DAYS = 500
ASSESSED = ("baseline", "week_4", "week_12")

# Share of the change to week 12 that has happened by each visit.
FRACTION = {"baseline": 0.0, "week_1": 0.3, "week_4": 0.6, "week_12": 1.0}
OUT_OF_WINDOW_DAY = 106


@dataclass(frozen=True)
class Cohort:
    """The simulated participants, in order.

    Parameters
    ----------
    size
        Number of participants, n.
    seed
        Every random stream depends only on it and on the stream's name, so one part can be
        changed without moving the others.
    deviations
        Whether the trial has deviations that a monitor would query: a week-12 visit outside its
        window, a refused questionnaire, a product slightly below its specification.
    """

    size: int
    seed: int
    deviations: bool = True

    @functools.cached_property
    def ids(self) -> np.ndarray:
        """Record ids as text, (n,)."""
        width = max(2, len(str(self.size)))
        return np.array([f"SIM-{number:0{width}d}" for number in range(1, self.size + 1)])

    @functools.cached_property
    def days(self) -> dict[str, np.ndarray]:
        """Date of every visit, datetime64[D], (n,)."""
        return _visit_days(self)

    @functools.cached_property
    def baseline(self) -> dict[str, np.ndarray]:
        """Standard normal latent values by measure, (n,)."""
        return _draw_latent(self.rng("latent baseline"), self.size)

    @functools.cached_property
    def followup(self) -> dict[str, np.ndarray]:
        """The same at week 12; measures without a target are drawn independently."""
        drawn = _draw_latent(self.rng("latent follow-up"), self.size)
        return drawn | {
            name: target.correlation * self.baseline[name]
            + np.sqrt(1 - target.correlation**2) * drawn[name]
            for name, target in TARGETS.items()
        }

    def rng(self, name: str) -> np.random.Generator:
        """Return the stream of random numbers of that name, from its start."""
        return np.random.default_rng([self.seed, zlib.crc32(name.encode())])

    def every_seventh(self, position: int) -> np.ndarray:
        """Return a mask of the participants at a position (0 to 6) of each seven."""
        return np.arange(self.size) % 7 == position

    def measure(self, name: str, visit: str) -> np.ndarray:
        """Return a measure of settings.TARGETS on its grid at a visit, (n,)."""
        fraction = FRACTION[visit]
        target = TARGETS[name]
        return target.place(
            blend(self.baseline[name], self.followup[name], fraction, target.correlation), fraction
        )


def blend(
    baseline: np.ndarray, followup: np.ndarray, fraction: float, correlation: float
) -> np.ndarray:
    """Return the latent value between two visits, again with variance 1."""
    spread = np.sqrt(
        (1 - fraction) ** 2 + fraction**2 + 2 * fraction * (1 - fraction) * correlation
    )
    return ((1 - fraction) * baseline + fraction * followup) / spread


def _draw_latent(rng: np.random.Generator, size: int) -> dict[str, np.ndarray]:
    """Draw every measure's latent value from the shared factors and a part specific to it."""
    severity = rng.standard_normal(size)
    factors = {
        name: share * severity + np.sqrt(1 - share**2) * rng.standard_normal(size)
        for name, share in SEVERITY.items()
    }
    latent = {}
    for measure, loads in LOADINGS.items():
        explained = sum(
            one * other * (1 if a == b else SEVERITY[a] * SEVERITY[b])
            for a, one in loads.items()
            for b, other in loads.items()
        )
        shared = sum(load * factors[name] for name, load in loads.items())
        latent[measure] = shared + np.sqrt(1 - explained) * rng.standard_normal(size)
    return latent


def _visit_days(cohort: Cohort) -> dict[str, np.ndarray]:
    rng = cohort.rng("visits")
    size = cohort.size
    procedure = FIRST_PROCEDURE + np.arange(size) * RECRUITMENT_DAYS // size
    weekday = (procedure.astype("int64") + 3) % 7
    procedure = procedure + np.where(weekday > 4, 7 - weekday, 0)
    late = (np.arange(size) == 5) & cohort.deviations
    week_12 = np.where(late, OUT_OF_WINDOW_DAY, 84 + rng.integers(-6, 7, size))
    return {
        "screening": procedure - rng.integers(18, 27, size),
        "baseline": procedure - rng.integers(1, 4, size),
        "procedure": procedure,
        "week_1": procedure + 7 + rng.integers(-2, 3, size),
        "week_4": procedure + 28 + rng.integers(-4, 5, size),
        "week_12": procedure + week_12,
    }
