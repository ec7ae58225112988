"""Re-analyse one score: other participants, other tests, seasons, and leaving each person out."""

import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.errors import UsageError
from analysis.plan import AnalysisPlan
from analysis.results import APPROXIMATION, NOT_ATTAINABLE, ResultWriter, Row, attempt
from analysis.statistics.checks import (
    APPROXIMATE_ABOVE,
    compute_mean,
    compute_median,
    is_number,
    name_method,
    round_differences,
)
from analysis.statistics.common_tests import PairedT, paired_t, sign_test
from analysis.statistics.hodges_lehmann import find_pseudomedian
from analysis.statistics.outcome import (
    count_pairs,
    state_estimate,
    state_test,
    state_value,
    warn_of_deaths,
)
from analysis.statistics.populations import is_unbounded, select_survivors
from analysis.statistics.sign_flip import EXACT_UP_TO, SignFlip, sign_flip
from analysis.statistics.signed_rank import signed_rank
from analysis.study import Outcome

STATISTICS = (
    *("n_pairs", "n_deaths", "n_nonzero", "mean_change"),
    *("hl", "hl_low", "hl_high", "hl_level", "p_value", "p_min"),
)
TRIMMED_SHARE = 0.2
OUT_OF_REACH = "so few changes do not attain the level of the interval"
# Up to this many pairs, Wilcoxon, Pratt, sign flips and the closed exact interval reach the same
# decision at 5 % (level of the interval: 95 %); tests enumerate every case.
ALIKE_UP_TO, ALIKE_AT = 7, (0.05, 0.95)
# Temperate northern climate; an assumption of the analysts.
COLDER_MONTHS = (10, 11, 12, 1, 2, 3)
SHIFTS = ("colder_to_colder", "colder_to_warmer", "warmer_to_colder", "warmer_to_warmer", "unknown")


def summarise_alternative(
    pairs: pd.DataFrame, outcome: Outcome, plan: AnalysisPlan, writer: ResultWriter
) -> list[Row]:
    """Return the rows of one sensitivity analysis of a score: those named in `STATISTICS`.

    Parameters
    ----------
    pairs
        The pairs of this analysis, one row per participant.
    writer
        From `outcome.make_writer`, with the qualifier of this analysis.
    """
    survivors = select_survivors(pairs)
    writer = replace(writer, n=len(pairs))
    change, of_survivors = (
        round_differences(each["change"], decimals=outcome.difference_decimals)
        for each in (pairs, survivors)
    )
    alive = replace(writer, n=len(survivors), warning=warn_of_deaths(pairs))
    rows = [
        *count_pairs(pairs, writer),
        state_value(alive, "mean_change", compute_mean, of_survivors),
        *state_estimate(writer, change, plan),
        *state_test(writer, change, plan),
    ]
    return [row for row in rows if row["statistic"] in STATISTICS]


def must_agree(n_pairs: float, n_deaths: float, plan: AnalysisPlan) -> bool:
    """Return whether the exact tests and the interval reach the same decision by arithmetic.

    Not so with deaths: they count in the signed ranks only.
    """
    usual = (plan.alpha.value, plan.confidence.value) == ALIKE_AT
    return usual and not n_deaths > 0 and 0 < n_pairs <= ALIKE_UP_TO


def compare_tests(
    pairs: pd.DataFrame, outcome: Outcome, plan: AnalysisPlan, writer: ResultWriter
) -> list[Row]:
    """Return other tests and estimates of the changes in the primary analysis.

    Up to seven participants the exact tests cannot disagree at 5 %: Wilcoxon, Pratt, sign flips
    and the interval reject together, so their agreement means nothing. The sign test, t and the
    robust estimates can differ.

    Parameters
    ----------
    pairs
        The pairs of the primary analysis.
    writer
        From `outcome.make_writer`.
    """
    survivors, confidence = select_survivors(pairs), plan.confidence.value
    ranked, change = (
        round_differences(each["change"], decimals=outcome.difference_decimals)
        for each in (pairs, survivors)
    )
    alive = replace(writer, n=len(survivors), warning=warn_of_deaths(pairs))

    def qualify(qualifier: str) -> ResultWriter:
        return replace(alive, qualifier=qualifier)

    pratt, dropped = (signed_rank(ranked, zeros=zeros) for zeros in ("pratt", "wilcoxon"))
    kind = "exact" if dropped.n_nonzero <= APPROXIMATE_ABOVE else APPROXIMATION
    rows = [
        replace(writer, n=len(pairs), qualifier=name).p("p_value", p_value, method=method)
        for name, p_value, method in (
            ("pratt", pratt.p_value, f"{kind}, zeros ranked, then dropped"),
            ("mid_p", dropped.mid_p, f"{kind}, zeros dropped, mid-p"),
            ("sign_test", sign_test(ranked), "sign test"),
        )
    ]
    tests: dict[str, tuple[Callable[..., PairedT | SignFlip], str]] = {
        "t": (paired_t, "paired t"),
        "sign_flip": (sign_flip, _name_flips(len(change))),
    }
    for qualifier, (compute, method) in tests.items():
        make = qualify(qualifier)
        result, reason = attempt(compute, change, confidence=confidence)
        for limit in ("low", "high"):
            value = getattr(result, limit, None)
            row = make.score(f"mean_change_{limit}", value, method=method, warning=reason)
            if result and getattr(result, "attained", 1) < confidence:
                row |= {"value": None, "text": NOT_ATTAINABLE, "warning": OUT_OF_REACH}
            rows.append(row)
        p_value = result.p_value if result else None
        rows.append(make.p("p_value", p_value, method=method, warning=reason))
    trimmed = f"mean without the outer {TRIMMED_SHARE:.0%} at either end"
    return [
        *rows,
        state_value(qualify("robust"), "median_change", compute_median, change, "median"),
        state_value(qualify("robust"), "trimmed_mean_change", trim_mean, change, trimmed),
    ]


