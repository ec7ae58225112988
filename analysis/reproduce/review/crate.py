"""Describe an archive as an RO-Crate: what ran, on what, and what came of it."""

import json
import mimetypes
import tomllib

from analysis.reproduce import pipeline

FILE = "ro-crate-metadata.json"
_CONTEXT = "https://w3id.org/ro/crate/1.2/context"
_CRATE = "https://w3id.org/ro/crate/1.2"
_PROCESS = "https://w3id.org/ro/wfrun/process/0.5"
_AUTHORS = "#authors"
_PYTHON = "https://www.python.org/"
_RAW, _PROCESSED = "data/raw/", "data/processed/"
_TYPES = {
    ".ipynb": "application/x-ipynb+json",
    ".qmd": "text/markdown",
    ".py": "text/x-python",
    ".yml": "application/yaml",
    ".R": "text/x-r",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def describe_crate(files, *, steps, parameters, record, pages, project, description, day):
    """Return the text of ro-crate-metadata.json.

    Parameters
    ----------
    files : dict of int
        Sizes of all files of the archive, by path.
    steps : dict of analysis.reproduce.state.Record
        What each step was made from and what it published, by name.
    parameters : dict of dict
        With which each notebook ran, as `analysis.reproduce.review.ran` reads them.
    record : analysis.reproduce.review.evidence.Evidence
    pages : dict of str
        Where each package is described, by its name.
    project : bytes
        pyproject.toml.
    description : str
        What the data are.
    day : str
        ISO date of the record.
    """
    told = tomllib.loads(project.decode("utf-8"))["project"]
    set_to = {
        step.name: _describe_parameters(step, parameters[step.name]) for step in pipeline.STEPS
    }
    actions = [
        _describe_action(step, steps[step.name], files, set_to[step.name])
        for step in pipeline.STEPS
    ]
    settings = [each for several in set_to.values() for each in several]
    packages = _describe_packages(record, pages)
    needs = [{"@id": "requirements.lock"}, *({"@id": each["@id"]} for each in packages)]
    name = f"{told['name']} {told['version']}"
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": name,
        "description": f"{told['description']}. {description}",
        "version": told["version"],
        "datePublished": day,
        "license": [{"@id": "LICENSE"}, {"@id": "LICENSE-DATA"}],
        "author": {"@id": _AUTHORS},
        "publisher": {"@id": _AUTHORS},
        "conformsTo": {"@id": _PROCESS},
        "mainEntity": {"@id": "report/_output/index.html"},
        "hasPart": [{"@id": path} for path in sorted(files)],
        "mentions": [{"@id": action["@id"]} for action in actions],
    }
    graph = [
        {
            "@id": FILE,
            "@type": "CreativeWork",
            "about": {"@id": "./"},
            "conformsTo": {"@id": _CRATE},
        },
        root,
        {
            "@id": _PROCESS,
            "@type": ["CreativeWork", "Profile"],
            "name": "Process Run Crate",
            "version": "0.5",
        },
        {"@id": _AUTHORS, "@type": "Organization", "name": "The svf-hand-trial developers"},
        *actions,
        *settings,
        _describe_python(record),
        *packages,
        *(_describe_file(path, files[path], needs) for path in sorted(files)),
    ]
    content = {"@context": _CONTEXT, "@graph": graph}
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _describe_action(step, made, files, set_to):
    """A step as it ran: by which instrument, from which files, to which files."""
    instrument = f"notebooks/{step.name}.ipynb" if step.notebook else _module_path(step)
    read = [_place(name) for name in sorted(made.fingerprint)]
    return {
        "@id": f"#run-{step.name}",
        "@type": "CreateAction",
        "name": f"Run of {step.name}",
        "instrument": {"@id": instrument},
        "agent": {"@id": _AUTHORS},
        "actionStatus": {"@id": "http://schema.org/CompletedActionStatus"},
        "object": [
            *({"@id": path} for path in read if path in files and path != instrument),
            *({"@id": each["@id"]} for each in set_to),
        ],
        "result": [{"@id": path} for path in sorted(made.files) if path in files],
    }


def _describe_parameters(step, used):
    return [
        {
            "@id": f"#run-{step.name}-{name}",
            "@type": "PropertyValue",
            "name": name,
            "value": value,
        }
        for name, value in used.items()
    ]


def _module_path(step):
    return step.modules[0].replace(".", "/") + ".py"


def _place(name):
    return f"data/{name}" if name.startswith("raw/") else name


def _describe_python(record):
    version = record.platform["Python"]
    return {
        "@id": _PYTHON,
        "@type": "ComputerLanguage",
        "name": "Python",
        "version": version,
        "url": _PYTHON,
    }


def _describe_packages(record, pages):
    return [
        {
            "@id": f"#package-{name}",
            "@type": "SoftwareApplication",
            "name": name,
            "version": version,
            "softwareVersion": version,
            "url": pages[name],
        }
        for name, version in record.packages.items()
        if name in pages
    ]


def _describe_file(path, size, needs):
    suffix = f".{path.rpartition('.')[2]}"
    kind = _TYPES.get(suffix) or mimetypes.guess_type(path)[0] or "text/plain"
    told = {
        "@id": path,
        "@type": "File",
        "name": path.rpartition("/")[2],
        "encodingFormat": kind,
        "contentSize": str(size),
    }
    if path.endswith((".py", ".ipynb")):
        told |= {
            "@type": ["File", "SoftwareSourceCode"],
            "programmingLanguage": {"@id": _PYTHON},
        }
    if path.startswith("notebooks/"):
        told |= {"softwareRequirements": needs}
    return told
