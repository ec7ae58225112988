"""The executed notebooks as pages that a browser shows without Jupyter."""

from analysis.reporting.pandoc import run_pandoc

FOLDER = "executed"


def write_notebook_pages(project, folder, *, epoch, mark_line):
    """Write one page for each executed copy of a staged project.

    Parameters
    ----------
    project : pathlib.Path
        As `analysis.reporting.staging.stage_project` wrote it.
    folder : pathlib.Path
        The rendered documents; the pages go to ``executed/`` below.
    epoch : int
        Time stamp, seconds.
    mark_line : str
        The line that stands over simulated data, or "".

    Returns
    -------
    list of str
        The names of the notebooks that have a page.
    """
    copies = sorted((project / "notebooks").glob("*.ipynb"))
    if copies:
        (folder / FOLDER).mkdir(exist_ok=True)
    for copy in copies:
        title = f"{mark_line.capitalize()}: {copy.stem}" if mark_line else copy.stem
        run_pandoc(
            project,
            copy.relative_to(project),
            folder / FOLDER / f"{copy.stem}.html",
            [
                "--from=ipynb",
                "--to=html5",
                "--template=style/notebook.html",
                "--lua-filter=style/notebook.lua",
                "--css=style/report.css",
                "--css=style/page.css",
                "--embed-resources",
                "--include-before-body=mark.html",
                f"--metadata=pagetitle:{title}",
                "--metadata=lang:en-GB",
            ],
            epoch=epoch,
        )
    return [copy.stem for copy in copies]
