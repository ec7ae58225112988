"""Describe an archive as an RO-Crate: what ran, on what, and what came of it."""

import json
import tomllib

from analysis.release.crate_files import PYTHON
from analysis.run.steps import STEPS

FILE = "ro-crate-metadata.json"
_CONTEXT = "https://w3id.org/ro/crate/1.2/context"
_CRATE = "https://w3id.org/ro/crate/1.2"
_AUTHORS = "#authors"
_DATA_LICENSE = "https://creativecommons.org/licenses/by/4.0/"
_COMPLETED = "http://schema.org/CompletedActionStatus"


def describe_crate(files, *, steps, parameters, record, pages, project, description, day):
    """Return the text of ro-crate-metadata.json.

    Parameters
    ----------
    files : dict of dict
        What `analysis.release.crate_files` says of each file of the archive, by path.
    steps : dict of analysis.run.state.Record
        What each step was made from and what it published, by name.
    parameters : dict of dict
        With which each notebook ran, as `analysis.review.ran` reads them.
    record : analysis.review.evidence.Evidence
    pages : dict of str
        Where each package is described, by its name.
    project : bytes
        pyproject.toml.
    description : str
        What the data are.
    day : str
        ISO date of the record.

    Notes
    -----
    Runs are told in the way of Process Run Crate 0.5. No conformance to it is claimed: it builds
    on RO-Crate 1.1, and to a validator one file cannot be of both versions.
    """
    told = tomllib.loads(project.decode("utf-8"))["project"]
    set_to = {step.name: _describe_parameters(step, parameters[step.name]) for step in STEPS}
    actions = [_describe_action(step, steps[step.name], files, set_to[step.name]) for step in STEPS]
    settings = [each for several in set_to.values() for each in several]
    packages = _describe_packages(record, pages)
    licenses = _describe_licenses(told["license"])
    needs = _refer(["requirements.lock", *(each["@id"] for each in packages)])
    name = f"{told['name']} {told['version']}"
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": name,
        "description": f"{told['description']}. {description}",
        "version": told["version"],
        "datePublished": day,
        "license": _refer(each["@id"] for each in licenses),
        "author": {"@id": _AUTHORS},
        "publisher": {"@id": _AUTHORS},
        "mainEntity": {"@id": "report/_output/index.html"},
        "hasPart": _refer(sorted(files)),
        "mentions": _refer(action["@id"] for action in actions),
    }
    graph = [
        {
            "@id": FILE,
            "@type": "CreativeWork",
            "about": {"@id": "./"},
            "conformsTo": {"@id": _CRATE},
        },
        root,
        {"@id": _AUTHORS, "@type": "Organization", "name": "The svf-hand-trial developers"},
        *actions,
        *settings,
        *licenses,
        _describe_python(record),
        *packages,
        *(_tell_needs(files[path], needs) for path in sorted(files)),
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
        "description": f"{instrument} read what is listed as object and wrote what is the result",
        "instrument": {"@id": instrument},
        "agent": {"@id": _AUTHORS},
        "actionStatus": _COMPLETED,
        "object": _refer(
            [
                *(path for path in read if path in files and path != instrument),
                *(each["@id"] for each in set_to),
            ]
        ),
        "result": _refer(path for path in sorted(made.files) if path in files),
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


def _describe_licenses(code):
    told = {
        f"https://spdx.org/licenses/{code}": (code, "Of the code; LICENSE has its text"),
        _DATA_LICENSE: ("CC BY 4.0", "Of text and data; LICENSE-DATA has its text"),
    }
    return [
        {"@id": page, "@type": "CreativeWork", "name": name, "description": what, "url": page}
        for page, (name, what) in told.items()
    ]


def _describe_python(record):
    version = record.platform["Python"]
    return {
        "@id": PYTHON,
        "@type": "ComputerLanguage",
        "name": "Python",
        "version": version,
        "url": PYTHON,
    }


def _describe_packages(record, pages):
    return [
        {
            "@id": f"#package-{name}",
            "@type": "SoftwareApplication",
            "name": name,
            "version": version,
            "url": pages[name],
        }
        for name, version in record.packages.items()
        if name in pages
    ]


def _tell_needs(file, needs):
    return file | ({"softwareRequirements": needs} if file["@id"].startswith("notebooks/") else {})


def _refer(names):
    """Return references; one is no list of one, as the specification recommends."""
    references = [{"@id": name} for name in names]
    return references[0] if len(references) == 1 else references
