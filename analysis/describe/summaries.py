"""Describe a variable of few people: median and range first."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from analysis.results import Context, ResultWriter, Row, format_count, format_number
from analysis.tables import table_schemas

# Replaces every value that was lost in the export.
NOT_ASSESSABLE = "not assessable"


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


def describe_variable(context: Context, variable: Variable, values: pd.Series) -> list[Row]:
    """Make the results of a variable, whose name is the second part of the ids."""
    unit, decimals = variable.unit, variable.decimals
    writer = ResultWriter(context, variable.name, unit=unit, decimals=decimals)
    taken = values.isin([NOT_ASSESSABLE])
    lost, values = bool(taken.any()), values.mask(taken)
    if variable.categories:
        rows = describe_category(writer, values, variable.categories)
    else:
        rows = describe_number(writer, values)
    unknown = {"value": None, "text": NOT_ASSESSABLE}
    return [row | unknown if lost and row["statistic"] != "n_missing" else row for row in rows]


def describe_number(writer: ResultWriter, values: pd.Series) -> list[Row]:
    """Make the results of a number: n, missing, median, range, mean and standard deviation.

    The values are one per participant, missing allowed; the writer's `n` becomes the number of
    those known. Mean and standard deviation have at least one decimal.

    Returns
    -------
    Statistics ``n, n_missing, median, low, high, median_range, mean, sd, mean_sd``;
    what cannot be estimated has no value and a remark.
    """
    known = values.dropna().astype("float64")
    n = len(known)
    writer = replace(writer, n=n)
    unit, decimals = writer.unit, writer.decimals
    more = max(decimals, 1)
    rows = [writer.number("n", n, 0), writer.number("n_missing", len(values) - n, 0)]

    if n:
        median, mean, low, high = known.median(), known.mean(), known.min(), known.max()
        middle = format_number(median, more if decimals == 0 and median % 1 else decimals)
        extremes = f"{format_number(low, decimals)} to {format_number(high, decimals)}"
        rows += [
            writer.row("median", median, middle, unit=unit),
            writer.score("low", low),
            writer.score("high", high),
            writer.row("median_range", None, f"{middle} ({extremes})", unit=unit),
            writer.row("mean", mean, format_number(mean, more), unit=unit),
        ]
    if n > 1:
        spread = format_number(known.std(), more)
        both = f"{format_number(mean, more)} ({spread})"
        rows.append(writer.row("sd", known.std(), spread, unit=unit))
        rows.append(writer.row("mean_sd", None, both, unit=unit))
    made = {row["statistic"] for row in rows}
    names = ("median", "low", "high", "median_range", "mean", "sd", "mean_sd")
    return rows + [writer.score(name, None) for name in names if name not in made]


def describe_category(
    writer: ResultWriter, values: pd.Series, categories: Sequence[str]
) -> list[Row]:
    """Make the results of a category: counts and shares of the recorded values.

    The values are one per participant, "" if not recorded; each category becomes a qualifier,
    even if nobody is in it.

    Returns
    -------
    Per category ``n``, ``share`` and ``n_share`` (as ``4 of 7 (57 %)``), and once
    ``<outcome>.n_missing``.
    """
    known = values[values.ne("") & values.notna()]
    n = len(known)
    rows = [replace(writer, n=n).number("n_missing", len(values) - n, 0)]
    for category in categories:
        k = int((known == category).sum())
        here = replace(writer, n=n, qualifier=category)
        rows += [
            here.number("n", k, 0),
            here.percent("share", k / n if n else None),
            here.row("n_share", k, format_count(k, n)),
        ]
    return rows
