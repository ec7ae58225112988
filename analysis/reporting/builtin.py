"""Render the staged project without Quarto, using Pandoc and Typst from their wheels."""

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from itertools import product
from pathlib import Path
from typing import Any

import yaml

from analysis.errors import AnalysisError, DataError
from analysis.reporting.figure import find_hangul_fonts

FROM = "markdown-tex_math_dollars-raw_tex-implicit_header_references"
# The image format and Pandoc's options; _quarto.yml sets the same for Quarto.
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
# How Typst names a letter that no font has, and what modifies the letter before it.
_UNSHOWN = re.compile(r'the text `"(?:\\u\{([0-9a-f]+)\}|(.)).*"` could not be displayed')
_MODIFIERS = re.compile("[\u200d\u20e3\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_TARGETS = {"html": "html5", "docx": "docx", "pdf": "typst-smart"}


def find_pandoc() -> str:
    """Return the path of the Pandoc in the locked wheel.

    pypandoc itself would take the newest Pandoc installed on the machine.
    """
    import pypandoc

    return str(Path(pypandoc.__file__).with_name("files") / "pandoc")


def name_pandoc() -> str:
    """Return the name and version of Pandoc."""
    run = subprocess.run([find_pandoc(), "--version"], capture_output=True, text=True, check=True)
    return run.stdout.splitlines()[0].capitalize()


def run_pandoc(
    folder: Path, source: Path | str, output: Path, options: Sequence[str], *, epoch: int
) -> None:
    """Run Pandoc in a folder, independent of the user's settings and templates, and of the clock.

    Paths in `options` are relative to the folder; `epoch` is the output's time stamp in seconds.

    Raises
    ------
    AnalysisError
        Pandoc failed, or printed a warning.
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


def name_builtin() -> str:
    """Return the name of this renderer with its versions."""
    return f"the built-in renderer ({name_pandoc()}, Typst {version('typst')})"


def render_builtin(
    folder: Path, texts: Mapping[str, str], suffixes: Sequence[str], *, epoch: int
) -> Path:
    """Render a project made by `prepare_project`, and return the folder of the documents.

    Parameters
    ----------
    texts
        The filled-in documents by name.
    suffixes
        The formats: html, docx, pdf.
    epoch
        Time stamp of the documents, seconds.
    """
    output = folder / "_preview"
    output.mkdir()
    metadata = yaml.safe_load((folder / "_metadata.yml").read_text(encoding="utf-8"))
    _write_authors(metadata["author"], folder)
    asked = _read_options(folder)
    for name, text in texts.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    typeset = {name: folder / f"{name}.typ" for name in texts if "pdf" in suffixes}

    def render(job: tuple[str, str]) -> None:
        suffix, name = job
        made = typeset[name] if suffix == "pdf" else output / f"{name}.{suffix}"
        _render(folder, name, _TARGETS[suffix], made, asked, epoch=epoch)

    # Each job is a separate process, so threads can use all cores.
    with ThreadPoolExecutor() as pool:
        list(pool.map(render, product(suffixes, texts)))
    for name, source in typeset.items():
        compile_typst(source, output / f"{name}.pdf", epoch=epoch)
    return output


def _write_authors(authors: list[dict[str, Any]], folder: Path) -> None:
    """Write the authors in the form in which Quarto passes them to a template."""
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


def _read_options(folder: Path) -> dict[str, list[str]]:
    """Return Pandoc's options for what an author may set in _quarto.yml, by format."""
    config = yaml.safe_load((folder / "_quarto.yml").read_text(encoding="utf-8"))
    template = config["format"]["docx"]["reference-doc"]
    style = config.get("csl")
    for file in (template, style):
        if file and not (folder / file).exists():
            raise DataError(f"there is no {file}", file="report/_quarto.yml", hint="Put it there")
    every = [f"--csl={style}"] if style else []
    return {**dict.fromkeys(FORMATS, every), "docx": [*every, f"--reference-doc={template}"]}


def _render(
    folder: Path, name: str, to: str, output: Path, asked: Mapping[str, list[str]], *, epoch: int
) -> None:
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
    run_pandoc(folder, f"{name}.md", output, [*reading, *options, *asked[to]], epoch=epoch)


def compile_typst(source: Path, output: Path, *, epoch: int) -> None:
    """Typeset a document as an accessible PDF, with a sign for each one that no font has.

    Raises
    ------
    AnalysisError
        Typst failed, or had anything to complain about.
    """
    import typst

    options: dict[str, Any] = {
        "output": output,
        "root": source.parent,
        "font_paths": [find_hangul_fonts()],
        "ignore_system_fonts": True,
        "pdf_standards": ["ua-1"],
        "timestamp": epoch,
    }
    while True:
        try:
            _, warnings = typst.compile_with_warnings(source, **options)
            break
        except typst.TypstError as error:
            if not _replace_unshown(source, str(error)):
                raise AnalysisError(f"Typst could not render {output.name}: {error}") from None
    if warnings:
        raise AnalysisError(f"Typst could not render {output.name}: {warnings[0].message}")


def _replace_unshown(source: Path, message: str) -> bool:
    """Replace in a source the letters like the one that no font has; return whether that helps.

    What changes the letter before it, as in a keycap, goes first: Typst names that letter then.
    """
    found, text = _UNSHOWN.search(message), source.read_text(encoding="utf-8")
    if not found:
        return False
    plain = _MODIFIERS.sub("", text)
    code = int(found[1], 16) if found[1] else ord(found[2])
    if plain == text and code > 127:
        # Those of one script stand together, a hundred and more.
        first = code // 128 * 128
        letters = re.compile(f"[{chr(first)}-{chr(first + 127)}]")
        plain = letters.sub("\N{REPLACEMENT CHARACTER}", text)
    source.write_text(plain, encoding="utf-8")
    return plain != text
