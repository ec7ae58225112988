"""The annotations agree: mypy finds nothing, with the settings of pyproject.toml."""

import subprocess
import sys

from analysis import paths

# Not yet free of errors.
EXCLUDED = ("analysis/reporting/figures/",)


def test_the_types_agree():
    command = [sys.executable, "-m", "mypy", "--no-error-summary", "--hide-error-context"]
    run = subprocess.run(command, cwd=paths.ROOT, capture_output=True, text=True)
    assert run.returncode < 2, run.stdout + run.stderr
    found = [line for line in run.stdout.splitlines() if not line.startswith(EXCLUDED)]
    assert not found, "\n".join(found)
