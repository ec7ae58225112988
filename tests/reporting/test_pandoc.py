"""The documents are made by the locked Pandoc, whichever others a machine has."""

import json

import pytest

from analysis import paths
from analysis.errors import AnalysisError
from analysis.reporting.builtin import compile_typst, find_pandoc, name_pandoc, run_pandoc


def test_a_newer_pandoc_on_the_machine_is_not_taken(tmp_path, monkeypatch):
    other = tmp_path / "pandoc"
    other.write_text("#!/bin/sh\necho 'pandoc 99.0'\n")
    other.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setenv("PYPANDOC_PANDOC", str(other))
    assert find_pandoc() != str(other)
    assert name_pandoc().startswith("Pandoc ") and "99" not in name_pandoc()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("통증 \N{STETHOSCOPE}", "통증 \N{REPLACEMENT CHARACTER}"),
        ("8\ufe0f\u20e3 of 8", "8 of 8"),
        ("ปวดนิ้ว pain", "\N{REPLACEMENT CHARACTER}" * 7 + " pain"),
    ],
)
def test_a_letter_that_no_font_has_does_not_stop_the_pdf(tmp_path, text, shown):
    source, output = tmp_path / "a.typ", tmp_path / "a.pdf"
    source.write_text(f'#set document(title: "a")\n{text}\n', encoding="utf-8")
    compile_typst(source, output, epoch=0)
    assert source.read_text(encoding="utf-8").splitlines()[1] == shown
    assert output.stat().st_size
    source.write_text("#nothing", encoding="utf-8")
    with pytest.raises(AnalysisError, match=r"could not render a\.pdf"):
        compile_typst(source, output, epoch=0)


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["", " ", "It", " ", "was."], ["It", " ", "was."]),
        (["It", " ", "", " ", "was."], ["It", " ", "was."]),
        (["It", " ", "was.", " ", ""], ["It", " ", "was."]),
    ],
)
def test_a_sentence_that_the_data_leave_out_leaves_no_space(tmp_path, words, shown):
    # Quarto puts an empty text where a key stands for no words.
    space = {"t": "Space"}
    inlines = [space if word == " " else {"t": "Str", "c": word} for word in words]
    blocks = [{"t": "Para", "c": inlines}]
    document = {"pandoc-api-version": [1, 23, 1], "meta": {}, "blocks": blocks}
    (tmp_path / "in.json").write_text(json.dumps(document), encoding="utf-8")
    links = paths.REPORT_FOLDER / "style" / "links.lua"
    options = ["--to=json", f"--lua-filter={links}"]
    run_pandoc(tmp_path, "in.json", tmp_path / "out.json", options, epoch=0)
    (para,) = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["blocks"]
    assert [inline.get("c", " ") for inline in para["c"]] == shown
