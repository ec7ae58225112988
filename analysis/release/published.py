"""Check whether an export may be published: whose data it has, and what identifies people."""

import datetime
import enum
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from analysis.cleaning.export import (
    CHECKSUMS_FILE,
    CORRECTIONS,
    PROVENANCE_FILE,
    RAW_TABLES,
    read_export,
)
from analysis.privacy.kinds import OVER_89
from analysis.records import read_yaml
from analysis.release.disclosures import (
    EXACT_DATE,
    NOT_SIMULATED,
    Disclosure,
    Looker,
    name_disclosure,
)
from analysis.release.source import (
    ID,
    KNOWN_COLUMNS,
    RECODED,
    REMOVED,
    STAND_INS,
    Reading,
    Treatment,
    UncleanedExport,
    open_source,
    remove_text,
)
from analysis.run.fingerprint import raw_files
from analysis.study import Study

NOTES_FILE = "README.md"
OLDEST = 90
SHARED_DATE = "a date that participants share, which would tell how their shifts differ"
FREE_TEXT = "free text"
EXACT_TIME = "a time of day to the minute"
SITE_NAME = "the site's own name of a participant, a person or an image"
DECLARED = "a field declared as an identifier"


_EXACT_TIME = re.compile(r"[0-9]:(?!00|15|30|45)[0-5][0-9]")


class Origin(enum.Enum):
    """Whose data an export contains."""

    SIMULATED = "simulated"
    DEIDENTIFIED = "de-identified"
    REAL = "real"


def read_origin(folder: Path) -> Origin:
    """Return whose data an export contains; if it does not state this, they count as simulated."""
    path = folder / PROVENANCE_FILE
    text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    about = read_yaml(text, file=path)
    if not isinstance(about, dict) or about.get("simulated", True) is True:
        return Origin.SIMULATED
    return Origin.DEIDENTIFIED if about.get("deidentified") is True else Origin.REAL


def check_folder(folder: Path, *, study: Study) -> list[Disclosure]:
    """Return what may not leave with an export, in all its files, by path below it."""
    looker = Looker(hospital_number=study.publication.hospital_number.value)
    found = check_export_folder(folder, study=study, below="")
    for path in raw_files(folder):
        several = looker.look(path.relative_to(folder).as_posix(), path.read_bytes())
        # It is known whose data they are.
        found += [each for each in several if each.kind != NOT_SIMULATED]
    return found


def check_export_folder(
    folder: Path, *, study: Study, below: str = "data/raw/"
) -> list[Disclosure]:
    """Return what may not leave with the participants' files of an export.

    `below` is put before the names of the files.
    """
    start = datetime.date.fromisoformat(study.study.registered_start.value)
    source, origin = open_source(read_export(folder), study), read_origin(folder)
    found = check_export(source, origin, start=start)
    if origin is not Origin.SIMULATED:
        # Other files in the folder have not been de-identified.
        known = {*RAW_TABLES, PROVENANCE_FILE, CHECKSUMS_FILE, NOTES_FILE}
        names = {path.relative_to(folder).as_posix() for path in raw_files(folder)}
        found += [name_disclosure(name, "", FREE_TEXT) for name in sorted(names - known)]
    return [replace(each, file=f"{below}{each.file}") for each in found]


def check_export(
    source: UncleanedExport, origin: Origin, *, start: datetime.date
) -> list[Disclosure]:
    """Return what may not leave with an export.

    A simulated one may keep everything except direct identifiers. In a de-identified one, all
    dates have to be before the registered start, so that none can be a date of the trial.
    """
    judge = _Judge(source, origin, start.isoformat())
    found = [*judge.check_cells(), *judge.check_ages()]
    if origin is not Origin.SIMULATED:
        found += [*judge.check_corrections(), *_check_columns(source)]
    return found


