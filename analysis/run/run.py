"""Run one step: stage, work, check, publish."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from analysis import paths
from analysis.errors import AnalysisError, DataError
from analysis.run.fingerprint import take_fingerprint
from analysis.run.outdated import compare_fingerprints, examine_step
from analysis.run.progress import Reporter
from analysis.run.publish import place_files, publish_files
from analysis.run.settings import (
    Settings,
    choose_parameters,
    choose_renderer,
    declared_parameters,
    read_notebook,
)
from analysis.run.state import (
    clear_folder,
    forget_hashes,
    hold_lock,
    lock_path,
    make_stage,
    read_record,
)
from analysis.run.steps import NOTEBOOKS, REPORT, RESULTS, Step

_FOLDER = "data/processed/"
Moves = dict[Path, Path]


@dataclass(frozen=True)
class Stage:
    """A step that is being run.

    Parameters
    ----------
    folder
        Its own, on the file system of OUT.
    fingerprint
        What it is made from.
    causes
        Why it runs.
    """

    step: Step
    settings: Settings
    folder: Path
    fingerprint: dict[str, str]
    causes: list[str]
    reporter: Reporter


def run_step(step: Step, settings: Settings) -> None:
    """Run a step and publish what it made, unless it is up to date by now.

    Raises
    ------
    AnalysisError
        What the work raised, or the inputs or the code were edited meanwhile; nothing published
        has changed then.
    """
    work = {RESULTS: build_results, REPORT: render_report}.get(step, run_notebook)
    with (
        Reporter(settings.outputs) as reporter,
        open_stage(step, settings, reporter=reporter) as stage,
    ):
        if stage is None:
            return
        moves = work(stage)
        forget_hashes()
        now = take_fingerprint(step, settings)
        differences = compare_fingerprints(stage.fingerprint, now)
        if differences:
            raise DataError(f"{differences[0]} while {step.name} ran", hint="Run make again")
        changed = publish_files(step, settings.outputs, moves, fingerprint=stage.fingerprint)
        reporter.end(step.name, stage.causes, changed)


@contextlib.contextmanager
def open_stage(step: Step, settings: Settings, *, reporter: Reporter) -> Iterator[Stage | None]:
    """Give a step a folder of its own, or None if it is up to date.

    Another run of the same step below the same OUT is waited for.
    """
    outputs = settings.outputs
    lock = lock_path(outputs, step.name)
    with hold_lock(lock, on_wait=lambda: reporter.wait(step.name)):
        forget_hashes()
        fingerprint, causes = examine_step(step, settings)
        if not causes:
            yield None
            return
        # For its MissingError, which examine_step gives as a cause: without its notebook or its
        # export a step does not begin.
        take_fingerprint(step, settings)
        reporter.begin(step.name)
        folder = make_stage(outputs, step.name)
        try:
            yield Stage(step, settings, folder, fingerprint, causes, reporter)
        finally:
            clear_folder(folder)


def run_notebook(stage: Stage) -> Moves:
    """Execute a notebook, which writes into the stage."""
    from analysis.run.execute import execute_notebook

    step, settings = stage.step, stage.settings
    assert step.notebook
    staged = stage.folder / "outputs"
    staged.mkdir()
    declared = declared_parameters(read_notebook(step.notebook))
    chosen = choose_parameters(settings.params, declared)
    shown = {
        "raw": "data/raw" if settings.raw == paths.RAW else settings.raw.name,
        "inputs": "data/processed",
        "outputs": "data/processed",
    }
    passed = {
        "raw": str(settings.raw),
        "inputs": str(_link_inputs(stage)),
        "outputs": str(staged),
    }
    copy = execute_notebook(
        step.notebook,
        stage.folder,
        passed={name: value for name, value in passed.items() if name in declared} | chosen,
        shown={name: value for name, value in shown.items() if name in declared} | chosen,
        settings=settings,
        reporter=stage.reporter,
    )
    return {**place_files(staged, settings.outputs), step.target(settings.outputs): copy}


def build_results(stage: Stage) -> Moves:
    """Bring the results that the notebooks have published into one table.

    Raises
    ------
    DataError
        Two notebooks give one result_id, one is the prefix of another, or a denominator does not
        reconcile with the flow of participants.
    """
    from analysis import results
    from analysis.describe.flow import check_denominators
    from analysis.tables import read_table, write_table

    outputs = stage.settings.outputs
    names = [
        file.removeprefix(_FOLDER).removesuffix(".csv")
        for step in NOTEBOOKS
        if (record := read_record(outputs, step.name))
        for file in sorted(record.files)
        if file.startswith(f"{_FOLDER}results/")
    ]
    frame = results.collect_results([read_table(name, outputs.processed) for name in names])
    check_denominators(frame)
    staged = stage.folder / "outputs"
    write_table(frame, "results", staged)
    return place_files(staged, outputs)


def render_report(stage: Stage) -> Moves:
    """Build the documents; where Quarto fails that nobody asked for, the built-in renderer does.

    Raises
    ------
    DataError
        A key, a figure, a table or a citation of the manuscript leads nowhere.
    MissingError
        The renderer that was asked for is not there.
    """
    from analysis.reporting.document import build_report
    from analysis.run.environment import enter_environment

    settings, outputs = stage.settings, stage.settings.outputs
    enter_environment(outputs, stage.folder / "private")
    staged = stage.folder / "documents"
    staged.mkdir()
    renderer, _ = choose_renderer(settings.renderer)
    try:
        documents = build_report(outputs, renderer=renderer, folder=staged)
    except AnalysisError as error:
        # What is wrong with the words or the results stops the built-in renderer as well.
        if renderer == "builtin" or settings.renderer == renderer:
            raise
        documents = build_report(outputs, renderer="builtin", folder=staged)
        reason = f"made by the built-in renderer instead: {error}"
        stage.reporter.write_line(stage.step.name, reason)
    return {outputs.documents / path.relative_to(staged): path for path in documents}


def _link_inputs(stage: Stage) -> Path:
    """Show a notebook the tables that it declares to read, and none beside."""
    folder = stage.folder / "inputs"
    folder.mkdir()
    for name in stage.step.reads:
        source, link = stage.settings.outputs.processed / name, folder / name
        if source.exists():
            link.parent.mkdir(parents=True, exist_ok=True)
            os.link(source, link)
    return folder
