"""A miniature checkout: the real Makefile and runner, six notebooks that take no time."""

import json
import shutil

import pytest
from checkout import Checkout, clone_checkout
from nbformat import v4

from analysis.paths import ROOT

RESULT_COLUMNS = (
    "result_id,analysis,population,outcome,variant,visit,group,statistic,value,text,unit,n,"
    "method,warning,notebook,data_origin"
)
CLEAN = """
folder = resolve_path(outputs)
text = (resolve_path(raw) / "export.csv").read_text(encoding="utf-8")
if "broken" in text:
    raise DataError("a code outside its choices", file="export.csv", field="mrss_hand")
for table in ("participants", "visits", "items", "adverse_events", "procedures", "medications",
              "disposition", "intercurrent_events"):
    (folder / f"{table}.csv").write_text(table + "\\n" + text.lower(), encoding="utf-8")
(folder / "provenance.json").write_text("{}\\n", encoding="utf-8")
"""
SCORE = """
items = (resolve_path(inputs) / "items.csv").read_text(encoding="utf-8")
for table in ("scores", "pairs"):
    (resolve_path(outputs) / f"{table}.csv").write_text(items, encoding="utf-8")
"""
ANALYSE = """
pairs = len(list(resolve_path(inputs).glob("*.csv")))
(resolve_path(outputs) / "results").mkdir()
row = f"NAME.toy.n,NAME,,toy,,{followup_visit},,n,{pairs},{pairs},,,,,NOTEBOOK,simulated"
(resolve_path(outputs) / "results" / "NOTEBOOK.csv").write_text(COLUMNS + "\\n" + row + "\\n")
(resolve_path(outputs) / "figures").mkdir()
(resolve_path(outputs) / "figures" / "NOTEBOOK.txt").write_text(followup_visit)
print(resolve_path(outputs))
"""


IMPORTS = "from analysis.errors import DataError\nfrom analysis.paths import resolve_path"


def make_notebook(parameters, code):
    return v4.new_notebook(
        cells=[
            v4.new_markdown_cell("# Toy", id="title"),
            v4.new_code_cell(parameters, id="parameters", metadata={"tags": ["parameters"]}),
            v4.new_code_cell(IMPORTS, id="imports"),
            v4.new_code_cell(code.strip(), id="work"),
        ],
        metadata={
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
    )


def write_toys(root):
    plain = 'inputs = "data/processed"\noutputs = "scratch"'
    toys = {
        "01_clean": make_notebook('raw = "data/raw"\noutputs = "scratch"', CLEAN),
        "02_score": make_notebook(plain, SCORE),
    }
    for name in ("03_describe", "04_efficacy", "05_sensitivity", "06_safety"):
        code = ANALYSE.replace("NOTEBOOK", name).replace("NAME", name[3:])
        code = code.replace("COLUMNS", repr(RESULT_COLUMNS))
        if name == "04_efficacy":
            code += "\nfrom analysis.toys.word import WORD\n"
            code += "(resolve_path(outputs) / 'figures' / 'word.txt').write_text(WORD)"
        toys[name] = make_notebook(plain + '\nfollowup_visit = "week_12"', code)
    for name, notebook in toys.items():
        (root / "notebooks" / f"{name}.ipynb").write_text(json.dumps(notebook, indent=1))


@pytest.fixture(scope="session")
def finished_toy(tmp_path_factory):
    root = tmp_path_factory.mktemp("toy") / "a folder 한글"
    (root / "data" / "raw").mkdir(parents=True)
    (root / "notebooks").mkdir()
    (root / "report").mkdir()
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "analysis", root / "analysis", ignore=ignored)
    for name in ("Makefile", "environment.yml", "requirements.lock", "study.yml"):
        shutil.copy(ROOT / name, root / name)
    (root / ".venv").symlink_to(ROOT / ".venv")
    (root / "data" / "raw" / "export.csv").write_text("A,B\n1,2\n")
    (root / "analysis" / "toys").mkdir()
    (root / "analysis" / "toys" / "__init__.py").write_text("")
    (root / "analysis" / "toys" / "word.py").write_text("WORD = 'old'\n")
    write_toys(root)
    checkout = Checkout(root, goal=("notebooks",))
    checkout.succeed("-j2", "notebooks")
    return checkout


@pytest.fixture
def toy(finished_toy, tmp_path):
    return clone_checkout(finished_toy, tmp_path / "toy 한글")
