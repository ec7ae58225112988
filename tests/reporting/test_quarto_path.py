"""The way through Quarto, shown with a program that stands in for it."""

import sys
from pathlib import Path

import pytest
import yaml

from analysis.errors import AnalysisError, DataError, MissingError
from analysis.reporting import quarto
from analysis.reporting.document import build_report
from analysis.reporting.quarto import find_remark, name_quarto


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
    print("{version}")
    raise SystemExit
if "{fails}":
    sys.exit("quarto has a reason")
print("{warning}", file=sys.stderr)
out = pathlib.Path("_preview")
out.mkdir(exist_ok=True)
for name in ("index", "supplement"):
    (out / f"{{name}}.html").write_text("<p>An article.</p>")
    shutil.copy("_prepared/reference.docx", out / f"{{name}}.docx")
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.write(out / f"{{name}}.pdf")
"""


@pytest.fixture
def fake_quarto(tmp_path, monkeypatch):
    def install(fails="", warning="", version="1.9.38"):
        program = tmp_path / "bin" / "quarto"
        program.parent.mkdir()
        values = {"fails": fails, "warning": warning, "version": version}
        program.write_text(FAKE_QUARTO.format(python=sys.executable, **values), "utf-8")
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
    prepared = ("header.typ", "mark.html", "script.html", "reference.docx", "tables/trend.md")
    for name in ("_quarto.yml", "_variables.yml", *(f"_prepared/{each}" for each in prepared)):
        assert (project / name).exists()
    assert (project / "_variables.yml").stat().st_size < 50_000
    config = yaml.safe_load((project / "_quarto.yml").read_text("utf-8"))
    assert not {"pre-render", "post-render"} & set(config["project"])
    assert sorted(path.name for path in project.glob("*.qmd")) == config["project"]["render"]


def test_warnings_are_shown_and_unresolved_references_stop(tmp_path, small_inputs, fake_quarto):
    fake_quarto(warning="WARNING: the moon is full")
    lines = []
    (tmp_path / "documents").mkdir()
    options = {"renderer": "quarto", "folder": tmp_path / "documents", "tell": lines.append}
    build_report(small_inputs(), **options)
    assert lines == ["Quarto: WARNING: the moon is full"]
    program = tmp_path / "bin" / "quarto"
    unresolved = "WARNING (main.lua:1) Unable to resolve crossref @tbl-x"
    text = program.read_text("utf-8").replace("WARNING: the moon is full", unresolved)
    program.write_text(text, "utf-8")
    with pytest.raises(DataError, match="Unable to resolve crossref @tbl-x"):
        build_report(small_inputs(name="again"), **options)


def test_a_newer_quarto_is_used_and_named(fake_quarto):
    fake_quarto(version="1.10.3")
    assert name_quarto() == "Quarto 1.10.3"
    assert find_remark() == "Quarto 1.10.3 is newer than 1.9.38, the newest that was tested."


def test_a_quarto_that_hangs_is_ended_with_its_children(tmp_path, monkeypatch):
    monkeypatch.setattr(quarto, "PATIENCE", 1)
    project = tmp_path / "project"
    project.mkdir()
    command = ["sh", "-c", f"sleep 300 & echo $! > {tmp_path}/child; wait"]
    with pytest.raises(AnalysisError, match="no sign of life for 1 s"):
        quarto._run_quarto(command, project, epoch=0)
    child = int((tmp_path / "child").read_text())
    state = Path(f"/proc/{child}/status")
    assert not state.exists() or "zombie" in state.read_text()


def test_quartos_reason_is_told(tmp_path, small_inputs, fake_quarto):
    fake_quarto(fails="yes")
    with pytest.raises(AnalysisError, match=r"Quarto could not render: quarto has a reason"):
        build_report(small_inputs(), renderer="quarto", folder=tmp_path / "documents")
