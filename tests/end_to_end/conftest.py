"""A checkout of its own, in a folder with a space and Hangul, in which Make is really run."""

import os

import pytest
from checkout import Checkout, clone_checkout, copy_checkout

from analysis.paths import Outputs
from analysis.reporting.document import build_report
from analysis.run.state import hold_lock
from analysis.trail.pages import write_trail


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """Return a checkout with its report, which all workers share: a test may only read it."""
    base = tmp_path_factory.getbasetemp()
    base = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    trial = Checkout(base / "임상 trial")
    done = base / "finished"
    with hold_lock(base / "lock", on_wait=lambda: None):
        if not done.exists():
            copy_checkout(trial.root)
            trial.succeed("-j2", *trial.goal)
            done.touch()
    return trial


@pytest.fixture(scope="session")
def builtin(finished):
    return Outputs(finished.root).documents


@pytest.fixture(scope="session")
def quarto(finished, tmp_path_factory):
    folder = tmp_path_factory.mktemp("quarto") / "documents"
    folder.mkdir()
    build_report(Outputs(finished.root), renderer="quarto", folder=folder)
    write_trail(Outputs(finished.root), finished.root / "data" / "raw", folder)
    return folder


@pytest.fixture(
    scope="session", params=["builtin", pytest.param("quarto", marks=pytest.mark.needs("quarto"))]
)
def documents(request):
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="session")
def checkout(tmp_path_factory):
    """Return a checkout without a run of its own, from which other exports are reported."""
    return copy_checkout(tmp_path_factory.mktemp("checkout"))


@pytest.fixture
def trial(finished, tmp_path):
    """Return a copy of the finished checkout that a test may spoil."""
    return clone_checkout(finished, tmp_path / "임상 copy")


@pytest.fixture
def untouched(tmp_path):
    return copy_checkout(tmp_path / "somewhere else")
