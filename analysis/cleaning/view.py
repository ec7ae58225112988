"""Everything that a rule on several cells may look at."""

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from analysis.cleaning.export import REDCAP
from analysis.cleaning.sheet import Sheet
from analysis.study import Study


@dataclass(frozen=True)
class View:
    """The cleaned files and what was made of them.

    Parameters
    ----------
    sheets, fields, places
        By file: cells, description of the columns (by name), and visit, location and
        occasion of the rows.
    opened
        Rows of the REDCap export by form: whether anybody opened it.
    asked
        Fields that are asked under a condition, with where they are asked.
    tables
        The processed tables.
    days
        Day of the procedure (timestamp) by participant.
    study
        The plan.
    latest
        Date of the export.
    """

    sheets: dict[str, Sheet]
    fields: dict
    places: dict[str, pd.DataFrame]
    opened: pd.DataFrame
    asked: dict[str, pd.Series]
    tables: dict[str, pd.DataFrame]
    days: pd.Series
    study: Study
    latest: str

    @cached_property
    def cells(self):
        """The REDCap export without the rows that were set aside."""
        return self.sheets[REDCAP].kept

    @cached_property
    def keys(self):
        """Participant, visit, form and instance of `cells`."""
        return self.sheets[REDCAP].keys.loc[self.cells.index]

    @cached_property
    def explained(self):
        """Empty cells that a rule gave a reason for, as a set of (row, field)."""
        told = self.sheets[REDCAP].entries()
        told = told[told["reason"] != ""]
        return pd.MultiIndex.from_frame(told[["row", "field"]])

    def is_explained(self, name):
        """Say for every row whether the field is empty for a reason that a rule gave."""
        rows = self.explained[self.explained.get_level_values("field") == name]
        return pd.Series(self.cells.index.isin(rows.get_level_values("row")), self.cells.index)

    def column(self, table, column):
        """Return the cells that go to a column of a table and their name; None if none do."""
        for field in self.fields[REDCAP].values():
            if (field.place.table, field.place.column) == (table, column):
                return self.cells[field.name]
        return None

    def items(self, instrument):
        """Return the fields of an instrument in the REDCap export."""
        return [f for f in self.fields[REDCAP].values() if f.place.instrument == instrument]

    def numbers(self, fields):
        """Return the cells of some fields as numbers, one column per field."""
        return pd.DataFrame(
            {
                field.name: pd.to_numeric(
                    self.cells[field.name].where(self.cells[field.name] != "")
                )
                for field in fields
            },
            index=self.cells.index,
        ).astype("float64")
