"""The state of a cleaning: the files on their way to being clean, and what was made of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from analysis.cleaning.export import REDCAP
from analysis.cleaning.fields import Field
from analysis.cleaning.rules import CLEANING_RULES
from analysis.provenance import Manner
from analysis.study import Study

LOG_COLUMNS = ("row", "field", "rule", "reason", "detail", "group")
NOT_DONE, NOT_APPLICABLE = "not_done", "not_applicable"


@dataclass(frozen=True)
class Finding:
    """What one rule found in one field.

    Parameters
    ----------
    rule
        Key of `rules.CLEANING_RULES`.
    field
        Column of the file; "" for the whole row.
    rows
        Index labels of the file.
    values
        New text, one per row or one for all; None leaves the cells as they are.
    reason
        Why a cell is set missing, one per row or one for all.
    detail
        A sentence for the site beside the rule's, one per row or one for all.
    group
        Cells of one rule and one group are one question, one per row or one for all; "" is a
        question by itself.
    """

    rule: str
    field: str
    rows: pd.Index
    values: Any = None
    reason: Any = ""
    detail: Any = ""
    group: Any = ""


def find_cells(
    rule: str,
    field: str,
    mask: pd.Series,
    values: Any = None,
    *,
    reason: Any = "",
    detail: Any = "",
) -> Finding:
    """Make a finding from a boolean mask; Series of values, reasons and details are cut to it."""
    rows = mask.index[mask.to_numpy(dtype=bool)]

    def cut(given: Any) -> Any:
        return given.loc[rows] if isinstance(given, pd.Series) else given

    return Finding(rule, field, rows, cut(values), cut(reason), cut(detail))


def find_together(
    rule: str,
    cells: Iterable[tuple[str, str]],
    *,
    group: str,
    values: Any = None,
    reason: str = "",
    detail: str = "",
) -> list[Finding]:
    """Make findings from the cells (row and field) of one question."""
    rows: dict[str, list[str]] = {}
    for row, name in cells:
        rows.setdefault(name, []).append(row)
    return [
        Finding(rule, name, pd.Index(of_field), values, reason, detail, group)
        for name, of_field in rows.items()
    ]


@dataclass(frozen=True)
class SourceFile:
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
        What was found, in order: frames of `LOG_COLUMNS`.
    confirmed
        Cells (row and field) whose value the site has confirmed.
    """

    source: str
    raw: pd.DataFrame
    frame: pd.DataFrame
    keys: pd.DataFrame
    aside: pd.Index = field(default_factory=lambda: pd.Index([], dtype="str"))
    log: tuple[pd.DataFrame, ...] = ()
    confirmed: frozenset[tuple[str, str]] = frozenset()

    def apply(self, findings: Iterable[Finding]) -> "SourceFile":
        """Return the file with the findings carried out and logged."""
        aside, log = self.aside, list(self.log)
        changed: dict[str, pd.Series] = {}
        for finding in findings:
            if not len(finding.rows):
                continue
            log.append(_make_entry(finding))
            if CLEANING_RULES[finding.rule].action == "set_aside":
                aside = aside.union(finding.rows)
            elif finding.values is not None:
                column = changed.get(finding.field, self.frame[finding.field]).copy()
                column.loc[finding.rows] = as_cells(finding.values)
                changed[finding.field] = column
        return replace(self, frame=self.frame.assign(**changed), aside=aside, log=tuple(log))

    def list_entries(self) -> pd.DataFrame:
        """Return everything that was found, one row per cell and rule, in order."""
        if not self.log:
            return pd.DataFrame({name: pd.Series(dtype="str") for name in LOG_COLUMNS})
        return pd.concat(self.log, ignore_index=True)

    @cached_property
    def kept(self) -> pd.DataFrame:
        """The cells of the rows that were not set aside."""
        return self.frame.drop(self.aside) if len(self.aside) else self.frame


def as_cells(given: Any) -> Any:
    """Return values to be assigned by position: an array without an index, or one for all."""
    return np.asarray(given, dtype="object") if np.ndim(given) else given


def _make_entry(finding: Finding) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "row": as_cells(finding.rows),
            "field": finding.field,
            "rule": finding.rule,
            "reason": as_cells(finding.reason),
            "detail": as_cells(finding.detail),
            "group": as_cells(finding.group),
        },
        dtype="object",
    )