@dataclass(frozen=True)
class _Judge:
    """Finds why the cells of an export may not leave; dates from `start` on may not."""

    source: UncleanedExport
    origin: Origin
    start: str

    def check_cells(self) -> Iterator[Disclosure]:
        for file in self.source.files:
            frame = self.source.export.tables[file]
            for column in map(str, frame):
                kinds = {raw: self.judge(file, column, raw) for raw in frame[column].unique()}
                for line, raw in enumerate(frame[column], 2):
                    if kinds[raw]:
                        yield self.name(file, line, column, kinds[raw])

    def check_ages(self) -> Iterator[Disclosure]:
        """Find ages over 89, stated or derived from the year of birth."""
        days, spelled = self.source.list_consent_days(), self.source.map_participants()
        for file, column in self.source.find_columns(Treatment.BIRTH_YEAR, Treatment.AGE):
            born = self.source.choose_treatment(file, column) == Treatment.BIRTH_YEAR
            frame = self.source.export.tables[file]
            for line, (who, raw) in enumerate(zip(frame[ID], frame[column], strict=True), 2):
                clean, day = self.source.readings[file, column][raw].clean, days.get(spelled[who])
                age = float(clean) if clean else 0
                if born:
                    age = day.year - age if day and clean else 0
                # In a de-identified export, 90 stands for all of them and may leave.
                banded = self.origin is Origin.DEIDENTIFIED and age == OLDEST
                if age >= OLDEST and not banded:
                    yield self.name(file, line, column, OVER_89)

    def check_corrections(self) -> Iterator[Disclosure]:
        """Find who signed a correction, when and why, and corrected cells that may not leave."""
        for line, correction in enumerate(self.source.corrections.to_dict("records"), 2):
            file, column = correction["source"], correction["field"]
            kinds = dict.fromkeys(("reason", "by", "date"), FREE_TEXT)
            kinds = {n: kind for n, kind in kinds.items() if correction[n] != REMOVED}
            if (file, column) in self.source.readings:
                for name in ("old_value", "new_value"):
                    kinds[name] = self.judge(file, column, correction[name])
            for name, kind in kinds.items():
                if kind:
                    yield name_disclosure(CORRECTIONS, f"line {line}, field {name}", kind)

    def judge(self, file: str, column: str, raw: str) -> str:
        """Return why a cell may not leave; "" if it may."""
        treatment = self.source.choose_treatment(file, column)
        if not raw:
            return ""
        if treatment == Treatment.DROP:
            return DECLARED
        harmless = self.origin is Origin.SIMULATED or treatment == Treatment.KEEP
        if harmless or raw in (*STAND_INS.values(), REMOVED):
            return ""
        if treatment in RECODED:
            return "" if RECODED[treatment].fullmatch(raw) else SITE_NAME
        reading = self.source.readings[file, column][raw]
        if reading.is_missing_code:
            return ""
        if treatment == Treatment.TEXT:
            # After the mark of removal, only words that a rule looks for may follow.
            return "" if raw == remove_text(raw) else FREE_TEXT
        if _EXACT_TIME.search(reading.clean):
            return EXACT_TIME
        if treatment == Treatment.SHARED_DAY:
            return SHARED_DATE
        if treatment == Treatment.DAY:
            return self._judge_day(reading)
        return "" if reading.is_readable else FREE_TEXT

    def _judge_day(self, reading: Reading) -> str:
        if not reading.clean:
            # The cleaning does not accept a date after the shifted day of export.
            return EXACT_DATE if reading.rule in STAND_INS else FREE_TEXT
        day = reading.clean[:10]
        shifted = self.origin is Origin.DEIDENTIFIED and day < self.start
        return "" if shifted or len(day) < len("2000-01-01") else EXACT_DATE

    def name(self, file: str, line: int, column: str, kind: str) -> Disclosure:
        row = self.source.export.tables[file].iloc[line - 2]
        visit = row.get("redcap_event_name", row.get("event", ""))
        where = (f"line {line}", row[ID], visit, f"field {column}")
        number = self.source.study.publication.hospital_number.value
        return name_disclosure(file, ", ".join(filter(None, where)), kind, hospital_number=number)


def _check_columns(source: UncleanedExport) -> Iterator[Disclosure]:
    """Find columns that nothing reads in the dictionary, the map and the corrections."""
    for file, known in KNOWN_COLUMNS.items():
        for column in source.export.tables[file]:
            if column not in known:
                yield name_disclosure(file, f"field {column}", FREE_TEXT)
