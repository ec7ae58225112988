"""The way through Quarto, shown with a program that stands in for it."""

import sys

import pytest

from analysis.errors import AnalysisError, MissingError
from analysis.reporting.document import build_report


@pytest.mark.parametrize("version", ["", "1.4.550"])
def test_quarto_that_is_absent_or_too_old_is_missing(tmp_path, small_inputs, monkeypatch, version):
    programs = tmp_path / "bin"
    programs.mkdir()
    if version:
        program = programs / "quarto"
        program.write_text(f"#!/bin/sh\necho {version}\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/bin" if version else str(programs))
    with pytest.raises(MissingError, match=r"quarto on PATH|1\.4\.550 is not") as caught:
        build_report(small_inputs(), renderer="quarto", folder=tmp_path / "documents")
    assert caught.value.exit_code == 3


FAKE_QUARTO = """#!{python}
import pathlib, shutil, sys
from pypdf import PdfWriter

if sys.argv[1:] == ["--version"]:
    print("1.9.38")
    raise SystemExit
if "{fails}":
    sys.exit("quarto has a reason")
out = pathlib.Path("_output")
out.mkdir(exist_ok=True)
(out / "index.html").write_text("<p>An article.</p>")
shutil.copy("reference.docx", out / "index.docx")
writer = PdfWriter()
writer.add_blank_page(100, 100)
writer.write(out / "index.pdf")
"""


@pytest.fixture
def fake_quarto(tmp_path, monkeypatch):
    def install(fails=""):
        program = tmp_path / "bin" / "quarto"
        program.parent.mkdir()
        program.write_text(FAKE_QUARTO.format(python=sys.executable, fails=fails), "utf-8")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(program.parent), prepend=":")

    return install


def test_quarto_renders_a_project_in_which_nothing_is_left_to_resolve(
    tmp_path, small_inputs, fake_quarto
):
    fake_quarto()
    outputs = small_inputs()
    folder = tmp_path / "documents"
    folder.mkdir()
    written = build_report(outputs, renderer="quarto", folder=folder)
    assert written[-1] == folder / "index.html"
    assert {path.name for path in written} >= {"index.docx", "index.pdf", "results.html"}
    project = outputs.state / "manuscript"
    article = (project / "index.qmd").read_text("utf-8")
    assert "{{<" not in article
    assert "Rendered by Quarto 1.9.38" in article
    for name in ("_quarto.yml", "header.typ", "mark.html", "script.html", "references.bib"):
        assert (project / name).exists()
    assert list(project.glob("*.qmd")) == [project / "index.qmd"]


def test_quartos_reason_is_told(tmp_path, small_inputs, fake_quarto):
    fake_quarto(fails="yes")
    with pytest.raises(AnalysisError, match=r"Quarto could not render .*: quarto has a reason"):
        build_report(small_inputs(), renderer="quarto", folder=tmp_path / "documents")
