"""Facts about the document itself, and what it may say while the data are simulated."""

import os
import platform
from datetime import UTC, datetime
from importlib import metadata

from analysis.provenance import SIMULATED_TITLE, Provenance
from analysis.study import Author, Study

_NOT_APPLICABLE = "not applicable: simulated"
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
)


def document_facts(study: Study, provenance: Provenance, *, renderer: str):
    """Return what the document says about itself, by key."""
    simulated = provenance.simulated
    title = study.study.title
    statements = {
        name: _NOT_APPLICABLE if simulated else getattr(study.governance, name) or "not stated"
        for name in STATEMENTS
    }
    return {
        "title": f"{SIMULATED_TITLE}: {title}" if simulated else title,
        "running_title": "Demonstration of an analysis" if simulated else title,
        "mark": provenance.mark,
        "mark_line": "SIMULATED DATA, NOT RESULTS OF ANY TRIAL" if simulated else "",
        "hospital": _NOT_APPLICABLE if simulated else study.study.site.value,
        "exported_on": provenance.exported_on or "not stated",
        "export": provenance.description or "not stated",
        "renderer": renderer,
        **statements,
    }


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
