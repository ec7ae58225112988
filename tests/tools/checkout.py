"""A separate checkout in which Make is really run, and what a user does with it."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

from analysis import paths
from analysis.review.sources import copy_sources, list_sources
from analysis.run.state import read_record
from analysis.run.steps import STEPS

PUBLISHED = ("data/processed", "report/_generated", "report/_output", "report/notebooks")
REPORT = ("report", "RENDERER=builtin")
DEADLINE = 900


class Checkout:
    """A copy of the repository, in which Make runs as from a shell outside of any test.

    `goal` is the target of Make for all its work.
    """

    def __init__(self, root, goal=REPORT):
        self.root = Path(root)
        self.goal = goal

    def shell(self, **variables):
        """Return the variables of a user's shell."""
        left_out = ("PYTHON", "MAKE", "MFLAGS")
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(left_out)}
        # By itself, the environment that checkouts share would find only the repository's code.
        return inherited | {"PYTHONPATH": str(self.root)} | variables

    def start(self, *arguments, before=(), prepare=None, stderr=subprocess.STDOUT, **variables):
        """Start Make in a separate process group.

        `before` is a program, with its arguments, that starts it; `prepare` is called in the new
        process.
        """
        return subprocess.Popen(
            [*before, "make", *arguments],
            cwd=self.root,
            env=self.shell(**variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
            preexec_fn=prepare,
        )

    def make(self, *arguments, **options):
        """Run Make to its end; return the same as `subprocess.run`."""
        run = self.start(*arguments, stderr=subprocess.PIPE, **options)
        return subprocess.CompletedProcess(run.args, *_end(run))

    def run(self, *arguments, **options):
        """Run Make to its end; return its exit code and all its output."""
        return finish(self.start(*arguments, **options))

    def succeed(self, *arguments, **variables):
        """Run Make, and return the names of the steps that ran."""
        code, output = self.run(*arguments, **variables)
        assert code == 0, output
        return {line.split()[0] for line in output.splitlines() if " done in " in line}

    def published(self, out="."):
        """Return the content of every published file, by its path below OUT."""
        root = self.root / out
        return {
            path.relative_to(root).as_posix(): _read(path)
            for folder in PUBLISHED
            for path in sorted((root / folder).rglob("*"))
            if path.name != "README.md" and (path.is_symlink() or not path.is_dir())
        }

    def owners(self):
        """Return the step that publishes each file, according to the records of a finished run."""
        outputs = paths.Outputs(self.root)
        records = {step.name: read_record(outputs, step.name) for step in STEPS}
        return {file: name for name, record in records.items() if record for file in record.files}

    def examine(self, state):
        """Return the steps that `make why` reports as ``up to date`` or ``outdated``."""
        # All checkouts share one environment: a changed lock here must not set it up again.
        done = self.make("--old-file=setup", "why")
        lines = [] if done.returncode else done.stdout.splitlines()
        return {line.partition(":")[0] for line in lines if line.endswith(f": {state}")}

    def rewrite(self, file, change):
        """Change the bytes of a file, and leave its time stamp as it was."""
        path = self.root / file
        before = path.stat()
        path.write_bytes(change(path.read_bytes()))
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    def edit(self, file, old, new):
        """Replace a text in a file, and leave its time stamp as it was."""
        assert old in (self.root / file).read_text(encoding="utf-8")
        self.rewrite(file, lambda content: content.replace(old.encode(), new.encode()))

    def leftovers(self):
        """Return the files that a run has to remove at its end."""
        stage = self.root / ".run" / "stage"
        return [path.relative_to(self.root).as_posix() for path in stage.glob("*")]


def finish(run):
    """Wait for the end of a Make that was started; return its exit code and all its output."""
    code, output, _ = _end(run)
    return code, output


def copy_checkout(root, source=paths.ROOT):
    """Copy the sources of a repository; the environment is shared."""
    copy_sources(source, root, list_sources(source))
    (root / ".venv").symlink_to((source / ".venv").resolve())
    return Checkout(root)


def clone_checkout(checkout, root):
    """Copy a checkout with everything that its runs have written."""
    shutil.copytree(checkout.root, root, symlinks=True)
    return Checkout(root, checkout.goal)


def _end(run):
    try:
        output, errors = run.communicate(timeout=DEADLINE)
    except subprocess.TimeoutExpired:
        os.killpg(run.pid, signal.SIGKILL)
        run.communicate()
        raise
    return run.returncode, output, errors


def _read(path):
    try:
        return path.read_bytes()
    except OSError:
        return b"unreadable"
