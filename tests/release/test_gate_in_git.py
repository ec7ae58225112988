"""What git remembers of data/ and what a commit brings pass the gate too."""

import json
import os
import subprocess
import sys

import pytest
import yaml

from analysis import paths
from analysis.release.disclosures import NOT_SIMULATED, Disclosure, Looker
from analysis.release.gate import look_back

# The tilde keeps the gate from finding it in this file.
PHONE = "010~-1234-5678".replace("~", "")


def git(root, *arguments):
    command = ["git", "-c", "user.name=A", "-c", "user.email=a@localhost", *arguments]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_what_was_ever_below_data_is_found_on_every_branch_after_it_was_removed(tmp_path):
    git(tmp_path, "init", "-q")
    (tmp_path / "data").mkdir()
    file = tmp_path / "data" / "visits ü.csv"
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "empty")
    git(tmp_path, "checkout", "-q", "-b", "other")
    file.write_text(f"record_id,note\nSIM-01,{PHONE}\n")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "data")
    commit = git(tmp_path, "rev-parse", "HEAD")[:12]
    file.unlink()
    git(tmp_path, "commit", "-q", "-a", "-m", "gone")
    git(tmp_path, "checkout", "-q", "--detach", "HEAD~2")
    found = [finding for finding, _ in look_back(tmp_path, Looker())]
    assert found == [
        Disclosure(
            f"{commit}:data/visits ü.csv", "line 2, SIM-01, field note", "a mobile phone number"
        )
    ]


def test_what_was_stashed_is_found_in_every_stash(tmp_path):
    git(tmp_path, "init", "-q")
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "empty")
    for name in ("first.txt", "second.txt", "third.txt"):
        (tmp_path / "data").mkdir()
        (tmp_path / "data" / name).write_text(PHONE)
        git(tmp_path, "stash", "-q", "--include-untracked")
    found = {finding.file.partition(":data/")[2] for finding, _ in look_back(tmp_path, Looker())}
    assert found == {"first.txt", "second.txt", "third.txt"}


@pytest.mark.parametrize(
    ("name", "text"),
    [("real.csv", "record_id,age\nKJH-01,40\n"), ("provenance.yml", "simulated: false\n")],
)
def test_real_data_do_not_belong_into_git_at_all(tmp_path, name, text):
    git(tmp_path, "init", "-q")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / name).write_text(text)
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "data")
    assert [finding.kind for finding, _ in look_back(tmp_path, Looker())] == [NOT_SIMULATED]


@pytest.fixture
def clone(tmp_path):
    """Return a clone in which the hook is installed."""
    if not (paths.ROOT / ".git").exists():
        pytest.skip("this is no git checkout")
    root = tmp_path / "a clone"
    git(tmp_path, "clone", "-q", "--no-hardlinks", str(paths.ROOT), str(root))
    # What is to be committed here is tested as it is.
    changed = git(paths.ROOT, "ls-files", "-z", "--modified", "--others", "--exclude-standard")
    for name in filter(None, changed.split("\0")):
        if (paths.ROOT / name).is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes((paths.ROOT / name).read_bytes())
    (root / ".git/info/exclude").write_text("/.venv\n")
    (root / ".venv").symlink_to(sys.prefix)
    git(root, "add", "-A")
    git(root, "commit", "-q", "--allow-empty", "-m", "as it is")
    return root


def run_hook(root, home):
    """Run the hook on what is staged, as `git commit` would."""
    return subprocess.run(
        [sys.executable, "-m", "pre_commit", "run", "gate"],
        cwd=root,
        env={**os.environ, "PRE_COMMIT_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )


def plant_output(root):
    path = root / "notebooks" / "02_score.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    cell = next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")
    cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": [f"{PHONE}\n"]}]
    path.write_text(json.dumps(notebook), encoding="utf-8")


def stage_data(root):
    (root / "data" / "more.csv").write_text("record_id,visit_date\nKJH-01,2017-03-05\n")


def mark_as_real(root):
    path = root / "data" / "raw" / "provenance.yml"
    said = yaml.safe_load(path.read_text(encoding="utf-8")) | {"simulated": False}
    path.write_text(yaml.safe_dump(said))


@pytest.mark.parametrize(
    ("plant", "place", "kind"),
    [
        (plant_output, "notebooks/02_score.ipynb", "a mobile phone number"),
        (stage_data, "data/more.csv", NOT_SIMULATED),
        (mark_as_real, "data/raw/provenance.yml", NOT_SIMULATED),
    ],
)
def test_the_hook_refuses_a_commit(clone, tmp_path, plant, place, kind):
    plant(clone)
    git(clone, "add", "-A")
    done = run_hook(clone, tmp_path / "home")
    text = done.stdout + done.stderr
    assert done.returncode == 1, text
    assert any(place in line and line.endswith(kind) for line in text.splitlines()), text
    assert PHONE not in text and "KJH-01" not in text


def test_the_hook_lets_an_ordinary_commit_pass(clone, tmp_path):
    (clone / "report" / "note.md").write_text("Nothing of anybody.\n")
    git(clone, "add", "-A")
    done = run_hook(clone, tmp_path / "home")
    assert done.returncode == 0, done.stdout + done.stderr
