"""Rewrite the tables of an export, cell by cell, so that they may be published."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.cleaning.dictionary import DICTIONARY_COLUMNS
from analysis.cleaning.export import (
    CAPILLAROSCOPY,
    CORRECTIONS,
    DIARY,
    DICTIONARY,
    MAP,
    REDCAP,
)
from analysis.cleaning.state import SourceFile
from analysis.cleaning.structure import EVENT, FORM, INSTANCE, name_visit
from analysis.release.published import OLDEST
from analysis.release.shift import Key, Shift, round_time
from analysis.release.source import (
    ID,
    KNOWN_COLUMNS,
    PLAIN,
    REMOVED,
    STAND_INS,
    Reading,
    Treatment,
    UncleanedExport,
    remove_text,
)

# The columns that name a row, by file; `analysis.cleaning.structure` joins them by a bar.
_ROW_KEYS = {
    REDCAP: (ID, EVENT),
    DIARY: (ID, "entry_date", "entry_time"),
    CAPILLAROSCOPY: ("image_id", "reader"),
}
# Columns of fields.csv that name a person.
_SIGNED = {"confirmed_by", "allowed", "approved_by"}
# A year that no dictionary allows.
_NO_YEAR = "0"


@dataclass(frozen=True)
class Names:
    """The new names by the old ones; this mapping never leaves the process.

    Parameters
    ----------
    participants
        New name by raw spelling.
    persons, images
        New name by raw value.
    """

    participants: dict[str, str]
    persons: dict[str, str]
    images: dict[str, str]


def give_names(source: UncleanedExport, key: Key) -> Names:
    """Number participants in a secret order given by the key, and staff in their own order.

    The order of staff decides which of two readings counts, and reveals nothing about participants.
    Images are numbered by participant, since their own order is that of the trial's calendar.
    """
    spelled = source.map_participants()
    order = key.shuffle("participant", set(spelled.values()))
    width = max(2, len(str(len(order))))
    new = {name: f"P-{number:0{width}d}" for number, name in enumerate(order, 1)}
    participants = {raw: new[name] for raw, name in spelled.items()}
    persons = {
        reading.clean
        for place in source.find_columns(Treatment.PERSON)
        for reading in source.readings[place].values()
        if reading.clean
    }
    images = source.files[CAPILLAROSCOPY].raw[[ID, "image_id"]].drop_duplicates()
    images = images.assign(owner=images[ID].map(participants))
    ordered = images.sort_values(["owner", "image_id"])["image_id"].drop_duplicates()
    return Names(
        participants=participants,
        persons={name: f"R{number}" for number, name in enumerate(sorted(persons), 1)},
        images={name: f"I-{number:04d}" for number, name in enumerate(ordered, 1)},
    )


@dataclass(frozen=True)
class Rewriter:
    """Turns cells into cells that may be published.

    Parameters
    ----------
    source
        The real export.
    names
        New names of participants, staff and images.
    shifts
        By participant.
    consent
        Day of consent by participant.
    """

    source: UncleanedExport
    names: Names
    shifts: Mapping[str, Shift]
    consent: Mapping[str, datetime.date]

    @property
    def years(self) -> int:
        """The number of years by which all dates are shifted, negative."""
        return next(iter(self.shifts.values())).years

    def rewrite(self, file: str, column: str, raw: str, participant: str) -> str:
        """Return the replacement of a cell; the same cell always gives the same replacement.

        `participant` is the participant of the cell, in the unified spelling of the source.
        """
        treatment = self.source.choose_treatment(file, column)
        if not raw or treatment in (Treatment.DROP, Treatment.SHARED_DAY):
            return ""
        if treatment == Treatment.KEEP:
            return raw
        if treatment == Treatment.PARTICIPANT:
            return self.names.participants.get(raw, REMOVED)
        if treatment == Treatment.IMAGE:
            return self.names.images.get(raw, REMOVED)
        reading = self.source.readings[file, column][raw]
        return raw if reading.is_missing_code else self._replace(reading, treatment, participant)

    def _replace(self, reading: Reading, treatment: Treatment, participant: str) -> str:
        if treatment == Treatment.TEXT:
            return remove_text(reading.raw)
        if treatment == Treatment.PERSON:
            return self.names.persons.get(reading.clean, REMOVED)
        if treatment == Treatment.DAY:
            stand_in = STAND_INS.get(reading.rule, REMOVED)
            return self.shifts[participant].apply(reading.clean) if reading.clean else stand_in
        if treatment == Treatment.TIME and reading.clean:
            return round_time(reading.clean)
        if treatment in (Treatment.YEAR, Treatment.BIRTH_YEAR):
            year = self._rewrite_year(reading, treatment, participant)
            # A full date, of which the analysis uses the year, stays a full date.
            return f"{year}-07-01" if year.isdigit() and len(reading.clean) == 10 else year
        if treatment == Treatment.AGE and reading.clean:
            return str(self._band(int(float(reading.clean))))
        return reading.raw if reading.is_readable else REMOVED

    def _rewrite_year(self, reading: Reading, treatment: Treatment, participant: str) -> str:
        """Keep the number of years between a year and the consent; for a birth year, as a band."""
        if not reading.clean:
            return _NO_YEAR if PLAIN.fullmatch(reading.raw) else REMOVED
        year, shift = int(reading.clean[:4]), self.shifts[participant]
        before = self.consent.get(participant)
        # Without a date of consent the cleaning derives no age; the year is banded all the same.
        after = int(shift.apply(before.isoformat())[:4]) if before else year + shift.years
        if treatment == Treatment.YEAR:
            return str(year - before.year + after if before else after)
        if not before:
            width = self.source.study.publication.age_band_years.value
            return str(after // width * width)
        return str(after - self._band(before.year - year))

    def _band(self, age: int) -> int:
        return band_age(age, self.source.study.publication.age_band_years.value)


def band_age(age: int, width: int) -> int:
    """Return the age that stands for a band: its middle, and 90 for everybody over 89.

    Bands begin at the multiples of their width in years.

    Examples
    --------
    >>> band_age(41, 10), band_age(49, 10), band_age(93, 10)
    (45, 45, 90)
    """
    if age >= OLDEST:
        return OLDEST
    return min(age // width * width + width // 2, OLDEST - 1)


def rewrite_export(rewriter: Rewriter) -> dict[str, pd.DataFrame]:
    """Return the tables of the export as they may be published, by file name."""
    source, dropped = rewriter.source, rewriter.source.list_dropped()
    tables, keys = {}, {}
    for name, file in source.files.items():
        tables[name], keys[name] = _rewrite_file(rewriter, name, file)
    tables[CORRECTIONS] = _rewrite_corrections(rewriter, keys, dropped)
    tables[DICTIONARY] = _rewrite_dictionary(rewriter, dropped[REDCAP])
    gone = {
        name if file == REDCAP else f"{file}:{name}"
        for file, names in dropped.items()
        for name in names
    }
    fields = source.export.tables[MAP]
    fields = fields[~fields["field"].isin(gone)]
    tables[MAP] = fields.assign(
        **{name: fields[name].where(fields[name] == "", REMOVED) for name in _SIGNED & set(fields)}
    )
    for name, columns in dropped.items():
        tables[name] = tables[name].drop(columns=columns)
    for name, known in KNOWN_COLUMNS.items():
        tables[name] = tables[name][[column for column in known if column in tables[name]]]
    return tables


def _rewrite_file(
    rewriter: Rewriter, name: str, file: SourceFile
) -> tuple[pd.DataFrame, pd.Series]:
    """Return a file's rewritten cells in the order of the new keys, and those keys by old ones."""
    people = file.keys["participant"]
    frame = pd.DataFrame(
        {
            column: [
                rewriter.rewrite(name, column, raw, person)
                for raw, person in zip(file.raw[column], people, strict=True)
            ]
            for column in map(str, file.raw)
        },
        index=file.raw.index,
        dtype="str",
    )
    key = frame[list(_ROW_KEYS[name])].agg("|".join, axis=1)
    if name == REDCAP:
        repeat = frame[FORM] + frame[INSTANCE].where(frame[INSTANCE] == "", "#" + frame[INSTANCE])
        key = key + "|" + repeat
    order = frame.assign(key=key).sort_values(["key", *frame.columns], kind="stable").index
    return frame.loc[order].reset_index(drop=True), key


