"""The fingerprint of a step: the content of everything that its outputs depend on."""

import hashlib
import json
import platform

from analysis import paths
from analysis.errors import MissingError
from analysis.run import imports, parameters
from analysis.run.renderer import choose_renderer
from analysis.run.state import hash_file, read_record
from analysis.run.steps import NOTEBOOKS, RESULTS, STEPS

# They shape every executed copy, though no notebook imports them.
RUNNER = ("analysis.run.environment", "analysis.run.normalise")
RAW_PREFIX = "raw/"
PARAMETER_PREFIX = "parameter "


def take_fingerprint(step, settings):
    """Return the content hashes of all that a step depends on.

    Returns
    -------
    dict of str
        Names as a person knows them (``raw/redcap_export.csv``, ``data/processed/pairs.csv``,
        ``analysis/tables.py``, ``parameter followup_visit``), and a hash or a plain value.

    Raises
    ------
    MissingError
        The notebook or the folder of the export is not there.
    """
    parts = {
        "Python": platform.python_version(),
        "requirements.lock": hash_file(paths.LOCK),
        "study.yml": hash_file(paths.STUDY),
    }
    if step.notebook:
        parts |= _notebook_parts(step, settings)
    elif step is RESULTS:
        parts |= _published(settings.outputs, NOTEBOOKS, below="data/processed/results/")
        parts |= _code_parts(modules=step.modules)
    else:
        parts |= _published(settings.outputs, STEPS[:-1], below="")
        parts |= {_name(path): hash_file(path) for path in report_sources()}
        parts |= _code_parts(modules=step.modules)
        _, parts["renderer"] = choose_renderer(settings.renderer)
    return parts


def declared_names():
    """Return the parameters that the notebooks declare, all together."""
    notebooks = (step.notebook for step in NOTEBOOKS)
    return {
        name
        for path in notebooks
        if path.exists()
        for name in parameters.declared_parameters(parameters.read_notebook(path))
    }


def report_sources():
    """Return the words of the report, sorted: everything in report/ but what a run writes.

    Of report/record/ they are what the guide prints; the reference results come from the report.
    """
    written = ("_generated", "_output", "notebooks", "record")
    record = paths.REPORT / "record"
    return sorted(
        [
            *record.glob("*.md"),
            *record.glob("benchmark.json"),
            *(
                path
                for entry in paths.REPORT.iterdir()
                if not entry.name.startswith(".") and entry.name not in written
                for path in ([entry] if entry.is_file() else entry.rglob("*"))
                if path.is_file()
            ),
        ]
    )


def _notebook_parts(step, settings):
    notebook = parameters.read_notebook(step.notebook)
    chosen = parameters.choose_parameters(settings.params, parameters.declared_parameters(notebook))
    code = ["".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "code"]
    parts = {f"notebooks/{step.notebook.name}": _hash_cells(notebook)}
    parts |= _code_parts(modules=RUNNER, code=code)
    parts |= {f"{PARAMETER_PREFIX}{name}": json.dumps(value) for name, value in chosen.items()}
    parts |= {f"data/processed/{f}": hash_file(settings.outputs.processed / f) for f in step.reads}
    if step.reads_raw:
        parts |= {
            f"{RAW_PREFIX}{path.relative_to(settings.raw)}": hash_file(path)
            for path in raw_files(settings.raw)
        }
        # A real export is held against the one that the repository ships.
        parts["data/raw/SHA256SUMS"] = hash_file(paths.RAW / "SHA256SUMS")
    return parts


def raw_files(folder):
    """Return the files of an export, sorted, without hidden ones."""
    if not folder.is_dir():
        raise MissingError(
            "there is no such folder with an export",
            file=folder,
            hint="Give one with RAW=, or restore data/raw from git",
        )
    files = (path for path in folder.rglob("*") if path.is_file())
    return sorted(
        path
        for path in files
        if not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


def _hash_cells(notebook):
    """Hash what is read and run in a notebook; outputs and counters do not matter."""
    cells = [
        (cell["cell_type"], cell.get("id"), cell["metadata"].get("tags"), "".join(cell["source"]))
        for cell in notebook["cells"]
    ]
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()


def _code_parts(*, modules, code=()):
    files = imports.reach_files(modules=modules, code=code)
    return {_name(path): hash_file(path) for path in files}


def _published(outputs, steps, *, below):
    records = (read_record(outputs, step.name) for step in steps)
    return {
        file: hash_file(outputs.root / file)
        for record in records
        if record
        for file in record.files
        if file.startswith(below)
    }


def _name(path):
    return path.relative_to(paths.ROOT).as_posix()
