"""Imports run one way, and starting is cheap."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from analysis import paths

PACKAGE = paths.ROOT / "analysis"
# Programs of their own that keep a committed record.
PROGRAMS = {"operating_characteristics"}
READS_OR_WRITES = {
    "open",
    "read_text",
    "write_text",
    "read_bytes",
    "write_bytes",
    "read_csv",
    "to_csv",
    "read_table",
    "write_table",
    "mkdir",
    "unlink",
}


def test_imports_run_one_way_as_the_contracts_in_pyproject_say():
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [program, "--no-cache"], capture_output=True, text=True, cwd=paths.ROOT, check=False
    )
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
    done = subprocess.run(
        [sys.executable, "-Es", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=paths.ROOT,
    )
    loaded = set(done.stdout.split())
    assert loaded.isdisjoint({"numpy", "pandas", "matplotlib", "scipy", "papermill", "yaml"})
