"""Remove what a run wrote, and nothing else."""

from analysis import paths
from analysis.errors import UsageError
from analysis.run.lab import COPIES
from analysis.run.publish import clear_folder

KEPT = "README.md"


def clean_outputs(outputs):
    """Remove tables, figures, executed notebooks and their copies, documents, and the run's state.

    Raises
    ------
    UsageError
        No run has written below this folder.
    """
    if not outputs.state.is_dir():
        raise UsageError(f"no run has written below {outputs.root}", hint="There is nothing to do")
    folders = [outputs.generated, outputs.documents, outputs.notebooks]
    if outputs.root == paths.ROOT:
        folders.append(COPIES)
    for folder in folders:
        clear_folder(folder)
    for entry in outputs.processed.iterdir() if outputs.processed.is_dir() else ():
        if entry.is_dir():
            clear_folder(entry)
        elif entry.name != KEPT:
            entry.unlink()
    clear_folder(outputs.state)
