"""Results: one row per statistic, its value in full and its text as printed."""

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, TypeVar

import pandas as pd

from analysis.errors import DataError
from analysis.tables import shape_table

MINUS = "\N{MINUS SIGN}"
# The no-break space keeps a number and its sign on one line.
PERCENT = "\N{NO-BREAK SPACE}%"
SMALL_P = "<\N{NO-BREAK SPACE}0.001"
NOT_ESTIMABLE = "not estimable"
NOT_ATTAINABLE = "not attainable"
# Marks the method of a result that would be exact with fewer pairs.
APPROXIMATION = "normal approximation"
UNBOUNDED = "unbounded"

# Statistics of an outcome that a reader wants first, in this order.
_READ_FIRST = (
    *("n_pairs", "hl", "hl_low", "hl_high", "hl_level"),
    *("mean_change", "mean_change_low", "mean_change_high"),
    *("p_value", "p_min", "mid_p"),
)
Row = dict[str, Any]
Result = TypeVar("Result")


@dataclass(frozen=True)
class Context:
    """The columns that all results of one notebook share.

    Parameters
    ----------
    analysis
        First part of every result_id: cleaning, flow, baseline, exposure, efficacy, sensitivity,
        safety.
    notebook
        Name of the notebook, such as ``04_efficacy``.
    data_origin
        ``simulated`` or ``real``.
    population
        Population of study.yml, or "" where none applies.
    """

    analysis: str
    notebook: str
    data_origin: str
    population: str = ""


def format_number(value: float, decimals: int) -> str:
    """Format a number with fixed decimals.

    The value is first rounded to 12 significant digits, then halves are rounded away from zero, so
    that noise in the last bit cannot change a printed digit. A negative number has a true minus
    sign; one that rounds to zero has none.

    Examples
    --------
    >>> format_number(-1.25, 1), format_number(0.1 + 0.2, 1), format_number(-0.04, 1)
    ('−1.3', '0.3', '0.0')
    """
    exact = Decimal(f"{float(value):.12g}").quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    text = f"{abs(exact):f}"
    return MINUS + text if exact < 0 else text


def format_p(value: float) -> str:
    """Format a p-value with three decimals, or as below 0.001; `value` keeps the exact one."""
    return SMALL_P if value < 0.001 else format_number(value, 3)


def introduce_p(text: str) -> str:
    """Return what to print before a p-value.

    Examples
    --------
    >>> introduce_p("0.031"), introduce_p(format_p(0.0001))
    ('p = ', 'p ')
    """
    return "p " if text == SMALL_P else "p = "


def format_percent(share: float, decimals: int = 0) -> str:
    """Format a share as a percentage, by default a whole one: 14 %, with a no-break space."""
    return f"{format_number(100 * share, decimals)}{PERCENT}"


def format_count(k: int, n: int, high: float | None = None) -> str:
    """Format k of n participants; if k is 0, with the upper bound of the share.

    Examples
    --------
    >>> format_count(2, 7), format_count(0, 7, 0.40962)
    ('2 of 7 (29\\xa0%)', '0 of 7; upper bound 41\\xa0%')
    """
    if not n:
        return "0 of 0"
    if k == 0 and high is not None:
        return f"0 of {n}; upper bound {format_percent(high)}"
    return f"{k} of {n} ({format_percent(k / n)})"


