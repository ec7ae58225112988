"""Look into one file, of whatever kind, for what may not leave."""

import bisect
import csv
import datetime
import io
import re
from dataclasses import dataclass

import yaml

from analysis.privacy.days import find_days
from analysis.privacy.files import take_apart
from analysis.privacy.kinds import find_in_texts, find_kinds
from analysis.privacy.pieces import decode, fold_text
from analysis.release.finding import make_finding

AUTHOR = "a name among the properties that is not one of the authors"
NOT_SIMULATED = "data of people who are not simulated: they stay outside git"
EXACT_DATE = "an exact date"
# How the participants of a simulated and of a de-identified export are called.
_INVENTED = re.compile(r"(?i)\s*SIM[-_ ]?S?[0-9]+\s*|P-[0-9]+")
_PEOPLE = ("record_id", "participant_id")
_VISITS = ("redcap_event_name", "event", "visit")
# A number of eight digits is nobody's in code; in data and documents it may be.
_CODE = (".py", ".lock", ".R", ".lua", ".css", ".js", ".typ", ".bib", ".toml")


@dataclass(frozen=True)
class Looker:
    """Says what may not leave with a file.

    Parameters
    ----------
    hospital_number
        A regular expression, "" for none.
    authors
        Who may be named as the author of a file.
    since
        Dates of outputs on or after this day are exact ones, if they are not `known`; None if
        dates may stand.
    known
        Dates that the plan and the words of the report tell.
    """

    hospital_number: str = ""
    authors: frozenset[str] = frozenset()
    since: datetime.date | None = None
    known: frozenset[datetime.date] = frozenset()

    def look(self, name, content):
        """Return what may not leave with a file.

        Parameters
        ----------
        name : str
            Its path as it is to be printed; its suffix tells its kind.
        content : bytes
        """
        number = "" if name.endswith(_CODE) else self.hospital_number
        found = {(place, kind) for place, kind in self._look(name, content, number)}
        found |= {("its name", kind) for kind, _ in find_kinds(name, hospital_number=number)}
        found |= {("its name", EXACT_DATE) for _ in self._find_exact(name)}
        return [
            make_finding(name, place, kind, hospital_number=self.hospital_number)
            for place, kind in sorted(found)
        ]

    def _look(self, name, content, number):
        rows = read_people(name, content)
        if rows:
            yield from self._look_at_rows(rows, number)
            return
        if name.rpartition("/")[2] == "provenance.yml" and _tells_real(content):
            yield "", NOT_SIMULATED
        for piece in take_apart(name, content):
            if piece.forbidden:
                yield piece.place, piece.forbidden
            if piece.names_author and piece.text.strip() not in {"", *self.authors}:
                yield piece.place, AUTHOR
            text = fold_text(piece.text)
            line = _count_lines(text)
            for kind, at in find_kinds(text, hospital_number=number):
                yield line(piece.place, at), kind
            for at in self._find_exact(text):
                yield line(piece.place, at), EXACT_DATE

    def _find_exact(self, text):
        """Yield where a text tells a day that may not be told."""
        for day, at in find_days(text) if self.since else ():
            if day >= self.since and day not in self.known:
                yield at

    def _look_at_rows(self, rows, number):
        header, *body = rows
        who = next(header.index(name) for name in _PEOPLE if name in header)
        when = next((header.index(name) for name in _VISITS if name in header), None)
        found = find_in_texts({cell for row in rows for cell in row}, hospital_number=number)
        for line, row in enumerate(body, 2):
            for column, cell in zip(header, row, strict=False):
                kinds = {found[cell]} if cell in found else set()
                if next(self._find_exact(cell), None) is not None:
                    kinds.add(EXACT_DATE)
                where = (f"line {line}", row[who], row[when] if when is not None else "")
                for kind in kinds:
                    yield ", ".join(filter(None, (*where, f"field {column}"))), kind


def read_people(name, content):
    """Return the rows of a table of participants, header first; nothing if it is none."""
    text = decode(content) if name.endswith((".csv", ".tsv", ".txt")) else None
    first = (text or "").partition("\n")[0]
    if not any(column in first for column in _PEOPLE):
        return []
    sign = "\t" if "\t" in first else ","
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=sign) if row]
    except csv.Error:
        return []
    return rows if set(rows[0]) & {*_PEOPLE} else []


def find_strangers(name, content):
    """Return that a table holds people whose names are not those of invented ones, if it does."""
    rows = read_people(name, content)
    if not rows:
        return []
    who = next(rows[0].index(column) for column in _PEOPLE if column in rows[0])
    if all(_INVENTED.fullmatch(row[who]) for row in rows[1:] if len(row) > who):
        return []
    return [make_finding(name, "", NOT_SIMULATED)]


def _tells_real(content):
    try:
        told = yaml.safe_load(content)
    except yaml.YAMLError:
        return True
    return isinstance(told, dict) and told.get("simulated", True) is not True


def _count_lines(text):
    """Return a function that says in which line of a text a place lies."""
    ends = [match.start() for match in re.finditer("\n", text)]

    def tell(place, at):
        line = f"line {bisect.bisect_left(ends, at) + 1}" if ends else ""
        return ", ".join(filter(None, (place, line)))

    return tell
