"""The assumptions behind the simulated export: means, spread and correlations.

They and the seed were fixed before any result was seen. The improvement that they build in is
an assumption, not a finding.
"""

from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pandas as pd

QUANTILES = np.array([NormalDist().inv_cdf((i + 0.5) / 4000) for i in range(4000)])


@dataclass(frozen=True)
class Target:
    """The intended distribution of one measure on its bounded grid.

    Parameters
    ----------
    mean, sd
        At baseline.
    change, change_sd
        From baseline to week 12.
    correlation
        Between baseline and week 12.
    low, high, step
        The grid of the instrument.
    """

    mean: float
    sd: float
    change: float
    change_sd: float
    correlation: float
    low: float
    high: float
    step: float = 1

    @property
    def followup_sd(self) -> float:
        """The spread at week 12 that the spread of the change and the correlation imply.

        It is the root of ``change_sd**2 = sd**2 + x**2 - 2*correlation*sd*x`` that is nearer to the
        spread at baseline. If there is no root, the correlation is kept and the spread of the
        change is the smallest that it allows.
        """
        middle = self.correlation * self.sd
        root = max(middle**2 - self.sd**2 + self.change_sd**2, 0) ** 0.5
        return min((middle - root, middle + root), key=lambda sd: abs(sd - self.sd))

    def at(self, fraction: float) -> tuple[float, float]:
        """Return mean and spread when a fraction of the way to week 12 has passed."""
        sd = self.sd + (self.followup_sd - self.sd) * fraction
        return self.mean + self.change * fraction, sd

    def place(self, latent: np.ndarray, fraction: float) -> np.ndarray:
        """Place standard normal values on the grid with the mean and spread of the target.

        Clamping at the ends of a scale shifts the mean and narrows the spread; the latent mean
        and spread are adjusted until the clamped and rounded values have the target's.
        """
        mean, sd = self.at(fraction)
        latent_mean, latent_sd = mean, sd
        for _ in range(100):
            placed = self._clamp(latent_mean + latent_sd * QUANTILES)
            latent_mean += mean - placed.mean()
            latent_sd *= sd / placed.std()
        return self._clamp(latent_mean + latent_sd * latent)

    def _clamp(self, values: np.ndarray) -> np.ndarray:
        return np.clip(np.round(values / self.step) * self.step, self.low, self.high)


# Mean circumference of the 2nd to 5th finger in mm; spread 4, change -1.0 (1.5), correlation 0.95.
FINGER_MM = (56, 56, 53, 47)
FINGER = Target(0, 4, -1.0, 1.5, 0.95, -99, 99)

# Skin, function and vessels share the severity; two measures each share `thumb` and `ulcer`.
SEVERITY = {"skin": 0.67, "function": 0.67, "vessels": 0.55, "thumb": 0, "ulcer": 0}

# targets.csv has them by measure. Total mRSS 15 (8), change -2.0 (4.5), is the hands plus the 13
# sites outside them, and those two correlate; the sites outside get the rest of the total.
_MEASURES = pd.read_csv(Path(__file__).with_name("targets.csv"), index_col="measure")
TARGETS = {
    str(name): Target(*row) for name, *row in _MEASURES.loc[:, "mean":"step"].dropna().itertuples()
}

# How strongly each measure depends on each of these. Cochin and HAQ then correlate by about 0.84,
# Cochin and skin by about 0.35 to 0.39, right and left thumb by about 0.8. Bowel and lung hardly
# depend on the severity.
LOADINGS: dict[str, dict] = {
    str(name): row.dropna().to_dict() for name, row in _MEASURES[list(SEVERITY)].iterrows()
}
