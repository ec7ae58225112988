"""A fault in the export stops the run, is named, and changes nothing that is published."""

import pytest

TARGET = "report/notebooks/01_clean.ipynb"


def test_a_fault_in_the_export_is_named(trial):
    before = trial.published()
    trial.rewrite("data/raw/redcap_export.csv", lambda text: text + b"\n")
    done = trial.make(TARGET)
    assert done.returncode == 2 and "Error 1" in done.stderr, done.stderr
    assert "Traceback" not in done.stderr
    assert "redcap_export.csv" in done.stderr and "checksum" in done.stderr
    assert trial.published() == before


@pytest.mark.parametrize("name", ["redcap_export.csv", "SHA256SUMS"])
def test_a_missing_raw_file_is_named(trial, name):
    before = trial.published()
    (trial.root / "data/raw" / name).unlink()
    done = trial.make(TARGET)
    assert "Error 3" in done.stderr and name in done.stderr, done.stderr
    assert trial.published() == before


def test_a_wrong_line_of_the_study_is_named(trial):
    before = trial.published()
    trial.rewrite("study.yml", lambda text: text.replace(b"alpha:", b"alhpa:"))
    done = trial.make(TARGET)
    assert "study.yml:" in done.stderr and "alpha" in done.stderr, done.stderr
    assert trial.published() == before
