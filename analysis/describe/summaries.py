"""Describe a variable of few people: median and range first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.results import Context, ResultWriter, Row, format_count, format_number
from analysis.tables import table_schemas


@dataclass(frozen=True)
class Variable:
    """A row of a table: a number with a unit, or a category with its values, under a heading."""

    name: str
    label: str
    unit: str = ""
    decimals: int = 0
    categories: tuple[str, ...] = ()
    section: str = ""

    @property
    def heading(self) -> str:
        """The label with its unit."""
        return f"{self.label}, {self.unit}" if self.unit else self.label


def find_field(table: str, column: str) -> dict[str, Any]:
    """Return the description of a column in datapackage.json."""
    return next(field for field in table_schemas()[table]["fields"] if field["name"] == column)


def describe_number(
    context: Context,
    outcome: str,
    values: pd.Series,
    *,
    unit: str = "",
    decimals: int = 0,
    qualifier: str = "",
    visit: str = "",
) -> list[Row]:
    """Make the results of a number: n, missing, median, range, mean and standard deviation.

    Parameters
    ----------
    context
    outcome
        Second part of the ids.
    values
        One per participant, missing allowed.
    unit, decimals
        As printed; mean and SD have at least one decimal.
    qualifier, visit
        As in `analysis.results.ResultWriter`.

    Returns
    -------
    list of dict
        Statistics ``n, n_missing, median, low, high, median_range, mean, sd, mean_sd``;
        what cannot be estimated has no value and says so.
    """
    known = values.dropna().astype("float64")
    n = len(known)
    writer = ResultWriter(context, outcome, n, unit, decimals, qualifier=qualifier, visit=visit)
    more = max(decimals, 1)
    rows = [writer.number("n", n, 0), writer.number("n_missing", len(values) - n, 0)]

    def add(statistic: str, value: float | None, text: str) -> None:
        rows.append(writer.row(statistic, value, text, unit=unit))

    if n:
        median, mean = float(known.median()), float(known.mean())
        low, high = float(known.min()), float(known.max())
        middle = format_number(median, more if decimals == 0 and median % 1 else decimals)
        extremes = f"{format_number(low, decimals)} to {format_number(high, decimals)}"
        add("median", median, middle)
        rows += [writer.score("low", low), writer.score("high", high)]
        add("median_range", None, f"{middle} ({extremes})")
        add("mean", mean, format_number(mean, more))
    if n > 1:
        deviation = float(known.std())
        spread = format_number(deviation, more)
        add("sd", deviation, spread)
        add("mean_sd", None, f"{format_number(mean, more)} ({spread})")
    made = {row["statistic"] for row in rows}
    names = ("median", "low", "high", "median_range", "mean", "sd", "mean_sd")
    return rows + [writer.score(name, None) for name in names if name not in made]


def describe_category(
    context: Context, outcome: str, values: pd.Series, categories: Sequence[str], *, visit: str = ""
) -> list[Row]:
    """Make the results of a category: how many of those with a recorded value.

    Parameters
    ----------
    values
        One per participant, "" if not recorded.
    categories
        Each becomes a qualifier, also where nobody is in it.

    Returns
    -------
    list of dict
        Per category ``n``, ``share`` and ``n_share`` (as ``4 of 7 (57 %)``); and
        ``<outcome>.n_missing`` beside them.
    """
    known = values[values.ne("") & values.notna()]
    n = len(known)
    rows = []
    for category in categories:
        k = int((known == category).sum())
        writer = ResultWriter(context, outcome, n, qualifier=category, visit=visit)
        rows += [
            writer.number("n", k, 0),
            writer.percent("share", k / n if n else None),
            writer.row("n_share", k, format_count(k, n)),
        ]
    missing = len(values) - n
    return [*rows, ResultWriter(context, outcome, n, visit=visit).number("n_missing", missing, 0)]
