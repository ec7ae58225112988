"""An export that is to be published: its sheets, and what its fields become."""

import datetime
from dataclasses import dataclass
from functools import cached_property

from analysis.cleaning.clean import NEVER_LATER
from analysis.cleaning.dictionary import describe_fields
from analysis.cleaning.export import CORRECTIONS, REDCAP, RawExport
from analysis.cleaning.fields import Field
from analysis.cleaning.rows import unify_identifiers
from analysis.cleaning.state import SourceFile
from analysis.cleaning.structure import key_rows
from analysis.release import policy
from analysis.release.reading import read_values
from analysis.study import Study


@dataclass(frozen=True)
class Source:
    """An export, read as the cleaning reads it, but not cleaned.

    Parameters
    ----------
    export
        As received.
    study
        What study.yml says.
    fields
        By file, then by column.
    sheets
        By file; `keys.participant` is the one spelling of each participant.
    """

    export: RawExport
    study: Study
    fields: dict[str, dict[str, Field]]
    sheets: dict[str, SourceFile]

    @property
    def corrections(self):
        """Signed-off corrections, as received."""
        return self.export.tables[CORRECTIONS]

    @property
    def latest(self):
        """Day of the export, ISO."""
        return self.export.provenance.exported_on or NEVER_LATER

    def treatment(self, file, column):
        """Return what becomes of a column; forms' states and events stay as they are."""
        field = self.fields[file].get(column)
        declared = self.study.publication.identifier_fields.value
        if field:
            return policy.choose_treatment(field, file, identifiers=declared)
        dropped = column in declared or column.endswith("_timestamp")
        dropped |= column in ("redcap_survey_identifier", "redcap_data_access_group")
        return policy.DROP if dropped else policy.KEEP

    @cached_property
    def readings(self):
        """What the cleaning makes of every value, by file and column, corrected ones too."""
        read = {}
        for file, sheet in self.sheets.items():
            for column, field in self.fields[file].items():
                told = self.corrections[
                    (self.corrections["source"] == file) & (self.corrections["field"] == column)
                ]
                values = {*sheet.raw[column], *told["old_value"], *told["new_value"]}
                read[file, column] = read_values(values, field, latest=self.latest)
        return read

    def list_dates(self, file, column):
        """Yield participant, visit and ISO date of every exact date of a column."""
        sheet, readings = self.sheets[file], self.readings[file, column]
        for participant, visit, raw in zip(
            sheet.keys["participant"], sheet.keys["visit"], sheet.raw[column], strict=True
        ):
            clean = readings[raw].clean
            if len(clean) >= len("2000-01-01"):
                yield participant, visit, datetime.date.fromisoformat(clean[:10])

    def find_columns(self, treatment):
        """Return file and column of every field that is treated so."""
        return [
            (file, column)
            for file, fields in self.fields.items()
            for column in fields
            if self.treatment(file, column) == treatment
        ]

    def find_field(self, table, column):
        """Return the column of the REDCap export that goes to a table's column, "" if none."""
        own = self.fields[REDCAP].values()
        wanted = (table, column)
        return next((f.name for f in own if (f.place.table, f.place.column) == wanted), "")


def open_source(export, study):
    """Return an export as a source.

    Raises
    ------
    analysis.errors.DataError
        Its structure is not what it says.
    """
    fields = describe_fields(export, study)
    sheets = unify_identifiers(key_rows(export, fields, study))
    return Source(export, study, fields, sheets)
