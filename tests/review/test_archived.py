"""Of an archive only data are taken: its code is compared with ours, and never runs unasked."""

import dataclasses
import hashlib
import json

import pytest
from programs import git, track
from test_archive import zip_folder

from analysis import paths
from analysis.errors import DataError, UsageError
from analysis.review import archived, cells, clean_run, verify
from analysis.review.evidence import find_unrecorded, write_evidence
from analysis.run.fingerprint import hash_plan
from analysis.run.settings import Settings
from analysis.run.steps import REPORT

CODE = {
    "Makefile": "report: ; @true\n",
    "analysis/rule.py": "ITEMS = 17\n",
    "notebooks/01_clean.ipynb": "{}\n",
    "report/style/filter.lua": "-- none\n",
}
OUTPUT = "data/processed/items.csv"
RAW = "data/raw/a.csv"


def hash_text(text):
    return hashlib.sha256(text.encode()).hexdigest()


def write(folder, texts):
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """Return a checkout with code of its own, which this process takes for the repository."""
    root = tmp_path / "checkout"
    write(root, {**CODE, RAW: "record_id,x\n1,2\n", "study.yml": "study:\n"})
    track(root)
    git(root, "commit", "-q", "-m", "first")
    monkeypatch.setattr(paths, "ROOT", root)
    monkeypatch.setattr(paths, "RAW", root / "data/raw")
    monkeypatch.setattr(archived, "find_unrecorded", lambda record: [])
    return root


@pytest.fixture
def made(record, checkout, tmp_path):
    """Return the folder of an archive of that checkout."""
    folder = tmp_path / "made"
    write(folder, {**CODE, RAW: "record_id,x\n1,2\n", "study.yml": "study:\n", OUTPUT: "made\n"})
    inputs = {"raw/a.csv": hash_text("record_id,x\n1,2\n")}
    files = {OUTPUT: hash_text("made\n")}
    write_evidence(
        dataclasses.replace(record, files=files, inputs=inputs, raw={}), folder / "report/record"
    )
    return folder


@pytest.fixture
def check(made, record, tmp_path, monkeypatch):
    """Return a function that verifies the archive: verdict's error, screen, folder that ran."""

    def run(**options):
        lines, ran = [], []

        def run_copy(copy, **_):
            ran.append({path.relative_to(copy).as_posix() for path in copy.rglob("*.*")})
            ran.append((copy / "Makefile").read_text())
            return paths.Outputs(copy), copy, copy

        monkeypatch.setattr(clean_run, "run_copy", run_copy)
        monkeypatch.setattr(clean_run, "take_evidence", lambda *_, **__: record)
        monkeypatch.setattr(archived.shutil, "copytree", lambda *_, **__: None)
        archive = str(zip_folder(made, tmp_path / "it's.zip"))
        settings = Settings(outputs=paths.Outputs(tmp_path))
        try:
            verify.verify_results(settings, archive=archive, tell=lines.append, **options)
        except DataError as error:
            return str(error), "\n".join(lines), ran
        return "", "\n".join(lines), ran

    return run


def test_the_code_of_the_checkout_runs_on_the_data_of_the_archive(check, made):
    write(made, {RAW: "record_id,x\n1,3\n"})
    error, screen, ran = check()
    assert not error, screen
    assert ran[1] == CODE["Makefile"] and RAW in ran[0] and OUTPUT not in ran[0]
    # The altered cell stands first, with its old and its new value.
    first = "not as in the record, raw data:\n    a.csv, x in 1: was '2', is '3'\n"
    assert screen.index(first) < screen.index("results: ")


@pytest.mark.parametrize(
    ("name", "phrase"),
    [
        ("GNUmakefile", "GNUmakefile is new"),
        ("analysis/rule.py", "analysis/rule.py has other bytes"),
        ("notebooks/01_clean.ipynb", "notebooks/01_clean.ipynb has other bytes"),
        ("report/style/filter.lua", "report/style/filter.lua has other bytes"),
        ("report/record/exceptions.csv", "report/record/exceptions.csv is new"),
    ],
)
@pytest.mark.parametrize("quick", [True, False])
def test_code_that_differs_comes_first_and_decides_though_the_results_agree(
    check, made, name, phrase, quick
):
    write(made, {name: "report: ; @cp prepared/* .\n"})
    error, screen, ran = check(quick=quick)
    assert "DIFFERS from the record: code of the archive against this checkout" in error
    assert screen.splitlines()[1 if quick else 2].startswith("code of the archive")
    assert f"    {phrase}" in screen
    assert not quick or not ran
    assert quick or (ran[1] == CODE["Makefile"] and name not in ran[0] - {*CODE})


