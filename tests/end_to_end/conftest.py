"""A checkout of its own, in a folder with a space and Hangul, in which Make is really run."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RAW = "data/raw"


class Trial:
    """A checkout, and what a person does with it."""

    def __init__(self, root):
        self.root = root

    def shell(self, **variables):
        """Return the variables of a person's shell, which knows of no test."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "MAKE"))}
        # The environment that checkouts share would find the code of the repository alone.
        return inherited | {"PYTHONPATH": str(self.root)} | variables

    def make(self, *arguments, **variables):
        """Run Make as from such a shell."""
        return subprocess.run(
            ["make", *arguments],
            cwd=self.root,
            env=self.shell(**variables),
            capture_output=True,
            text=True,
            check=False,
            timeout=900,
        )

    def succeed(self, *arguments, **variables):
        """Run Make, and return the names of the steps that ran."""
        done = self.make(*arguments, **variables)
        assert done.returncode == 0, done.stdout + done.stderr
        return {line.split()[0] for line in done.stderr.splitlines() if " done in " in line}

    def outdated(self):
        """Return the steps that `make why` calls outdated."""
        # All checkouts share one environment: a changed lock here must not set it up anew.
        lines = self.make("--old-file=setup", "why").stdout.splitlines()
        return {line.split(":")[0] for line in lines if line.endswith(": outdated")}

    def published(self, out="."):
        """Return the content of all that a run publishes."""
        root = self.root / out
        folders = ("data/processed", "report/_generated", "report/_output", "report/notebooks")
        return {
            path.relative_to(root).as_posix(): path.read_bytes()
            for folder in folders
            for path in sorted((root / folder).rglob("*"))
            if path.is_file() and path.name != "README.md"
        }

    def rewrite(self, file, change):
        """Change the bytes of a file, and leave its time stamp as it was."""
        path = self.root / file
        before = path.stat()
        path.write_bytes(change(path.read_bytes()))
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    def seal(self):
        """Redo the checksums of the export, as one who has a right to."""
        files = sorted((self.root / RAW).iterdir())
        lines = [
            f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
            for path in files
            if path.name not in ("SHA256SUMS", "README.md")
        ]
        (self.root / RAW / "SHA256SUMS").write_text("".join(lines))


def copy_checkout(root):
    """Return a checkout at a new place, in which nothing has run."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in listed.stdout.split("\0"):
        if name and (ROOT / name).is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, root / name)
    (root / ".venv").symlink_to(ROOT / ".venv")
    return Trial(root)


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """Return a checkout in which `make report` has run with the built-in renderer."""
    trial = copy_checkout(tmp_path_factory.mktemp("trial") / "임상 trial")
    trial.succeed("-j2", "report", "RENDERER=builtin")
    return trial


@pytest.fixture(scope="session")
def checkout(tmp_path_factory):
    """Return a checkout without a run of its own, from which other exports are reported."""
    return copy_checkout(tmp_path_factory.mktemp("checkout"))


@pytest.fixture
def trial(finished, tmp_path):
    """Return a copy of the finished checkout that a test may spoil."""
    root = tmp_path / "임상 copy"
    shutil.copytree(finished.root, root, symlinks=True)
    return Trial(root)


@pytest.fixture
def untouched(tmp_path):
    """Return a checkout in which nothing has run."""
    return copy_checkout(tmp_path / "somewhere else")
