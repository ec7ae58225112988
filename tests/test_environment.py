"""pyproject.toml, requirements.lock and environment.yml say the same; so does the Makefile."""

import ast
import json
import os
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from programs import call

from analysis import paths
from analysis.run.setup import compare_installed, find_block, read_lock
from analysis.run.steps import NOTEBOOKS, RESULTS, STEPS

LOCK = paths.LOCK.read_text(encoding="utf-8")
PROJECT = tomllib.loads((paths.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CONDA = yaml.safe_load((paths.ROOT / "environment.yml").read_text(encoding="utf-8"))
MAKEFILE = (paths.ROOT / "Makefile").read_text(encoding="utf-8").replace("\\\n", " ")


def test_the_lock_was_made_from_the_project():
    asked = {
        name
        for name in read_lock(LOCK)
        if "svf-hand-trial (pyproject.toml)" in find_block(LOCK, name)
    }
    wanted = {each.name: each.specifier for each in map(Requirement, PROJECT["dependencies"])}
    assert asked == set(wanted)
    for name, specifier in wanted.items():
        assert [each.operator for each in specifier] == [">="], f"{name} has one lower bound"
        assert specifier.contains(read_lock(LOCK)[name][0]), name


def test_every_package_that_is_imported_is_asked_for():
    homes = packages_distributions()
    asked = {canonicalize_name(Requirement(each).name) for each in PROJECT["dependencies"]}
    for path in [*(paths.ROOT / "analysis").rglob("*.py"), *(paths.ROOT / "tests").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            else:
                names = [node.module] if isinstance(node, ast.ImportFrom) else []
            for name in {name.partition(".")[0] for name in names} & set(homes):
                homes_here = {canonicalize_name(home) for home in homes[name]}
                assert homes_here & asked, f"{path.relative_to(paths.ROOT)} imports {name}"


def test_every_locked_package_has_hashes_and_no_address():
    assert len(read_lock(LOCK)) == len(re.findall(r"^\S+==", LOCK, re.MULTILINE)) > 50
    for name in read_lock(LOCK):
        assert "--hash=sha256:" in find_block(LOCK, name)
    assert "://" not in LOCK
    assert "index-url" not in LOCK


def test_conda_takes_from_the_lock_what_a_python_that_the_project_allows_runs():
    names = [
        each if isinstance(each, dict) else each.split("=")[0].rstrip(">")
        for each in CONDA["dependencies"]
    ]
    assert names == [
        "python", "quarto", "make", "r-base", "r-coin", "r-exactranktests", "pip",
        {"pip": ["-r requirements.lock"]},
    ]  # fmt: skip
    assert CONDA["name"] == PROJECT["name"]
    wanted = next(each for each in CONDA["dependencies"] if str(each).startswith("python="))
    low = PROJECT["requires-python"].removeprefix(">=")
    assert tuple(map(int, wanted.split("=")[1].split("."))) >= tuple(map(int, low.split(".")))


def test_binder_runs_the_notebooks_in_the_environment_that_it_has_made(tmp_path):
    make = tmp_path / "make"
    make.write_text('#!/bin/sh\necho "$CONDA_DEFAULT_ENV" "$CONDA_PREFIX" "$@"\n')
    make.chmod(0o755)
    env = {"PATH": f"{tmp_path}:{Path(sys.executable).parent}:{os.defpath}"}
    done = call(paths.ROOT / "postBuild", cwd=paths.ROOT, env=env, check=True)
    assert done.stdout.split() == [CONDA["name"], sys.prefix, "notebooks"]


def test_make_takes_an_environment_of_that_name_for_its_own():
    env = os.environ | {"CONDA_DEFAULT_ENV": CONDA["name"], "CONDA_PREFIX": "/an/env"}
    done = call("make", "--dry-run", "notebooks", cwd=paths.ROOT, env=env, check=True)
    output = done.stdout
    assert '"/an/env/bin/python"' in output and "--conda" in output
    assert ".venv" not in output


def test_the_container_sets_up_with_make_setup_and_a_python_that_the_project_allows():
    container = json.loads((paths.ROOT / ".devcontainer" / "devcontainer.json").read_text("utf-8"))
    assert container["postCreateCommand"] == "make setup"
    image, _, version = container["image"].partition(":")
    assert image == "python" and version in {f"3.{minor}" for minor in (11, 12, 13, 14)}


def test_the_repository_has_one_title_one_version_and_one_licence():
    cited = yaml.safe_load((paths.ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    readme = (paths.ROOT / "README.md").read_text(encoding="utf-8")
    name, _, title = cited["title"].partition(": ")
    assert readme.startswith(f"# {name}: {title}\n")
    assert PROJECT["name"] == name
    assert PROJECT["description"].lower().startswith(f"{title}: ".lower())
    for name in ("version", "license", "keywords", "authors"):
        assert PROJECT[name] == cited[name]


def test_a_package_with_another_version_is_named():
    locked = {"numpy": ("2.0.0", ""), "colorama": ("1.0", "sys_platform == 'nowhere'")}
    assert compare_installed(locked, {"numpy": "2.0.0"}) == []
    assert compare_installed(locked, {"numpy": "1.9"}) == ["numpy is 1.9, locked is 2.0.0"]
    assert compare_installed(locked, {}) == ["numpy is missing, locked is 2.0.0"]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_make_waits_for_what_the_pipeline_says(step):
    files = {step.name: f"$(COPY)/{step.name}.ipynb" for step in NOTEBOOKS}
    files |= {"results": "$(RESULTS)"}
    files |= {"report": "$(INDEX)"}
    rules = re.findall(r"^(\$.*): (\$\([CR].*)$", MAKEFILE, re.MULTILINE)
    waits = [before for targets, before in rules if files[step.name] in targets.split()]
    wanted = "$(COPIES)" if step is RESULTS else " ".join(files[name] for name in step.after)
    assert waits == ([wanted] if wanted else [])


def test_make_knows_every_notebook_and_helps_with_every_target():
    line = re.search(r"^NOTEBOOKS := (.*)$", MAKEFILE, re.MULTILINE)[1]
    assert line.split() == [step.name for step in NOTEBOOKS]
    targets = set(re.search(r"^\.PHONY: (help.*)$", MAKEFILE, re.MULTILINE)[1].split())
    named = set(re.findall(r"echo 'make ([\w-]+)", MAKEFILE))
    assert targets - named == {"help", "refresh"}
