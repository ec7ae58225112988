"""Build the report: words, numbers, tables and figures into HTML, Word and PDF."""

import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from pathlib import Path

from analysis import paths
from analysis.provenance import read_provenance
from analysis.reporting import builtin, quarto, word
from analysis.reporting.facts import document_epoch
from analysis.reporting.lint import check_leftovers
from analysis.reporting.pages import write_notebook_pages, write_results_page
from analysis.reporting.staging import VARIABLES, Material, stage_project
from analysis.study import load_study
from analysis.tables import read_table


def build_report(
    outputs: paths.Outputs,
    *,
    renderer: str,
    folder: Path,
    sources: Path = paths.REPORT,
    study: Path = paths.STUDY,
) -> list[Path]:
    """Render the report into a folder.

    Parameters
    ----------
    outputs
        Where results.csv, the figures and tables, and the executed copies lie.
    renderer
        ``quarto`` or ``builtin``.
    folder
        An empty folder; the documents and what they need are written there.

    Returns
    -------
    list of pathlib.Path
        What was written, the variables among it; index.html is last.

    Raises
    ------
    DataError
        The words or the results are wrong: an unknown key, a typed number, a claim, a leftover.
    MissingError
        Results are not there yet, or Quarto was asked for and is not there.
    """
    named = quarto.name_quarto() if renderer == "quarto" else builtin.name_builtin()
    material = Material(
        results=read_table("results", outputs.processed),
        study=load_study(study),
        provenance=read_provenance(outputs.processed),
        generated=outputs.generated,
        notebooks=outputs.notebooks,
        sources=sources,
    )
    epoch = document_epoch(material.provenance)
    project = (outputs.state / "manuscript").resolve()
    header = stage_project(material, project, renderer=named)
    word.write_reference(project / "reference.docx")
    render = quarto.render_quarto if renderer == "quarto" else builtin.render_builtin
    documents = render(project, epoch=epoch)
    word.finish_document(documents["docx"], header, epoch=epoch)
    rendered = documents["html"].parent
    options = {"epoch": epoch, "mark_line": header["mark-line"]}
    # Reading the PDF takes long; Pandoc, a program of its own, works beside.
    with ThreadPoolExecutor() as pool:
        written = pool.submit(write_notebook_pages, project, rendered, **options)
        _check_documents(documents, material)
        pages = written.result()
    write_results_page(
        material.results,
        rendered / "results.html",
        pages=pages,
        style="".join(
            (sources / "style" / name).read_text(encoding="utf-8")
            for name in ("report.css", "page.css")
        ),
        script=(sources / "style" / "narrow.js").read_text(encoding="utf-8"),
        mark_line=header["mark-line"],
    )
    shutil.move(project / VARIABLES, rendered)
    return _move_files(rendered, folder)


def _check_documents(documents, material):
    bibliography = (material.sources / "references.bib").read_text(encoding="utf-8")
    citations = re.findall(r"^@\w+\{([^,\s]+),", bibliography, re.M)
    files = [*material.generated.glob("tables/*.html"), *material.generated.glob("figures/*.txt")]
    inserted = "\n".join(unescape(path.read_text(encoding="utf-8")) for path in files)
    inserted += "\n".join(material.results["text"])
    for path in documents.values():
        check_leftovers(path, citations=citations, inserted=inserted)


def _move_files(rendered, folder):
    files = sorted(path.relative_to(rendered) for path in rendered.rglob("*") if path.is_file())
    files.sort(key=lambda name: name.as_posix() == "index.html")
    for name in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.move(rendered / name, folder / name)
    return [folder / name for name in files]
