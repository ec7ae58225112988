"""Search a file of any kind for what may not leave, and report where and why, never what."""

import bisect
import csv
import datetime
import functools
import io
import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import yaml

from analysis.privacy.days import find_days
from analysis.privacy.files import take_apart
from analysis.privacy.kinds import (
    SHORTEST,
    find_in_texts,
    find_kinds,
    fold_text,
    hide_kinds,
)
from analysis.privacy.pieces import decode

AUTHOR = "a name among the properties that is not one of the authors"
RESTRICTED = "what a site is asked or answers: it stays with the export"
NOT_SIMULATED = "data of people who are not simulated: they stay outside git"
EXACT_DATE = "an exact date"
RAW_CELLS = "raw cells of one participant, where listings are coarsened"
# So many places of one kind in one file are listed; the rest are counted.
_MOST = 5
# Names of participants in a simulated and in a de-identified export.
_INVENTED = re.compile(r"(?i)\s*SIM[-_ ]?S?[0-9]+\s*|P-[0-9]+")
# A page that shows the raw cells of one participant, and its mark if the data are simulated.
_PAGE_OF_ONE = re.compile(r"(?:^|/)trail/people/[^/]+\.html$")
_SIMULATED_MARK = b'<header class="mark">SIMULATED DATA'
# Names of the column that identifies people, in any spelling.
_PEOPLE = re.compile(
    r"(?:record|participant|subject|patient|subj|pat|pt|person|case|screening|chart|usubj|mr)"
    r"(?:id|no|nr|num|number|code|identifier)|subject|patient|pid|mrn"
    r"|(?:대상자|환자|피험자|등록|연구|스크리닝|시험대상자)\s?(?:번호|식별코드|코드|id)?"
)
_SEPARATORS = ",\t;|"
_VISITS = ("redcap_event_name", "event", "visit")
# In code, a number of eight digits is not a person's; in data and documents it may be.
_CODE = (".py", ".lock", ".R", ".lua", ".css", ".js", ".typ", ".bib", ".toml")


@dataclass(frozen=True, order=True)
class Disclosure:
    """One thing that may not leave.

    Parameters
    ----------
    file
        Its path, or ``commit:path`` in the history of git.
    place
        Where in the file: a row and its field, a line, a cell, a chunk; "" for all of it.
    kind
        Why it may not leave.
    """

    file: str
    place: str
    kind: str

    def __str__(self) -> str:
        where = f"{self.file}, {self.place}" if self.place else self.file
        return f"{where}: {self.kind}"


def name_disclosure(file: str, place: str, kind: str, *, hospital_number: str = "") -> Disclosure:
    """Return a disclosure with everything personal in its file and place hidden."""
    hide = functools.partial(hide_kinds, hospital_number=hospital_number)
    return Disclosure(hide(file), hide(place), kind)


def summarise_disclosures(found: Iterable[Disclosure]) -> list[Disclosure]:
    """Return disclosures sorted and without repeats; many of one kind in a file are counted."""
    by_kind: dict[tuple[str, str], list[Disclosure]] = {}
    for each in sorted(set(found)):
        by_kind.setdefault((each.file, each.kind), []).append(each)
    summary = []
    for (file, kind), several in by_kind.items():
        summary += several[:_MOST]
        if len(several) > _MOST:
            summary.append(Disclosure(file, f"{len(several) - _MOST} more places", kind))
    return summary


@dataclass(frozen=True)
class Looker:
    """Finds what may not leave with a file.

    Parameters
    ----------
    hospital_number
        A regular expression, "" for none.
    authors
        Who may be named as the author of a file.
    since
        Dates of outputs on or after this day may not leave, unless they are `known`; None if all
        dates may.
    known
        Dates that the plan and the text of the report name.
    """

    hospital_number: str = ""
    authors: frozenset[str] = frozenset()
    since: datetime.date | None = None
    known: frozenset[datetime.date] = frozenset()

    def look(self, name: str, content: bytes) -> list[Disclosure]:
        """Return what may not leave with a file, whose kind is given by the suffix of its name."""
        if _is_restricted(name):
            return [name_disclosure(name, "", RESTRICTED, hospital_number=self.hospital_number)]
        number = "" if name.endswith(_CODE) else self.hospital_number
        found = set(self._look(name, content, number))
        found |= {("its name", kind) for kind, _ in find_kinds(name, hospital_number=number)}
        found |= {("its name", EXACT_DATE) for _ in self._find_exact(name)}
        return [
            name_disclosure(name, place, kind, hospital_number=self.hospital_number)
            for place, kind in sorted(found)
        ]

    def _look(self, name: str, content: bytes, number: str) -> Iterator[tuple[str, str]]:
        rows = _parse_people(name, content)
        if rows:
            yield from self._look_at_rows(rows, number)
        if name.rpartition("/")[2] == "provenance.yml" and _is_real(content):
            yield "", NOT_SIMULATED
        # The cells of a table were searched above; only what is encoded in them is left.
        for piece in itertools.islice(take_apart(name, content), bool(rows), None):
            if piece.forbidden:
                yield piece.place, piece.forbidden
            if piece.names_author and piece.text.strip() not in {"", *self.authors}:
                yield piece.place, AUTHOR
            if len(piece.text) <= SHORTEST:
                continue
            text = fold_text(piece.text)
            line = _count_lines(text)
            for kind, at in find_kinds(text, hospital_number=number):
                yield line(piece.place, at), kind
            for at in self._find_exact(text):
                yield line(piece.place, at), EXACT_DATE

    def _find_exact(self, text: str) -> Iterator[int]:
        """Yield the positions of the dates in a text that may not leave."""
        if self.since:
            for day, at in find_days(text):
                if day >= self.since and day not in self.known:
                    yield at

    def _look_at_rows(self, rows: list[list[str]], number: str) -> Iterator[tuple[str, str]]:
        header = rows[0]
        who = _find_people(header)
        when = next((header.index(name) for name in _VISITS if name in header), None)
        found = find_in_texts({cell for row in rows for cell in row}, hospital_number=number)
        for line, row in enumerate(rows, 1):
            person, visit = (
                row[at] if line > 1 and at is not None and at < len(row) else ""
                for at in (who, when)
            )
            where = (f"line {line}", person, visit)
            for column, cell in itertools.zip_longest(header, row[: len(header)], fillvalue=""):
                yield from self._look_at_cell(cell, (*where, f"field {column}"), found)
            for cell in row[len(header) :]:
                yield from self._look_at_cell(cell, (*where, "beyond the header"), found)

    def _look_at_cell(
        self, cell: str, place: tuple[str, ...], found: Mapping[str, str]
    ) -> Iterator[tuple[str, str]]:
        kinds = {found[cell]} if cell in found else set()
        if any(True for _ in self._find_exact(cell)):
            kinds.add(EXACT_DATE)
        for kind in kinds:
            yield ", ".join(filter(None, place)), kind


