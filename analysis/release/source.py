"""An export to be published: its files, the readings of their values, and their treatment."""

import datetime
import enum
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from analysis.cleaning.arrange import arrange_export
from analysis.cleaning.clean import NEVER_LATER
from analysis.cleaning.columns import clean_column
from analysis.cleaning.corrections import CORRECTION_COLUMNS
from analysis.cleaning.dictionary import DICTIONARY_COLUMNS, describe_fields
from analysis.cleaning.export import (
    CAPILLAROSCOPY,
    CORRECTIONS,
    DICTIONARY,
    MAP,
    REDCAP,
    RawExport,
)
from analysis.cleaning.fields import Field
from analysis.cleaning.mapping import MAP_COLUMNS, OPTIONAL_MAP_COLUMNS
from analysis.cleaning.people import unify_identifiers
from analysis.cleaning.populations import HAND_PROCEDURE, INFECTION, OF_THE_HAND
from analysis.cleaning.state import SourceFile, as_cells
from analysis.cleaning.structure import ID, key_rows
from analysis.study import Study


class Treatment(enum.Enum):
    """How the cells of a field are treated."""

    DROP = "drop"
    PARTICIPANT = "participant"
    PERSON = "person"
    IMAGE = "image"
    DAY = "day"
    SHARED_DAY = "shared day"
    TIME = "time"
    YEAR = "year"
    BIRTH_YEAR = "birth year"
    AGE = "age"
    TEXT = "text"
    KEEP = "keep"
    READABLE = "readable"


# Texts that are vocabulary and do not describe a person: what was given and how it was coded.
_CODED = "coded_term class dictionary dictionary_version grading_scale grading_scale_version"
VOCABULARY = {
    *(("medications", name) for name in ("name", "dose_unit")),
    *(("adverse_events", name) for name in _CODED.split()),
    *(("procedures", name) for name in ("enzyme", "diluent", "cell_counter", "viability_method")),
    ("capillaroscopy", "blinded_to_visit"),
}
# Other fields that are not treated by their kind. For staff it matters whether two entries are by
# the same person, but not the name. The day on which a reader looked at images of many participants
# would show, shifted for each of them, how far the shifts of two participants are apart.
_TREATMENTS = {
    ("visits", "assessor"): Treatment.PERSON,
    ("procedures", "operator"): Treatment.PERSON,
    ("participants", "birth_year"): Treatment.BIRTH_YEAR,
    ("participants", "age"): Treatment.AGE,
    ("participants", "raynaud_onset_year"): Treatment.YEAR,
    ("participants", "non_raynaud_onset_year"): Treatment.YEAR,
    ("capillaroscopy", "read_date"): Treatment.SHARED_DAY,
}
_OF_IMAGES = {"image_id": Treatment.IMAGE, "reader": Treatment.PERSON, "event": Treatment.KEEP}

# The columns of these files that the cleaning reads; a site may write anything into others.
KNOWN_COLUMNS = {
    CORRECTIONS: tuple(CORRECTION_COLUMNS),
    DICTIONARY: tuple(DICTIONARY_COLUMNS),
    MAP: (*MAP_COLUMNS, *OPTIONAL_MAP_COLUMNS),
}
REMOVED = "[removed]"
RECODED = {
    Treatment.PARTICIPANT: re.compile(r"P-[0-9]{2,}"),
    Treatment.PERSON: re.compile(r"R[0-9]+"),
    Treatment.IMAGE: re.compile(r"I-[0-9]{4,}"),
}
# What a field without a place tells of a person, by its name or label.
_TELLING = re.compile(
    r"(?i)(?<![a-z])(?:age|dob|birth\w*|zip(?:code)?|post(?:al)?[ _]?code|address)(?![a-z])"
    r"|나이|연령|생년|생일|주소|우편번호"
)
_WORDS = re.compile(f"(?i){INFECTION}|{OF_THE_HAND}|{HAND_PROCEDURE}")
# Texts that cannot describe anybody: codes and numbers, no longer than a laboratory writes them.
PLAIN = re.compile(r"[0-9.,<>+-]{1,9}")
# The replacement of a date that cannot be used, so that it fails again by the same rule.
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
    clean: str = ""
    rule: str = ""

    @property
    def is_missing_code(self) -> bool:
        """Whether it is a word or a number for a missing value."""
        return self.rule in ("missing_code", "missing_number")

    @property
    def is_readable(self) -> bool:
        """Whether it is a known value, a missing code or a plain number."""
        plain = PLAIN.fullmatch(self.raw) or self.raw in ("", REMOVED)
        # The name of a file may be anything.
        known = self.clean and self.rule != "file_there"
        return bool(known or self.is_missing_code or plain)


