"""What a step depends on is found without running it: its modules, their data, its plan."""

import pytest
import yaml

from analysis import paths
from analysis.errors import DataError
from analysis.run import fingerprint
from analysis.run.fingerprint import reach_files, read_imports, take_fingerprint
from analysis.run.settings import Settings
from analysis.run.state import forget_hashes
from analysis.run.steps import CLEAN, EFFICACY, NOTEBOOKS, REPORT, SCORE


@pytest.fixture
def package(tmp_path, monkeypatch):
    files = {
        "__init__.py": "",
        "words.json": "{}",
        "a.py": "def f():\n    from toy_imports.b import g\n",
        "b.py": "import toy_imports.c.d as d\n",
        "c/__init__.py": "",
        "c/d.py": "",
        "c/words.csv": "",
        "c/shapes/one.svg": "",
        "apart.py": "from toy_imports import a\n",
        "typed.py": "import typing\nif typing.TYPE_CHECKING:\n    import toy_imports.b\n",
        "demo/__init__.py": "",
        "demo/forms.csv": "",
    }
    for name, text in files.items():
        path = tmp_path / "toy_imports" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    forget_hashes()
    return tmp_path / "toy_imports"


def list_imports(package):
    return read_imports(package.parent / "known.json", package.name)


def reached(package, *names):
    found = reach_files([f"toy_imports.{name}" for name in names], list_imports(package))
    return {path.relative_to(package).as_posix() for path in found}


def test_imports_inside_functions_and_of_imported_modules_count(package):
    assert {"a.py", "b.py", "c/__init__.py", "c/d.py", "__init__.py"} <= reached(package, "a.f")


def test_imports_for_types_alone_do_not_count(package):
    assert "b.py" not in reached(package, "typed")


def test_data_files_beside_a_module_count_and_others_do_not(package):
    names = reached(package, "c.d")
    assert {"words.json", "c/words.csv", "c/shapes/one.svg"} <= names
    assert not names & {"demo/forms.csv", "apart.py"}


def test_a_function_imported_from_a_package_is_no_module(package):
    names = {"__init__.py", "words.json", "c/__init__.py", "c/words.csv", "c/shapes/one.svg"}
    assert reached(package, "c.nothing_of_that_name") == names


def test_what_is_known_of_imports_holds_while_the_sources_do(package, monkeypatch):
    before = list_imports(package)
    with monkeypatch.context() as patch:
        patch.setattr(fingerprint, "_parse_imports", lambda package: pytest.fail("parsed again"))
        assert list_imports(package) == before
    (package / "b.py").write_text("")
    forget_hashes()
    assert list_imports(package)["toy_imports.b"] == []


def test_a_module_that_is_no_python_is_named_with_its_line(package):
    (package / "broken.py").write_text("x = 1\ndef (\n")
    with pytest.raises(DataError, match=r"broken\.py:2: this is no valid Python: def \("):
        list_imports(package)


def test_every_scoring_rule_counts_for_the_scores_and_no_other_room_does():
    scored = {*take_fingerprint(SCORE, Settings())}
    assert {f"analysis/instruments/{name}.py" for name in ("mrss", "haq", "kapandji")} <= scored
    assert "analysis/datapackage.json" in scored
    rooms = {name.split("/")[1] for name in scored if name.startswith("analysis/")}
    assert not rooms & {"trail", "review", "release", "demo"}


def test_the_second_program_matters_to_no_step():
    for step in (*NOTEBOOKS, REPORT):
        assert not [name for name in take_fingerprint(step, Settings()) if name.endswith(".R")]


@pytest.mark.parametrize(
    ("part", "change", "steps"),
    [
        ("authors", lambda part: [*part, {"name": "Another"}], {REPORT}),
        ("governance", lambda part: part | {"ethics": "approved"}, {REPORT}),
        ("analysis", lambda part: part | {"alpha": 0.1}, {CLEAN, EFFICACY, REPORT}),
        ("outcomes", lambda part: part[::-1], {CLEAN, EFFICACY, REPORT}),
        ("authors", lambda part: part, set()),
    ],
)
def test_a_part_of_the_plan_outdates_what_reads_it(tmp_path, monkeypatch, part, change, steps):
    plan = yaml.safe_load(paths.STUDY.read_text(encoding="utf-8"))
    plan["governance"]["ethics"] = "waived"
    hashes = []
    for number, changed in enumerate((plan, plan | {part: change(plan[part])})):
        file = tmp_path / f"{number}.yml"
        file.write_text(f"# {number}\n" + yaml.safe_dump(changed, sort_keys=False))
        monkeypatch.setattr(paths, "STUDY", file)
        each = {step: take_fingerprint(step, Settings()) for step in (CLEAN, EFFICACY, REPORT)}
        hashes.append({step: parts["study.yml"] for step, parts in each.items()})
    assert {step for step in hashes[0] if hashes[0][step] != hashes[1][step]} == steps


def test_a_statement_that_is_emptied_outdates_the_cleaning_which_refuses_it(tmp_path, monkeypatch):
    plan = yaml.safe_load(paths.STUDY.read_text(encoding="utf-8"))
    hashes = set()
    for ethics in ("waived", ""):
        plan["governance"]["ethics"] = ethics
        file = tmp_path / f"ethics{ethics}.yml"
        file.write_text(yaml.safe_dump(plan, sort_keys=False))
        monkeypatch.setattr(paths, "STUDY", file)
        hashes.add(take_fingerprint(CLEAN, Settings())["study.yml"])
    assert len(hashes) == 2
