"""A module that is found by being there is reached like one that is imported."""

import os

from analysis.run.fingerprint import take_fingerprint
from analysis.run.imports import reach_files
from analysis.run.settings import Settings
from analysis.run.steps import find_step


def test_going_through_a_package_reaches_all_of_it(tmp_path):
    package = tmp_path / "analysis" / "rules"
    package.mkdir(parents=True)
    for file in ("__init__.py", "rules/__init__.py", "rules/one.py", "helper.py"):
        (tmp_path / "analysis" / file).write_text("")
    (package / "two.py").write_text("from analysis import helper")
    (package / "all.py").write_text(
        "import pkgutil\nfrom analysis import rules\npkgutil.iter_modules(rules.__path__)"
    )
    reached = reach_files(code=["import analysis.rules.all"], root=tmp_path)
    names = {os.path.relpath(path, tmp_path / "analysis") for path in reached}
    assert {"rules/one.py", "rules/two.py", "helper.py"} <= names


def test_every_scoring_rule_counts_for_the_scores():
    scored = take_fingerprint(find_step("02_score"), Settings())
    assert {f"analysis/instruments/{name}.py" for name in ("mrss", "haq", "kapandji")} <= {*scored}
