"""The numbers of sections, tables and figures, and the documents that contain them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from analysis.reporting.lint import CROSS_REFERENCE
from analysis.reporting.manuscript import Manuscript

NAMES = {"fig": "Figure", "tbl": "Table", "sec": "Section"}
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
_FLOAT = re.compile(r"\{#((?P<kind>fig|tbl)-[\w-]+)")
_SECTION = re.compile(r"^# +[^{]+?(?: *\{(?P<attributes>[^}]*)\})?$")
_IDENTIFIER = re.compile(r"#(sec-[\w-]+)")


@dataclass(frozen=True)
class ReportPlace:
    """Where an identifier leads: the document, and the words for it, such as ``Table S3``."""

    document: str
    text: str


def number_places(manuscripts: Iterable[Manuscript]) -> dict[str, ReportPlace]:
    """Return the place of every identifier of the documents, in their order.

    A section has a number only where the document gives it a prefix.
    """
    places: dict[str, ReportPlace] = {}
    for manuscript in manuscripts:
        counts = dict.fromkeys(NAMES, 0)
        for line in manuscript.body:
            section = _SECTION.match(line.text)
            if section and ".unnumbered" not in (section["attributes"] or ""):
                counts["sec"] += 1
                named = _IDENTIFIER.search(section["attributes"] or "")
                if named and manuscript.prefix:
                    places[named[1]] = _name_place(manuscript, "sec", counts)
            for found in _FLOAT.finditer(line.text):
                counts[found["kind"]] += 1
                places[found[1]] = _name_place(manuscript, found["kind"], counts)
    return places


def _name_place(manuscript: Manuscript, kind: str, counts: Mapping[str, int]) -> ReportPlace:
    words = f"{NAMES[kind]}{NO_BREAK_SPACE}{manuscript.prefix}{counts[kind]}"
    return ReportPlace(manuscript.name, words)


def write_references(text: str, places: Mapping[str, ReportPlace]) -> str:
    """Return a text with its references written out, for use in any document.

    Quarto inserts such texts into both documents, but resolves its own references in only one.
    """

    def replace(match: re.Match[str]) -> str:
        place = places.get(match[1])
        if place is None:
            return match[0]
        return f'[{place.text}]{{.elsewhere page="{place.document}.html#{match[1]}"}}'

    return CROSS_REFERENCE.sub(replace, text)
