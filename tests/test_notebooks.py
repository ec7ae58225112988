"""Each notebook reads like the others."""

import ast
import json

import pytest

from analysis import paths
from analysis.run.settings import RESERVED, TAG, declared_parameters
from analysis.run.steps import NOTEBOOKS, PROVENANCE
from analysis.tables import table_schemas

ALLOWED = {*RESERVED, "followup_visit", "population"}
STEPS = {step.name: step for step in NOTEBOOKS}
MOST_CELLS = 15
MOST_LINES = 25


# A person's own need not be written like ours.
SHIPPED = [step for step in NOTEBOOKS if not step.personal]


@pytest.fixture(params=[*(step.name for step in SHIPPED), "explore"])
def name(request):
    return request.param


@pytest.fixture
def notebook(name):
    return json.loads((paths.NOTEBOOK_FOLDER / f"{name}.ipynb").read_text(encoding="utf-8"))


def code_cells(notebook):
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def test_every_step_has_its_notebook():
    assert {step.notebook for step in NOTEBOOKS} <= set(paths.NOTEBOOK_FOLDER.glob("*.ipynb"))


def test_it_is_stripped(notebook):
    for cell in code_cells(notebook):
        assert cell["outputs"] == [] and cell["execution_count"] is None
        assert set(cell["metadata"]) <= {"tags"}


def test_its_metadata_are_the_same_everywhere(notebook):
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
    assert notebook["metadata"]["kernelspec"]["display_name"] == "Python 3"
    assert notebook["metadata"]["language_info"]["name"] == "python"


def test_its_cells_have_readable_ids(notebook):
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(set(ids)) == len(ids)
    for each in ids:
        assert each.replace("-", "").isalnum() and not each.isdigit(), each
        assert any(letter not in "0123456789abcdef-" for letter in each), f"{each} looks random"


def test_it_begins_with_its_question_and_its_parameters(notebook):
    first, second, *_ = notebook["cells"]
    assert first["cell_type"] == "markdown" and "".join(first["source"]).startswith("# ")
    assert TAG in second["metadata"].get("tags", [])


def test_its_parameters_are_known_and_plain(name, notebook):
    declared = declared_parameters(notebook)
    assert set(declared) <= ALLOWED
    body = ast.parse("".join(notebook["cells"][1]["source"])).body
    assert all(isinstance(statement, ast.Assign) for statement in body)
    assert declared["outputs"] == "scratch"
    if name in STEPS:
        assert ("raw" in declared) == STEPS[name].reads_raw
        assert ("inputs" in declared) == bool(STEPS[name].reads)


def test_its_cells_are_few_and_short(notebook):
    cells = code_cells(notebook)
    assert len(cells) - 1 <= MOST_CELLS
    for cell in cells:
        assert len("".join(cell["source"]).splitlines()) <= MOST_LINES, cell["id"]


@pytest.mark.parametrize("step", SHIPPED, ids=lambda step: step.name)
def test_a_step_reads_the_tables_that_it_declares_and_no_others(step):
    read = set()
    for cell in code_cells(json.loads(step.notebook.read_text(encoding="utf-8"))):
        nodes = list(ast.walk(ast.parse("".join(cell["source"]))))
        if any(isinstance(n, ast.Call) and ast.unparse(n.func) == "read_table" for n in nodes):
            texts = {n.value for n in nodes if isinstance(n, ast.Constant)}
            read |= texts & set(table_schemas())
    assert {f"{table}.csv" for table in read} == set(step.reads) - {PROVENANCE}
