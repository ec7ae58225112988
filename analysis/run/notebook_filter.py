"""A git filter that keeps the outputs of notebooks out of commits, in this clone only."""

import os
import shlex
import shutil
import subprocess
from pathlib import Path

# Not the name that nbstripout uses, so that a user's settings stay as they are.
_NAME = "notebooks-without-outputs"
_PATTERN = "notebooks/*.ipynb"
# Metadata that JupyterLab rewrites on each machine.
_NOISE = (
    "metadata.language_info.codemirror_mode metadata.language_info.file_extension "
    "metadata.language_info.mimetype metadata.language_info.nbconvert_exporter "
    "metadata.language_info.pygments_lexer metadata.language_info.version"
)
_SCRIPT = """\
for p in .venv/bin/python {python}; do
  test -x "$p" && exec "$p" -Es -m nbstripout --keep-id --extra-keys {noise}
done
echo "The environment is gone that keeps outputs out of commits: run make setup, or undo it as \
notebooks/README.md says." >&2
exit 1"""
SAID = (
    "git now keeps the outputs of notebooks out of commits, in this clone; "
    "notebooks/README.md says how to undo it."
)


def set_filter(root: Path, python: Path) -> bool:
    """Set the filter for the notebooks of a clone, and return True if it was not set before.

    It is set in the settings and attributes of the clone, which all its worktrees share. Nothing
    is done in an archive, in CI, in a read-only clone, without git, or if the notebooks already
    have a filter.

    Parameters
    ----------
    root
        The top of a worktree.
    python
        A Python with nbstripout, for worktrees without an environment.
    """
    if os.environ.get("CI") or not (root / ".git").exists() or not shutil.which("git"):
        return False
    attributes = root / _ask_git(root, "rev-parse", "--git-path", "info/attributes")
    lines = attributes.read_text(encoding="utf-8") if attributes.is_file() else ""
    given = _ask_git(root, "check-attr", "filter", "--", "notebooks/01_clean.ipynb")
    if _NAME in lines or not given.endswith(": unspecified"):
        return False
    script = _SCRIPT.format(python=shlex.quote(str(python)), noise=shlex.quote(_NOISE))
    values = {"clean": f"sh -c {shlex.quote(script)}", "smudge": "cat", "required": "true"}
    for key, value in values.items():
        _ask_git(root, "config", "--local", f"filter.{_NAME}.{key}", value)
    if _ask_git(root, "config", "--local", f"filter.{_NAME}.required") != "true":
        return False
    attributes.parent.mkdir(exist_ok=True)
    with open(attributes, "a", encoding="utf-8") as file:
        file.write(f"{_PATTERN} filter={_NAME}\n")
    return True


def _ask_git(root: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=root, capture_output=True, text=True, check=False, close_fds=False
    )
    return done.stdout.strip()
