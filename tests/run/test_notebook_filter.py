"""Outputs of notebooks stay out of commits: the git filter that `make setup` sets."""

import json
import sys
from pathlib import Path

import pytest
from programs import git

from analysis import paths
from analysis.run.notebook_filter import set_filter

PYTHON = Path(sys.executable)
NAME = "notebooks/01_clean.ipynb"


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """A clone with one notebook, and where it was cloned from."""
    monkeypatch.delenv("CI", raising=False)
    origin = tmp_path / "origin"
    (origin / "notebooks").mkdir(parents=True)
    (origin / NAME).write_bytes((paths.ROOT / NAME).read_bytes())
    git(origin, "init", "-q", "-b", "main")
    git(origin, "add", ".")
    git(origin, "commit", "-qm", "A notebook")
    git(tmp_path, "clone", "-q", "origin", "clone")
    return tmp_path / "clone"


def save_with_outputs(root, text="seen", source=None):
    notebook = json.loads((root / NAME).read_text(encoding="utf-8"))
    cell = next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")
    cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": [text]}]
    cell["execution_count"] = 3
    cell["source"] = source or cell["source"]
    notebook["metadata"]["language_info"]["version"] = "3.11.7"
    (root / NAME).write_text(json.dumps(notebook, indent=1), encoding="utf-8")


def test_a_notebook_that_was_run_and_saved_is_no_change(clone):
    assert set_filter(clone, PYTHON)
    assert not set_filter(clone, PYTHON), "it is said once"
    assert git(clone, "status", "--porcelain").stdout == ""
    save_with_outputs(clone)
    assert git(clone, "diff").stdout == ""
    save_with_outputs(clone, source=["study = 1"])
    changed = [line for line in git(clone, "diff").stdout.splitlines() if line.startswith("+ ")]
    assert changed == ['+    "study = 1"']


def test_every_notebook_is_as_the_filter_would_have_it(clone):
    set_filter(clone, PYTHON)
    for path in paths.NOTEBOOK_FOLDER.glob("*.ipynb"):
        (clone / "notebooks" / path.name).write_bytes(path.read_bytes())
        git(clone, "add", ".")
        staged = git(clone, "show", f":notebooks/{path.name}").stdout
        assert staged == path.read_text(encoding="utf-8"), path.name


def test_it_works_in_another_worktree_and_says_when_the_environment_is_gone(clone, tmp_path):
    set_filter(clone, PYTHON)
    git(clone, "worktree", "add", "-q", "../second")
    save_with_outputs(tmp_path / "second")
    assert git(tmp_path / "second", "diff").stdout == ""
    key = "filter.notebooks-without-outputs.clean"
    command = git(clone, "config", key).stdout.strip()
    git(clone, "config", key, command.replace(str(PYTHON), "/nowhere/python"))
    save_with_outputs(clone)
    failed = git(clone, "add", NAME, check=False)
    assert failed.returncode and "run make setup" in failed.stderr


def test_what_only_has_outputs_is_pulled_over_and_an_edit_is_not(clone, tmp_path):
    set_filter(clone, PYTHON)
    save_with_outputs(clone)
    notebook = tmp_path / "origin" / NAME
    notebook.write_text(notebook.read_text().replace("# 01 Clean", "# 01 Cleaner"))
    git(tmp_path / "origin", "commit", "-qam", "Another title")
    # git goes by the size before it asks the filter.
    assert git(clone, "pull", "-q", "--ff-only", check=False).returncode
    git(clone, "add", "notebooks")
    git(clone, "pull", "-q", "--ff-only")
    assert "# 01 Cleaner" in (clone / NAME).read_text()
    save_with_outputs(clone, source=["mine = 1"])
    git(clone, "add", "notebooks")
    notebook.write_text(notebook.read_text().replace("# 01 Cleaner", "# 01 Cleanest"))
    git(tmp_path / "origin", "commit", "-qam", "One more title")
    assert git(clone, "pull", "-q", "--ff-only", check=False).returncode
    assert "mine = 1" in (clone / NAME).read_text()


def test_it_is_undone_for_good_by_one_command(clone):
    set_filter(clone, PYTHON)
    # The cell of notebooks/README.md.
    git(clone, "config", "filter.notebooks-without-outputs.clean", "cat")
    assert not set_filter(clone, PYTHON)
    save_with_outputs(clone)
    assert "seen" in git(clone, "diff").stdout


def test_another_filter_an_archive_and_ci_are_left_alone(clone, tmp_path, monkeypatch):
    attributes = clone / ".git/info/attributes"
    attributes.parent.mkdir(exist_ok=True)
    attributes.write_text("*.ipynb filter=mine\n")
    assert not set_filter(clone, PYTHON)
    assert attributes.read_text() == "*.ipynb filter=mine\n"
    assert not set_filter(tmp_path, PYTHON), "an archive has no .git"
    attributes.unlink()
    monkeypatch.setenv("CI", "1")
    assert not set_filter(clone, PYTHON)
    assert not attributes.exists()
