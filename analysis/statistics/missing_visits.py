"""What the result would be if those without a follow-up score had had one."""

import numpy as np
import pandas as pd

from analysis.statistics.populations import select_pairs

RULES = ("last_observation", "baseline_observation", "worst_case", "best_case")
VALUES_OF_TIPPING = 20
NICE = (1, 2, 2.5, 5, 10)


def find_missing(pairs, scores, outcome, *, visit, visits, variant="primary"):
    """Find who has a baseline score but no pair.

    Parameters
    ----------
    pairs, scores : pandas.DataFrame
        Of one population, all outcomes.
    outcome : analysis.study.Outcome
    visit : str
        The follow-up visit.
    visits : sequence of str
        Baseline first, then the visits after the procedure in order, up to the follow-up.
    variant : str

    Returns
    -------
    pandas.DataFrame
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


def fill_missing(pairs, missing, outcome, *, rule):
    """Add a pair for those who lack one.

    Parameters
    ----------
    pairs : pandas.DataFrame
        Pairs of one outcome.
    missing : pandas.DataFrame
        As `find_missing` returns it.
    outcome : analysis.study.Outcome
    rule : {"last_observation", "baseline_observation", "worst_case", "best_case"}
        The last score between the visits; no change; the least or the greatest improvement
        that anybody had. Who has no such score or whose outcome has no better direction
        stays missing.

    Returns
    -------
    pandas.DataFrame
        Pairs, sorted by participant.
    """
    sign = outcome.direction
    improvements = sign * pairs["change"] if sign else pd.Series(dtype="float64")
    change = {
        "last_observation": missing["last"] - missing["baseline"],
        "baseline_observation": 0.0,
        "worst_case": sign * improvements.min(),
        "best_case": sign * improvements.max(),
    }[rule]
    return add_changes(pairs, missing, outcome, change=change)


def add_changes(pairs, missing, outcome, *, change):
    """Add pairs with a given change, kept within the range of the score.

    Parameters
    ----------
    pairs, missing, outcome
        As in `fill_missing`.
    change : float or pandas.Series
        In the unit of the outcome; who gets NaN stays missing.
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


def keep_completers(pairs, outcomes, *, visit):
    """Keep the pairs of those who have one for every registered outcome."""
    paired = [set(select_pairs(pairs, o.name, visit=visit)["participant_id"]) for o in outcomes]
    return pairs[pairs["participant_id"].isin(set.intersection(*paired))]


def list_changes(missing, outcome):
    """List the changes that a tipping-point table tries.

    Parameters
    ----------
    missing : pandas.DataFrame
        As `find_missing` returns it.
    outcome : analysis.study.Outcome

    Returns
    -------
    list of float
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


def _round_up(width):
    size = 10.0 ** np.floor(np.log10(width))
    return next(size * nice for nice in NICE if size * nice >= width * (1 - 1e-9))
