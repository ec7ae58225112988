"""Render the report from what the notebooks have published."""

from analysis.reproduce import pipeline
from analysis.reproduce.environment import enter_environment
from analysis.reproduce.publish import publish_files
from analysis.reproduce.renderer import choose_renderer
from analysis.reproduce.run import open_stage


def render_report(settings, *, tell):
    """Publish the report's documents, unless they are up to date; index.html is last.

    Raises
    ------
    DataError
        A key, a figure, a table or a citation of the manuscript leads nowhere.
    MissingError
        The renderer that was asked for is not there.
    """
    with open_stage(pipeline.REPORT, settings, tell=tell) as stage:
        if stage is None:
            return
        from analysis.reporting.document import build_report
        from analysis.reporting.staging import VARIABLES

        outputs = settings.outputs
        renderer, _ = choose_renderer(settings.renderer)
        enter_environment(outputs, stage.folder / "private")
        staged = stage.folder / "documents"
        staged.mkdir()
        documents = build_report(outputs, renderer=renderer, folder=staged)
        stage.check_unchanged()
        moves = {outputs.documents / path.relative_to(staged): path for path in documents}
        moves[outputs.generated / VARIABLES] = moves.pop(outputs.documents / VARIABLES)
        changed = publish_files(pipeline.REPORT, outputs, moves, fingerprint=stage.fingerprint)
        tell.finished(pipeline.REPORT.name, stage.causes, changed)
