"""The archive of one run is one file, wherever it is made, and tells its run completely."""

import json
import shutil
import zipfile

import pytest
from programs import call, track

from analysis.run.steps import STEPS

BUILTIN = "RENDERER=builtin"
ZIP = "dist/svf-hand-trial-0.1.0.zip"


def list_names(references):
    several = references if isinstance(references, list) else [references]
    return {each["@id"] for each in several}


@pytest.mark.slow
@pytest.mark.needs("rocrate-validator")
def test_the_validator_of_ro_crates_finds_nothing_wrong(trial, tmp_path):
    track(trial.root)
    trial.succeed("record", BUILTIN)
    trial.succeed("archive", BUILTIN)
    with zipfile.ZipFile(trial.root / ZIP) as file:
        file.extractall(tmp_path)
    options = ("--profile-identifier", "ro-crate-1.2", "--verbose", "--no-paging")
    unpacked = tmp_path / "svf-hand-trial-0.1.0"
    done = call("rocrate-validator", "-y", "validate", *options, unpacked)
    if "Unable to retrieve" in done.stdout:
        pytest.skip("the validator cannot reach the terms of RO-Crate 1.2")
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_two_folders_make_the_same_archive_of_a_run_which_it_describes_whole(trial, tmp_path):
    track(trial.root)
    made = trial.make("record", BUILTIN)
    assert made.returncode == 0, made.stderr
    other = type(trial)(tmp_path / "elsewhere")
    shutil.copytree(trial.root, other.root, symlinks=True)
    (other.root / "study.yml").chmod(0o600)
    for each in (trial, other):
        made = each.make("archive", BUILTIN)
        assert made.returncode == 0, made.stdout + made.stderr
    assert (trial.root / ZIP).read_bytes() == (other.root / ZIP).read_bytes()

    with zipfile.ZipFile(trial.root / ZIP) as file:
        top = file.namelist()[0].partition("/")[0]
        names = {name.removeprefix(f"{top}/") for name in file.namelist()}
        crate = json.loads(file.read(f"{top}/ro-crate-metadata.json"))
    entities = {each["@id"]: each for each in crate["@graph"]}
    for step in STEPS:
        run = entities[f"#run-{step.name}"]
        assert run["instrument"]["@id"] in names
        inputs = list_names(run["object"])
        assert inputs <= {*entities} and "study.yml" in inputs
        assert run["result"] and list_names(run["result"]) <= names
    assert entities["#run-04_efficacy-population"]["value"] == "full_analysis"
    needed = list_names(entities["notebooks/04_efficacy.ipynb"]["softwareRequirements"])
    assert "#package-scipy" in needed and "#package-scipy" in entities

    (other.root / ZIP).unlink()
    number = "010~-1234-5678".replace("~", "")
    other.rewrite("tests/conftest.py", lambda text: text + f"# {number}\n".encode())
    made = other.make("archive", BUILTIN)
    assert "Error 1" in made.stderr and not (other.root / ZIP).exists()
    assert "May not leave: tests/conftest.py" in made.stdout
    assert number not in made.stdout + made.stderr
