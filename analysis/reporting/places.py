"""The numbers of sections, tables and figures, and the documents in which they stand."""

import re
from dataclasses import dataclass

from analysis.reporting.lint import CROSS_REFERENCE

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


def number_places(manuscripts):
    """Return the place of every identifier of the documents.

    Parameters
    ----------
    manuscripts : iterable of analysis.reporting.manuscript.Manuscript

    Returns
    -------
    dict of str to Place
        In their order. A section has a number only where the document gives it a prefix.
    """
    places = {}
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


def _name_place(manuscript, kind, counts):
    words = f"{NAMES[kind]}{NO_BREAK_SPACE}{manuscript.prefix}{counts[kind]}"
    return ReportPlace(manuscript.name, words)


def list_disorder(text, places, *, document):
    """Return the identifiers that a text mentions for the first time out of their order.

    Parameters
    ----------
    text : str
        A filled-in document.
    places : dict of str to Place
    document : str
        Tables and figures of this document are looked at, in order of their numbers.

    Returns
    -------
    list of str
    """
    first = list(dict.fromkeys(CROSS_REFERENCE.findall(text)))
    disorder = []
    for kind in ("fig", "tbl"):
        order = [
            name
            for name, place in places.items()
            if name.startswith(f"{kind}-") and place.document == document
        ]
        mentioned = [name for name in first if name in order]
        expected = [name for name in order if name in mentioned]
        disorder += [name for name, other in zip(mentioned, expected, strict=True) if name != other]
    return disorder


def write_references(text, places):
    """Return a text in which references are written out, whichever document prints it.

    Quarto reads such texts for both documents, and would resolve its own kind in one of them only.
    """

    def replace(match):
        place = places.get(match[1])
        if place is None:
            return match[0]
        return f'[{place.text}]{{.elsewhere page="{place.document}.html#{match[1]}"}}'

    return CROSS_REFERENCE.sub(replace, text)
