"""From the raw export to the documents, as a person runs it."""

import json
import os
import re
from pathlib import PurePath

import pytest
from matrix.factors import SAMPLE
from matrix.surroundings import find_obstacle, run_report

from analysis.run.steps import NOTEBOOKS

NOTEBOOKS = {step.name for step in NOTEBOOKS}
BUILTIN = "RENDERER=builtin"


def test_a_run_gives_tables_notebooks_and_documents(finished):
    published = finished.published()
    made = {f"report/_output/index.{suffix}" for suffix in ("html", "docx", "pdf")}
    made |= {f"report/notebooks/{name}.ipynb" for name in NOTEBOOKS}
    assert made | {"data/processed/results.csv"} <= set(published)
    for name, content in published.items():
        assert str(finished.root).encode() not in content, name


def test_a_notebook_names_in_its_first_cell_all_that_it_writes(finished):
    missing = set()
    for file, name in finished.owners().items():
        if name in NOTEBOOKS:
            content = (finished.root / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8")
            named = re.findall(r"[`/](\w+)[`.]", "".join(json.loads(content)["cells"][0]["source"]))
            missing |= {(name, PurePath(file).stem)} - {(name, each) for each in [*named, name]}
    assert not missing


def test_time_stamps_do_not_matter(trial):
    for folder in ("data/raw", "notebooks", "analysis", "report/style"):
        for path in (trial.root / folder).rglob("*"):
            if path.is_file():
                path.touch()
    done = trial.make("report", BUILTIN)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Nothing to do" in done.stdout


def test_changed_words_rebuild_the_report_alone(trial):
    trial.rewrite("report/references.bib", lambda text: text + b"\n")
    assert trial.succeed("report", BUILTIN) == {"report"}


def test_whatever_is_changed_outdates_what_depends_on_it(trial):
    def outdated_after(file, change=lambda text: text + b"\n"):
        kept = (trial.root / file).read_bytes()
        trial.rewrite(file, change)
        outdated = trial.examine("outdated") - {"results", "report"}
        trial.rewrite(file, lambda text: kept)
        return outdated

    assert outdated_after("data/raw/redcap_export.csv") == {"01_clean"}
    assert outdated_after("study.yml") == set()

    def choose_needle(text):
        return text.replace(b"needle_gauge: {value: 25", b"needle_gauge: {value: 27")

    assert outdated_after("study.yml", choose_needle) == NOTEBOOKS
    assert outdated_after("requirements.lock") == NOTEBOOKS
    assert outdated_after("analysis/tables.py") == NOTEBOOKS
    assert outdated_after("analysis/demo/export.py") == set()
    assert "01_clean" not in outdated_after("analysis/statistics/sign_flip.py")
    assert outdated_after("data/processed/pairs.csv") >= {"02_score", "04_efficacy"}


@pytest.mark.slow
def test_another_person_at_another_place_gets_the_same(finished, untouched, tmp_path):
    locales = tmp_path / "locales"
    factors = [each for each in SAMPLE if not find_obstacle(each, locales=locales)]
    assert {"hash seed 1", "umask 077", "make -j4"} <= {factor.name for factor in factors}
    run_report(untouched.root, factors, home=tmp_path / "home", locales=locales)
    assert untouched.published() == finished.published()


@pytest.mark.slow
def test_where_quarto_fails_that_nobody_asked_for_the_built_in_renderer_does(trial, tmp_path):
    program = tmp_path / "bin" / "quarto"
    program.parent.mkdir()
    program.write_text(
        '#!/bin/sh\n[ "$1" = --version ] && echo 1.9.38 && exit\necho no reason >&2; exit 1\n'
    )
    program.chmod(0o755)
    found = {"PATH": f"{program.parent}:{os.environ['PATH']}"}
    done = trial.make("report", **found)
    assert done.returncode == 0
    message = "made by the built-in renderer instead: Quarto could not render: no reason"
    assert message in done.stderr
    page = trial.published()["report/_output/index.html"].decode()
    assert "was rendered by" in page and "the built-in renderer" in page
