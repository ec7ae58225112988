"""A miniature checkout: the real Makefile and runner, six notebooks that take no time."""

import json
import shutil

import pytest
from checkout import Checkout, clone_checkout
from toys import ANALYSE, CLEAN, RESULT_COLUMNS, SCORE, make_notebook

from analysis.paths import ROOT


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
