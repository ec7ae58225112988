"""The assumptions behind the simulated export: means, spread and correlations.

They were fixed, with the seed, before any result was looked at. The improvement that they
build in is an assumption and no finding.
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

QUANTILES = np.array([NormalDist().inv_cdf((i + 0.5) / 4000) for i in range(4000)])


@dataclass(frozen=True)
class Target:
    """What one measure shall look like on its own bounded grid.

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
    def followup_sd(self):
        """The spread at week 12 that the spread of the change and the correlation imply.

        Of the two roots of ``change_sd**2 = sd**2 + x**2 - 2*correlation*sd*x`` the one nearer to
        the spread at baseline. Where they contradict each other (no root), the correlation is
        kept and the change spreads as little as it allows.
        """
        middle = self.correlation * self.sd
        root = max(middle**2 - self.sd**2 + self.change_sd**2, 0) ** 0.5
        return min((middle - root, middle + root), key=lambda sd: abs(sd - self.sd))

    def at(self, fraction):
        """Return mean and spread when a fraction of the way to week 12 has passed."""
        sd = self.sd + (self.followup_sd - self.sd) * fraction
        return self.mean + self.change * fraction, sd

    def place(self, latent, fraction):
        """Put standard normal values on the grid, so that mean and spread come out as told.

        Clamping at the ends of a scale shifts the mean and narrows the spread; the latent
        mean and spread are widened until the clamped and rounded values have the target's.
        """
        mean, sd = self.at(fraction)
        latent_mean, latent_sd = mean, sd
        for _ in range(100):
            placed = self._clamp(latent_mean + latent_sd * QUANTILES)
            latent_mean += mean - placed.mean()
            latent_sd *= sd / placed.std()
        return self._clamp(latent_mean + latent_sd * latent)

    def _clamp(self, values):
        return np.clip(np.round(values / self.step) * self.step, self.low, self.high)


def _scale(mean, sd, change, change_sd, correlation):
    return Target(mean, sd, change, change_sd, correlation, 0, 3, 0.02)


# Total mRSS 15 (8), change -2.0 (4.5), is the hands plus the 13 sites outside them, and those two
# correlate; so the sites outside get what the total leaves over.
TARGETS = {
    "hand_mrss": Target(8.0, 2.5, -1.4, 2.0, 0.8, 0, 12),
    "outside_mrss": Target(7.0, 6.45, -0.6, 2.9, 0.9, 0, 39),
    "raynaud": Target(5.0, 2.0, -1.6, 2.0, 0.5, 0, 10, 0.01),
    "hand_pain": Target(50, 25, -15, 22, 0.6, 0, 100),
    "cochin": Target(38, 18, -9, 12, 0.75, 0, 90),
    "haq": Target(8.8, 5.2, -1.6, 2.8, 0.8, 0, 24),
    "vas_pain": _scale(1.3, 0.8, -0.35, 0.7, 0.6),
    "vas_rp": _scale(1.5, 0.9, -0.45, 0.7, 0.6),
    "vas_du": _scale(1.0, 1.0, -0.3, 0.8, 0.6),
    "vas_gi": _scale(0.5, 0.7, 0, 0.4, 0.7),
    "vas_lung": _scale(0.5, 0.7, 0, 0.4, 0.7),
    "vas_overall": _scale(1.3, 0.8, -0.3, 0.6, 0.7),
    "kapandji_right": Target(8.0, 1.5, 0.4, 0.8, 0.85, 0, 10),
    "kapandji_left": Target(8.0, 1.5, 0.4, 0.8, 0.85, 0, 10),
    "density": Target(4.5, 1.5, 0.4, 0.8, 0.85, 0.5, 11, 0.01),
    "evolution": Target(5.0, 1.8, -0.5, 1.0, 0.85, 0, 9, 0.01),
    "enlarged": Target(1.4, 0.6, -0.1, 0.4, 0.8, 0, 3, 0.01),
    "giants": Target(1.0, 0.6, -0.1, 0.4, 0.8, 0, 3, 0.01),
    "haemorrhages": Target(0.8, 0.6, -0.1, 0.4, 0.7, 0, 3, 0.01),
}

# Mean circumference of the 2nd to 5th finger in mm; spread 4, change -1.0 (1.5), correlation 0.95.
FINGER_MM = (56, 56, 53, 47)
FINGER = Target(0, 4, -1.0, 1.5, 0.95, -99, 99)

# Skin, function and vessels share the severity; two measures each share `thumb` and `ulcer`.
SEVERITY = {"skin": 0.67, "function": 0.67, "vessels": 0.55, "thumb": 0, "ulcer": 0}

# How strongly each measure follows each of these: so that Cochin and HAQ correlate by about 0.84,
# Cochin and skin by about 0.35 to 0.39, right and left thumb by about 0.8. Bowel and lung hardly
# follow the severity.
LOADINGS = {
    "hand_mrss": {"skin": 0.85},
    "outside_mrss": {"skin": 0.6},
    "raynaud": {"vessels": 0.75},
    "hand_pain": {"function": 0.55, "vessels": 0.25},
    "cochin": {"function": 0.92},
    "haq": {"function": 0.92},
    "vas_pain": {"function": 0.6, "vessels": 0.2},
    "vas_rp": {"vessels": 0.75},
    "vas_du": {"vessels": 0.45, "ulcer": 0.65},
    "vas_gi": {"vessels": 0.1},
    "vas_lung": {"skin": 0.1},
    "vas_overall": {"function": 0.5, "vessels": 0.3},
    "kapandji_right": {"skin": -0.6, "thumb": 0.72},
    "kapandji_left": {"skin": -0.6, "thumb": 0.72},
    "density": {"vessels": -0.8},
    "evolution": {"vessels": 0.8},
    "enlarged": {"vessels": 0.3},
    "giants": {"vessels": 0.3},
    "haemorrhages": {"vessels": 0.3},
    "circumference": {"skin": 0.35},
    "ulcers": {"vessels": 0.45, "ulcer": 0.75},
}
