"""The user's choices for a run, checked before anything begins."""

import ast
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analysis import paths
from analysis.errors import DataError, MissingError, UsageError, suggest_name
from analysis.run.steps import NOTEBOOKS

TAG = "parameters"
# Set by the runner; users set them through RAW and OUT, or edit study.yml itself.
RESERVED = ("study", "raw", "inputs", "outputs")
REFUSED = set(" \t\n'\"$%:;#\\*?[]{}|&<>()`!")
SOURCES = ("data", "analysis", "notebooks", "report", "tests", ".git", ".venv")
CHOICES = ("auto", "quarto", "builtin")


@dataclass(frozen=True)
class Settings:
    """The user's choices for a run.

    Parameters
    ----------
    outputs
        The places below OUT.
    raw
        The export's folder.
    params
        Parameters as texts, by name.
    renderer
        ``auto``, ``quarto`` or ``builtin``.
    """

    outputs: paths.Outputs = field(default_factory=paths.Outputs)
    raw: Path = paths.RAW
    params: dict[str, str] = field(default_factory=dict)
    renderer: str = "auto"


def choose_settings(*, out: str, raw: str, params: list[str], renderer: str) -> Settings:
    """Return the settings that a command line asks for; an empty `raw` is data/raw.

    Raises
    ------
    UsageError
        A value has characters that a shell or Make would interpret, OUT is where it would mix
        with sources, or a parameter or its value is not known.
    """
    for name, texts in (("RAW", [raw]), ("OUT", [out]), ("PARAMS", params)):
        for text in texts:
            if set(text) & REFUSED:
                raise UsageError(f"{name} holds {text!r}", hint="Use letters, digits and - _ . / =")
    root, export = (Path(os.path.realpath(folder)) for folder in (out, raw or paths.RAW))
    check_root(root, export)
    chosen = "RAW" if export != paths.RAW else "PARAMS" if params else ""
    if chosen and root == paths.ROOT:
        raise UsageError(
            f"{chosen} needs OUT, a separate folder for its outputs",
            hint="Add OUT=scratch/what-if, so that the primary analysis stays as it is",
        )
    given = parse_assignments(params)
    if given:
        check_parameters(given)
    return Settings(paths.Outputs(root), export, given, renderer)


def check_root(root: Path, export: Path) -> None:
    """Refuse an OUT inside the sources or inside the folder of the export."""
    root, export = (Path(os.path.realpath(folder)) for folder in (root, export))
    outputs = paths.Outputs(root)
    written = (outputs.processed, outputs.notebooks, outputs.generated, outputs.documents)
    below = () if root == paths.ROOT else (*written, outputs.state)
    places = (root, *(Path(os.path.realpath(each)) for each in below))
    for folder in (*(paths.ROOT / name for name in SOURCES), export):
        if any(place.is_relative_to(folder) for place in places):
            raise UsageError(
                f"OUT lies in {os.path.relpath(folder)}, which a run only reads",
                hint="Give a folder outside, as OUT=scratch/what-if",
            )


def parse_assignments(assignments: Iterable[str]) -> dict[str, str]:
    """Turn ``name=value`` texts into a dictionary of texts."""
    pairs = {}
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        if not (name and equals and value):
            raise UsageError(
                f"{assignment!r} sets no parameter", hint='Write PARAMS="name=value name=value"'
            )
        if name in RESERVED:
            raise UsageError(
                f"the run itself sets {name!r}", hint="Use RAW= or OUT=, or edit study.yml"
            )
        pairs[name] = value
    return pairs


def check_parameters(given: dict[str, str]) -> None:
    """Refuse a parameter that no notebook declares, and a value that is not in the plan."""
    from analysis.study import load_study

    paths_there = (step.notebook for step in NOTEBOOKS if step.notebook and step.notebook.exists())
    declared = [declared_parameters(read_notebook(path)) for path in paths_there]
    known = sorted({name for each in declared for name in each} - set(RESERVED))
    for name in given:
        if name not in known:
            raise UsageError(
                f"no notebook has a parameter {name!r}", hint=suggest_name(name, known)
            )
    for each in declared:
        choose_parameters(given, each)
    study = load_study()
    named = {
        "followup_visit": [visit.name for visit in study.visits],
        "population": [population.name for population in study.populations],
    }
    for name in given.keys() & named.keys():
        if given[name] not in named[name]:
            raise UsageError(
                f"study.yml has no {given[name]!r} for the parameter {name!r}",
                hint=f"There are: {', '.join(named[name])}",
            )


def read_notebook(path: Path) -> dict[str, Any]:
    """Return a notebook as a dictionary.

    Raises
    ------
    MissingError, DataError
        It is missing, or it is not a notebook.
    """
    hint = "Restore it from git"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        problem = "the notebook is missing"
        raise MissingError(problem, file=os.path.relpath(path), hint=hint) from None
    except ValueError:
        problem = "this is no readable notebook"
        raise DataError(problem, file=os.path.relpath(path), hint=hint) from None


def declared_parameters(notebook: dict[str, Any]) -> dict[str, Any]:
    """Return name and default of each plain assignment in the parameters cell."""
    for cell in notebook["cells"]:
        if TAG in cell["metadata"].get("tags", ()):
            body = ast.parse("".join(cell["source"])).body
            return {
                statement.targets[0].id: ast.literal_eval(statement.value)
                for statement in body
                if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)
            }
    return {}


def choose_parameters(given: dict[str, str], declared: dict[str, Any]) -> dict[str, Any]:
    """Convert the given texts to the types of a notebook's defaults.

    What the notebook does not declare is left out; a value of the wrong type is a `UsageError`.
    """
    return {
        name: _convert(name, text, declared[name])
        for name, text in given.items()
        if name in declared
    }


def choose_renderer(choice: str) -> tuple[str, str]:
    """Return ``quarto`` or ``builtin``, and its name, with the version for Quarto.

    ``auto`` takes a Quarto of the supported version on PATH, else the built-in renderer.

    Raises
    ------
    UsageError, MissingError
        There is no such renderer, or Quarto is asked for but not installed.
    """
    from analysis.reporting.quarto import name_quarto

    if choice not in CHOICES:
        raise UsageError(
            f"{choice!r} is no renderer", hint=f"Set RENDERER= to one of {', '.join(CHOICES)}"
        )
    if choice != "builtin":
        try:
            return "quarto", name_quarto()
        except MissingError:
            if choice == "quarto":
                raise
    return "builtin", "the built-in renderer"


def _convert(name: str, text: str, default: Any) -> Any:
    kind = type(default)
    try:
        return {"true": True, "false": False}[text.lower()] if kind is bool else kind(text)
    except (KeyError, ValueError):
        raise UsageError(
            f"{text!r} is no value for the parameter {name!r}",
            hint=f"It takes a {kind.__name__}, as {default!r}",
        ) from None
