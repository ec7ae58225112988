"""An archive with its packages sets up and verifies where there is no network."""

import os
import sys
import zipfile
from pathlib import Path

import pytest
from matrix.factors import FACTORS
from programs import call, track

from analysis import paths

WHEELS = sorted((paths.ROOT / ".run" / "wheels").glob("*.whl"))
REACH = "import socket; socket.create_connection(('pypi.org', 443), timeout=5)"


def run_alone(*command, **options):
    return call(*FACTORS["no network"].before, *command, **options)


def may_be_alone():
    try:
        return run_alone("true").returncode == 0
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not WHEELS, reason="no packages at hand; `make archive WHEELS=1` gets them")
@pytest.mark.skipif(not may_be_alone(), reason="needs unshare, ip, and the right to use them")
def test_an_archive_with_its_packages_verifies_without_a_network(trial, tmp_path):
    track(trial.root)
    trial.succeed("record", "RENDERER=builtin")
    trial.succeed("archive", "RENDERER=builtin")
    (made,) = (trial.root / "dist").glob("*.zip")
    with zipfile.ZipFile(made) as file:
        file.extractall(tmp_path / "there")
    root = tmp_path / "there" / made.stem
    (root / "wheels").mkdir()
    for wheel in WHEELS:
        (root / "wheels" / wheel.name).symlink_to(wheel)
    home = tmp_path / "home"
    home.mkdir()
    # Python and Make, and nothing that a person has set or kept.
    python = Path(getattr(sys, "_base_executable", sys.executable)).parent
    known = {"PATH": f"{python}:/usr/bin:/bin", "HOME": str(home), "PIP_CONFIG_FILE": os.devnull}
    assert run_alone(sys.executable, "-c", REACH).returncode != 0
    done = run_alone("make", "verify", cwd=root, env=known)
    assert done.returncode == 0, done.stdout + done.stderr
    assert ".venv is ready" in done.stdout and "AGREES: everything is as recorded" in done.stdout
