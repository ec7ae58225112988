"""What all tests share: programs that a machine may lack."""

import os
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parent

# Quarto cannot be had everywhere, not even in CI; the built-in renderer does its work.
OPTIONAL = {"quarto"}
NAMES = {"chromium": ("chromium", "chromium-browser", "google-chrome"), "R": ("Rscript",)}


# A wrapper, since xdist reads the groups before any plain hook runs.
@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items):
    """Keep the tests of a file in one process, and all that share a finished run."""
    for item in items:
        place = item.path.relative_to(ROOT)
        whole = place.parts[0] == "end_to_end"
        item.add_marker(pytest.mark.xdist_group("end_to_end" if whole else place.as_posix()))
    return (yield)


def pytest_runtest_setup(item):
    """Skip a test whose program is absent; in CI that is a failure."""
    for marker in item.iter_markers("needs"):
        for program in marker.args:
            if any(map(shutil.which, NAMES.get(program, (program,)))):
                continue
            reason = f"needs {program}, which is not on the PATH"
            if os.environ.get("CI") and program not in OPTIONAL:
                pytest.fail(reason, pytrace=False)
            pytest.skip(reason)