def _is_restricted(name: str) -> bool:
    """Return True if a file is a page or a sheet of queries, or has answers of the site."""
    parts = name.rpartition(":")[2].casefold().split("/")
    return parts[-1] in ("queries.html", "queries.xlsx", "answers.csv") or (
        "answers" in parts[:-1] and parts[-1].endswith((".csv", ".xlsx"))
    )


def show_raw_cells(name: str) -> bool:
    """Return True if a file is a page of the trail with the raw cells of one participant."""
    return bool(_PAGE_OF_ONE.search(name))


def find_strangers(name: str, content: bytes) -> list[Disclosure]:
    """Return a disclosure if a file, a table or a trail page, has people who are not simulated."""
    if show_raw_cells(name) and _SIMULATED_MARK not in content:
        return [name_disclosure(name, "", NOT_SIMULATED)]
    rows = _parse_people(name, content)
    who = (_find_people(rows[0]) if rows else 0) or 0
    if all(_INVENTED.fullmatch(row[who]) for row in rows[1:] if len(row) > who):
        return []
    return [name_disclosure(name, "", NOT_SIMULATED)]


def _parse_people(name: str, content: bytes) -> list[list[str]]:
    """Return the rows of a table of participants, header first; empty if it is not one."""
    suffix = name[name.rfind(".") :].casefold()
    text = decode(content) if suffix in (".csv", ".tsv", ".txt", ".dat", ".json") else None
    rows = _parse_records(text or "") if suffix == ".json" else _parse_rows(text or "")
    return rows if rows and _find_people(rows[0]) is not None else []


def _parse_rows(text: str) -> list[list[str]]:
    first = text.partition("\n")[0]
    sign = max(_SEPARATORS, key=first.count)
    try:
        return list(filter(None, csv.reader(io.StringIO(text, newline=""), delimiter=sign)))
    except csv.Error:
        return []


def _parse_records(text: str) -> list[list[str]]:
    """Return the rows of a table in JSON: a list of records, or columns by name."""
    try:
        table = json.loads(text)
    except (ValueError, RecursionError):
        return []
    if isinstance(table, dict) and table and all(isinstance(v, list) for v in table.values()):
        table = [dict(zip(table, row, strict=False)) for row in zip(*table.values(), strict=False)]
    if not isinstance(table, list) or not all(isinstance(row, dict) for row in table):
        return []
    header = list(dict.fromkeys(name for row in table for name in row))
    return [header, *([str(row.get(name, "")) for name in header] for row in table)]


def _find_people(header: list[str]) -> int | None:
    names = (re.sub(r"[^\w\s]|_", "", name).strip().casefold() for name in header)
    found = (place for place, name in enumerate(names) if _PEOPLE.fullmatch(name))
    return next(found, None)


def _is_real(content: bytes) -> bool:
    try:
        about = yaml.safe_load(content)
    except (yaml.YAMLError, RecursionError, ValueError):
        return True
    if not isinstance(about, dict):
        return False
    # A key in a different case counts as well.
    said = [v for key, v in about.items() if str(key).strip().casefold() == "simulated"]
    return any(value is not True for value in said)


def _count_lines(text: str) -> Callable[[str, int], str]:
    """Return a function that adds the line of a position in the text to the name of a place."""
    ends = [match.start() for match in re.finditer("\n", text)]

    def describe(place: str, at: int) -> str:
        line = f"line {bisect.bisect_left(ends, at) + 1}" if ends else ""
        return ", ".join(filter(None, (place, line)))

    return describe
