"""Count adverse events and, separately, the participants who had them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import DataError


def count_events(
    events: pd.DataFrame,
    participants: pd.DataFrame,
    *,
    by: Sequence[str] = (),
    among: pd.DataFrame | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Count participants and events in every category.

    A participant counts once in a category. If `by` includes ``grade``, participants count at
    their worst recorded grade within the rest of `by`; events count at their own grade. An empty
    cell of `by` is a separate category, "", and is never dropped.

    Parameters
    ----------
    events
        The events to count, columns `participant_id`, `grade` and those of `by`.
    participants
        The denominator: everyone in the population, one row each, with or without events.
    by
        Columns of `events` that define the categories; none gives the overall count.
    among
        More events, whose categories are listed as well. A category that nobody had is a result
        too, with an upper bound.
    confidence
        Level of the two-sided Clopper-Pearson interval.

    Returns
    -------
    Columns of `by` (text), `participants`, `events`, `denominator`, `share`, `share_low`,
    `share_high`, sorted by category; the shares lie in 0 to 1 and are missing where the
    denominator is 0.

    Raises
    ------
    DataError
        A participant given twice, or an event of someone outside the denominator.

    References
    ----------
    Clopper and Pearson 1934, Biometrika 26:404-413.

    Examples
    --------
    >>> import pandas as pd
    >>> from analysis import count_events
    >>> people = pd.DataFrame({"participant_id": ["P1", "P2", "P3"]})
    >>> events = pd.DataFrame(
    ...     {
    ...         "participant_id": ["P1", "P1", "P3"],
    ...         "coded_term": ["Bruising", "Bruising", "Pain"],
    ...         "grade": [1, 2, 1],
    ...     }
    ... )
    >>> counted = count_events(events, people, by=["coded_term"])
    >>> print(counted.iloc[:, :4].to_string(index=False))
    coded_term  participants  events  denominator
      Bruising             1       2            3
          Pain             1       1            3
    """
    _check_denominator(events, participants)
    by = list(by)
    counted = _name_categories(events, by)
    once = _keep_worst_grade(counted, by)
    listed = pd.concat([counted, *([] if among is None else [_name_categories(among, by)])])
    keys = sorted(set(listed[by].itertuples(index=False, name=None))) if by else [()]
    summary = pd.DataFrame(keys, columns=by)
    for name, rows in (("participants", once), ("events", counted)):
        summary[name] = _count_rows(rows, summary, by)
    summary["denominator"] = len(participants)
    return _add_shares(summary, confidence)


def order_by_frequency(summary: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Sort categories by participants, then events (both falling), then name."""
    ascending = [False, False, *(True for _ in by)]
    return summary.sort_values(
        ["participants", "events", *by], ascending=ascending, ignore_index=True
    )


def summarise_classes_and_terms(
    events: pd.DataFrame, participants: pd.DataFrame, **options: Any
) -> pd.DataFrame:
    """Count by class, and by coded term within class, sorted by frequency, then name.

    A class counts each of its participants once: it is not the sum of its terms.

    Returns
    -------
    As `count_events`, each class's own row before its terms; `level` is
    ``class`` or ``term``.
    """
    classes = count_events(events, participants, by=["class"], **options)
    terms = count_events(events, participants, by=["class", "coded_term"], **options)
    parts = []
    for name in order_by_frequency(classes, ["class"])["class"]:
        head = classes[classes["class"] == name].assign(coded_term="", level="class")
        inside = terms[terms["class"] == name].assign(level="term")
        parts += [head, order_by_frequency(inside, ["coded_term"])]
    return pd.concat(parts, ignore_index=True) if parts else terms.assign(level="")


def find_upper_bound(k: int, n: int, *, confidence: float = 0.95) -> float | None:
    """Return the upper Clopper-Pearson limit of k of n, or None if n is 0."""
    from analysis.statistics.common_tests import clopper_pearson

    return clopper_pearson(k, n, confidence=confidence).high if n else None


def _check_denominator(events: pd.DataFrame, participants: pd.DataFrame) -> None:
    repeated = participants["participant_id"][participants["participant_id"].duplicated()]
    if len(repeated):
        raise DataError("the denominator counts someone twice", participant=repeated.iloc[0])
    outside = sorted(set(events["participant_id"]) - set(participants["participant_id"]))
    if outside:
        raise DataError(
            "an adverse event belongs to nobody in the denominator",
            participant=outside[0],
            hint="Take the events of the population first, with select_emergent",
        )


def _name_categories(events: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    worst = events["grade"].astype("Int64").fillna(0)
    named = {name: events[name].astype("object").where(events[name].notna(), "") for name in by}
    return events.assign(
        worst=worst, **{name: column.astype("str") for name, column in named.items()}
    )


def _keep_worst_grade(counted: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    within = [*[name for name in by if name != "grade"], "participant_id"]
    return counted.sort_values("worst", ascending=False, kind="stable").drop_duplicates(within)


def _count_rows(rows: pd.DataFrame, summary: pd.DataFrame, by: list[str]) -> int | np.ndarray:
    if not by:
        return len(rows)
    wanted = summary[by[0]] if len(by) == 1 else pd.MultiIndex.from_frame(summary[by])
    return rows.groupby(by).size().reindex(wanted, fill_value=0).to_numpy()


def _add_shares(summary: pd.DataFrame, confidence: float) -> pd.DataFrame:
    from analysis.statistics.common_tests import clopper_pearson

    pairs = list(zip(summary["participants"], summary["denominator"], strict=True))
    shares = {(k, n): (np.nan, np.nan, np.nan) for k, n in set(pairs) if not n}
    for k, n in set(pairs) - set(shares):
        limits = clopper_pearson(int(k), int(n), confidence=confidence)
        shares[k, n] = (k / n, limits.low, limits.high)
    columns = ["share", "share_low", "share_high"]
    return summary.join(
        pd.DataFrame([shares[pair] for pair in pairs], summary.index, columns, "float64")
    )
