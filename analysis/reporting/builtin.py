"""Render the staged project without Quarto: Pandoc and Typst, both from wheels."""

from concurrent.futures import ThreadPoolExecutor

from analysis.errors import AnalysisError
from analysis.reporting.figure import find_hangul_fonts
from analysis.reporting.pandoc import name_pandoc, run_pandoc

FROM = "markdown-tex_math_dollars-raw_tex-implicit_header_references"
# The kind of images, and Pandoc's options.
FORMATS = {
    "html5": (
        "svg",
        (
            "--template=style/template.html",
            "--css=style/report.css",
            "--css=style/page.css",
            "--embed-resources",
            "--toc",
            "--toc-depth=2",
            "--section-divs",
            "--include-in-header=head.html",
            "--include-before-body=mark.html",
            "--include-after-body=script.html",
        ),
    ),
    "typst-smart": ("svg", ("--template=style/template.typ", "--include-in-header=header.typ")),
    "docx": ("png", ("--reference-doc=reference.docx",)),
}


def name_builtin():
    """Return the name of this renderer with its versions."""
    import typst

    return f"the built-in renderer ({name_pandoc()}, Typst {typst.__version__})"


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
    typeset = folder / "index.typ"
    made = {"html5": documents["html"], "docx": documents["docx"], "typst-smart": typeset}
    # Each is a program of its own, so that threads use all cores.
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda to: _render(folder, made[to], to=to, epoch=epoch), made))
    _compile_typst(typeset, documents["pdf"], epoch=epoch)
    return documents


def _render(folder, output, *, to, epoch):
    images, options = FORMATS[to]
    reading = [
        f"--from={FROM}",
        "--lua-filter=style/builtin.lua",
        "--citeproc",
        "--bibliography=references.bib",
        "--metadata=link-citations:true",
        "--lua-filter=style/links.lua",
        f"--default-image-extension={images}",
    ]
    run_pandoc(folder, "index.qmd", output, [*reading, f"--to={to}", *options], epoch=epoch)


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
