"""Render the staged project without Quarto: Pandoc and Typst, both from wheels."""

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from analysis.errors import AnalysisError
from analysis.reporting.figure import find_hangul_fonts

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


def find_pandoc():
    """Return the path of the Pandoc in the locked wheel.

    pypandoc itself would take the newest that it finds on the machine, whoever put it there.
    """
    import pypandoc

    return str(Path(pypandoc.__file__).with_name("files") / "pandoc")


def name_pandoc():
    """Return its name with its version."""
    told = subprocess.run([find_pandoc(), "--version"], capture_output=True, text=True, check=True)
    return told.stdout.splitlines()[0].capitalize()


def run_pandoc(
    folder: Path, source: Path | str, output: Path | str, options: list[str], *, epoch: int
):
    """Run Pandoc inside a folder, without anyone's own settings, templates or clock.

    Parameters
    ----------
    folder
        Where it runs; paths in `options` count from here.

    Raises
    ------
    AnalysisError
        It failed, or had anything to complain about.
    """
    done = subprocess.run(
        [
            find_pandoc(),
            str(source),
            "--standalone",
            "--wrap=none",
            f"--data-dir={folder}",
            f"--output={output}",
            *options,
        ],
        cwd=folder,
        env={**os.environ, "SOURCE_DATE_EPOCH": str(epoch), "LC_ALL": "C.UTF-8", "TZ": "UTC"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode or done.stderr.strip():
        raise AnalysisError(f"Pandoc could not make {output.name}: {done.stderr.strip()}")


def name_builtin():
    """Return the name of this renderer with its versions."""
    import typst

    return f"the built-in renderer ({name_pandoc()}, Typst {typst.__version__})"


def render_builtin(folder: Path, *, epoch: int) -> dict[str, Path]:
    """Render a staged project to index.html, index.docx and index.pdf beside it.

    It takes `folder` as `analysis.reporting.staging.stage_project` wrote it, with reference.docx.

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
