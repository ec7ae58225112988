"""What is true of an export, from its processed tables alone.

Nothing of the package is imported: every number is computed once more, in another way.
"""

import itertools
import math
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property

import pandas as pd
import yaml

TABLES = (
    *("participants", "visits", "adverse_events", "procedures", "items", "scores", "pairs"),
    *("disposition", "results"),
)


def show(value, decimals=0):
    """Print a number, halves away from zero, with a true minus sign."""
    exact = Decimal(f"{value:.12g}").quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return f"{abs(exact)}" if exact >= 0 else f"−{abs(exact)}"


def state_p(value):
    """Print a p-value as an equation, or as a bound."""
    return f"p {'' if value < 0.001 else '= '}{show_p(value)}"


def show_p(value):
    """Print a p-value."""
    return "< 0.001" if value < 0.001 else show(value, 3)


@dataclass(frozen=True)
class Changes:
    """The changes of one outcome, and what follows from them.

    Parameters
    ----------
    values
        Follow-up minus baseline, rounded as study.yml says.
    direction
        1 if higher is better, -1 if lower is, 0 if neither.
    """

    values: tuple[float, ...]
    direction: int

    @property
    def n(self):
        """How many pairs there are."""
        return len(self.values)

    @property
    def nonzero(self):
        """The changes that are not zero."""
        return [value for value in self.values if value]

    def count(self, sign):
        """Count the changes that are better (1), none (0) or worse (-1)."""
        signs = [(value > 0) - (value < 0) for value in self.values]
        return sum(each * (self.direction or 1) == sign for each in signs)

    @cached_property
    def walsh(self):
        """The sorted averages of all pairs of changes, each with itself too."""
        pairs = itertools.combinations_with_replacement(self.values, 2)
        return sorted(round((a + b) / 2, 9) for a, b in pairs)

    @property
    def estimate(self):
        """The Hodges-Lehmann estimate, None without pairs."""
        return median(self.walsh) if self.n else None

    @cached_property
    def interval(self):
        """Low, high and level of the closed 95 % interval; None where it does not exist."""
        ways = [1]  # of each sum of ranks
        for rank in range(1, self.n + 1):
            longer = ways + [0] * rank
            ways = [w + (longer[i - rank] if i >= rank else 0) for i, w in enumerate(longer)]
        below = list(itertools.accumulate(ways))
        orders = [k for k in range(len(self.walsh)) if 2 * below[k] <= 0.05 * 2**self.n]
        if not orders:
            return None
        k = orders[-1]
        return self.walsh[k], self.walsh[-1 - k], 1 - 2 * below[k] / 2**self.n

    @property
    def excludes_zero(self):
        """Whether there is an interval, and zero lies outside it."""
        return bool(self.interval and (self.interval[0] > 0 or self.interval[1] < 0))

    @cached_property
    def p(self):
        """The two-sided p-value, all signs of the ranks tried one by one."""
        sizes = [round(abs(value), 9) for value in self.nonzero]
        ranks = [sum(s < x for s in sizes) + (sizes.count(x) + 1) / 2 for x in sizes]
        seen = abs(sum(math.copysign(r, x) for r, x in zip(ranks, self.nonzero, strict=True)))
        signed = itertools.product(*((rank, -rank) for rank in ranks))
        return sum(abs(sum(each)) >= seen - 1e-9 for each in signed) / 2 ** len(ranks)

    @property
    def p_min(self):
        """The smallest p-value: that of changes which all go one way."""
        return min(1, 2 / 2 ** len(self.nonzero))


def median(values):
    """Return the median of numbers."""
    ordered = sorted(values)
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2


class Trial:
    """The processed tables of a run, all text, and the plan."""

    def __init__(self, out, plan, *, visit="week_12", population="full_analysis"):
        folder = out / "data/processed"
        for name in TABLES:
            table = pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False)
            setattr(self, name, table)
        self.plan = yaml.safe_load(plan.read_text(encoding="utf-8"))
        self.outcomes = {outcome["name"]: outcome for outcome in self.plan["outcomes"]}
        self.visit = next(v for v in self.plan["visits"] if v["name"] == visit)
        self.population = population

    def people(self, population=None):
        """Return the participants of a population."""
        inside = self.participants[f"in_{population or self.population}"] == "yes"
        return self.participants[inside]

    def primary(self, table):
        """Return the rows of the whole scores that are analysed, of the population."""
        whole = (table["variant"] == "primary") & (table["component"] == "total")
        return table[whole & table["participant_id"].isin(self.people()["participant_id"])]

    @cached_property
    def changes(self):
        """The changes of every outcome, in registered order."""
        pairs = self.primary(self.pairs)
        pairs = pairs[pairs["visit"] == self.visit["name"]]
        made = {}
        for name, outcome in self.outcomes.items():
            values = pairs.loc[pairs["outcome"] == name, "change"].astype(float)
            rounded = tuple(round(value, outcome["difference_decimals"]) + 0.0 for value in values)
            made[name] = Changes(rounded, {"higher": 1, "lower": -1, "none": 0}[outcome["better"]])
        return made
