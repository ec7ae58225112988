"""Imports run one way, and starting is cheap."""

import ast
import sys
from pathlib import Path

import pytest
from programs import call

from analysis import paths

PACKAGE = paths.ROOT / "analysis"
# Programs of their own that keep a committed record.
PROGRAMS = {"operating_characteristics"}
READS_OR_WRITES = {
    *("open", "read_text", "write_text", "read_bytes", "write_bytes", "mkdir", "unlink"),
    *("read_csv", "to_csv", "read_table", "write_table"),
}


def test_imports_run_one_way_as_the_contracts_in_pyproject_say():
    program = Path(sys.executable).with_name("lint-imports")
    done = call(program, "--no-cache", cwd=paths.ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("part", ["statistics", "instruments"])
def test_computing_touches_no_files(part):
    for path in (PACKAGE / part).rglob("*.py"):
        if path.parent.name in PROGRAMS:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                assert name not in READS_OR_WRITES, f"{path.name}:{node.lineno} calls {name}"


@pytest.mark.parametrize("module", ["analysis", "analysis.run.outdated"])
def test_importing_loads_nothing_heavy(module):
    code = f"import sys, {module}; print(*sys.modules)"
    done = call(sys.executable, "-Es", "-c", code, check=True, cwd=paths.ROOT)
    loaded = set(done.stdout.split())
    assert loaded.isdisjoint({"numpy", "pandas", "matplotlib", "scipy", "papermill", "yaml"})


def list_definitions(tree):
    names = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.append(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names += [n.id for each in targets for n in ast.walk(each) if isinstance(n, ast.Name)]
    return {name for name in names if not name.startswith("_")}


def test_a_public_name_is_defined_once():
    places = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        for name in list_definitions(ast.parse(path.read_text(encoding="utf-8"))):
            places.setdefault(name, []).append(path.relative_to(PACKAGE).as_posix())
    assert {name: files for name, files in places.items() if len(files) > 1} == {}


def test_a_variable_bears_the_name_of_what_it_holds():
    for path in (*PACKAGE.rglob("*.py"), *(paths.ROOT / "tests").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = getattr(node, "id", getattr(node, "arg", ""))
            assert name not in ("told", "own", "says"), f"{path}:{node.lineno}: {name}"


def test_a_module_has_at_most_300_lines_and_a_function_seven_parameters():
    for path in PACKAGE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= 300, path
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
                given = [each.arg for each in given if each.arg not in ("self", "cls")]
                assert len(given) <= 7, f"{path}:{node.lineno}: {node.name}"
