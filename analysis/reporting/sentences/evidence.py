"""What sentences are chosen from: the results by id, and the plan."""

import math
from dataclasses import dataclass

import pandas as pd

from analysis.study import Study

PLANNED = {"visit": "followup_visit", "population": "population"}


@dataclass(frozen=True)
class ReportFacts:
    """The results by id, and the plan."""

    results: pd.DataFrame
    study: Study

    def number(self, result_id):
        """Return the value of a result, NaN where there is none."""
        values = self.results.loc[self.results["result_id"] == result_id, "value"]
        return float(values.iloc[0]) if len(values) and pd.notna(values.iloc[0]) else math.nan

    def people(self, result_id):
        """Return out of how many participants a result was counted, 0 where there is none."""
        counts = self.results.loc[self.results["result_id"] == result_id, "n"]
        return int(counts.iloc[0]) if len(counts) and pd.notna(counts.iloc[0]) else 0

    def var(self, result_id):
        """Return the shortcode that prints a result."""
        return f"{{{{< var {result_id} >}}}}"

    def chosen(self, column):
        """Return the visit or the population that the registered outcomes were analysed with."""
        ids = [f"efficacy.{outcome.name}.n_pairs" for outcome in self.study.outcomes]
        named = self.results.loc[self.results["result_id"].isin(ids), column]
        analysed = [value for value in named if value]
        return analysed[0] if analysed else getattr(self.study.analysis, PLANNED[column]).value

    def known(self, *result_ids):
        """Say whether all these results exist with a value."""
        return not any(math.isnan(self.number(result_id)) for result_id in result_ids)


def find_primary(evidence):
    """Return the primary outcome."""
    return next(o for o in evidence.study.outcomes if o.role == "primary")


def list_others(evidence):
    """Return the other outcomes, in registered order."""
    return [o for o in evidence.study.outcomes if o.role != "primary"]


def tell_side(evidence, outcome):
    """+1 better, -1 worse, 0 neither; None without an estimate."""
    value = evidence.number(f"efficacy.{outcome.name}.hl")
    if math.isnan(value):
        return None
    improvement = value * outcome.direction
    return (improvement > 0) - (improvement < 0)


def excludes_zero(evidence, outcome):
    """Say whether the exact interval of an outcome excludes zero; without one it does not."""
    low = evidence.number(f"efficacy.{outcome.name}.hl_low")
    high = evidence.number(f"efficacy.{outcome.name}.hl_high")
    return low > 0 or high < 0


def name_of(outcome):
    """Return the shortcode of the outcome's name within a sentence."""
    return f"{{{{< var study.outcomes.{outcome.name}.phrase >}}}}"


def has_interval(evidence, outcome):
    """Say whether an exact interval of an outcome exists."""
    return evidence.known(f"efficacy.{outcome.name}.hl_low", f"efficacy.{outcome.name}.hl_high")


def count(evidence, result_id, one="", many="", *, none="none"):
    """Return a counted number with the words that agree with it: none, 1 or several.

    A result that does not exist counts as none.
    """
    number = evidence.number(result_id)
    if math.isnan(number) or number == 0:
        return f"{none} {one}".strip()
    return f"{evidence.var(result_id)} {one if number == 1 else many}".strip()


def join(parts):
    """Join parts with commas and a last "and"."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
