"""What the result would be if those without a follow-up score had had one."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.plan import AnalysisPlan
from analysis.results import ResultWriter, Row, attempt, format_number
from analysis.statistics.alternatives import summarise_alternative
from analysis.statistics.checks import round_differences
from analysis.statistics.hodges_lehmann import hodges_lehmann
from analysis.statistics.populations import is_unbounded, select_pairs, select_survivors
from analysis.study import Outcome

FILL_RULES = ("last_observation", "baseline_observation", "worst_case", "best_case")
VALUES_OF_TIPPING = 20
TIPPING_STATISTICS = ("n_pairs", "hl", "hl_low", "hl_high", "p_value", "p_min")
NICE = (1, 2, 2.5, 5, 10)


def find_missing(
    pairs: pd.DataFrame,
    scores: pd.DataFrame,
    outcome: Outcome,
    *,
    visit: str,
    visits: Sequence[str],
    variant: str = "primary",
) -> pd.DataFrame:
    """Find the participants with a baseline score but no pair.

    Parameters
    ----------
    pairs, scores
        Of one population, all outcomes.
    visit
        The follow-up visit.
    visits
        Baseline first, then the visits after the procedure in order, up to the follow-up.

    Returns
    -------
    `participant_id`, `baseline`, and `last`, the score of the last visit between baseline
    and follow-up (NaN where there is none); sorted.
    """
    chosen = scores[
        (scores["outcome"] == outcome.name)
        & (scores["variant"] == variant)
        & (scores["component"] == "total")
        & scores["visit"].isin(visits)
        & scores["score"].notna()
    ]
    table = chosen.pivot(index="participant_id", columns="visit", values="score")
    table = table.reindex(columns=list(visits)).sort_index()
    between = table[[name for name in visits[1:] if name != visit]]
    missing = pd.DataFrame(
        {
            "baseline": table[visits[0]],
            "last": between.ffill(axis=1).iloc[:, -1] if between.shape[1] else np.nan,
        }
    )
    paired = select_pairs(pairs, outcome.name, variant=variant, visit=visit)["participant_id"]
    return missing[missing["baseline"].notna() & ~missing.index.isin(paired)].reset_index()


def fill_missing(
    pairs: pd.DataFrame, missing: pd.DataFrame, outcome: Outcome, *, rule: str
) -> pd.DataFrame:
    """Add a pair for those who lack one.

    Parameters
    ----------
    pairs
        Pairs of one outcome.
    missing
        As `find_missing` returns it.
    rule
        One of `FILL_RULES`, in order: the last score between the visits; no change; the smaller of
        no change and the worst improvement that anybody had; the greater of no change and the
        best. Without such a score, or for the last two a better direction, a pair stays missing.

    Returns
    -------
    Pairs, sorted by participant.
    """
    sign = outcome.direction
    improvements = sign * select_survivors(pairs)["change"] if sign else pd.Series(dtype="float64")
    change = {
        "last_observation": missing["last"] - missing["baseline"],
        "baseline_observation": 0.0,
        "worst_case": sign * np.minimum(0.0, improvements.min()),
        "best_case": sign * np.maximum(0.0, improvements.max()),
    }[rule]
    return add_changes(pairs, missing, outcome, change=change)


def state_bounds(
    pairs: pd.DataFrame, missing: pd.DataFrame, outcome: Outcome, writer: ResultWriter
) -> Iterator[Row]:
    """Yield the estimate with all missing follow-ups at the worst, then the best end of the scale.

    Only the estimate: it depends on ranks, while a mean or a p-value would reflect the scale.
    Nothing for an outcome without a better direction: its range is only that of plausible values.
    """
    if not outcome.direction:
        return
    ends = outcome.range if outcome.direction > 0 else outcome.range[::-1]
    for name, end in zip(("worst", "best"), ends, strict=True):
        filled = add_changes(pairs, missing, outcome, change=end - missing["baseline"])
        change = round_differences(filled["change"], decimals=outcome.difference_decimals)
        result, reason = attempt(hodges_lehmann, change)
        ranked = result and not is_unbounded(result.estimate)
        yield replace(writer, qualifier="missing.bounds", n=len(filled)).score(
            f"hl_{name}",
            result.estimate if result and ranked else None,
            method=f"Hodges-Lehmann estimate with the missing at the {name} end of the scale",
            warning=reason,
        )


def add_changes(
    pairs: pd.DataFrame, missing: pd.DataFrame, outcome: Outcome, *, change: float | pd.Series
) -> pd.DataFrame:
    """Add pairs with a given change, kept within the range of the score.

    Parameters
    ----------
    pairs, missing, outcome
        As in `fill_missing`.
    change
        In the unit of the outcome; with NaN a participant stays missing.
    """
    low, high = outcome.range
    added = missing[["participant_id", "baseline"]].assign(
        followup=(missing["baseline"] + change).clip(low, high), rule="filled"
    )
    added = added[added["followup"].notna()]
    if added.empty:
        return pairs
    added["change"] = added["followup"] - added["baseline"]
    added["improvement"] = added["change"] * outcome.direction if outcome.direction else np.nan
    both = pd.concat([pairs, added.reindex(columns=pairs.columns)], ignore_index=True)
    return both.sort_values("participant_id", kind="stable", ignore_index=True)


def keep_completers(
    pairs: pd.DataFrame, outcomes: Iterable[Outcome], *, visit: str
) -> pd.DataFrame:
    """Keep the pairs of participants who have a pair for every registered outcome."""
    pairs = select_survivors(pairs)
    paired = [set(select_pairs(pairs, o.name, visit=visit)["participant_id"]) for o in outcomes]
    return pairs[pairs["participant_id"].isin(set.intersection(*paired))]


def list_possible_changes(missing: pd.DataFrame, outcome: Outcome) -> list[float]:
    """List the changes that a tipping-point table tries.

    Parameters
    ----------
    missing
        As `find_missing` returns it.

    Returns
    -------
    Every step of a round grid from the greatest possible fall to the greatest possible
    rise of those who lack a pair; empty if nobody does. About 20 steps span the score.
    """
    if missing.empty:
        return []
    low, high = outcome.range
    step = _round_up((high - low) / VALUES_OF_TIPPING)
    first = np.ceil((low - missing["baseline"].max()) / step - 1e-9)
    last = np.floor((high - missing["baseline"].min()) / step + 1e-9)
    return [round(float(step * k), 10) for k in np.arange(first, last + 1)]


def summarise_tipping(
    pairs: pd.DataFrame,
    missing: pd.DataFrame,
    outcome: Outcome,
    plan: AnalysisPlan,
    writer: ResultWriter,
) -> list[Row]:
    """Return one result per assumed change and statistic, and which changes exclude zero.

    Parameters
    ----------
    pairs
        Pairs of the outcome.
    missing
        As `find_missing` returns it; all get the same change.
    writer
        From `outcome.make_writer`.

    Returns
    -------
    ``missing.n_missing``; ``missing.excludes_zero``, the assumed changes with which the
    interval excludes zero; ``tipping.<change>.<statistic>``.
    """
    changes = list_possible_changes(missing, outcome)
    rows, excluding = [], []
    for change in changes:
        filled = add_changes(pairs, missing, outcome, change=change)
        tried = replace(
            writer,
            qualifier=f"tipping.{name_change(change)}",
            group=f"change of {_format_changes([change], changes)}",
        )
        stated = summarise_alternative(filled, outcome, plan, tried)
        rows += [row for row in stated if row["statistic"] in TIPPING_STATISTICS]
        interval = hodges_lehmann(
            round_differences(filled["change"], decimals=outcome.difference_decimals),
            confidence=plan.confidence.value,
        )
        if interval.attainable and (interval.low > 0 or interval.high < 0):
            excluding.append(change)
    excluded = _format_changes(excluding, changes) or "none"
    writer = replace(writer, n=len(pairs) + len(missing), qualifier="missing")
    return [
        writer.count("n_missing", len(missing), method="baseline but no pair"),
        writer.row(
            "excludes_zero",
            None,
            excluded if changes else "nobody lacks a pair",
            method="assumed changes with which the interval excludes zero",
        ),
        *rows,
    ]


def name_change(change: float) -> str:
    """Name a change as part of an id: minus_2_5, 0, plus_3."""
    sign = {-1: "minus_", 0: "", 1: "plus_"}[(change > 0) - (change < 0)]
    return sign + f"{abs(change):g}".replace(".", "_")


def _format_changes(chosen: Iterable[float], changes: Iterable[float]) -> str:
    decimals = 0 if all(change == int(change) for change in changes) else 1
    return "; ".join(format_number(change, decimals) for change in chosen)


def _round_up(width: float) -> float:
    size = 10.0 ** np.floor(np.log10(width))
    return next(size * nice for nice in NICE if size * nice >= width * (1 - 1e-9))
