"""Facts about the document itself, and what it may say while the data are simulated."""

import os
import platform
from datetime import UTC, datetime
from importlib import metadata

from analysis.governance import Author, DocumentVersion
from analysis.provenance import SIMULATED_TITLE, Provenance
from analysis.study import Study

_NOT_APPLICABLE = "not applicable: simulated"
SIMULATED_MARK = "SIMULATED DATA, NOT RESULTS OF ANY TRIAL"
UNPLANNED_MARK = "NOT THE PLANNED ANALYSIS"
SOFTWARE_AUTHORS = (
    Author(
        name="The svf-hand-trial developers",
        affiliation="Authors of this software",
        orcid="",
        roles=("software",),
    ),
)
# This notebook shows raw values and dates of single people; coarsened listings do not.
MONITORING = ("01_clean",)
# These are printed for simulated data too.
_RECORDED = ("expectedness", "device_deficiencies")
SOFTWARE = ("numpy", "pandas", "scipy", "pingouin", "matplotlib", "seaborn", "papermill")


def document_facts(
    study: Study, provenance: Provenance, *, renderer: str, planned: bool = True
) -> dict[str, str]:
    """Return the statements of the document about itself, by key.

    Every page carries a mark if the data are simulated or the analysis is not the planned one.
    """
    simulated = provenance.simulated
    title = study.study.title
    stated = {name: text or "not stated" for name, text in vars(study.governance).items()}
    stated |= {name: print_version(each) for name, each in vars(study.documents).items()}
    statements = dict.fromkeys(stated, _NOT_APPLICABLE) if simulated else stated
    statements |= {name: getattr(study.governance, name) or "not recorded" for name in _RECORDED}
    statements["plan"] = stated["plan"]
    marks = {SIMULATED_MARK: simulated, UNPLANNED_MARK: not planned}
    return {
        "title": f"{SIMULATED_TITLE}: {title}" if simulated else title,
        "running_title": "Demonstration of an analysis" if simulated else title,
        "mark": provenance.mark,
        "mark_line": "; ".join(mark for mark, applies in marks.items() if applies),
        "hospital": _NOT_APPLICABLE if simulated else study.study.site.value,
        "exported_on": provenance.exported_on or "not stated",
        "export": provenance.description or "not stated",
        "renderer": renderer,
        **statements,
    }


def hides_people(study: Study, provenance: Provenance) -> bool:
    """Return True if listings of real people are coarsened: then no page may show their rows."""
    return bool(study.publication.coarsen_listings.value) and not provenance.simulated


def print_version(document: DocumentVersion) -> str:
    """Return version, date and amendments of a document in words."""
    parts = {"version": document.version, "of": document.date, "amended:": document.amendments}
    stated = (f"{word} {text}" for word, text in parts.items() if text)
    return ", ".join(stated) or "not stated"


def document_authors(study: Study, provenance: Provenance) -> tuple[Author, ...]:
    """Return the authors of the study, or of the software while the data are simulated."""
    return SOFTWARE_AUTHORS if provenance.simulated else study.authors


def software_versions() -> dict[str, str]:
    """Return the versions of the software that can change a number."""
    versions = {name: metadata.version(name) for name in SOFTWARE}
    return {"python": platform.python_version(), **versions}


def document_epoch(provenance: Provenance) -> int:
    """Return the time stamp of the documents in seconds; it never comes from the clock.

    It is the day of the export or, if that is unknown, SOURCE_DATE_EPOCH or 0.
    """
    try:
        day = datetime.fromisoformat(provenance.exported_on).replace(tzinfo=UTC)
    except ValueError:
        seconds = os.environ.get("SOURCE_DATE_EPOCH", "")
        return int(seconds) if seconds.isdigit() else 0
    return int(day.timestamp())
