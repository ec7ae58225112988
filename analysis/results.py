"""Results: one row per statistic, its value in full and its text as printed."""

import itertools
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

import pandas as pd

from analysis.errors import DataError
from analysis.tables import shape_table

MINUS = "\N{MINUS SIGN}"
# No line ends between a number and its sign.
PERCENT = "\N{NO-BREAK SPACE}%"


@dataclass(frozen=True)
class Context:
    """What all results of one notebook share.

    Parameters
    ----------
    analysis
        First part of every result_id: flow, baseline, exposure, efficacy, sensitivity, safety.
    notebook
        Name of the notebook, as ``04_efficacy``.
    data_origin
        ``simulated`` or ``real``.
    population
        Population of study.yml, or "" where none applies.
    """

    analysis: str
    notebook: str
    data_origin: str
    population: str = ""


def format_number(value, decimals):
    """Print a number with fixed decimals.

    The value is first rounded to 12 significant digits, then halves go away from
    zero, so that noise in the last bit cannot flip a printed digit. A negative
    number has a true minus sign; one that rounds to zero has none.

    Examples
    --------
    >>> format_number(-1.25, 1), format_number(0.1 + 0.2, 1), format_number(-0.04, 1)
    ('−1.3', '0.3', '0.0')
    """
    exact = Decimal(f"{float(value):.12g}").quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    text = f"{abs(exact):f}"
    return MINUS + text if exact < 0 else text


def format_p(value):
    """Print a p-value with four decimals, below 0.0001 as such; an exact value stays in `value`."""
    return "<0.0001" if value < 0.00005 else format_number(value, 4)


def format_percent(share, decimals=0):
    """Print a share as a percentage, by default a whole one, as 14 % with a no-break space."""
    return f"{format_number(100 * share, decimals)}{PERCENT}"


def make_result(
    context,
    outcome,
    statistic,
    value,
    text,
    *,
    qualifier="",
    variant="",
    visit="",
    group="",
    unit="",
    n=None,
    method="",
    warning="",
):
    """Make one row of the results table.

    Parameters
    ----------
    context : Context
    outcome, statistic : str
        Parts of the id, snake_case; `qualifier` (dotted if it has parts) stands between them.
    value : float or None
        Full precision; None where only a text exists.
    text : str
        What is printed; never empty.

    Returns
    -------
    dict
        One row; ``result_id`` is ``analysis.outcome[.qualifier].statistic``.
    """
    parts = [context.analysis, outcome, qualifier, statistic]
    return {
        "result_id": ".".join(part for part in parts if part),
        "analysis": context.analysis,
        "population": context.population,
        "outcome": outcome,
        "variant": variant,
        "visit": visit,
        "group": group,
        "statistic": statistic,
        "value": value,
        "text": text,
        "unit": unit,
        "n": n,
        "method": method,
        "warning": warning,
        "notebook": context.notebook,
        "data_origin": context.data_origin,
    }


def collect_results(rows):
    """Make the results table from rows or from tables of results.

    Raises
    ------
    DataError
        A repeated id, an id that is the prefix of another, an empty text.
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


def find_text(results, result_id):
    """Return the printed text of exactly one result.

    Raises
    ------
    DataError
        No result bears that id.
    """
    # As an array: tables look up thousands of cells, and pandas would take most of that time.
    (places,) = (results["result_id"].to_numpy() == result_id).nonzero()
    if len(places) != 1:
        raise DataError(f"{len(places)} results are called {result_id}", hint="See results.csv")
    return results["text"].iloc[places[0]]
