"""The archive: the same to the byte, the guide first, described, and only of what is on record."""

import dataclasses
import hashlib
import json
import os
import subprocess
import zipfile

import pytest

from analysis.errors import DataError, MissingError
from analysis.release import archive, crate
from analysis.release.crate import describe_file
from analysis.review import sources
from analysis.review.unpack import unpack_archive
from analysis.run.state import Record
from analysis.run.steps import NOTEBOOKS, STEPS

PROJECT = (
    b'[project]\nname = "trial"\nversion = "0.1.0"\ndescription = "A trial"\nlicense = "MIT"\n'
)
CONTENT = {
    "study.yml": b"study:\n",
    "report/REVIEWER.md": b"# Read me\n",
    ".ci/run": b"#!/bin/sh\n",
    "data/raw/a.csv": b"x\n",
    "data/raw/README.md": b"raw\n",
}

# What a crate leads to in any case.
NEEDED = {
    *(f"notebooks/{step.name}.ipynb" for step in NOTEBOOKS),
    *("requirements.lock", "report/_output/index.html"),
    *("analysis/results.py", "analysis/reporting/document.py"),
}


def zip_folder(folder, target):
    contents = {
        path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()
    }
    hashes = {
        name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in contents.items()
    }
    texts = {sources.CHECKSUMS: sources.format_checksums(hashes).encode()}
    archive.write_zip(target, contents, texts, top="trial-0.1.0")
    return target


def write_files(folder, names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(CONTENT[name])
    return folder


def test_two_archives_in_different_folders_have_one_hash(tmp_path):
    one = zip_folder(write_files(tmp_path / "one", CONTENT), tmp_path / "dist" / "one.zip")
    other = write_files(tmp_path / "두 번째", reversed(CONTENT))
    os.utime(other / "study.yml", (0, 0))
    (other / "study.yml").chmod(0o600)
    two = zip_folder(other, tmp_path / "out" / "two.zip")
    assert one.read_bytes() == two.read_bytes()
    assert not list(tmp_path.rglob("*.partial"))


def test_the_guide_is_first_and_programs_stay_programs(tmp_path):
    made = zip_folder(write_files(tmp_path / "one", CONTENT), tmp_path / "one.zip")
    with zipfile.ZipFile(made) as file:
        members = {each.filename.partition("/")[2]: each for each in file.infolist()}
    assert next(iter(members)) == "report/REVIEWER.md"
    assert {*members} == {*CONTENT, "SHA256SUMS"}
    assert members[".ci/run"].external_attr >> 16 == 0o100755
    assert members["study.yml"].external_attr >> 16 == 0o100644


def test_an_archive_unpacks_to_the_sources_that_made_it(tmp_path):
    folder = write_files(tmp_path / "one", CONTENT)
    for name in ("data/processed/results.csv", "wheels/a.whl", "report/_output/index.html"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"made")
    unpacked = unpack_archive(zip_folder(folder, tmp_path / "one.zip"), tmp_path / "there")
    assert sources.list_sources(unpacked) == sorted(CONTENT)


def test_sources_are_what_git_tracks(tmp_path):
    write_files(tmp_path, CONTENT)
    with pytest.raises(MissingError, match="neither a git checkout"):
        sources.list_sources(tmp_path)
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    subprocess.run(["git", "add", "study.yml", ".ci"], cwd=tmp_path, check=True)
    assert sources.list_sources(tmp_path) == [".ci/run", "study.yml"]


def test_a_line_that_is_no_checksum_is_refused(tmp_path):
    (tmp_path / "SHA256SUMS").write_text("abc  x\n")
    with pytest.raises(DataError, match="not a checksum"):
        sources.read_checksums(tmp_path / "SHA256SUMS")
    line = f"{'0' * 64}  x\n"
    (tmp_path / "SHA256SUMS").write_text(line + line)
    with pytest.raises(DataError, match=":2"):
        sources.read_checksums(tmp_path / "SHA256SUMS")


@pytest.fixture
def described(record, tmp_path):
    """What the crate says, by @id, of a run in which each step made one file from another."""
    steps = {
        step.name: Record(
            {"raw/a.csv": "0", "study.yml": "0"}, {f"data/processed/{step.name}": "0"}
        )
        for step in STEPS
    }
    names = {*CONTENT, *(file for step in steps.values() for file in step.files), *NEEDED}
    (tmp_path / "any").write_bytes(b"x\n")
    text = crate.describe_crate(
        dict.fromkeys(names, tmp_path / "any"),
        steps=steps,
        parameters={name: {"followup_visit": "week_4"} for name in steps},
        record=dataclasses.replace(record, recorded_on="2026-01-02"),
        project=PROJECT,
        description="Simulated",
    )
    return {entity["@id"]: entity for entity in json.loads(text)["@graph"]}


def test_the_crate_says_what_made_what_from_what(described):
    run = described["#run-04_efficacy"]
    assert run["@type"] == "CreateAction"
    assert run["instrument"] == {"@id": "notebooks/04_efficacy.ipynb"}
    assert {"@id": "data/raw/a.csv"} in run["object"] and {"@id": "study.yml"} in run["object"]
    assert run["result"] == {"@id": "data/processed/04_efficacy"}
    assert described["#run-04_efficacy-followup_visit"]["value"] == "week_4"
    assert described["#package-numpy"]["version"] == "2.4.6"


def test_everything_in_the_crate_has_a_kind_and_a_name_and_nothing_is_a_list_of_one(described):
    for name, entity in described.items():
        assert entity["@type"], name
        assert name == sources.CRATE or entity["name"], name
        assert not [key for key, value in entity.items() if isinstance(value, list | tuple)
                    and len(value) < 2], name  # fmt: skip
    assert all(each["description"] for each in described.values() if "File" in each["@type"])


@pytest.mark.parametrize(
    ("name", "content", "description"),
    [
        ("analysis/a.py", '"""Say what it does.\n\nAnd more.\n"""\n', "Say what it does."),
        ("tests/a.py", "import os\n", "A test"),
        ("README.md", "\n# Read me\n", "Read me"),
        ("notebooks/a.ipynb", '{"cells": [{"source": ["# Clean\\n", "x"]}]}', "Clean"),
        ("data/processed/visits.csv", "a\n", "One row per participant and visit"),
        ("report/_generated/figures/a.png", "", "A figure of the report"),
        ("Makefile", "a:\n", "House-keeping of the repository"),
    ],
)
def test_a_file_is_described_by_what_it_says_of_itself_or_by_its_place(
    tmp_path, name, content, description
):
    file = tmp_path / name.rpartition("/")[2]
    file.write_text(content)
    entity = describe_file(name, file, version="0.1.0")
    assert entity["description"].startswith(description)
    assert entity["contentSize"] == str(len(content))


def test_the_crate_lists_every_file_and_leads_nowhere_else(described):
    root = described["./"]
    assert {part["@id"] for part in root["hasPart"]} == {
        name for name, entity in described.items() if "File" in entity["@type"]
    }
    assert described["ro-crate-metadata.json"]["conformsTo"]["@id"].endswith("/crate/1.2")

    def references(value):
        if isinstance(value, list):
            return {each for part in value for each in references(part)}
        return {value["@id"]} if isinstance(value, dict) else set()

    found = {
        each for entity in described.values() for v in entity.values() for each in references(v)
    }
    outside = {each for each in found - {*described} if not each.startswith("http")}
    assert outside == set()
