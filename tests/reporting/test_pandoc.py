"""The documents are made by the locked Pandoc, whichever others a machine has."""

from analysis.reporting.builtin import find_pandoc, name_pandoc


def test_a_newer_pandoc_on_the_machine_is_not_taken(tmp_path, monkeypatch):
    other = tmp_path / "pandoc"
    other.write_text("#!/bin/sh\necho 'pandoc 99.0'\n")
    other.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setenv("PYPANDOC_PANDOC", str(other))
    assert find_pandoc() != str(other)
    assert name_pandoc().startswith("Pandoc ") and "99" not in name_pandoc()
