"""Describe each file of an archive by what it says of itself, or by where it stands."""

import functools
import json
import mimetypes
import re

from analysis import paths

PYTHON = "https://www.python.org/"
_TYPES = {
    ".ipynb": "application/x-ipynb+json",
    ".qmd": "text/markdown",
    ".md": "text/markdown",
    ".py": "text/x-python",
    ".yml": "application/yaml",
    ".R": "text/x-r",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_DOCSTRING = re.compile(r'(?:#![^\n]*\n)?r?"""(.+?)(?:"""|\n)')
_HEADING = re.compile(r"^#{1,2} (.+)$", re.MULTILINE)
# The first that fits; a file that says nothing of itself is told by its place.
_PLACES = (
    ("data/raw/", "Part of the export as received"),
    ("data/processed/", "Part of what the notebooks computed"),
    ("notebooks/", "A notebook of the analysis"),
    ("report/notebooks/", "A notebook as it ran"),
    ("report/_generated/figures/", "A figure of the report"),
    ("report/_generated/tables/", "A table of the report"),
    ("report/_generated/", "Part of what the report shows"),
    ("report/_output/", "The report, or a file that it shows"),
    ("report/record/", "Part of what stands on record"),
    ("report/", "Words or style of the report"),
    ("analysis/", "Code of the analysis"),
    ("tests/", "A test"),
    ("wheels/", "A package of the lock"),
    ("requirements.lock", "Every package with its version and its hash"),
    ("study.yml", "The protocol and the analysis plan as data"),
    ("LICENSE-DATA", "The licence of text and data"),
    ("LICENSE", "The licence of the code"),
    ("CITATION.cff", "How to cite this"),
    ("", "House-keeping of the repository"),
)


def describe_file(name, file, *, version):
    """Return a file's entity of an RO-Crate.

    Parameters
    ----------
    name : str
        Its path in the archive.
    file : pathlib.Path
        Where it lies now.
    version : str
        Of the project, which its code bears.
    """
    kind = _TYPES.get(file.suffix) or mimetypes.guess_type(name)[0] or "text/plain"
    told = {
        "@id": name,
        "@type": "File",
        "name": name.rpartition("/")[2],
        "description": _describe(name, file),
        "encodingFormat": kind,
        "contentSize": str(file.stat().st_size),
    }
    if name.endswith((".py", ".ipynb")):
        told |= {
            "@type": ["File", "SoftwareSourceCode"],
            "programmingLanguage": {"@id": PYTHON},
            "version": version,
        }
    return told


def _describe(name, file):
    if name in _describe_tables():
        return _describe_tables()[name]
    read = _READERS.get(file.suffix)
    own = read(file.read_text(encoding="utf-8")) if read else None
    place = next(what for start, what in _PLACES if name.startswith(start))
    return own[1].strip() if own else place


@functools.cache
def _describe_tables():
    package = json.loads(paths.TABLE_SCHEMAS.read_text(encoding="utf-8"))
    return {f"data/processed/{each['path']}": each["description"] for each in package["resources"]}


def _find_title(text):
    cells = json.loads(text)["cells"]
    return _HEADING.search("\n".join("".join(cell["source"]) for cell in cells[:1]))


_READERS = {".py": _DOCSTRING.match, ".md": _HEADING.search, ".ipynb": _find_title}
