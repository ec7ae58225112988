"""The fingerprint of a step: the content of everything that its outputs depend on."""

import functools
import json
import platform
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from analysis import paths
from analysis.errors import MissingError
from analysis.run.settings import (
    Settings,
    choose_parameters,
    choose_renderer,
    declared_parameters,
    read_notebook,
)
from analysis.run.state import hash_content, hash_file, read_record, replace_text
from analysis.run.steps import NOTEBOOKS, REPORT, RESULTS, STEPS, Step

CODE = "analysis/"
RAW_PREFIX = "raw/"
PARAMETER_PREFIX = "parameter "
_CHECKSUMS = "SHA256SUMS"
# Parts of study.yml that only the report prints.
_PRINTED = ("authors", "governance")


def take_fingerprint(step: Step, settings: Settings, *, code: Iterable[str]) -> dict[str, str]:
    """Return the content hashes of all that a step depends on.

    Parameters
    ----------
    code
        The modules of `analysis` that it loads, as ``analysis/tables.py``; data files beside them
        count too, since a module may read any of them.

    Returns
    -------
    dict of str
        A hash or a plain value by readable name: ``raw/redcap_export.csv``,
        ``data/processed/pairs.csv``, ``analysis/tables.py``, ``parameter followup_visit``.

    Raises
    ------
    MissingError
        The notebook or the folder of the export is missing.
    """
    outputs = settings.outputs
    parts = {
        "Python": platform.python_version(),
        "requirements.lock": hash_file(paths.LOCK),
        "study.yml": hash_plan(step, paths.STUDY),
    }
    if step.notebook:
        notebook = read_notebook(step.notebook)
        chosen = choose_parameters(settings.params, declared_parameters(notebook))
        parts[f"notebooks/{step.notebook.name}"] = _hash_cells(notebook)
        parts |= {f"{PARAMETER_PREFIX}{name}": json.dumps(value) for name, value in chosen.items()}
        parts |= {
            f"data/processed/{name}": hash_file(outputs.processed / name) for name in step.reads
        }
    if step.reads_raw:
        parts |= {
            f"{RAW_PREFIX}{path.relative_to(settings.raw)}": hash_file(path)
            for path in raw_files(settings.raw)
        }
        # A real export is compared with the one that the repository ships.
        parts["data/raw/SHA256SUMS"] = hash_file(paths.RAW / _CHECKSUMS)
    elif step is RESULTS:
        parts |= _hash_published(settings, NOTEBOOKS, below="data/processed/results/")
    elif step is REPORT:
        parts |= _hash_published(settings, STEPS[:-1], below="")
        parts |= _hash_files(report_sources())
        _, parts["renderer"] = choose_renderer(settings.renderer)
    modules = {paths.ROOT / name for name in code}
    data = (each for folder in {path.parent for path in modules} for each in _find_data(folder))
    return parts | _hash_files(sorted({*modules, *data}))


def report_sources() -> list[Path]:
    """Return the sources of the report, sorted: report/ without guides and the files of a run."""
    guides = ("README.md", "REVIEWER.md")
    entries = [
        entry
        for entry in paths.REPORT_FOLDER.iterdir()
        if paths.is_report_source(entry.name) and entry.name not in guides
    ]
    return sorted(
        path for entry in entries for path in (entry, *entry.rglob("*")) if path.is_file()
    )


def raw_files(folder: Path) -> list[Path]:
    """Return the files of an export, sorted, without hidden ones."""
    if not folder.is_dir():
        raise MissingError(
            "there is no such folder with an export",
            file=folder,
            hint="Give one with RAW=, or restore data/raw from git",
        )
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


def seal_export(folder: Path) -> None:
    """Write SHA256SUMS for every file of an export except the notes in README.md."""
    files = [path for path in raw_files(folder) if path.name not in (_CHECKSUMS, "README.md")]
    if not files:
        raise MissingError("there is no file to seal", file=folder, hint="Give the export as RAW=")
    hash_file.cache_clear()
    lines = [f"{hash_file(path)}  {path.relative_to(folder).as_posix()}\n" for path in files]
    replace_text(folder / _CHECKSUMS, "".join(lines))


def list_code() -> list[str]:
    """Return the names of all modules of `analysis`."""
    modules = (paths.ROOT / CODE).rglob("*.py")
    return sorted(path.relative_to(paths.ROOT).as_posix() for path in modules)


def select_code(files: Iterable[str]) -> set[str]:
    """Return the modules of `analysis` among files, by their names."""
    found = (Path(file).resolve() for file in files)
    inside = (path for path in found if path.is_relative_to(paths.ROOT / CODE))
    return {path.relative_to(paths.ROOT).as_posix() for path in inside}


def find_code(names: Iterable[str]) -> list[str]:
    """Return the modules of `analysis` among the names of a fingerprint."""
    return [name for name in names if name.startswith(CODE) and name.endswith(".py")]


def _find_data(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name.startswith((".", "__pycache__")):
            continue
        if path.is_dir() and not (path / "__init__.py").exists():
            yield from _find_data(path)
        elif path.is_file() and path.suffix not in (".py", ".pyc"):
            yield path


def _hash_cells(notebook: dict[str, Any]) -> str:
    """Hash types, ids, tags and sources of a notebook's cells; outputs do not matter."""
    return hash_content(
        [
            (
                cell["cell_type"],
                cell.get("id"),
                cell["metadata"].get("tags"),
                "".join(cell["source"]),
            )
            for cell in notebook["cells"]
        ]
    )


def hash_plan(step: Step, study: Path) -> str:
    """Hash the values of study.yml that a step uses, in their order; comments do not matter."""
    plan = _parse_plan(study, hash_file(study))
    if not isinstance(plan, dict):
        return hash_file(study)
    used = {name: part for name, part in plan.items() if step is REPORT or name not in _PRINTED}
    if step.reads_raw:
        # A real export is refused while a statement is empty.
        governance = plan.get("governance") or {}
        used["governance"] = [name for name, statement in governance.items() if statement]
    return hash_content(json.dumps(used, default=str))


@functools.cache
def _parse_plan(study: Path, _sha256: str) -> Any:
    import yaml

    try:
        return yaml.load(study.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return None


def _hash_files(files: Iterable[Path]) -> dict[str, str]:
    return {path.relative_to(paths.ROOT).as_posix(): hash_file(path) for path in files}


def _hash_published(settings: Settings, steps: Iterable[Step], *, below: str) -> dict[str, str]:
    records = (read_record(settings.outputs, step.name) for step in steps)
    return {
        file: hash_file(settings.outputs.root / file)
        for record in records
        if record
        for file in record.files
        if file.startswith(below)
    }
