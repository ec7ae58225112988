"""What is true of an export, from its processed tables alone.

Nothing of the package is imported: every number is computed once more, in another way.
"""

import itertools
import math
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property

import numpy as np
import pandas as pd
import yaml

TABLES = (
    *("participants", "visits", "adverse_events", "procedures", "items", "scores", "pairs"),
    *("disposition", "results"),
)


def show(value, decimals=0):
    """Print a number, halves away from zero, with a true minus sign; a death is no number."""
    if math.isinf(value):
        return "unbounded"
    exact = Decimal(f"{value:.12g}").quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return f"{abs(exact)}" if exact >= 0 else f"−{abs(exact)}"


def state_p(value):
    """Print a p-value as an equation, or as a bound."""
    return f"p {'' if value < 0.001 else '= '}{show_p(value)}"


def show_p(value):
    return "< 0.001" if value < 0.001 else show(value, 3)


@dataclass(frozen=True)
class Changes:
    """The changes of one outcome, and what follows from them."""

    values: tuple[float, ...]  # follow-up minus baseline, rounded as study.yml says
    direction: int  # 1 if higher is better, -1 if lower is, 0 if neither
    deaths: int = 0  # before the follow-up: each is worse than any change

    @property
    def ranked(self):
        """The changes and the deaths."""
        return self.values + (-self.direction * math.inf,) * (self.deaths if self.direction else 0)

    @property
    def n(self):
        return len(self.values)

    @property
    def nonzero(self):
        return [value for value in self.ranked if value]

    def count(self, sign):
        """Count the changes that are better (1), none (0) or worse (-1)."""
        signs = [(value > 0) - (value < 0) for value in self.values]
        return sum(each * (self.direction or 1) == sign for each in signs)

    @cached_property
    def walsh(self):
        """The sorted averages of all pairs of changes, each with itself too."""
        pairs = itertools.combinations_with_replacement(self.ranked, 2)
        return sorted((a + b) / 2 for a, b in pairs)

    @property
    def estimate(self):
        return median(self.walsh) if self.n else None

    @cached_property
    def interval(self):
        """Low, high and level of the closed 95 % interval; None where it does not exist."""
        ways = [1]  # of each sum of ranks
        for rank in range(1, len(self.ranked) + 1):
            longer = ways + [0] * rank
            ways = [w + (longer[i - rank] if i >= rank else 0) for i, w in enumerate(longer)]
        below = list(itertools.accumulate(ways))
        orders = [k for k in range(len(self.walsh)) if 2 * below[k] <= 0.05 * below[-1]]
        if not orders:
            return None
        k = orders[-1]
        return self.walsh[k], self.walsh[-1 - k], 1 - 2 * below[k] / below[-1]

    @property
    def excludes_zero(self):
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
        return min(1, 2 / 2 ** len(self.nonzero))


def median(values):
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
        inside = self.participants[f"in_{population or self.population}"] == "yes"
        return self.participants[inside]

    def primary(self, table):
        """Return the rows of the whole scores that are analysed, of the population."""
        whole = (table["variant"] == "primary") & (table["component"] == "total")
        return table[whole & table["participant_id"].isin(self.people()["participant_id"])]

    @cached_property
    def changes(self):
        pairs = self.primary(self.pairs)
        pairs = pairs[pairs["visit"] == self.visit["name"]]
        made = {}
        for name, outcome in self.outcomes.items():
            values = pairs.loc[pairs["outcome"] == name, "change"].astype(float)
            rounded = tuple(round(value, outcome["difference_decimals"]) + 0.0 for value in values)
            direction = {"higher": 1, "lower": -1, "none": 0}[outcome["better"]]
            made[name] = Changes(rounded, direction, len(self.list_dead(name)))
        return made

    def list_dead(self, outcome):
        """Return who had the score at baseline and died before the follow-up, without a pair."""
        fatal = self.adverse_events
        fatal = fatal[(fatal["outcome"] == "fatal") | (fatal["grade"] == "5")]
        ended = self.disposition[self.disposition["reason"] == "death"]
        days = [*zip(fatal["participant_id"], fatal["end_day"], strict=True)]
        days += zip(ended["participant_id"], ended["study_day"], strict=True)
        dead = {who for who, day in days if not day or float(day) <= self.visit["high"]}
        scored, paired = self.primary(self.scores), self.primary(self.pairs)
        scored = scored[scored["outcome"].eq(outcome) & scored["score"].ne("")]
        before = scored.loc[scored["visit"] == "baseline", "participant_id"]
        paired = paired[paired["outcome"].eq(outcome) & paired["visit"].eq(self.visit["name"])]
        return dead & set(before) - set(paired["participant_id"])

    def adjust_jointly(self):
        """Return the max-T p-value of each outcome: all signs of people's changes tried."""
        pairs = self.primary(self.pairs)
        pairs = pairs[pairs["visit"] == self.visit["name"]]
        table = pairs.assign(change=pairs["change"].astype(float)).pivot(
            index="participant_id", columns="outcome", values="change"
        )
        table = table.round({n: o["difference_decimals"] for n, o in self.outcomes.items()})
        unit = table.fillna(0) / np.sqrt((table**2).sum()).replace(0, 1)
        signs = np.array([*itertools.product((1, -1), repeat=len(unit))], dtype="float32")
        largest = np.abs(signs @ unit.to_numpy()).max(axis=1)
        seen = unit.sum().abs()
        return {name: float((largest >= seen[name] - 1e-6).mean()) for name in unit}