@dataclass(frozen=True)
class CleaningState:
    """Everything that a step or a rule on several cells may look at.

    Parameters
    ----------
    study
        The plan.
    latest
        No date lies after this one (the export's, ISO).
    fields
        By file, then by column.
    files
        By name.
    manner
        How the site exported.
    opened
        Rows of the REDCap export by form: whether anybody opened it.
    asked
        Fields that are asked under a condition, with where they are asked.
    days
        Day of the procedure (timestamp) by participant.
    designated
        Forms by visit (bool), as REDCap's list of forms by event has them; empty without one.
    places
        Visit, location and occasion of the rows by file.
    tables
        The processed tables by name.
    """

    study: Study
    latest: str
    fields: dict[str, dict[str, Field]]
    files: dict[str, SourceFile]
    manner: Manner = field(default_factory=Manner)
    opened: pd.DataFrame = field(default_factory=pd.DataFrame)
    asked: dict[str, pd.Series] = field(default_factory=dict)
    days: pd.Series = field(default_factory=lambda: pd.Series(dtype="datetime64[ns]"))
    designated: pd.DataFrame = field(default_factory=pd.DataFrame)
    places: dict[str, pd.DataFrame] = field(default_factory=dict)
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)

    def apply(self, findings: Iterable[Finding], source: str = REDCAP) -> "CleaningState":
        """Return the state with the findings of one file carried out and logged."""
        return replace(self, files=self.files | {source: self.files[source].apply(findings)})

    @property
    def redcap(self) -> SourceFile:
        """The REDCap export."""
        return self.files[REDCAP]

    @cached_property
    def cells(self) -> pd.DataFrame:
        """The REDCap export without the rows that were set aside."""
        return self.redcap.kept

    @cached_property
    def keys(self) -> pd.DataFrame:
        """Participant, visit, form and instance of `cells`."""
        return self.redcap.keys.loc[self.cells.index]

    def find_cells_of(self, table: str, column: str) -> pd.Series | None:
        """Return the cells that go to a column of a table and their name; None if none do."""
        for each in self.fields[REDCAP].values():
            if (each.place.table, each.place.column) == (table, column):
                return self.cells[each.name]
        return None

    def find_words_of(self, table: str, column: str) -> pd.Series | None:
        """Return the cells of `find_cells_of` as the words of the table, "" where empty."""
        cells = self.find_cells_of(table, column)
        if cells is None:
            return None
        name = str(cells.name)
        return cells.map(self.fields[REDCAP][name].codes).fillna("").rename(name)

    def list_items(self, instrument: str) -> list[Field]:
        """Return the fields of an instrument in the REDCap export."""
        return [f for f in self.fields[REDCAP].values() if f.place.instrument == instrument]

    def convert_numbers(self, fields: Iterable[Field]) -> pd.DataFrame:
        """Return the cells of some fields as numbers, one column per field.

        A choice is the number of its code, or its value in fields.csv.
        """
        cells = {
            f.name: self.cells[f.name].map(f.numbers) if f.kind == "choice" else self.cells[f.name]
            for f in fields
        }
        return pd.DataFrame(
            {name: pd.to_numeric(column.where(column != "")) for name, column in cells.items()},
            index=self.cells.index,
        ).astype("float64")

    @cached_property
    def _reasons(self) -> dict[tuple[str, str], pd.Series]:
        """The last reason that a rule gave for an empty cell: by file and field, then by row."""
        reasons = {}
        for source, file in self.files.items():
            entries = file.list_entries()
            entries = entries[entries["reason"] != ""].drop_duplicates(
                ["row", "field"], keep="last"
            )
            for name, part in entries.groupby("field"):
                reasons[source, str(name)] = part.set_index("row")["reason"]
        return reasons

    def find_reasons(self, source: str, name: str, cells: pd.Series) -> pd.Series:
        """Return the reason that a rule gave for every empty cell of a column, "" for none."""
        given = self._reasons.get((source, name))
        if given is None:
            return pd.Series("", index=cells.index, dtype="object")
        return given.reindex(cells.index).fillna("").where(cells == "", "").astype("object")

    def explain_blanks(self, source: str, name: str, cells: pd.Series) -> pd.Series:
        """Return the reason for every empty cell of a column, "" for the filled ones.

        A rule's reason comes first, then that the question did not apply; a blank that nobody
        explained is not_done.
        """
        empty = (cells == "").to_numpy()
        reasons = np.full(len(cells), "", dtype="object")
        reasons[empty] = NOT_DONE
        if empty.any():
            if source == REDCAP and name in self.asked:
                asked = self.asked[name].reindex(cells.index, fill_value=True).to_numpy()
                reasons[empty & ~asked] = NOT_APPLICABLE
            logged = self.find_reasons(source, name, cells).to_numpy()
            reasons = np.where(logged != "", logged, reasons)
        return pd.Series(reasons, index=cells.index, dtype="object")
