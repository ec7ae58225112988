"""Bring the results of all notebooks into one table."""

from analysis.run.publish import publish_step
from analysis.run.run import open_stage
from analysis.run.state import read_record
from analysis.run.steps import NOTEBOOKS, RESULTS

FOLDER = "data/processed/"


def collect_run(settings, *, tell):
    """Publish data/processed/results.csv, unless it is up to date.

    Only results that a notebook of this pipeline has published count.

    Raises
    ------
    DataError
        Two notebooks give one result_id, one is the prefix of another, or a denominator does not
        reconcile with the flow of participants.
    """
    with open_stage(RESULTS, settings, tell=tell) as stage:
        if stage is None:
            return
        from analysis.describe.flow import check_denominators
        from analysis.results import collect_results
        from analysis.tables import read_table, write_table

        outputs = settings.outputs
        names = [
            file.removeprefix(FOLDER).removesuffix(".csv")
            for step in NOTEBOOKS
            if (record := read_record(outputs, step.name))
            for file in sorted(record.files)
            if file.startswith(f"{FOLDER}results/")
        ]
        staged = stage.folder / "outputs"
        frame = collect_results([read_table(name, outputs.processed) for name in names])
        check_denominators(frame)
        write_table(frame, "results", staged)
        stage.check_unchanged()
        changed = publish_step(
            RESULTS, outputs, staged=staged, copy=None, fingerprint=stage.fingerprint
        )
        tell.finished(RESULTS.name, stage.causes, changed)
