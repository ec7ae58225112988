"""Programs that tests run to their end."""

import subprocess


def call(*words, **options):
    """Run a program, and return what came of it, with all that it has said as text."""
    return subprocess.run(words, capture_output=True, text=True, **options)


def git(root, *words, check=True):
    """Run git in a folder as somebody."""
    me = ("-c", "user.name=A", "-c", "user.email=a@localhost")
    return call("git", *me, *words, cwd=root, check=check)


def track(root):
    """Make git track in a folder what it would track in a clone, and nothing of a run."""
    git(root, "init", "-q")
    git(root, "add", "-A")