@dataclass(frozen=True)
class UncleanedExport:
    """An export, read as the cleaning reads it, but not cleaned.

    Parameters
    ----------
    export
        As received.
    study
        The content of study.yml.
    fields
        By file, then by column.
    files
        By name; `keys.participant` is the unified spelling of each participant.
    """

    export: RawExport
    study: Study
    fields: dict[str, dict[str, Field]]
    files: dict[str, SourceFile]

    @property
    def corrections(self) -> pd.DataFrame:
        """Signed-off corrections, as received."""
        return self.export.tables[CORRECTIONS]

    def choose_treatment(self, file: str, column: str) -> Treatment:
        """Return the treatment of a column; the states of forms and the events are kept."""
        field = self.fields[file].get(column)
        declared = self.study.publication.identifier_fields.value
        if field:
            return _choose_by_field(field, file, identifiers=declared)
        dropped = column in declared or column.endswith(("_timestamp", "_return_code"))
        dropped |= column in ("redcap_survey_identifier", "redcap_data_access_group")
        return Treatment.DROP if dropped else Treatment.KEEP

    @cached_property
    def readings(self) -> dict[tuple[str, str], dict[str, Reading]]:
        """How the cleaning reads every value, by file and column, including corrected values."""
        latest = self.export.provenance.exported_on or NEVER_LATER
        read = {}
        for name, file in self.files.items():
            for column, field in self.fields[name].items():
                corrected = self.corrections[
                    (self.corrections["source"] == name) & (self.corrections["field"] == column)
                ]
                values = {*file.raw[column], *corrected["old_value"], *corrected["new_value"]}
                read[name, column] = _read_values(values, field, latest=latest)
        return read

    def list_dates(self, file: str, column: str) -> Iterator[tuple[str, str, datetime.date]]:
        """Yield participant, visit and ISO date of every exact date of a column."""
        keys, readings = self.files[file].keys, self.readings[file, column]
        rows = zip(keys["participant"], keys["visit"], self.files[file].raw[column], strict=True)
        for participant, visit, raw in rows:
            clean = readings[raw].clean
            if len(clean) >= len("2000-01-01"):
                yield participant, visit, datetime.date.fromisoformat(clean[:10])

    def list_consent_days(self) -> dict[str, datetime.date]:
        """Return the day of consent by participant, from whose year the cleaning counts age."""
        column = self.find_field("participants", "consent_date")
        if not column:
            return {}
        return {participant: day for participant, _, day in self.list_dates(REDCAP, column)}

    def find_columns(self, *treatments: Treatment) -> list[tuple[str, str]]:
        """Return file and column of every field with one of these treatments."""
        return [
            (file, column)
            for file, fields in self.fields.items()
            for column in fields
            if self.choose_treatment(file, column) in treatments
        ]

    def list_dropped(self) -> dict[str, list[str]]:
        """Return the columns that are left out, by file."""
        treat = self.choose_treatment
        return {
            name: [each for each in map(str, file.raw) if treat(name, each) is Treatment.DROP]
            for name, file in self.files.items()
        }

    def find_field(self, table: str, column: str) -> str:
        """Return the column of the REDCap export that goes to a table's column, "" if none."""
        fields = self.fields[REDCAP].values()
        wanted = (table, column)
        return next((f.name for f in fields if (f.place.table, f.place.column) == wanted), "")

    def map_participants(self) -> dict[str, str]:
        """Return the unified spelling of each participant by every raw spelling."""
        spelled: dict[str, str] = {}
        for file in self.files.values():
            spelled |= dict(zip(file.raw[ID], file.keys["participant"], strict=True))
        return spelled


def open_source(export: RawExport, study: Study) -> UncleanedExport:
    """Return an export as a source.

    Raises
    ------
    analysis.errors.DataError
        Its structure is not as described.
    """
    export = arrange_export(export, study)
    fields = describe_fields(export, study)
    files = unify_identifiers(key_rows(export, fields, study), export.records)
    return UncleanedExport(export, study, fields, files)


def _choose_by_field(field: Field, file: str, *, identifiers: Iterable[str]) -> Treatment:
    """Choose the treatment of a field; text that is not known to be harmless is removed."""
    place = field.place
    if field.name == ID:
        return Treatment.PARTICIPANT
    flagged = field.identifier and not field.place.allowed.strip()
    if flagged or {field.name, field.question} & set(identifiers):
        return Treatment.DROP
    if not place.table and not place.instrument and _TELLING.search(f"{field.name} {field.label}"):
        return Treatment.DROP
    if file == CAPILLAROSCOPY and field.name in _OF_IMAGES:
        return _OF_IMAGES[field.name]
    for target in ((place.table, place.column), (place.instrument, place.item)):
        if target in _TREATMENTS:
            return _TREATMENTS[target]
    if field.kind in ("date", "partial_date", "datetime"):
        return Treatment.DAY
    if field.kind == "time":
        return Treatment.TIME
    if field.kind in ("text", "notes"):
        return Treatment.KEEP if is_vocabulary(field) else Treatment.TEXT
    return Treatment.READABLE


def remove_text(text: str) -> str:
    """Return what is kept of a free text: a mark of removal, and words that a rule looks for.

    Examples
    --------
    >>> remove_text("Infected nail, seen by her sister")
    '[removed] infect nail'
    """
    words = dict.fromkeys(word.casefold() for word in _WORDS.findall(text))
    return " ".join([REMOVED, *words])


def is_vocabulary(field: Field) -> bool:
    """Return True if the texts of a field are vocabulary."""
    place = field.place
    targets = {(place.table, place.column), (place.instrument, place.item)}
    return field.kind in ("text", "notes") and bool(targets & VOCABULARY)


def _read_values(values: Iterable[str], field: Field, *, latest: str) -> dict[str, Reading]:
    """Read every distinct value of a field; no date may be after `latest` (ISO)."""
    column = pd.Series(sorted({value for value in values if value}), dtype="object")
    column = column.set_axis(pd.Index(column, dtype="object"))
    clean, rules = column.copy(), pd.Series("", index=column.index, dtype="object")
    for finding in clean_column(column, field, latest=latest):
        if finding.values is not None:
            clean.loc[finding.rows] = as_cells(finding.values)
            rules.loc[finding.rows] = finding.rule
    return {"": Reading(""), **{raw: Reading(raw, clean[raw], rules[raw]) for raw in column}}
