"""Make rows of results that print alike: numbers, p-values, counts, and what cannot be stated."""

from dataclasses import dataclass

from analysis.errors import DataError
from analysis.results import Context, format_number, format_p, format_percent, make_result

NOT_ESTIMABLE = "not estimable"
NOT_ATTAINABLE = "not attainable"


@dataclass(frozen=True)
class Statements:
    """Makes the rows of one score at one visit.

    Parameters
    ----------
    context, outcome, qualifier, variant, visit, group
        As in `analysis.results.make_result`.
    n
        Participants in every statistic.
    unit, decimals
        Of the score.
    """

    context: Context
    outcome: str
    n: int
    unit: str
    decimals: int
    qualifier: str = ""
    variant: str = ""
    visit: str = ""
    group: str = ""

    def state(self, statistic, value, text, *, unit="", method="", warning=""):
        """Make a row with a text of its own."""
        return make_result(
            self.context,
            self.outcome,
            statistic,
            value,
            text,
            qualifier=self.qualifier,
            variant=self.variant,
            visit=self.visit,
            group=self.group,
            unit=unit,
            n=self.n,
            method=method,
            warning=warning,
        )

    def score(self, statistic, value, *, method="", warning=""):
        """Make a row for a value in the score's unit."""
        text = NOT_ESTIMABLE if value is None else format_number(value, self.decimals)
        return self.state(statistic, value, text, unit=self.unit, method=method, warning=warning)

    def number(self, statistic, value, decimals=2, *, method="", warning=""):
        """Make a row for a number without a unit."""
        text = NOT_ESTIMABLE if value is None else format_number(value, decimals)
        return self.state(statistic, value, text, method=method, warning=warning)

    def p(self, statistic, value, *, absent=NOT_ESTIMABLE, method="", warning=""):
        """Make a row for a p-value."""
        text = absent if value is None else format_p(value)
        return self.state(statistic, value, text, method=method, warning=warning)

    def count(self, statistic, value, *, method="", warning=""):
        """Make a row for a number of participants."""
        return self.state(
            statistic, value, str(value), unit="participants", method=method, warning=warning
        )

    def percent(self, statistic, value, *, method="", warning=""):
        """Make a row for a share, 0 to 1, printed as a whole percentage."""
        text = NOT_ESTIMABLE if value is None else format_percent(value)
        return self.state(statistic, value, text, method=method, warning=warning)


def attempt(compute, *arguments, **options):
    """Compute a statistic, or say why it has none.

    Returns
    -------
    tuple
        The result and "", or None and the reason.
    """
    try:
        return compute(*arguments, **options), ""
    except DataError as error:
        return None, error.problem
