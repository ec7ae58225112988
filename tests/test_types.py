"""The annotations agree: mypy finds nothing, with the settings of pyproject.toml."""

import subprocess
import sys

import pytest

from analysis import paths


@pytest.mark.slow
def test_the_types_agree():
    run = subprocess.run(
        [sys.executable, "-m", "mypy"], cwd=paths.ROOT, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stdout + run.stderr
