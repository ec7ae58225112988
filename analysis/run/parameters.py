"""The parameters cell of a notebook, and the values that a run gives it."""

import ast
import json
import os

from analysis.errors import DataError, MissingError, UsageError, suggest_name

TAG = "parameters"
# Set by the runner; a user sets them through RAW and OUT, or edits study.yml itself.
OWN = ("study", "raw", "inputs", "outputs")


def read_notebook(path):
    """Return a notebook as a dictionary.

    Raises
    ------
    MissingError, DataError
        It is not there, or is no notebook.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise MissingError(
            "the notebook is missing", file=_short(path), hint="Restore it from git"
        ) from None
    except ValueError:
        raise DataError(
            "this is no readable notebook", file=_short(path), hint="Restore it from git"
        ) from None


def declared_parameters(notebook):
    """Return name and default of each plain assignment in the parameters cell."""
    for cell in notebook["cells"]:
        if TAG in cell["metadata"].get("tags", ()):
            body = ast.parse("".join(cell["source"])).body
            return {
                statement.targets[0].id: ast.literal_eval(statement.value)
                for statement in body
                if isinstance(statement, ast.Assign)
            }
    return {}


def parse_assignments(assignments):
    """Turn ``name=value`` texts into a dictionary of texts."""
    pairs = {}
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        if not (name and equals and value):
            raise UsageError(
                f"{assignment!r} sets no parameter", hint='Write PARAMS="name=value name=value"'
            )
        if name in OWN:
            raise UsageError(
                f"the run itself sets {name!r}", hint="Use RAW= or OUT=, or edit study.yml"
            )
        pairs[name] = value
    return pairs


def choose_parameters(given, declared):
    """Convert the given texts for one notebook, and leave out what it does not declare.

    Parameters
    ----------
    given : dict of str
        As `parse_assignments` returns it.
    declared : dict
        As `declared_parameters` returns it; the type of the default is the type wanted.

    Raises
    ------
    UsageError
        A value is not of the type of the default.
    """
    return {
        name: _convert(name, text, declared[name])
        for name, text in given.items()
        if name in declared
    }


def check_names(given, declared):
    """Refuse a parameter that no notebook declares.

    Parameters
    ----------
    given : iterable of str
    declared : iterable of str
        The names that the notebooks declare, all together.
    """
    known = sorted(set(declared) - set(OWN))
    for name in given:
        if name not in known:
            raise UsageError(
                f"no notebook has a parameter {name!r}", hint=suggest_name(name, known)
            )


def _convert(name, text, default):
    kind = type(default)
    try:
        value = {"true": True, "false": False}[text.lower()] if kind is bool else kind(text)
    except (KeyError, ValueError):
        raise UsageError(
            f"{text!r} is no value for the parameter {name!r}",
            hint=f"It takes a {kind.__name__}, as {default!r}",
        ) from None
    return value


def _short(path):
    return os.path.relpath(path)
