"""What all tests share: programs that a machine may lack."""

import os
import shutil
import signal

import pytest

# A shell that starts the tests in the background has interrupts ignored, in all that they start.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Quarto cannot be had everywhere, not even in CI; the built-in renderer does its work. The
# validator is no part of the lock: it would bring two dozen packages for one test.
OPTIONAL = {"quarto", "rocrate-validator"}
NAMES = {"chromium": ("chromium", "chromium-browser", "google-chrome"), "R": ("Rscript",)}


def pytest_runtest_setup(item):
    """Skip a test whose program is absent; in `.ci/run`, which installs all, that is a failure."""
    for marker in item.iter_markers("needs"):
        for program in marker.args:
            if any(map(shutil.which, NAMES.get(program, (program,)))):
                continue
            reason = f"needs {program}, which is not on the PATH"
            if os.environ.get("ALL_PROGRAMS") and program not in OPTIONAL:
                pytest.fail(reason, pytrace=False)
            pytest.skip(reason)
