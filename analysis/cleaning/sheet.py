"""A raw file on its way to being clean: as received, as it is now, and every step between."""

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from analysis.cleaning.rules import RULES


@dataclass(frozen=True)
class Finding:
    """What one rule found in one field.

    Parameters
    ----------
    rule
        Key of `rules.RULES`.
    field
        Column of the sheet; "" for the whole row.
    rows
        Index labels of the sheet.
    values
        New text, one per row or one for all; None leaves the cells as they are.
    reason
        Why a cell is set missing, one per row or one for all.
    detail
        A sentence for the site beside the rule's own, one per row or one for all.
    """

    rule: str
    field: str
    rows: pd.Index
    values: object = None
    reason: object = ""
    detail: object = ""


@dataclass(frozen=True)
class Sheet:
    """One raw file.

    Parameters
    ----------
    source
        Name of the file.
    raw
        Cells as received; the index is the key of the row.
    frame
        Cells as they are now, the same index and columns.
    keys
        `participant`, `visit`, `form` (with its instance, as the queries name it), `instance`.
    aside
        Rows that were set aside.
    log
        What was found, in order: frames of `row, field, rule, reason, detail`.
    """

    source: str
    raw: pd.DataFrame
    frame: pd.DataFrame
    keys: pd.DataFrame
    aside: pd.Index = field(default_factory=lambda: pd.Index([], dtype="str"))
    log: tuple = ()

    def apply(self, findings):
        """Return the sheet with the findings carried out and logged."""
        frame, aside, log = self.frame, self.aside, list(self.log)
        changed = {}
        for finding in findings:
            if not len(finding.rows):
                continue
            log.append(_entry(finding))
            if RULES[finding.rule].action == "set_aside":
                aside = aside.union(finding.rows)
            elif finding.values is not None:
                column = changed.get(finding.field, frame[finding.field]).copy()
                column.loc[finding.rows] = as_cells(finding.values)
                changed[finding.field] = column
        return replace(self, frame=frame.assign(**changed), aside=aside, log=tuple(log))

    def entries(self):
        """Return everything that was found, one row per cell and rule, in order."""
        if not self.log:
            return pd.DataFrame({name: pd.Series(dtype="str") for name in ENTRY})
        return pd.concat(self.log, ignore_index=True)

    @property
    def kept(self):
        """The cells of the rows that were not set aside."""
        return self.frame.drop(self.aside) if len(self.aside) else self.frame


ENTRY = ("row", "field", "rule", "reason", "detail")


def as_cells(told):
    """Return values to be assigned by position: an array without an index, or one for all."""
    return np.asarray(told, dtype="object") if np.ndim(told) else told


def _entry(finding):
    return pd.DataFrame(
        {
            "row": as_cells(finding.rows),
            "field": finding.field,
            "rule": finding.rule,
            "reason": as_cells(finding.reason),
            "detail": as_cells(finding.detail),
        },
        dtype="object",
    )


def find(rule, field, mask, values=None, *, reason="", detail=""):
    """Make a finding from a boolean mask; Series of values, reasons and details are cut to it."""
    rows = mask.index[mask.to_numpy(dtype=bool)]

    def cut(told):
        return told.loc[rows] if isinstance(told, pd.Series) else told

    return Finding(rule, field, rows, cut(values), cut(reason), cut(detail))
