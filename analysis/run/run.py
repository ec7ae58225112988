"""Run one step: stage, execute, check, publish."""

import contextlib
import os

from analysis import paths
from analysis.errors import DataError
from analysis.run import parameters
from analysis.run.fingerprint import take_fingerprint
from analysis.run.imports import recall_imports
from analysis.run.publish import clear_folder, publish_step
from analysis.run.stages import make_stage
from analysis.run.state import forget_hashes, hold_lock
from analysis.run.why import compare_fingerprints, examine_step


def run_notebook(step, settings, *, tell):
    """Run a notebook and publish what it wrote, unless it is up to date by now.

    Parameters
    ----------
    step : analysis.run.steps.Step
    settings : analysis.run.settings.Settings
    tell : analysis.run.progress.Reporter

    Raises
    ------
    AnalysisError
        What the notebook raised; nothing published has changed then.
    """
    from analysis.run.execute import execute_notebook

    with open_stage(step, settings, tell=tell) as stage:
        if stage is None:
            return
        staged = stage.folder / "outputs"
        staged.mkdir()
        shown, passed = _choose_values(step, settings, stage.folder)
        copy = execute_notebook(
            step.notebook,
            stage.folder / "executed.ipynb",
            passed=passed,
            shown=shown,
            outputs=settings.outputs,
            raw=settings.raw,
            private=stage.folder / "private",
            tell=tell,
        )
        stage.check_unchanged()
        changed = publish_step(
            step, settings.outputs, staged=staged, copy=copy, fingerprint=stage.fingerprint
        )
        tell.finished(step.name, stage.causes, changed)


class Stage:
    """A step that is being run: its folder, its fingerprint, and why it runs."""

    def __init__(self, step, settings, folder, fingerprint, causes):
        self.step = step
        self.settings = settings
        self.folder = folder
        self.fingerprint = fingerprint
        self.causes = causes

    def check_unchanged(self):
        """Refuse outputs whose inputs or code were edited while they were made."""
        forget_hashes()
        now = take_fingerprint(self.step, self.settings)
        differences = compare_fingerprints(self.fingerprint, now)
        if differences:
            raise DataError(f"{differences[0]} while {self.step.name} ran", hint="Run make again")


@contextlib.contextmanager
def open_stage(step, settings, *, tell):
    """Give a step a folder of its own on the file system of OUT, or None if it is up to date.

    Another run of the same step below the same OUT is waited for.
    """
    outputs = settings.outputs
    with hold_lock(outputs, step.name, on_wait=lambda: tell.waiting(step.name)):
        forget_hashes()
        recall_imports(outputs.state / "imports.json")
        fingerprint, causes = examine_step(step, settings)
        if not causes:
            yield None
            return
        # For its MissingError, which examine_step tells as a cause: without its notebook or its
        # export a step does not begin.
        take_fingerprint(step, settings)
        tell.begins(step.name)
        folder = make_stage(outputs, step.name)
        try:
            yield Stage(step, settings, folder, fingerprint, causes)
        finally:
            clear_folder(folder)


def _choose_values(step, settings, folder):
    """Return the parameters as the executed copy shows them, and as the kernel gets them."""
    declared = parameters.declared_parameters(parameters.read_notebook(step.notebook))
    chosen = parameters.choose_parameters(settings.params, declared)
    shown = {
        "raw": _show_raw(settings.raw),
        "inputs": "data/processed",
        "outputs": "data/processed",
    }
    passed = {
        "raw": str(settings.raw),
        "inputs": str(_link_inputs(step, settings.outputs, folder / "inputs")),
        "outputs": str(folder / "outputs"),
    }
    return tuple(
        {**{name: value for name, value in own.items() if name in declared}, **chosen}
        for own in (shown, passed)
    )


def _show_raw(raw):
    return "data/raw" if raw == paths.RAW else raw.name


def _link_inputs(step, outputs, folder):
    """Show a notebook the tables that the pipeline says it reads, and none beside."""
    folder.mkdir()
    for name in step.reads:
        source, link = outputs.processed / name, folder / name
        if source.exists():
            link.parent.mkdir(parents=True, exist_ok=True)
            os.link(source, link)
    return folder
