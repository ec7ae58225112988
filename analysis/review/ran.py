"""With which parameters each notebook ran, as its executed copy shows."""

import ast

from analysis.errors import MissingError
from analysis.run.normalise import INJECTED
from analysis.run.parameters import OWN, declared_parameters, read_notebook
from analysis.run.steps import STEPS


def read_parameters(outputs):
    """Return name and value of the parameters of each notebook, those the runner sets left out.

    Parameters
    ----------
    outputs : analysis.paths.Outputs

    Returns
    -------
    dict of dict
        By step; a step that is no notebook has none.
    """
    return {step.name: _read_copy(step.target(outputs)) if step.notebook else {} for step in STEPS}


def _read_copy(path):
    if not path.exists():
        raise MissingError("the executed copy is gone", file=path, hint="Run `make report`")
    notebook = read_notebook(path)
    used = declared_parameters(notebook)
    for cell in notebook["cells"]:
        if INJECTED in cell["metadata"].get("tags", ()):
            for statement in ast.parse("".join(cell["source"])).body:
                used[statement.targets[0].id] = ast.literal_eval(statement.value)
    return {name: value for name, value in used.items() if name not in OWN}
