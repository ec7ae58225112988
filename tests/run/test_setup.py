"""Setting up does nothing twice, and starts over after an interruption."""

import json
import os
import sys

import pytest
from programs import call

from analysis.errors import DataError, MissingError
from analysis.paths import ROOT
from analysis.run import setup

LOCK = """uv==0.13.9 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via svf-hand-trial (pyproject.toml)
virtualenv==21.0 ; python_version < '4' \\
    --hash=sha256:cc
"""


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """Return a folder with a lock, and a list of the commands that would have been run."""
    (tmp_path / "requirements.lock").write_text(LOCK)
    calls = []

    def call(command, problem, given=None):
        calls.append(command)
        if "venv" in command:
            venv = tmp_path / ".venv"
            setup.site_packages(venv).mkdir(parents=True)
            (venv / "bin").mkdir()
            (venv / "bin" / "python").touch()

    monkeypatch.setattr(setup, "_call", call)
    monkeypatch.setattr(setup, "_try_quarto", lambda python: setup.NO_QUARTO)
    return tmp_path, calls


def test_a_second_set_up_does_nothing(checkout, capsys):
    root, calls = checkout
    setup.set_up(root=root)
    assert "ready" in capsys.readouterr().out
    calls.clear()
    setup.set_up(root=root)
    assert calls == [] and capsys.readouterr().out == ""


def test_a_changed_lock_is_synchronised_in_place(checkout):
    root, calls = checkout
    setup.set_up(root=root)
    calls.clear()
    (root / "requirements.lock").write_text(LOCK + "\n")
    setup.set_up(root=root)
    assert [command[1:3] for command in calls] == [["pip", "sync"]]


def test_a_package_put_in_by_hand_is_noticed(checkout):
    root, calls = checkout
    setup.set_up(root=root)
    calls.clear()
    (setup.site_packages(root / ".venv") / "stray-1.0.dist-info").mkdir()
    setup.set_up(root=root)
    assert calls


def test_after_an_interruption_nothing_old_is_kept(checkout, monkeypatch):
    root, _ = checkout
    setup.set_up(root=root)
    (root / ".venv" / "half-installed").touch()
    (root / "requirements.lock").write_text(LOCK + "\n")
    with monkeypatch.context() as patch:
        patch.setattr(setup, "_sync", lambda python, root: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            setup.set_up(root=root)
    setup.set_up(root=root)
    assert not (root / ".venv" / "half-installed").exists()
    assert json.loads((root / ".venv" / setup.STAMP).read_text())["quarto"] == setup.NO_QUARTO


def test_a_half_removed_environment_whose_link_still_runs_is_made_anew(tmp_path):
    link = tmp_path / ".venv" / "bin" / "python"
    link.parent.mkdir(parents=True)
    link.symlink_to(sys._base_executable)
    code = (
        "import pathlib, sys; from analysis.run import setup;"
        "setup._make_venv(pathlib.Path(sys.argv[1]))"
    )
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    run = call(link, "-c", code, tmp_path / ".venv", env=env)
    assert run.returncode == 0, run.stderr
    assert (tmp_path / ".venv" / "pyvenv.cfg").exists() and link.exists()


def test_the_path_file_survives_a_move(checkout):
    root, _ = checkout
    setup.set_up(root=root)
    folder = setup.site_packages(root / ".venv")
    line = (folder / setup.PTH).read_text().strip()
    assert not line.startswith("/")
    assert (folder / line).resolve() == root.resolve()


def test_the_lock_is_read_with_its_markers_and_uv_with_its_hashes():
    block = setup.find_block(LOCK, "uv")
    assert block.splitlines()[0].startswith("uv==0.13.9")
    assert "sha256:bb" in block and "sha256:cc" not in block
    with pytest.raises(DataError, match="numpy is not in it"):
        setup.find_block(LOCK, "numpy")
    assert setup.read_lock(LOCK) == {
        "uv": ("0.13.9", ""),
        "virtualenv": ("21.0", "python_version < '4'"),
    }


def test_a_conda_environment_that_differs_is_named(tmp_path):
    (tmp_path / "requirements.lock").write_text("numpy==0.1 \\\n    --hash=sha256:aa\n")
    with pytest.raises(MissingError, match=r"numpy is [\d.]+, locked is 0\.1"):
        setup.set_up(conda=True, root=tmp_path)
