"""Render the report from what the notebooks have published."""

from analysis.errors import AnalysisError
from analysis.run.environment import enter_environment
from analysis.run.publish import publish_files
from analysis.run.renderer import choose_renderer
from analysis.run.run import open_stage
from analysis.run.steps import REPORT


def render_report(settings, *, tell):
    """Publish the report's documents, unless they are up to date; index.html is last.

    Raises
    ------
    DataError
        A key, a figure, a table or a citation of the manuscript leads nowhere.
    MissingError
        The renderer that was asked for is not there.
    """
    with open_stage(REPORT, settings, tell=tell) as stage:
        if stage is None:
            return
        from analysis.reporting.staging import VARIABLES

        outputs = settings.outputs
        enter_environment(outputs, stage.folder / "private")
        staged = stage.folder / "documents"
        staged.mkdir()
        documents = _build_documents(settings, staged, tell=tell)
        stage.check_unchanged()
        moves = {outputs.documents / path.relative_to(staged): path for path in documents}
        moves[outputs.generated / VARIABLES] = moves.pop(outputs.documents / VARIABLES)
        changed = publish_files(REPORT, outputs, moves, fingerprint=stage.fingerprint)
        tell.finished(REPORT.name, stage.causes, changed)


def _build_documents(settings, folder, *, tell):
    """Build the documents; where Quarto fails that nobody asked for, the built-in renderer does."""
    from analysis.reporting.document import build_report

    renderer, _ = choose_renderer(settings.renderer)
    try:
        return build_report(settings.outputs, renderer=renderer, folder=folder)
    except AnalysisError as error:
        # What is wrong with the words or the results stops the built-in renderer as well.
        if renderer == "builtin" or settings.renderer == renderer:
            raise
        documents = build_report(settings.outputs, renderer="builtin", folder=folder)
        tell.replaced(REPORT.name, error)
        return documents