def _rewrite_corrections(
    rewriter: Rewriter, keys: Mapping[str, pd.Series], dropped: Mapping[str, list[str]]
) -> pd.DataFrame:
    """Rewrite the corrected values like the cells themselves, with the new keys of their rows.

    A correction whose row is not in the export stays only if a new key can be given.
    """
    source, rows = rewriter.source, []
    for correction in source.corrections.to_dict("records"):
        file, column = correction["source"], correction["field"]
        if column in dropped.get(file, ()) or file not in source.files:
            continue
        row, person = _find_row(rewriter, keys[file], correction)
        if row:
            changed = {
                name: rewriter.rewrite(file, column, correction[name], person)
                for name in ("old_value", "new_value")
            }
            unknown = dict.fromkeys(("reason", "by", "date"), REMOVED)
            rows.append(correction | changed | unknown | {"row": row})
    frame = pd.DataFrame(rows, columns=list(source.corrections.columns), dtype="str")
    return frame.sort_values(["source", "row", "field"], kind="stable")


def _find_row(
    rewriter: Rewriter, keys: pd.Series, correction: Mapping[Any, Any]
) -> tuple[str, str]:
    """Return the new key of a corrected row and its participant, as the source spells them."""
    source, wanted = rewriter.source, correction["row"]
    file, old = source.files[correction["source"]], keys.index
    same = old[(old == wanted) | old.str.startswith(f"{wanted}~")]
    cells = file.raw.loc[same, correction["field"]] if len(same) else pd.Series(dtype="str")
    held = cells.index[cells == correction["old_value"]]
    if len(held):
        return keys[held[0]], file.keys.loc[held[0], "participant"]
    name, _, place = wanted.partition("|")
    event, _, form = place.partition("|")
    people = source.map_participants()
    named = correction["source"] == REDCAP and not form and name in people
    if named and name_visit(pd.Series([event]), source.study).ne("").all():
        return f"{rewriter.names.participants[name]}|{event}|", people[name]
    return "", ""


def _rewrite_dictionary(rewriter: Rewriter, dropped: list[str]) -> pd.DataFrame:
    """Leave out dropped fields, and shift the limits of years as the years are shifted."""
    source = rewriter.source
    frame = source.export.tables[DICTIONARY].copy()
    by_name = {name: column for column, name in DICTIONARY_COLUMNS.items()}
    named, fields = frame[by_name["name"]], source.fields[REDCAP]
    width = source.study.publication.age_band_years.value
    for file, name in source.find_columns(Treatment.YEAR, Treatment.BIRTH_YEAR):
        rows = (named == name) & (file == REDCAP)
        # Wider by a band, so that banded years stay within them.
        for column, beside in ((by_name["minimum"], -width), (by_name["maximum"], width)):
            frame.loc[rows, column] = [
                str(int(text) + rewriter.years + beside) if text.strip().isdigit() else text
                for text in frame.loc[rows, column]
            ]
    frame[by_name["identifier"]] = ""
    return frame[~named.isin({fields[name].question for name in dropped if name in fields})]
