"""A fault in the export stops the run, is named, and changes nothing that is published."""

import csv
import io

import pytest

TARGET = "report/notebooks/01_clean.ipynb"
EXPORT = "data/raw/redcap_export.csv"


def change_cells(change):
    """Return a change of the export's bytes through its rows; the first row is the heading."""

    def rewrite(content):
        text = content.decode("utf-8-sig")
        rows = change(list(csv.reader(io.StringIO(text))))
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(rows)
        return ("\ufeff" + out.getvalue()).encode()

    return rewrite


def add_column(rows):
    return [[*row, "new_field" if number == 0 else "1"] for number, row in enumerate(rows)]


def put_wrong_code(rows):
    column = rows[0].index("sex")
    for row in rows[1:]:
        if row[column]:
            row[column] = "77"
    return rows


FAULTS = {
    "wrong checksum": (lambda text: text + b"\n", False, 1, ["redcap_export.csv", "checksum"]),
    "unknown column": (change_cells(add_column), True, 1, ["redcap_export.csv", "new_field"]),
    "empty export": (change_cells(lambda rows: rows[:1]), True, 1, ["redcap_export.csv"]),
    "no text": (lambda text: b"\x00\xff\xfe\x81" * 99, True, 1, ["redcap_export.csv"]),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_the_export_is_named(trial, fault):
    change, sealed, code, words = FAULTS[fault]
    before = trial.published()
    trial.rewrite(EXPORT, change)
    if sealed:
        trial.succeed("seal", "RAW=data/raw")
    done = trial.make(TARGET)
    assert done.returncode == 2
    assert f"Error {code}" in done.stderr, done.stderr
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr
    assert trial.published() == before


def test_a_code_outside_its_choices_is_asked_about_and_never_used(trial):
    trial.rewrite(EXPORT, change_cells(put_wrong_code))
    trial.succeed("seal", "RAW=data/raw")
    trial.succeed(TARGET)
    queries = csv.DictReader(io.StringIO(trial.published()["data/processed/queries.csv"].decode()))
    asked = [row for row in queries if row["field"] == "sex"]
    assert {(row["rule"], row["severity"], row["raw_value"]) for row in asked} == {
        ("unknown_code", "error", "77")
    }


@pytest.mark.parametrize("name", ["redcap_export.csv", "SHA256SUMS"])
def test_a_missing_raw_file_is_named(trial, name):
    before = trial.published()
    (trial.root / "data/raw" / name).unlink()
    done = trial.make(TARGET)
    assert "Error 3" in done.stderr and name in done.stderr, done.stderr
    assert trial.published() == before


def test_a_notebook_that_raises_is_named_with_its_line(trial):
    before = trial.published()
    path = "notebooks/04_efficacy.ipynb"
    trial.rewrite(path, lambda text: text.replace(b'"import', b'"1 / 0\\n", "import', 1))
    trial.rewrite(
        path, lambda text: text.replace(b'"from analysis', b'"1 / 0\\n", "from analysis', 1)
    )
    done = trial.make("report/notebooks/04_efficacy.ipynb")
    assert "04_efficacy" in done.stderr and "ZeroDivisionError" in done.stderr, done.stderr
    assert len(done.stderr.splitlines()) < 8
    assert trial.published() == before


def test_a_wrong_line_of_the_study_is_named(trial):
    before = trial.published()
    trial.rewrite("study.yml", lambda text: text.replace(b"alpha:", b"alhpa:"))
    done = trial.make(TARGET)
    assert "study.yml:" in done.stderr and "alpha" in done.stderr, done.stderr
    assert trial.published() == before
