"""Describe an archive as an RO-Crate: its files, and each run with its inputs and outputs."""

import ast
import functools
import json
import mimetypes
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from analysis import paths
from analysis.errors import MissingError
from analysis.review.evidence import Evidence
from analysis.review.sources import COMMIT
from analysis.run.normalise import INJECTED
from analysis.run.settings import RESERVED, declared_parameters, read_notebook
from analysis.run.state import Record
from analysis.run.steps import STEPS, Step

VERSION = "1.2"
PYTHON = "https://www.python.org/"
Entity = dict[str, Any]

_AUTHORS = {"@id": "#authors"}
_DATA_LICENSE = "https://creativecommons.org/licenses/by/4.0/"
_COMPLETED = "http://schema.org/CompletedActionStatus"
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
# A file without a description is described by its place, the first that fits.
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


def describe_crate(
    contents: Mapping[str, Path],
    *,
    steps: Mapping[str, Record],
    parameters: Mapping[str, Mapping[str, Any]],
    record: Evidence,
    project: bytes,
    description: str,
    commit: str = "",
) -> str:
    """Return the text of ro-crate-metadata.json.

    Parameters
    ----------
    contents
        The current path of each file of the archive, by its path there.
    steps
        What each step was made from and what it published, by name.
    parameters
        The parameters of each notebook, as `read_parameters` returns them.
    record
        The record that the archive contains.
    project
        pyproject.toml.
    description
        What the data are.
    commit
        The commit of the archive's code; "" if no commit has exactly this code.

    Notes
    -----
    Runs are described as in Process Run Crate 0.5. No conformance to it is claimed: it builds on
    RO-Crate 1.1, and for a validator one file cannot have both versions.
    """
    from rocrate.model.contextentity import ContextEntity
    from rocrate.model.file import File
    from rocrate.rocrate import ROCrate

    about = tomllib.loads(project.decode("utf-8"))["project"]
    licenses = _describe_licenses(about["license"])
    packages = _describe_packages(record.packages)
    actions = [
        _describe_action(step, steps[step.name], contents, parameters[step.name]) for step in STEPS
    ]
    crate = ROCrate(version=VERSION)
    for name, value in {
        "name": f"{about['name']} {about['version']}",
        "description": f"{about['description']}. {description}",
        "version": about["version"],
        "datePublished": record.recorded_on,
        **({"identifier": f"{COMMIT}{commit}"} if commit else {}),
        "license": _refer(licenses),
        "author": _AUTHORS,
        "publisher": _AUTHORS,
        "mainEntity": {"@id": "report/_output/index.html"},
        "mentions": _refer(f"#run-{step.name}" for step in STEPS),
    }.items():
        crate.root_dataset[name] = value
    described = {
        _AUTHORS["@id"]: {"@type": "Organization", "name": "The svf-hand-trial developers"},
        **{name: entity for action in actions for name, entity in action.items()},
        **licenses,
        PYTHON: {
            "@type": "ComputerLanguage",
            "name": "Python",
            "version": record.platform["Python"],
            "url": PYTHON,
        },
        **packages,
    }
    for name, entity in described.items():
        crate.add(ContextEntity(crate, name, properties=entity))
    needs = _refer(["requirements.lock", *packages])
    for name, path in sorted(contents.items()):
        entity = describe_file(name, path, version=about["version"])
        if name.startswith("notebooks/"):
            entity["softwareRequirements"] = needs
        crate.add(File(crate, path, name, properties=entity))
    return json.dumps(crate.metadata.generate(), indent=1, ensure_ascii=False) + "\n"


def describe_file(name: str, file: Path, *, version: str) -> Entity:
    """Return the entry of a file in a crate, from its own description or from its place.

    `name` is its path in the archive, `file` its current path; code has the version of the
    project.
    """
    kind = _TYPES.get(file.suffix) or mimetypes.guess_type(name)[0] or "text/plain"
    entity: Entity = {
        "@type": "File",
        "name": name.rpartition("/")[2],
        "description": _describe_content(name, file),
        "encodingFormat": kind,
        "contentSize": str(file.stat().st_size),
    }
    if name.endswith((".py", ".ipynb")):
        entity |= {
            "@type": ["File", "SoftwareSourceCode"],
            "programmingLanguage": {"@id": PYTHON},
            "version": version,
        }
    return entity


