"""Run the matrix: the whole analysis once for reference, then in each other environment."""

import shutil
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

from analysis import paths
from analysis.errors import AnalysisError
from analysis.review.compare import compare_evidence
from analysis.review.evidence import take_evidence
from analysis.review.sources import copy_sources, list_sources
from analysis.run.setup import ENVIRONMENT
from matrix.factors import CELLS, Cell, Factor
from matrix.pythons import find_pythons, list_absent
from matrix.surroundings import LOCALES, find_obstacle, run_report

SOURCES = "sources"


@dataclass(frozen=True)
class Outcome:
    cell: str
    factors: tuple[str, ...]
    exact: bool  # whether bytes decided
    python: str
    packages: tuple[str, ...]  # name and version of those that differ from the reference
    files: int  # how many were compared
    differing: tuple[str, ...]  # what differs and decides, a phrase each
    other_bytes: tuple[str, ...]  # files whose bytes differ
    alone: tuple[str, ...]  # if the cell differs, the factors that differ by themselves
    seconds: int


def run_matrix(*, cells=None, tell=print):
    """Run everything in different environments, and compare with a plain run.

    By default, run all `CELLS`, and one cell for each other Python of the machine. Return outcomes,
    the factors that this machine cannot have with the reasons, and the evidence of the plain run.
    """
    pythons = find_pythons()
    absent = {f"Python {each}": "it is not on this machine" for each in list_absent(pythons)}
    cells = [*CELLS, *_python_cells(pythons)] if cells is None else cells
    outcomes = []
    with tempfile.TemporaryDirectory(prefix="matrix-") as name:
        scratch = Path(name).resolve()
        scratch.chmod(0o755)
        # Copied once, so that no edit can come between the runs.
        copy_sources(paths.ROOT, scratch / SOURCES, list_sources(paths.ROOT))
        reference, seconds = _run(scratch / "0", ())
        tell(f"reference: {len(reference.files)} files in {seconds} s")
        for number, cell in enumerate(cells, 1):
            obstacles = {
                factor: find_obstacle(factor, locales=scratch / LOCALES) for factor in cell.factors
            }
            absent |= {factor.name: obstacle for factor, obstacle in obstacles.items() if obstacle}
            possible = tuple(factor for factor in cell.factors if not obstacles[factor])
            if possible:
                tried = replace(cell, factors=possible)
                outcomes.append(_try_cell(tried, scratch / str(number), reference))
                tell(say_outcome(outcomes[-1]))
    return outcomes, absent, reference


def say_outcome(outcome):
    what = "bytes" if outcome.exact else "numbers and tables"
    if not outcome.differing:
        return f"{outcome.cell}: the same {what} in {outcome.seconds} s"
    blamed = f" (alone: {'; '.join(outcome.alone)})" if outcome.alone else ""
    return f"{outcome.cell}: DIFFERS, {outcome.differing[0]}{blamed}"


def _python_cells(pythons):
    """Return a cell per other Python; numbers decide, since the documents name their Python."""
    return [
        Cell(f"Python {version}", (Factor(f"Python {version}", python=python),), exact=False)
        for version, python in pythons.items()
    ]


def _try_cell(cell, folder, reference):
    evidence, seconds, failure = None, 0, ""
    try:
        evidence, seconds = _run(folder, cell.factors)
    except AnalysisError as error:
        failure = str(error)
    differing = [failure] if failure else _list_differences(reference, evidence, exact=cell.exact)
    alone = ()
    if differing and len(cell.factors) > 1:
        alone = tuple(
            factor.name
            for number, factor in enumerate(cell.factors)
            if _differs_alone(cell, factor, folder.with_name(f"{folder.name}-{number}"), reference)
        )
    found = evidence or reference
    return Outcome(
        cell=cell.name,
        factors=tuple(factor.name for factor in cell.factors),
        exact=cell.exact,
        python=found.platform["Python"],
        packages=tuple(
            f"{name} {version}"
            for name, version in found.packages.items()
            if version != reference.packages[name]
        ),
        files=len(reference.files),
        differing=tuple(differing),
        other_bytes=tuple(
            name
            for name in sorted({*reference.files, *found.files})
            if reference.files.get(name) != found.files.get(name)
        ),
        alone=alone,
        seconds=seconds,
    )


def _differs_alone(cell, factor, folder, reference):
    outcome = _try_cell(Cell(factor.name, (factor,), cell.exact), folder, reference)
    return bool(outcome.differing)


def _list_differences(reference, evidence, *, exact):
    verdict = compare_evidence(reference, evidence, bytes_decide=exact)
    return [phrase for level in verdict.levels if level.decides for phrase in level.differing]


def _run(folder, factors):
    """Run the report in a new copy below a folder, and return its evidence and the seconds."""
    named = [factor.folder for factor in factors if factor.folder]
    copy = folder / (named[0] if named else "repository")
    shutil.copytree(folder.parent / SOURCES, copy)
    started = time.monotonic()
    run_report(copy, factors, home=folder / "home", locales=folder.parent / LOCALES)
    seconds = round(time.monotonic() - started)
    environment = copy / ENVIRONMENT
    prefix = Path(sys.prefix) if environment.is_symlink() else environment
    outputs = paths.Outputs(copy)
    return take_evidence(outputs, raw=copy / "data" / "raw", environment=prefix), seconds
