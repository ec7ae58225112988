"""Clean every column of a sheet: each rule sees the different values of a column once."""

from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.cleaning import dates, missing_codes, numbers, spelling
from analysis.cleaning.sheet import as_cells

_TIDY = (
    spelling.trim_cells,
    spelling.narrow_cells,
    missing_codes.read_missing_words,
    missing_codes.read_missing_numbers,
)
_NUMBER = (
    *_TIDY,
    numbers.read_units,
    numbers.read_commas,
    numbers.refuse_unreadable,
    numbers.read_centimetres,
    numbers.read_integers,
    numbers.check_range,
)
# The order matters: a later rule sees what the earlier ones made of the cell.
RULES_BY_KIND = {
    "choice": (*_TIDY, spelling.read_choices),
    "integer": _NUMBER,
    "number": _NUMBER,
    "date": (*_TIDY, dates.read_dates, dates.check_calendar),
    "partial_date": (*_TIDY, dates.read_dates, dates.check_calendar),
    "datetime": (*_TIDY, dates.read_datetimes, dates.check_calendar),
    "time": (*_TIDY, dates.read_times),
    "text": (spelling.trim_cells, missing_codes.read_missing_words),
    "checkbox": (),
    "notes": (),
}


def clean_columns(sheet, fields, *, latest):
    """Apply to every field the rules of its kind.

    Parameters
    ----------
    sheet : Sheet
    fields : iterable of Field
        Whose `name` is a column of the sheet.
    latest : str
        No date lies after this one (the export's, ISO).

    Returns
    -------
    Sheet
    """
    findings = []
    for field in fields:
        findings += clean_column(sheet.frame[field.name], field, latest=latest)
    return sheet.apply(findings)


def clean_column(column, field, *, latest):
    """Return what the rules of the field's kind find in one column, in order."""
    if not RULES_BY_KIND[field.kind]:
        return []
    values = spelling.distinct(column)
    values = values[~is_tidy(values, field, latest=latest)]
    if values.empty:
        return []
    found = []
    for rule in RULES_BY_KIND[field.kind]:
        options = {"latest": latest} if rule is dates.check_calendar else {}
        for finding in rule(values[values != ""], field, **options):
            if len(finding.rows):
                values = values.copy()
                values.loc[finding.rows] = as_cells(finding.values)
                found.append(finding)
    if not found:
        return []
    places = column.groupby(column, sort=False).indices
    return [_spread(finding, column.index, places) for finding in found]


def is_tidy(values, field, *, latest):
    """Say which values are so plain that no rule of their kind would touch them."""
    if field.kind == "text":
        return values.str.fullmatch(r"[!-~](?:.*\S)?") & ~missing_codes.is_missing_word(values)
    if field.kind in ("date", "datetime", "partial_date", "time"):
        return dates.is_plain(values, field, latest=latest)
    if field.kind == "choice":
        return values.isin([code for code, _ in field.choices])
    decimals = "" if field.kind == "integer" else r"(?:\.[0-9]+)?"
    plain = values.str.fullmatch(rf"-?[0-9]+{decimals}")
    number = pd.to_numeric(values.where(plain))
    low = float("-inf") if field.low is None else field.low
    high = float("inf") if field.high is None else field.high
    return plain & number.between(low, high)


def _spread(finding, index, places):
    """Carry a finding about different values over to every row that holds one of them."""
    at = [places[value] for value in finding.rows]
    repeats = [len(place) for place in at]

    def per_row(told):
        return told if np.ndim(told) == 0 else np.repeat(np.asarray(told, dtype="object"), repeats)

    return replace(
        finding,
        rows=index[np.concatenate(at)],
        values=per_row(finding.values),
        reason=per_row(finding.reason),
        detail=per_row(finding.detail),
    )
