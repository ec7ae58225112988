"""Build the report: words, numbers, tables and figures into HTML, Word and PDF."""

import filecmp
import re
import shutil
from collections.abc import Callable, Iterable, Sequence
from html import unescape
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from analysis import paths
from analysis.errors import AnalysisError
from analysis.reporting import builtin, facts, quarto, word
from analysis.reporting.lint import check_leftovers
from analysis.reporting.manuscript import DOCUMENTS
from analysis.reporting.material import Material, list_material, list_notebooks, read_material
from analysis.reporting.pages import write_notebook_pages, write_results_page
from analysis.reporting.prepare import PREPARED, describe_document, prepare_project
from analysis.reporting.values import study_values

PREVIEW = "_preview"
SUFFIXES = ("html", "docx", "pdf")


def build_report(
    outputs: paths.Outputs,
    *,
    renderer: str,
    folder: Path,
    sources: Path = paths.REPORT_FOLDER,
    study: Path = paths.STUDY,
    suffixes: Sequence[str] = SUFFIXES,
    tell: Callable[[str], None] = print,
) -> list[Path]:
    """Render the report into a folder, and return what was written, index.html last.

    Parameters
    ----------
    renderer
        ``quarto`` or ``builtin``.
    folder
        An empty folder; the documents and what they need are written there. The staged project
        is left beside it.
    sources
        The folder of the text.
    suffixes
        The formats: html, docx, pdf.
    tell
        Called with each warning of Quarto.

    Raises
    ------
    DataError
        Text or results are wrong: an unknown key, a typed number, a forbidden claim, a leftover.
    MissingError
        There are no results yet, or Quarto was asked for and is not installed.
    """
    named = quarto.name_quarto() if renderer == "quarto" else builtin.name_builtin()
    material = read_material(outputs, sources=sources, study=study)
    epoch = facts.document_epoch(material.provenance)
    project = folder.resolve().with_name("manuscript")
    stage_project(material, project)
    texts = prepare_project(material, project, renderer=named)
    if renderer == "quarto":
        rendered = quarto.render_quarto(project, suffixes, epoch=epoch, tell=tell)
    else:
        rendered = builtin.render_builtin(project, texts, suffixes, epoch=epoch)
    documents = [rendered / f"{name}.{suffix}" for name in DOCUMENTS for suffix in suffixes]
    absent = [path.name for path in documents if not path.exists()]
    if absent:
        raise AnalysisError(f"{named} did not make {', '.join(absent)}", hint=quarto.INSTEAD)
    finish_documents(documents, material, renderer=named)
    write_pages(material, project, rendered)
    return _move_files(rendered, folder)


def prepare_in_place(sources: Path = paths.REPORT_FOLDER) -> None:
    """Prepare report/ itself, for Quarto to render in place.

    Unchanged files are not rewritten: a preview would take them for changes, and render forever.
    """
    material = read_material(paths.Outputs(), sources=sources)
    if remark := quarto.find_remark():
        print(remark)
    with TemporaryDirectory() as place:
        prepare_project(material, Path(place), renderer=quarto.name_quarto())
        _replace_changed(Path(place), sources)


def _replace_changed(new: Path, folder: Path) -> None:
    """Copy new and changed files to another folder; delete there what is gone from _prepared."""
    names = {path.relative_to(new) for path in new.rglob("*") if path.is_file()}
    for name in names:
        if not (folder / name).exists() or not filecmp.cmp(new / name, folder / name, False):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(new / name, folder / name)
    for path in (folder / PREPARED).rglob("*"):
        if path.is_file() and path.relative_to(folder) not in names:
            path.unlink()


def finish_in_place(rendered: Iterable[Path], sources: Path = paths.REPORT_FOLDER) -> None:
    """Finish the documents that Quarto has rendered from report/ itself, and write their pages.

    The paths are relative to report/, as Quarto names them.
    """
    material = read_material(paths.Outputs(), sources=sources)
    documents = [sources / path for path in rendered if path.suffix[1:] in SUFFIXES]
    finish_documents(documents, material, renderer=quarto.name_quarto())
    write_pages(material, sources, sources / PREVIEW)


def stage_project(material: Material, folder: Path) -> None:
    """Copy the text, with its figures and tables, into a separate project."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for path in list_material(material.sources):
        copy = folder / path.relative_to(material.sources)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    shutil.copytree(material.generated, folder / "_generated")
    config = yaml.safe_load((folder / "_quarto.yml").read_text(encoding="utf-8"))
    # This module does the work of both scripts.
    for script in ("pre-render", "post-render"):
        config["project"].pop(script)
    text = yaml.safe_dump(config, allow_unicode=True, sort_keys=False)
    (folder / "_quarto.yml").write_text(text, encoding="utf-8")


def finish_documents(documents: Iterable[Path], material: Material, *, renderer: str) -> None:
    """Finish the Word files, and raise an error if a document has anything unresolved."""
    about = describe_document(material, renderer=renderer)
    epoch = facts.document_epoch(material.provenance)
    authors = facts.document_authors(material.study, material.provenance)
    alternatives = {
        path.stem: " ".join(path.read_text(encoding="utf-8").split())
        for path in material.generated.glob("figures/*.txt")
    }
    for path in documents:
        if path.suffix == ".docx":
            word.finish_document(
                path, about, authors=authors, alternatives=alternatives, epoch=epoch
            )
    _check_documents(documents, material)


def write_pages(material: Material, project: Path, folder: Path) -> None:
    """Write the page of all results and a page for each executed notebook beside the documents."""
    about = describe_document(material, renderer="")
    pages = write_notebook_pages(
        [material.notebooks / f"{name}.ipynb" for name in list_notebooks(material)],
        folder,
        project=project,
        epoch=facts.document_epoch(material.provenance),
        mark_line=about["mark_line"],
    )
    style = material.sources / "style"
    write_results_page(
        material.results,
        folder / "results.html",
        pages=pages,
        style="".join(
            (style / name).read_text(encoding="utf-8") for name in ("report.css", "page.css")
        ),
        script=(style / "narrow.js").read_text(encoding="utf-8"),
        mark_line=about["mark_line"],
    )


def _check_documents(documents: Iterable[Path], material: Material) -> None:
    bibliography = (material.sources / "references.bib").read_text(encoding="utf-8")
    citations = re.findall(r"^@\w+\{([^,\s]+),", bibliography, re.M)
    files = [*material.generated.glob("tables/*.html"), *material.generated.glob("figures/*.txt")]
    inserted = "\n".join(unescape(path.read_text(encoding="utf-8")) for path in files)
    inserted += "\n".join(material.results["text"])
    inserted += "\n".join(value.text for value in study_values(material.study).values())
    for path in documents:
        check_leftovers(path, citations=citations, inserted=inserted)


def _move_files(rendered: Path, folder: Path) -> list[Path]:
    files = sorted(path.relative_to(rendered) for path in rendered.rglob("*") if path.is_file())
    files.sort(key=lambda name: name.as_posix() == "index.html")
    for name in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.move(rendered / name, folder / name)
    return [folder / name for name in files]
