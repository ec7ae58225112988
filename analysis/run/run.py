"""Run one step: stage, work, check, publish."""

import os
import sys
from functools import partial
from pathlib import Path

from analysis import paths
from analysis.errors import AnalysisError, DataError
from analysis.run.fingerprint import CODE, list_code, select_code, take_fingerprint
from analysis.run.outdated import compare_fingerprints, list_causes
from analysis.run.progress import Reporter
from analysis.run.publish import place_files, publish_files
from analysis.run.settings import (
    Settings,
    choose_parameters,
    choose_renderer,
    declared_parameters,
    read_notebook,
)
from analysis.run.state import forget_hashes, hold_lock, lock_path, open_stage, read_record
from analysis.run.steps import NOTEBOOKS, REPORT, RESULTS, Step

_FOLDER = "data/processed/"
_BUSY = "waits for another run that is busy with it"
# They shape every executed copy, though no notebook imports them.
_RUNNER = ("environment", "normalise")
# The files that a step publishes, by destination, and the modules of `analysis` that it loaded.
Made = tuple[dict[Path, Path], set[str]]


def run_step(step: Step, settings: Settings) -> None:
    """Run a step and publish its files, unless it is up to date by now.

    If another run is at the same step below the same OUT, wait for it.

    Raises
    ------
    AnalysisError
        The work failed, or the inputs or the code were edited meanwhile; published files are
        unchanged then.
    """
    outputs, lock = settings.outputs, lock_path(settings.outputs, step.name)
    work = {RESULTS: build_results, REPORT: render_report}.get(step, run_notebook)
    with (
        Reporter(outputs) as reporter,
        hold_lock(lock, on_wait=lambda: reporter.write_line(step.name, _BUSY)),
    ):
        forget_hashes()
        causes = list_causes(step, settings)
        if not causes:
            return
        before = take_fingerprint(step, settings, code=list_code())
        reporter.begin(step.name)
        with open_stage(outputs, step.name) as folder:
            moves, code = work(step, settings, folder, reporter)
            forget_hashes()
            fingerprint = take_fingerprint(step, settings, code=code)
            used = {
                name: content
                for name, content in before.items()
                if name in fingerprint or not name.startswith(CODE)
            }
            differences = compare_fingerprints(used, fingerprint)
            if differences:
                raise DataError(f"{differences[0]} while {step.name} ran", hint="Run make again")
            changed, kept = publish_files(step, outputs, moves, fingerprint=fingerprint)
        for line in kept:
            reporter.write_line(step.name, line)
        reporter.end(causes, changed)


def run_notebook(step: Step, settings: Settings, folder: Path, reporter: Reporter) -> Made:
    """Execute a notebook, which writes into the stage."""
    from analysis.run.execute import execute_notebook

    assert step.notebook
    staged = folder / "outputs"
    staged.mkdir()
    declared = declared_parameters(read_notebook(step.notebook))
    chosen = choose_parameters(settings.params, declared)
    places = {
        "raw": (settings.raw, "data/raw" if settings.raw == paths.RAW else settings.raw.name),
        "inputs": (_link_inputs(step, settings, folder / "inputs"), "data/processed"),
        "outputs": (staged, "data/processed"),
    }
    parameters = {name: (str(place), shown) for name, (place, shown) in places.items()}
    parameters = {name: pair for name, pair in parameters.items() if name in declared}
    parameters |= {name: (value, value) for name, value in chosen.items()}
    copy, code = execute_notebook(
        step.notebook, folder, parameters=parameters, outputs=settings.outputs, reporter=reporter
    )
    if step.personal:
        check_personal_results(step.name, staged)
    moves = {**place_files(staged, settings.outputs), step.target(settings.outputs): copy}
    return moves, select_code(code) | {f"{CODE}run/{name}.py" for name in _RUNNER}


def check_personal_results(name: str, staged: Path) -> None:
    """Refuse results of a personal notebook that could be taken for those of another notebook.

    Raises
    ------
    DataError
        A file of results does not have the notebook's name, or an id does not begin with it.
    """
    from analysis.tables import read_table

    for path in sorted((staged / "results").glob("*.csv")):
        if path.stem != name:
            raise DataError(
                f"{name} writes results/{path.stem}", hint=f'Write them as "results/{name}"'
            )
        for result_id in read_table(f"results/{name}", staged)["result_id"]:
            if not result_id.startswith(f"{name}."):
                raise DataError(
                    f"{name} names a result {result_id}",
                    hint=f'Begin its ids with "{name}.", as with Context("{name}", "{name}", ...)',
                )


def build_results(step: Step, settings: Settings, folder: Path, reporter: Reporter) -> Made:
    """Collect the results that the notebooks have published in one table.

    Raises
    ------
    DataError
        Two notebooks give one result_id, one is the prefix of another, or a denominator does not
        reconcile with the flow of participants.
    """
    from analysis import results
    from analysis.describe.flow import check_denominators
    from analysis.tables import read_table, write_table

    outputs = settings.outputs
    names = [
        file.removeprefix(_FOLDER).removesuffix(".csv")
        for step in NOTEBOOKS
        if (record := read_record(outputs, step.name))
        for file in sorted(record.files)
        if file.startswith(f"{_FOLDER}results/")
    ]
    frame = results.collect_results([read_table(name, outputs.processed) for name in names])
    check_denominators(frame)
    staged = folder / "outputs"
    write_table(frame, "results", staged)
    return place_files(staged, outputs), _list_loaded()


def render_report(step: Step, settings: Settings, folder: Path, reporter: Reporter) -> Made:
    """Build the documents; if Quarto fails but was not asked for, use the built-in renderer.

    Raises
    ------
    DataError
        A key, a figure, a table or a citation of the manuscript leads nowhere.
    MissingError
        The renderer that was asked for is not installed.
    """
    from analysis.reporting.document import build_report
    from analysis.run.environment import enter_environment
    from analysis.trail.pages import write_trail

    outputs, staged = settings.outputs, folder / "documents"
    enter_environment(outputs, folder / "private")
    staged.mkdir()
    renderer, _ = choose_renderer(settings.renderer)
    tell = partial(reporter.write_line, step.name)
    try:
        documents = build_report(outputs, renderer=renderer, folder=staged, tell=tell)
    except AnalysisError as error:
        # An error in the text or the results stops the built-in renderer as well.
        if renderer == "builtin" or settings.renderer == renderer:
            raise
        documents = build_report(outputs, renderer="builtin", folder=staged)
        tell(f"made by the built-in renderer instead: {error}")
    documents = [*write_trail(outputs, settings.raw, staged), *documents]
    moves = {outputs.documents / path.relative_to(staged): path for path in documents}
    return moves, _list_loaded()


def _link_inputs(step: Step, settings: Settings, folder: Path) -> Path:
    """Link the tables that a notebook may read, and no others, into a folder."""
    folder.mkdir()
    for name in step.reads:
        source, link = settings.outputs.processed / name, folder / name
        if source.exists():
            link.parent.mkdir(parents=True, exist_ok=True)
            os.link(source, link)
    return folder


def _list_loaded() -> set[str]:
    """Return the modules of `analysis` that this process has loaded, except those of run/."""
    modules = sys.modules.copy().items()
    loaded = [module for name, module in modules if name.split(".")[0] == "analysis"]
    code = select_code(str(module.__file__) for module in loaded)
    return {name for name in code if not name.startswith(f"{CODE}run/")}
