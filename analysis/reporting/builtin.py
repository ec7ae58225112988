"""Render the staged project without Quarto: Pandoc and Typst, both from wheels."""

import os
import subprocess

from analysis.errors import AnalysisError
from analysis.reporting.figure import find_hangul_fonts

FROM = "markdown-tex_math_dollars-raw_tex-implicit_header_references"


def name_builtin():
    """Return the name of this renderer with its versions."""
    import pypandoc
    import typst

    return (
        f"the built-in renderer (Pandoc {pypandoc.get_pandoc_version()}, Typst {typst.__version__})"
    )


def render_builtin(folder, *, epoch):
    """Render a staged project to index.html, index.docx and index.pdf beside it.

    Parameters
    ----------
    folder : pathlib.Path
        As `analysis.reporting.staging.stage_project` wrote it, with reference.docx.
    epoch : int
        Time stamp of the documents, seconds.

    Returns
    -------
    dict of str to pathlib.Path
        The documents by format: html, docx, pdf.
    """
    output = folder / "_output"
    output.mkdir()
    documents = {name: output / f"index.{name}" for name in ("html", "docx", "pdf")}
    _run_pandoc(
        folder,
        documents["html"],
        [
            "--to=html5",
            "--template=style/template.html",
            "--css=style/report.css",
            "--embed-resources",
            "--toc",
            "--toc-depth=2",
            "--section-divs",
            "--include-before-body=mark.html",
            "--include-after-body=script.html",
        ],
        images="svg",
        epoch=epoch,
    )
    _run_pandoc(
        folder,
        documents["docx"],
        ["--to=docx", "--reference-doc=reference.docx"],
        images="png",
        epoch=epoch,
    )
    typeset = folder / "index.typ"
    _run_pandoc(
        folder,
        typeset,
        ["--to=typst", "--template=style/template.typ", "--include-in-header=header.typ"],
        images="svg",
        epoch=epoch,
    )
    _compile_typst(typeset, documents["pdf"], epoch=epoch)
    return documents


def _run_pandoc(folder, output, options, *, images, epoch):
    import pypandoc

    command = [
        pypandoc.get_pandoc_path(),
        "index.qmd",
        f"--from={FROM}",
        "--standalone",
        "--wrap=none",
        "--lua-filter=style/builtin.lua",
        "--citeproc",
        "--bibliography=references.bib",
        "--metadata=link-citations:true",
        "--lua-filter=style/links.lua",
        f"--default-image-extension={images}",
        f"--data-dir={folder}",
        f"--output={output}",
        *options,
    ]
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "SOURCE_DATE_EPOCH": str(epoch), "LC_ALL": "C.UTF-8", "TZ": "UTC"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode or done.stderr.strip():
        raise AnalysisError(f"Pandoc could not render {output.name}: {done.stderr.strip()}")


def _compile_typst(source, output, *, epoch):
    import typst

    try:
        _, warnings = typst.compile_with_warnings(
            source,
            output=output,
            root=source.parent,
            font_paths=[find_hangul_fonts()],
            ignore_system_fonts=True,
            pdf_standards=["ua-1"],
            timestamp=epoch,
        )
    except typst.TypstError as error:
        raise AnalysisError(f"Typst could not render {output.name}: {error}") from None
    if warnings:
        raise AnalysisError(f"Typst could not render {output.name}: {warnings[0].message}")