def _name_flips(n: int) -> str:
    name = "sign flips of the mean"
    return f"random {name}" if EXACT_UP_TO < n <= APPROXIMATE_ABOVE else name_method(n, name)


def trim_mean(values: pd.Series, *, share: float = TRIMMED_SHARE) -> float:
    """Return the mean without the given share of the values at either end (rounded down).

    A fifth of seven values is one at either end.
    """
    if not is_number(share) or not 0 <= share < 0.5:
        raise UsageError(f"a share at either end lies between 0 and 0.5, not {share!r}")
    cut = int(share * len(values) + 1e-9)
    return compute_mean(sorted(values)[cut : len(values) - cut])


def leave_each_out(pairs: pd.DataFrame, outcome: Outcome) -> dict[str, float | None]:
    """Estimate without each participant in turn: how much depends on one person.

    Estimates only: with six participants an interval or a p-value answers a different question.

    Parameters
    ----------
    pairs
        Pairs of the outcome, one row per participant.

    Returns
    -------
    Hodges-Lehmann estimate by the participant left out; None if nobody is left or deaths make it
    unbounded.
    """
    change = round_differences(pairs["change"], decimals=outcome.difference_decimals)
    half, estimates = np.sort(change) / 2, {}
    # Leaving out any one of several equal changes gives the same estimate.
    for value, place in zip(*np.unique(half, return_index=True), strict=True):
        estimate = find_pseudomedian(np.delete(half, place)) if half.size > 1 else None
        estimates[2 * value] = estimate if estimate is None or not is_unbounded(estimate) else None
    people = pairs["participant_id"].tolist()
    return {p: estimates[value] for p, value in zip(people, change, strict=True)}


def summarise_leave_one_out(
    pairs: pd.DataFrame, outcome: Outcome, writer: ResultWriter
) -> list[Row]:
    """Return the estimate without each participant, and the lowest and highest of these."""
    estimates = leave_each_out(pairs, outcome)
    writer = replace(writer, n=max(len(pairs) - 1, 0))
    rows = []
    names = [re.sub(r"[^0-9a-z]+", "_", person.lower()) for person in estimates]
    for number, (person, estimate) in enumerate(estimates.items(), start=1):
        name = names[number - 1]
        # Identifiers such as A-1 and A.1 would give the same name.
        name = f"{name}__{number}" if names.count(name) > 1 else name
        method = "Hodges-Lehmann estimate without this participant"
        without = replace(writer, qualifier=f"without.{name}", group=person)
        rows.append(without.score("hl", estimate, method=method))
    known = {p: e for p, e in estimates.items() if e is not None}
    for name, pick in (("lowest", min), ("highest", max)):
        person = pick(known, key=lambda p: (known[p], p)) if known else ""
        method = f"{name} estimate without one participant"
        extreme = replace(writer, qualifier="leave_one_out", group=person)
        rows.append(extreme.score(f"hl_{name}", known.get(person), method=method))
    return rows


def find_shifts(visits: pd.DataFrame, *, baseline_visit: str, visit: str) -> pd.Series:
    """Return, for each participant, the halves of the year in which the two visits fell.

    Parameters
    ----------
    visits
        The table of that name; a date without a month counts as unknown.

    Returns
    -------
    One of `SHIFTS` by participant.
    """
    people = sorted(set(visits["participant_id"]))
    dates = visits.set_index(["visit", "participant_id"])["visit_date"].map(_name_half)
    first, second = (
        dates[dates.index.get_level_values("visit") == name]
        .droplevel("visit")
        .reindex(people)
        .fillna("")
        for name in (baseline_visit, visit)
    )
    return (first + "_to_" + second).where((first != "") & (second != ""), "unknown")


def summarise_season(
    pairs: pd.DataFrame, visits: pd.DataFrame, plan: AnalysisPlan, writer: ResultWriter
) -> list[Row]:
    """Return number and mean change by shift of season: described, never adjusted for.

    Cold worsens Raynaud's phenomenon by itself.

    Parameters
    ----------
    pairs
        Pairs of the outcome.
    visits
        The table of that name.
    """
    shifts = find_shifts(visits, baseline_visit=plan.baseline_visit.value, visit=writer.visit)
    of_pairs = pairs["participant_id"].map(shifts).fillna("unknown")
    rows = []
    for shift in SHIFTS:
        change = select_survivors(pairs[of_pairs == shift])["change"]
        make = replace(writer, n=len(change), qualifier=f"season.{shift}", group=shift)
        rows += [
            make.count("n_pairs", len(change), method="colder half: October to March"),
            state_value(make, "mean_change", compute_mean, change, "description"),
        ]
    return rows


def _name_half(date: str) -> str:
    month = date[5:7]
    if not month.isdigit():
        return ""
    return "colder" if int(month) in COLDER_MONTHS else "warmer"
