"""Render the staged project without Quarto: Pandoc and Typst, both from wheels."""

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import yaml

from analysis.errors import AnalysisError, DataError
from analysis.reporting.figure import find_hangul_fonts

FROM = "markdown-tex_math_dollars-raw_tex-implicit_header_references"
# The kind of images, and Pandoc's options: what _quarto.yml asks of Quarto.
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
            "--include-in-header=_prepared/head.html",
            "--include-before-body=_prepared/mark.html",
            "--include-after-body=_prepared/script.html",
        ),
    ),
    "typst-smart": (
        "svg",
        ("--template=style/builtin.typ", "--include-in-header=_prepared/header.typ"),
    ),
    "docx": ("png", ()),
}
_TARGETS = {"html": "html5", "docx": "docx", "pdf": "typst-smart"}


def find_pandoc():
    """Return the path of the Pandoc in the locked wheel.

    pypandoc itself would take the newest that it finds on the machine, whoever put it there.
    """
    import pypandoc

    return str(Path(pypandoc.__file__).with_name("files") / "pandoc")


def name_pandoc():
    """Return its name with its version."""
    run = subprocess.run([find_pandoc(), "--version"], capture_output=True, text=True, check=True)
    return run.stdout.splitlines()[0].capitalize()


def run_pandoc(folder, source, output, options, *, epoch):
    """Run Pandoc inside a folder, without anyone's own settings, templates or clock.

    Parameters
    ----------
    folder : pathlib.Path
        Where it runs; paths in `options` count from here.
    source, output : pathlib.Path or str
    options : list of str
    epoch : int
        Time stamp of the output, seconds.

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


def render_builtin(folder, texts, suffixes, *, epoch):
    """Render a staged project without Quarto.

    Parameters
    ----------
    folder : pathlib.Path
        As `analysis.reporting.prepare.prepare_project` left it.
    texts : dict of str to str
        The filled-in documents by name.
    suffixes : tuple of str
        The formats: html, docx, pdf.
    epoch : int
        Time stamp of the documents, seconds.

    Returns
    -------
    pathlib.Path
        The folder that holds the documents.
    """
    output = folder / "_preview"
    output.mkdir()
    metadata = yaml.safe_load((folder / "_metadata.yml").read_text(encoding="utf-8"))
    _write_authors(metadata["author"], folder)
    asked = _read_options(folder)
    for name, text in texts.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    typeset = {name: folder / f"{name}.typ" for name in texts if "pdf" in suffixes}
    jobs = [
        (name, _TARGETS[suffix], typeset[name] if suffix == "pdf" else output / f"{name}.{suffix}")
        for suffix in suffixes
        for name in texts
    ]
    # Each is a program of its own, so that threads use all cores.
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda job: _render(folder, *job, asked, epoch=epoch), jobs))
    for name, source in typeset.items():
        _compile_typst(source, output / f"{name}.pdf", epoch=epoch)
    return output


def _write_authors(authors, folder):
    """Write the authors as Quarto's schema gives them to a template."""
    by_author = [
        {
            **author,
            "name": {"literal": author["name"]},
            "roles": [{"role": role} for role in author["roles"]],
        }
        for author in authors
    ]
    text = yaml.safe_dump({"by-author": by_author}, allow_unicode=True, width=10_000)
    (folder / "_authors.yml").write_text(text, encoding="utf-8")


def _read_options(folder):
    """Return what an author may ask for in _quarto.yml, by the format that it concerns."""
    config = yaml.safe_load((folder / "_quarto.yml").read_text(encoding="utf-8"))
    template = config["format"]["docx"]["reference-doc"]
    style = config.get("csl")
    for file in (template, style):
        if file and not (folder / file).exists():
            raise DataError(f"there is no {file}", file="report/_quarto.yml", hint="Put it there")
    every = [f"--csl={style}"] if style else []
    return {**dict.fromkeys(FORMATS, every), "docx": [*every, f"--reference-doc={template}"]}


def _render(folder, name, to, output, asked, *, epoch):
    images, options = FORMATS[to]
    reading = [
        f"--from={FROM}",
        "--metadata-file=_metadata.yml",
        "--metadata-file=_authors.yml",
        "--lua-filter=style/fill.lua",
        "--lua-filter=style/builtin.lua",
        "--citeproc",
        "--bibliography=references.bib",
        "--metadata=link-citations:true",
        "--lua-filter=style/links.lua",
        f"--default-image-extension={images}",
        f"--to={to}",
    ]
    options = [*reading, *options, *asked[to]]
    run_pandoc(folder, f"{name}.md", output, options, epoch=epoch)


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