@dataclass(frozen=True)
class ResultWriter:
    """Make the rows of results of one outcome; each method makes one row.

    Parameters
    ----------
    context, outcome, qualifier
        Parts of the ids ``analysis.outcome[.qualifier].statistic``, in snake_case; a qualifier of
        several parts is dotted.
    n
        Participants in every statistic.
    unit, decimals
        Unit and printed decimals of a score.
    variant, visit, group, warning
        The same in every row.
    """

    context: Context
    outcome: str
    n: int | None = None
    unit: str = ""
    decimals: int = 0
    qualifier: str = ""
    variant: str = ""
    visit: str = ""
    group: str = ""
    warning: str = ""

    def row(
        self,
        statistic: str,
        value: float | None,
        text: str,
        *,
        unit: str = "",
        method: str = "",
        warning: str = "",
    ) -> Row:
        """Make a row with a given text, never empty; `value` is None for a text without one."""
        parts = [self.context.analysis, self.outcome, self.qualifier, statistic]
        return {
            "result_id": ".".join(part for part in parts if part),
            "analysis": self.context.analysis,
            "population": self.context.population,
            "outcome": self.outcome,
            "variant": self.variant,
            "visit": self.visit,
            "group": self.group,
            "statistic": statistic,
            "value": value,
            "text": text,
            "unit": unit,
            "n": self.n,
            "method": method,
            "warning": warning or self.warning,
            "notebook": self.context.notebook,
            "data_origin": self.context.data_origin,
        }

    def score(self, statistic: str, value: float | None, **options: str) -> Row:
        """Make a row for a value in the score's unit; `options` are those of `row`."""
        text = NOT_ESTIMABLE if value is None else format_number(value, self.decimals)
        return self.row(statistic, value, text, unit=self.unit, **options)

    def number(self, statistic: str, value: float | None, decimals: int = 2, **options: str) -> Row:
        """Make a row for a number, by default without a unit."""
        text = NOT_ESTIMABLE if value is None else format_number(value, decimals)
        return self.row(statistic, value, text, **options)

    def p(
        self, statistic: str, value: float | None, *, absent: str = NOT_ESTIMABLE, **options: str
    ) -> Row:
        """Make a row for a p-value; `absent` is printed if there is none."""
        text = absent if value is None else format_p(value)
        return self.row(statistic, value, text, **options)

    def count(self, statistic: str, value: int, **options: str) -> Row:
        """Make a row for a number of participants."""
        return self.number(statistic, value, 0, unit="participants", **options)

    def percent(self, statistic: str, value: float | None, **options: str) -> Row:
        """Make a row for a share, 0 to 1, printed as a whole percentage."""
        text = NOT_ESTIMABLE if value is None else format_percent(value)
        return self.row(statistic, value, text, **options)


def attempt(
    compute: Callable[..., Result], *arguments: Any, **options: Any
) -> tuple[Result | None, str]:
    """Compute a statistic, or return why it cannot be computed.

    Returns
    -------
    The result and "", or None and the reason.
    """
    try:
        return compute(*arguments, **options), ""
    except DataError as error:
        return None, error.problem


def collect_results(rows: Iterable[Row | pd.DataFrame]) -> pd.DataFrame:
    """Make the results table from rows or from tables of results.

    Raises
    ------
    DataError
        A repeated id, an id that is a prefix of another, an empty text.
    """
    rows = list(rows)
    frames = [row for row in rows if isinstance(row, pd.DataFrame)]
    # One frame for all single rows: a frame for each would take most of the time of a notebook.
    single = [row for row in rows if not isinstance(row, pd.DataFrame)]
    frames += [pd.DataFrame(single)] if single else []
    if not frames:
        return shape_table(pd.DataFrame({"result_id": []}), "results")
    frame = shape_table(pd.concat(frames, ignore_index=True), "results")
    ids = frame["result_id"].tolist()
    for first, second in itertools.pairwise(ids):
        if second.startswith(first + "."):
            raise DataError(f"result {first} is the prefix of {second}", hint="Rename one of them")
    return frame


def spread_results(
    results: pd.DataFrame, start: str, rows: Sequence[str] | None = None
) -> pd.DataFrame:
    """Lay out the printed texts of results for reading.

    Parameters
    ----------
    start
        Beginning of their ids, without the final dot.
    rows
        Which rows, in this order; by default all.

    Returns
    -------
    pandas.DataFrame
        A row per part of an id between `start` and the statistic, a column per statistic: the
        estimate and its interval first, then the tests, then the rest; "" if there is none.
    """
    chosen = results[results["result_id"].str.startswith(f"{start}.")]
    between = chosen["result_id"].str[len(start) + 1 :].str.replace(r"\.?\w+$", "", regex=True)
    if rows is not None:
        chosen = chosen[between.isin(rows)]
    wide = chosen.assign(of=between).pivot(index="of", columns="statistic", values="text")
    rest = [name for name in chosen["statistic"].unique() if name not in _READ_FIRST]
    order = [*(name for name in _READ_FIRST if name in wide.columns), *rest]
    wide = wide[order].fillna("").rename_axis(index=None, columns=None)
    return wide if rows is None else wide.reindex(list(rows))


def find_text(results: pd.DataFrame, result_id: str) -> str:
    """Return the printed text of exactly one result.

    Raises
    ------
    DataError
        No result has that id.
    """
    # An array, because tables look up thousands of cells and pandas is slow at that.
    (places,) = (results["result_id"].to_numpy() == result_id).nonzero()
    if len(places) != 1:
        raise DataError(f"{len(places)} results are called {result_id}", hint="See results.csv")
    return results["text"].iloc[places[0]]


def name_kind(results: pd.DataFrame, statistic: str) -> str:
    """Return whether a statistic, p_value or hl_low, is exact or approximate by its method."""
    asked = results["result_id"].str.endswith(f".{statistic}")
    approximate = results.loc[asked, "method"].str.contains(APPROXIMATION).any()
    return "approximate" if approximate else "exact"
