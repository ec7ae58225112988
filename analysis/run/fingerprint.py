"""The fingerprint of a step: the content of everything that its outputs depend on."""

import ast
import functools
import json
import platform
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from analysis import paths
from analysis.errors import DataError, MissingError
from analysis.run.settings import (
    Settings,
    choose_parameters,
    choose_renderer,
    declared_parameters,
    read_notebook,
)
from analysis.run.state import (
    hash_content,
    hash_file,
    read_record,
    read_state,
    replace_text,
    write_state,
)
from analysis.run.steps import NOTEBOOKS, RESULTS, STEPS, Step

# They shape every executed copy, though no notebook imports them.
RUNNER = ("analysis.run.environment", "analysis.run.normalise")
RAW_PREFIX = "raw/"
PARAMETER_PREFIX = "parameter "
_CHECKSUMS = "SHA256SUMS"
# The package opens the trail only for somebody who asks it for `load`.
ON_REQUEST = {"analysis": {"analysis.trail.explain"}}


def take_fingerprint(step: Step, settings: Settings) -> dict[str, str]:
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
    outputs = settings.outputs
    parts = {
        "Python": platform.python_version(),
        "requirements.lock": hash_file(paths.LOCK),
        "study.yml": _hash_plan(step),
    }
    names: Iterable[str] = step.modules
    if step.notebook:
        notebook = read_notebook(step.notebook)
        names = (*RUNNER, *_list_imports(notebook))
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
        # A real export is held against the one that the repository ships.
        parts["data/raw/SHA256SUMS"] = hash_file(paths.RAW / _CHECKSUMS)
    elif step is RESULTS:
        parts |= _hash_published(settings, NOTEBOOKS, below="data/processed/results/")
    elif not step.notebook:
        parts |= _hash_published(settings, STEPS[:-1], below="")
        parts |= _hash_files(report_sources())
        _, parts["renderer"] = choose_renderer(settings.renderer)
    return parts | _hash_files(reach_files(names, read_imports(outputs.state / "imports.json")))


def report_sources() -> list[Path]:
    """Return the words of the report, sorted: report/ without guides and what a run wrote."""
    written = ("_generated", "_output", "_prepared", "_preview", "notebooks", "record", "preview")
    guides = ("README.md", "REVIEWER.md")
    variables = ("_metadata.yml", "_variables.yml")
    entries = [
        entry
        for entry in paths.REPORT_FOLDER.iterdir()
        if not entry.name.startswith(".") and entry.name not in (*written, *guides, *variables)
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
    """Write SHA256SUMS for every file of an export but the notes in README.md."""
    files = [path for path in raw_files(folder) if path.name not in (_CHECKSUMS, "README.md")]
    if not files:
        raise MissingError("there is no file to seal", file=folder, hint="Give the export as RAW=")
    hash_file.cache_clear()
    lines = [f"{hash_file(path)}  {path.relative_to(folder).as_posix()}\n" for path in files]
    replace_text(folder / _CHECKSUMS, "".join(lines))


def read_imports(known: Path, package: str = "analysis") -> dict[str, list[str]]:
    """Return which modules of a package each of its modules imports, inside functions too.

    Parameters
    ----------
    known
        A file that keeps the answer for the sources as they are.

    Raises
    ------
    DataError
        A module is no valid Python.
    """
    sources = _hash_files(sorted((paths.ROOT / package).rglob("*.py")))
    key = hash_content(sources)
    kept = read_state(known)
    if not kept or kept.get("sources") != key:
        kept = {"sources": key, "imports": _parse_imports(package)}
        write_state(known, kept)
    return kept["imports"]


def _parse_imports(package: str) -> dict[str, list[str]]:
    import grimp

    try:
        graph = grimp.build_graph(package, cache_dir=None, exclude_type_checking_imports=True)
    except grimp.exceptions.SourceSyntaxError as error:
        raise DataError(
            f"this is no valid Python: {str(error.text or '').strip()}",
            file=error.filename,
            line=error.lineno,
        ) from None
    return {
        name: sorted(graph.find_modules_directly_imported_by(name) - ON_REQUEST.get(name, set()))
        for name in sorted(graph.modules)
    }


def reach_files(names: Iterable[str], imports: dict[str, list[str]]) -> list[Path]:
    """Return every file of a package that code can come to use.

    Parameters
    ----------
    names
        What the code imports; a name that is no module of the package counts for the packages
        that it lies in.
    imports
        As `read_imports` returns them.

    Returns
    -------
    list of pathlib.Path
        The modules, those that they import in turn, and the files beside them that are no
        modules, since a module may read any of them. Sorted.
    """
    waiting = {prefix for name in names for prefix in _list_prefixes(name)}
    reached: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in imports and name not in reached:
            reached.add(name)
            waiting |= {prefix for each in imports[name] for prefix in _list_prefixes(each)}
    files = {_find_source(name) for name in reached}
    return sorted(files | {each for path in files for each in _find_data(path.parent)})


def _list_prefixes(name: str) -> Iterator[str]:
    parts = name.split(".")
    return (".".join(parts[: count + 1]) for count in range(len(parts)))


def _find_source(name: str) -> Path:
    path = paths.ROOT.joinpath(*name.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _find_data(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name.startswith((".", "__pycache__")):
            continue
        if path.is_dir() and not (path / "__init__.py").exists():
            yield from _find_data(path)
        elif path.is_file() and path.suffix not in (".py", ".pyc"):
            yield path


def _list_imports(notebook: dict[str, Any]) -> set[str]:
    """Return the dotted names that the cells import; what is no Python fails when it runs."""
    names = set()
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            try:
                tree = ast.parse("".join(cell["source"]))
            except SyntaxError:
                continue
            for node in ast.walk(tree):
                if isinstance(node, ast.Import):
                    names |= {alias.name for alias in node.names}
                elif isinstance(node, ast.ImportFrom):
                    names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def _hash_cells(notebook: dict[str, Any]) -> str:
    """Hash what is read and run in a notebook; outputs and counters do not matter."""
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


def _hash_plan(step: Step) -> str:
    """Hash the values of study.yml that a step uses, in their order; comments do not matter."""
    plan = _parse_plan(hash_file(paths.STUDY))
    if not isinstance(plan, dict):
        return hash_file(paths.STUDY)
    used = {name: part for name, part in plan.items() if name not in step.unread}
    if step.reads_raw:
        # A real export is refused while a statement is empty.
        governance = plan.get("governance") or {}
        used["governance"] = [name for name, statement in governance.items() if statement]
    return hash_content(json.dumps(used, default=str))


@functools.cache
def _parse_plan(_sha256: str) -> Any:
    import yaml

    try:
        return yaml.load(paths.STUDY.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
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
