"""Imports run one way, and starting is cheap."""

import ast
import graphlib
import subprocess
import sys

import pytest

from analysis import paths

# A layer imports those before it; those in one row do not import each other.
LAYERS = (
    ("errors", "interrupts"),
    ("paths", "records", "command"),
    ("study", "tables", "provenance", "privacy"),
    ("results",),
    ("statistics", "instruments", "demo"),
    ("cleaning", "describe"),
    ("safety",),
    ("reporting",),
    ("trail",),
    ("run",),
    ("review",),
    ("release",),
)
LEVEL = {name: level for level, row in enumerate(LAYERS) for name in row}
PACKAGE = paths.ROOT / "analysis"
MODULES = sorted(PACKAGE.rglob("*.py"))
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


def part_of(path):
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def dotted(path):
    return ".".join(path.relative_to(paths.ROOT).with_suffix("").parts)


def imported_names(path):
    """Return what a file imports from `analysis`, anywhere in its code."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: relative import"
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        found |= {name for name in names if name.startswith("analysis.")}
    return found


def imported_parts(path):
    return {name.split(".")[1] for name in imported_names(path)}


def test_every_part_has_its_place():
    parts = {part_of(path) for path in MODULES} - {"__init__", "__main__"}
    assert parts - set(LEVEL) == set()


@pytest.mark.parametrize("part", sorted(LEVEL))
def test_arrows_run_one_way(part):
    for path in MODULES:
        if part_of(path) == part:
            others = imported_parts(path) - {part}
            later = {name for name in others if LEVEL.get(name, -1) >= LEVEL[part]}
            assert not later, f"{path.relative_to(paths.ROOT)} imports {', '.join(sorted(later))}"


def test_modules_import_each_other_in_no_circle():
    graph = {}
    for path in MODULES:
        if path.name != "__init__.py":
            graph[dotted(path)] = imported_names(path) & {dotted(each) for each in MODULES}
    graphlib.TopologicalSorter(graph).prepare()


def test_the_simulated_export_knows_no_scoring():
    for path in MODULES:
        if part_of(path) == "demo":
            assert not imported_parts(path) & {"instruments", "statistics"}, path


@pytest.mark.parametrize("part", ["statistics", "instruments"])
def test_computing_touches_no_files(part):
    for path in (PACKAGE / part).rglob("*.py"):
        if path.parent.name in PROGRAMS:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                assert name not in READS_OR_WRITES, f"{path.name}:{node.lineno} calls {name}"


@pytest.mark.parametrize("module", ["analysis", "analysis.run.refresh"])
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
