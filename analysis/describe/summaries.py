"""Describe a variable of few people: median and range first."""

from dataclasses import dataclass

from analysis.results import format_number, format_percent, make_result
from analysis.tables import table_schemas

UNKNOWN = "not estimable"


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
    def heading(self):
        """The label with its unit."""
        return f"{self.label}, {self.unit}" if self.unit else self.label


def find_field(table, column):
    """Return the description of a column in datapackage.json."""
    return next(field for field in table_schemas()[table]["fields"] if field["name"] == column)


def describe_number(context, outcome, values, *, unit="", decimals=0, qualifier="", visit=""):
    """Make the results of a number: n, missing, median, range, mean and standard deviation.

    Parameters
    ----------
    context : analysis.results.Context
    outcome : str
        Second part of the ids.
    values : pandas.Series of float or Int64
        One per participant, missing allowed.
    unit, decimals
        As printed; mean and SD have at least one decimal.
    qualifier, visit
        As in `analysis.results.make_result`.

    Returns
    -------
    list of dict
        Statistics ``n, n_missing, median, low, high, median_range, mean, sd, mean_sd``;
        what cannot be estimated has no value and says so.
    """
    known = values.dropna().astype("float64")
    n = len(known)

    def show(value, places=decimals):
        return format_number(value, places)

    more = max(decimals, 1)
    rows = [
        ("n", n, show(n, 0)),
        ("n_missing", len(values) - n, show(len(values) - n, 0)),
    ]
    if n:
        median, low, high, mean = known.median(), known.min(), known.max(), known.mean()
        places = more if decimals == 0 and median % 1 else decimals
        rows += [
            ("median", median, show(median, places)),
            ("low", low, show(low)),
            ("high", high, show(high)),
            ("median_range", None, f"{show(median, places)} ({show(low)} to {show(high)})"),
            ("mean", mean, show(mean, more)),
        ]
    if n > 1:
        deviation = known.std()
        rows += [
            ("sd", deviation, show(deviation, more)),
            ("mean_sd", None, f"{show(mean, more)} ({show(deviation, more)})"),
        ]
    made = {name for name, _, _ in rows}
    names = ("median", "low", "high", "median_range", "mean", "sd", "mean_sd")
    rows += [(name, None, UNKNOWN) for name in names if name not in made]
    options = {"qualifier": qualifier, "visit": visit, "n": n}
    return [
        make_result(
            context,
            outcome,
            name,
            value,
            text,
            unit="" if name.startswith("n") else unit,
            **options,
        )
        for name, value, text in rows
    ]


def describe_category(context, outcome, values, categories, *, visit=""):
    """Make the results of a category: how many of those with a recorded value.

    Parameters
    ----------
    values : pandas.Series of str
        One per participant, "" if not recorded.
    categories : sequence of str
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
        share = format_percent(k / n) if n else UNKNOWN
        rows += [
            make_result(context, outcome, name, value, text, qualifier=category, visit=visit, n=n)
            for name, value, text in (
                ("n", k, format_number(k, 0)),
                ("share", k / n if n else None, share),
                ("n_share", k, f"{k} of {n} ({share})" if n else "0 of 0"),
            )
        ]
    missing = len(values) - n
    text = format_number(missing, 0)
    return [*rows, make_result(context, outcome, "n_missing", missing, text, visit=visit, n=n)]
