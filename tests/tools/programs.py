"""Run programs to their end, for tests."""

import subprocess


def call(*words, **options):
    """Run a program, and return the completed process with its output as text."""
    return subprocess.run(words, capture_output=True, text=True, **options)


def git(root, *words, check=True):
    """Run git in a folder, with a name and an address for commits."""
    me = ("-c", "user.name=A", "-c", "user.email=a@localhost")
    return call("git", *me, *words, cwd=root, check=check)


def track(root):
    """Make git track in a folder what it would track in a clone, without the files of a run."""
    git(root, "init", "-q")
    git(root, "add", "-A")