def test_the_code_of_an_archive_runs_only_when_asked_and_proves_consistency_only(check, made):
    write(made, {"Makefile": "report: ; @echo theirs\n"})
    error, screen, ran = check(code="archive")
    assert not error and ran[1] == "report: ; @echo theirs\n"
    assert "runs on this machine, with your rights" in screen
    assert archived.UNPROVEN in screen
    assert "Makefile has other bytes" in screen
    with pytest.raises(UsageError):
        verify.verify_results(Settings(), code="archive")


def test_an_archive_that_names_a_commit_of_our_history_is_held_against_that(check, made, checkout):
    commit = git(checkout, "rev-parse", "HEAD").stdout.strip()
    crate = {"@graph": [{"@id": "./", "identifier": f"commit {commit}"}]}
    write(made, {"ro-crate-metadata.json": json.dumps(crate)})
    write(checkout, {"analysis/rule.py": "ITEMS = 18\n"})
    git(checkout, "commit", "-q", "-a", "-m", "second")
    error, screen, _ = check()
    assert not error and f"code of the archive against commit {commit[:12]}: 4 of 4" in screen
    crate["@graph"][0]["identifier"] = f"commit {'0' * 40}"
    write(made, {"ro-crate-metadata.json": json.dumps(crate)})
    assert "analysis/rule.py has other bytes" in check()[1]


@pytest.mark.parametrize(
    ("name", "text", "phrase"),
    [
        (OUTPUT, "mada\n", "data/processed/items.csv has other bytes"),
        ("report/_output/more.html", "x", "report/_output/more.html is new"),
        ("data/raw/SHA256SUMS", f"{'0' * 64}  a.csv\n", "a.csv does not match its checksum"),
    ],
)
def test_a_file_that_is_not_as_recorded_is_named_and_nothing_runs(check, made, name, text, phrase):
    write(made, {name: text})
    error, screen, ran = check()
    assert "DIFFERS" in error and phrase in screen and not ran


def test_a_file_beside_the_sealed_ones_is_named_and_nothing_runs(check, made):
    listed = hash_text("record_id,x\n1,2\n") + "  a.csv\n"
    write(made, {"data/raw/SHA256SUMS": listed, "data/raw/sitecustomize.py": "import os\n"})
    error, screen, ran = check()
    assert "DIFFERS" in error and "sitecustomize.py is not listed" in screen and not ran


@pytest.mark.parametrize("name", [RAW, "study.yml"])
def test_where_nothing_runs_the_data_are_held_against_the_record(check, made, record, name):
    plan = hash_plan(REPORT, made / "study.yml")
    inputs = {"raw/a.csv": hash_text("record_id,x\n1,2\n"), "study.yml": plan}
    files = {OUTPUT: hash_text("made\n")}
    known = dataclasses.replace(record, files=files, inputs=inputs, raw={})
    write_evidence(known, made / "report/record")
    assert not check(quick=True)[0]
    write(made, {name: "record_id: 3\n"})
    error, screen, _ = check(quick=True)
    assert "DIFFERS" in error and f"{name.removeprefix('data/')} has other bytes" in screen


@pytest.mark.parametrize("content", ["", 'a\n"b'])
def test_an_archived_table_that_is_none_is_an_error_with_its_name(check, made, content):
    write(made, {"data/processed/results.csv": content})
    assert "data/processed/results.csv" in check(quick=True)[0]


@pytest.mark.parametrize(
    "content", [b"\xff\xfe", b"[" * 100_000, b"{}", b'{"files": []}', b'"x"'], ids=range(5)
)
def test_an_odd_record_is_an_error_that_names_no_folder_that_is_gone(check, made, content):
    (made / "report/record/record.json").write_bytes(content)
    error, _, ran = check(quick=True)
    assert "no record of results" in error and "trial-0.1.0/report/record" in error
    assert "verify-" not in error and not ran


def test_a_record_lists_what_a_run_publishes(record):
    missing = find_unrecorded(dataclasses.replace(record, files={}, inputs={}))
    for name in (
        "data/processed/results.csv",
        "data/processed/items.csv",
        "report/notebooks/04_efficacy.ipynb",
        "report/_output/index.html",
        "study.yml",
    ):
        assert f"{name} is not on record" in missing
    bare = dataclasses.replace(record, raw={}, tables={})
    assert any("without its rows" in line for line in find_unrecorded(bare))
    none = dataclasses.replace(record, results=record.results.head(0))
    assert "no result is on record" in find_unrecorded(none)


def test_a_failed_run_stays_where_its_messages_say_that_it_lies(check, monkeypatch):
    def fail(*_):
        raise clean_run.FailedRunError("the run has failed")

    monkeypatch.setattr(archived, "make_clean_run", fail)
    error, _, _ = check()
    place = cells.Path(error.partition("its files are in ")[2].partition(",")[0])
    assert (place / "copy" / "Makefile").exists()
    archived.shutil.rmtree(place)
