"""Who is responsible for the trial, their statements, and versions of its governing documents."""

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Author:
    """A name on the title page."""

    name: str
    affiliation: str
    orcid: str
    roles: tuple[str, ...]


@dataclass(frozen=True)
class Governance:
    """Statements of the report; an empty one prints "not stated"."""

    ethics: str
    consent: str
    data_monitoring: str
    stopping_rule: str
    sample_size_rationale: str
    funding: str
    conflicts_of_interest: str
    responsible_person: str
    regulatory_approval: str
    source_verification: str
    database_lock: str
    data_sharing: str
    individual_data: str
    expectedness: str
    device_deficiencies: str


@dataclass(frozen=True)
class DocumentVersion:
    """A governing document of the trial; the version of the analysis plan is a commit."""

    version: str
    date: str
    amendments: str


@dataclass(frozen=True)
class StudyDocuments:
    """Protocol, analysis plan and consent form."""

    protocol: DocumentVersion
    plan: DocumentVersion
    consent_form: DocumentVersion


@dataclass(frozen=True)
class Narrative:
    """The story of a serious event, written by a person, in study days."""

    participant: str
    event: int
    text: str


def find_dated_narratives(narratives: tuple[Narrative, ...]) -> Iterator[str]:
    """Yield a message for each narrative of study.yml with a date, which can identify people."""
    for each in narratives:
        found = re.search(r"\d{4}-\d{2}|\d{1,2}[./]\d{1,2}[./]\d{2,4}", each.text)
        if found:
            yield f"narratives: {each.participant}: {found[0]} is a date; count in study days"


def find_wrong_authors(authors: tuple[Author, ...]) -> Iterator[str]:
    """Yield a message for each ORCID in study.yml that is not valid."""
    for author in authors:
        if author.orcid and not re.fullmatch(r"(?:\d{4}-){3}\d{3}[\dX]", author.orcid):
            yield f"author {author.name}: {author.orcid!r} is not an ORCID like 0000-0002-1825-0097"


def find_wrong_versions(governance: Governance, documents: StudyDocuments) -> Iterator[str]:
    """Yield a message for each date and version in study.yml that is not valid."""
    dates = {"governance: database_lock": governance.database_lock}
    for field in dataclasses.fields(documents):
        dates[f"documents: {field.name}"] = getattr(documents, field.name).date
    for place, date in dates.items():
        if date and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", date):
            yield f"{place}: {date!r} is not a date such as 2026-01-31"
    commit = documents.plan.version
    if commit and not re.fullmatch(r"[0-9a-f]{7,40}", commit):
        yield f"documents: plan: {commit!r} is not a commit such as 5c2c0de"
