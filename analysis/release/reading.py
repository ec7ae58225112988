"""What the cleaning makes of every different value of a field: its value, or why it has none."""

from dataclasses import dataclass

import pandas as pd

from analysis.cleaning.columns import clean_column
from analysis.cleaning.state import as_cells
from analysis.release import policy

MISSING_CODES = ("missing_code", "missing_number")
# What stands in place of a date that cannot be used, so that it fails again by the same rule.
STAND_INS = {
    "impossible_date": "0000-00-00",
    "implausible_date": "2999-12-31",
    "day_or_month": "01/02/0000",
}


@dataclass(frozen=True)
class Reading:
    """A raw value as the cleaning reads it.

    Parameters
    ----------
    raw, clean
        Text as received, and after the rules of the field's kind; "" where they leave none.
    rule
        The last rule that touched it; "" for none.
    """

    raw: str
    clean: str
    rule: str

    @property
    def is_missing_code(self):
        """Whether it is a word or a number for a missing value."""
        return self.rule in MISSING_CODES

    @property
    def is_readable(self):
        """Whether it is known for a value, a missing code, or a plain number."""
        return bool(
            self.clean
            or self.is_missing_code
            or policy.PLAIN.fullmatch(self.raw)
            or self.raw in ("", policy.REMOVED)
        )


def read_values(values, field, *, latest):
    """Read every different value of a field.

    Parameters
    ----------
    values : iterable of str
    field : analysis.cleaning.fields.Field
    latest : str
        No date lies after this one (ISO).

    Returns
    -------
    dict of Reading
        By raw value.
    """
    column = pd.Series(sorted({value for value in values if value}), dtype="object")
    column = column.set_axis(pd.Index(column, dtype="object"))
    clean, rules = column.copy(), pd.Series("", index=column.index, dtype="object")
    for finding in clean_column(column, field, latest=latest):
        if finding.values is not None:
            clean.loc[finding.rows] = as_cells(finding.values)
            rules.loc[finding.rows] = finding.rule
    read = {raw: Reading(raw, clean[raw], rules[raw]) for raw in column}
    return {"": Reading("", "", ""), **read}
