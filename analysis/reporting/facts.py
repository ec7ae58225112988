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
# It shows raw values and dates of single people, which coarsened listings do not.
MONITORING = ("01_clean",)
SOFTWARE = ("numpy", "pandas", "scipy", "pingouin", "matplotlib", "seaborn", "papermill")
STATEMENTS = (
    "ethics",
    "consent",
    "data_monitoring",
    "stopping_rule",
    "sample_size_rationale",
    "funding",
    "conflicts_of_interest",
    "responsible_person",
    "regulatory_approval",
    "source_verification",
    "database_lock",
    "data_sharing",
)


def document_facts(study: Study, provenance: Provenance, *, renderer: str, planned: bool = True):
    """Return what the document says about itself, by key.

    Every page bears a mark where the data are simulated, and where the analysis is another than
    the planned one.
    """
    simulated = provenance.simulated
    title = study.study.title
    statements = {
        name: _NOT_APPLICABLE if simulated else getattr(study.governance, name) or "not stated"
        for name in STATEMENTS
    }
    for name in ("protocol", "consent_form"):
        stated = print_version(getattr(study.documents, name))
        statements[name] = _NOT_APPLICABLE if simulated else stated
    for name in ("expectedness", "device_deficiencies"):
        statements[name] = getattr(study.governance, name) or "not recorded"
    statements["plan"] = print_version(study.documents.plan)
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
    """Say whether listings are coarsened, so that no page may show rows of single people."""
    return bool(study.publication.coarsen_listings.value) and not provenance.simulated


def print_version(document: DocumentVersion) -> str:
    """Return version, date and amendments of a document in words."""
    parts = {"version": document.version, "of": document.date, "amended": document.amendments}
    stated = (f"{word} {text}" for word, text in parts.items() if text)
    return ", ".join(stated) or "not stated"


def document_authors(study, provenance):
    """Return the authors; the software's own while the data are simulated."""
    return SOFTWARE_AUTHORS if provenance.simulated else study.authors


def software_versions():
    """Return the version of everything whose version can change a number."""
    versions = {name: metadata.version(name) for name in SOFTWARE}
    return {"python": platform.python_version(), **versions}


def document_epoch(provenance):
    """Return the time stamp of the documents, in seconds: never the clock.

    It is the day of the export, or SOURCE_DATE_EPOCH where nobody knows that day.
    """
    try:
        day = datetime.fromisoformat(provenance.exported_on).replace(tzinfo=UTC)
    except ValueError:
        seconds = os.environ.get("SOURCE_DATE_EPOCH", "")
        return int(seconds) if seconds.isdigit() else 0
    return int(day.timestamp())
