"""Whether the participants' files of an export may be published."""

import enum

from analysis.cleaning.export import CORRECTIONS
from analysis.privacy.kinds import OVER_89
from analysis.release import policy
from analysis.release.finding import make_finding
from analysis.release.people import list_consent_days
from analysis.release.reading import STAND_INS

EXACT_DATE = "an exact date"
SHARED_DATE = "a date that participants share, which would tell how their shifts differ"
FREE_TEXT = "free text"
SITE_NAME = "the site's own name of a participant, a person or an image"
DECLARED = "a field declared as an identifier"
_MAY_STAND = (*STAND_INS.values(), policy.REMOVED)
_SIGNED = ("reason", "by", "date")


class Origin(enum.Enum):
    """Whose data an export holds."""

    SIMULATED = "simulated"
    DEIDENTIFIED = "de-identified"
    REAL = "real"


def check_export(source, origin, *, start):
    """Return what may not leave with an export.

    A simulated one may keep everything but what identifies people by itself. Of a de-identified
    one, dates have to lie before the registered start: there no date is one of the trial's.

    Parameters
    ----------
    source : analysis.release.source.Source
    origin : Origin
    start : datetime.date
        The registered start.

    Returns
    -------
    list of analysis.release.finding.Finding
    """
    judge = _Judge(source, origin, start)
    found = []
    for file in source.sheets:
        frame = source.export.tables[file]
        for column in frame:
            kinds = {raw: judge.tell(file, column, raw) for raw in frame[column].unique() if raw}
            found += [
                judge.place(file, line, column, kinds[raw])
                for line, raw in enumerate(frame[column], 2)
                if kinds.get(raw)
            ]
    found += _find_old(source, judge)
    if origin is not Origin.SIMULATED:
        found += _check_corrections(source, judge) + _check_columns(source.export.tables)
    return found


class _Judge:
    """Says of a cell why it may not leave."""

    def __init__(self, source, origin, start):
        self.source = source
        self.origin = origin
        self.start = start

    def tell(self, file, column, raw):
        """Return why a cell may not leave; "" if it may."""
        treatment = self.source.treatment(file, column)
        if treatment == policy.DROP:
            return DECLARED
        if self.origin is Origin.SIMULATED or treatment == policy.KEEP or raw in _MAY_STAND:
            return ""
        if treatment in policy.RECODED:
            return "" if policy.RECODED[treatment].fullmatch(raw) else SITE_NAME
        reading = self.source.readings[file, column][raw]
        if reading.is_missing_code:
            return ""
        if treatment == policy.TEXT:
            return "" if raw.startswith(policy.REMOVED) else FREE_TEXT
        if treatment == policy.SHARED_DAY:
            return SHARED_DATE
        if treatment == policy.DAY:
            return self._tell_day(reading)
        return "" if reading.is_readable else FREE_TEXT

    def _tell_day(self, reading):
        if not reading.clean:
            # One that lies after a shifted day of export is none to the cleaning.
            return EXACT_DATE if reading.rule in STAND_INS else FREE_TEXT
        day = reading.clean[:10]
        shifted = self.origin is Origin.DEIDENTIFIED and day < self.start.isoformat()
        return "" if shifted or len(day) < len("2000-01-01") else EXACT_DATE

    def place(self, file, line, column, kind):
        """Return a finding about a cell."""
        row = self.source.export.tables[file].iloc[line - 2]
        visit = row.get("redcap_event_name", row.get("event", ""))
        where = (f"line {line}", row[policy.ID], visit, f"field {column}")
        number = self.source.study.publication.hospital_number.value
        return make_finding(file, ", ".join(filter(None, where)), kind, hospital_number=number)

    def is_old(self, age):
        """Say whether an age is over 89, and not the one that stands for all of them."""
        banded = self.origin is Origin.DEIDENTIFIED and age == policy.OLDEST
        return age >= policy.OLDEST and not banded


def _find_old(source, judge):
    """Find ages over 89, told or to be counted from the year of birth."""
    days = list_consent_days(source)
    found = []
    for treatment in (policy.BIRTH_YEAR, policy.AGE):
        for file, column in source.find_columns(treatment):
            spelled = dict(
                zip(
                    source.sheets[file].raw[policy.ID],
                    source.sheets[file].keys["participant"],
                    strict=True,
                )
            )
            frame = source.export.tables[file]
            for line, (who, raw) in enumerate(zip(frame[policy.ID], frame[column], strict=True), 2):
                clean = source.readings[file, column][raw].clean
                day = days.get(spelled[who])
                age = float(clean) if clean else 0
                if treatment == policy.BIRTH_YEAR:
                    age = day.year - age if day and clean else 0
                if judge.is_old(age):
                    found.append(judge.place(file, line, column, OVER_89))
    return found


def _check_corrections(source, judge):
    """Find who signed a correction, when and why, and corrected cells that may not leave."""
    found = []
    for line, told in enumerate(source.corrections.to_dict("records"), 2):
        file, column = told["source"], told["field"]
        kinds = {name: FREE_TEXT for name in _SIGNED if told[name] != policy.REMOVED}
        if (file, column) in source.readings:
            cells = {name: told[name] for name in ("old_value", "new_value") if told[name]}
            kinds |= {name: judge.tell(file, column, cell) for name, cell in cells.items()}
        found += [
            make_finding(CORRECTIONS, f"line {line}, field {name}", kind)
            for name, kind in kinds.items()
            if kind
        ]
    return found


def _check_columns(tables):
    """Find columns that nothing reads, in the files that describe others."""
    return [
        make_finding(file, f"field {column}", FREE_TEXT)
        for file, known in policy.KNOWN_COLUMNS.items()
        for column in tables[file]
        if column not in known
    ]