def read_parameters(outputs: paths.Outputs) -> dict[str, dict[str, Any]]:
    """Return name and value of the parameters of each step.

    Those that the runner sets, and empty ones, which study.yml decides, are left out. They are
    read from the executed copies; a step without a notebook has none.
    """
    return {step.name: _read_copy(step.target(outputs)) if step.notebook else {} for step in STEPS}


def _read_copy(path: Path) -> dict[str, Any]:
    if not path.exists():
        raise MissingError("the executed copy is gone", file=path, hint="Run `make report`")
    notebook = read_notebook(path)
    used = declared_parameters(notebook)
    for cell in notebook["cells"]:
        if INJECTED in cell["metadata"].get("tags", ()):
            for statement in ast.parse("".join(cell["source"])).body:
                if isinstance(statement, ast.Assign):
                    used[ast.unparse(statement.targets[0])] = ast.literal_eval(statement.value)
    return {name: value for name, value in used.items() if value and name not in RESERVED}


def _describe_action(
    step: Step, made: Record, contents: Mapping[str, Path], used: Mapping[str, Any]
) -> dict[str, Entity]:
    """Describe the run of a step: its instrument, input files, parameters and output files."""
    instrument = step.module or f"notebooks/{step.name}.ipynb"
    places = (f"data/{n}" if n.startswith("raw/") else n for n in sorted(made.fingerprint))
    read = [path for path in places if path in contents and path != instrument]
    parameters = {
        f"#run-{step.name}-{name}": {"@type": "PropertyValue", "name": name, "value": value}
        for name, value in used.items()
    }
    action = {
        "@type": "CreateAction",
        "name": f"Run of {step.name}",
        "description": f"{instrument} read what is listed as object and wrote what is the result",
        "instrument": {"@id": instrument},
        "agent": _AUTHORS,
        "actionStatus": _COMPLETED,
        "object": _refer([*read, *parameters]),
        "result": _refer(path for path in sorted(made.files) if path in contents),
    }
    return {f"#run-{step.name}": action, **parameters}


def _describe_licenses(code: str) -> dict[str, Entity]:
    names = {
        f"https://spdx.org/licenses/{code}": (code, "Of the code; LICENSE has its text"),
        _DATA_LICENSE: ("CC BY 4.0", "Of text and data; LICENSE-DATA has its text"),
    }
    return {
        page: {"@type": "CreativeWork", "name": name, "description": what, "url": page}
        for page, (name, what) in names.items()
    }


def _describe_packages(versions: Mapping[str, str]) -> dict[str, Entity]:
    """Describe each package whose metadata name a web page."""
    packages = {}
    for name, version in versions.items():
        page = next(_list_pages(name), "")
        if page:
            packages[f"#package-{name}"] = {
                "@type": "SoftwareApplication",
                "name": name,
                "version": version,
                "url": page,
            }
    return packages


def _list_pages(package: str) -> Iterator[str]:
    about = metadata.metadata(package)
    pages = (url.partition(", ")[2] for url in about.get_all("Project-URL") or ())
    home = about.get_all("Home-page") or ()
    return filter(None, [*home, *pages])


def _refer(names: Iterable[str]) -> Any:
    """Return references; a single one is not in a list, as the specification recommends."""
    references = [{"@id": name} for name in names]
    return references[0] if len(references) == 1 else references


def _describe_content(name: str, file: Path) -> str:
    if name in _describe_tables():
        return _describe_tables()[name]
    read = _READERS.get(file.suffix)
    found = read(file.read_text(encoding="utf-8")) if read else None
    place = next(what for start, what in _PLACES if name.startswith(start))
    return found[1].strip() if found else place


@functools.cache
def _describe_tables() -> dict[str, str]:
    package = json.loads(paths.TABLE_SCHEMAS.read_text(encoding="utf-8"))
    return {f"data/processed/{each['path']}": each["description"] for each in package["resources"]}


def _find_title(text: str) -> re.Match[str] | None:
    cells = json.loads(text)["cells"]
    return _HEADING.search("\n".join("".join(cell["source"]) for cell in cells[:1]))


_READERS: dict[str, Callable[[str], re.Match[str] | None]] = {
    ".py": _DOCSTRING.match,
    ".md": _HEADING.search,
    ".ipynb": _find_title,
}
