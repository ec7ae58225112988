"""What scoring did: how complete the scores are, which rules fired, who is at a limit."""

import pandas as pd

from analysis.instruments.answers import VISIT_KEY
from analysis.instruments.capillaroscopy import PATTERNS
from analysis.study import Outcome, Study, SupportingOutcome


def count_status(scores: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Count the total scores by status, for each outcome, variant and visit.

    Returns
    -------
    One row per outcome, variant and visit in the order of study.yml; columns ``complete``,
    ``prorated``, ``missing`` and ``no_form``: participants of the table without a row although
    others have one at that visit.
    """
    whole = scores[scores["component"] == "total"]
    key = ["outcome", "variant", "visit"]
    counts = whole.groupby([*key, "status"]).size().unstack(fill_value=0)
    counts = counts.reindex(columns=["complete", "prorated", "missing"], fill_value=0)
    people = scores["participant_id"].nunique()
    return _sort_rows(counts.assign(no_form=people - counts.sum(axis=1)), study)


def count_rules(scores: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Count the scores in which each rule fired, by outcome, variant and component."""
    key = ["outcome", "variant", "component", "rule"]
    fired = scores.assign(rule=scores["rule"].str.split(";")).explode("rule")
    fired = fired[fired["rule"] != "complete"]
    counts = fired.groupby(key).agg(scores=("visit", "size"), people=("participant_id", "nunique"))
    return _sort_rows(counts, study)


def list_rules(scores: pd.DataFrame) -> pd.DataFrame:
    """List every total score that was not simply complete, with its rule and reason."""
    fired = scores[(scores["component"] == "total") & (scores["rule"] != "complete")]
    columns = [*VISIT_KEY, "outcome", "variant", "score", "status", "missing_reason", "rule"]
    return fired[[*columns, "n_items", "n_missing"]].reset_index(drop=True)


def count_limits(scores: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Count the primary scores at the floor and at the ceiling of their scale.

    A score at a limit cannot move beyond it.

    Returns
    -------
    Indexed by outcome and visit: ``n, low, high`` (the limits), ``lowest, median,
    highest`` (the scores), ``at_floor, at_ceiling`` (numbers of participants).
    """
    whole = scores[(scores["component"] == "total") & (scores["variant"] == "primary")]
    limits = pd.DataFrame(
        [(outcome.name, *outcome.range) for outcome in study.outcomes],
        columns=["outcome", "low", "high"],
    )
    held = whole[whole["score"].notna()].merge(limits, on="outcome")
    held = held.assign(
        at_floor=held["score"] <= held["low"], at_ceiling=held["score"] >= held["high"]
    )
    counts = held.groupby(["outcome", "visit"]).agg(
        n=("score", "size"),
        low=("low", "first"),
        lowest=("score", "min"),
        median=("score", "median"),
        highest=("score", "max"),
        high=("high", "first"),
        at_floor=("at_floor", "sum"),
        at_ceiling=("at_ceiling", "sum"),
    )
    return _sort_rows(counts, study)


def count_patterns(items: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Count the fingers on which each capillaroscopic pattern was read.

    A finger whose fields or readers differ counts under each of their patterns. This is a
    description: patterns are never averaged, and no direction among them is better.

    Returns
    -------
    Indexed by participant_id and visit, one column per pattern, and ``fingers`` with any.
    """
    read = items[
        (items["instrument"] == "capillaroscopy")
        & (items["item"] == "pattern")
        & items["value"].notna()
    ]
    fingers = read.groupby(VISIT_KEY)["location"].nunique().rename("fingers")
    named = read.assign(pattern=read["value"].astype(int).map(dict(enumerate(PATTERNS))))
    counts = named.groupby([*VISIT_KEY, "pattern"])["location"].nunique().unstack(fill_value=0)
    counts = counts.reindex(columns=list(PATTERNS), fill_value=0).join(fingers)
    return _sort_rows(counts.rename_axis(columns=None), study)


def _sort_rows(frame: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Sort by the order of outcomes, variants and visits in study.yml, then by name."""
    outcomes: tuple[Outcome | SupportingOutcome, ...] = (*study.outcomes, *study.supporting)
    order = {
        "outcome": {outcome.name: at for at, outcome in enumerate(outcomes)},
        "variant": {name: at for outcome in outcomes for at, name in enumerate(outcome.variants)},
        "visit": {visit.name: at for at, visit in enumerate(study.visits)},
    }

    def rank(level: pd.Index) -> pd.Index:
        return level.map(order[level.name]) if level.name in order else level

    return frame.sort_index(key=rank, kind="stable")
