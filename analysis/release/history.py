"""What git remembers of data/: a file that was removed is still in every clone."""

import subprocess

from analysis.release.look import find_strangers

FOLDER = "data"


def list_versions(root):
    """Return every version that any branch, tag or stash ever had of a file below data/.

    Returns
    -------
    list of (str, str, str)
        The commit that brought it (12 digits), its path, and its object; nothing outside git.
    """
    if not (root / ".git").exists():
        return []
    log = ("log", "--all", "--full-history", "-m", "--no-renames", "--raw", "--no-abbrev", "-z")
    # Of several stashes the log knows only the last by itself.
    stashes = _run(root, "stash", "list", "--format=%H").decode().split()
    told = _run(root, *log, "--format=commit %H", *stashes, "--", FOLDER).decode("utf-8", "replace")
    commit, found, parts = "", {}, iter(told.replace("\n", "\0").split("\0"))
    for part in parts:
        if part.startswith("commit "):
            commit = part.split()[1][:12]
        elif part.startswith(":"):
            new, path = part.split()[3], next(parts)
            # The log begins with the newest: the last to be met brought it.
            if set(new) != {"0"}:
                found[new, path] = commit
    return sorted((commit, path, blob) for (blob, path), commit in found.items())


def look_back(root, looker):
    """Look into every version of every file that was ever below data/.

    Returns
    -------
    list of (analysis.release.finding.Finding, bytes)
        With the content of the file, by which an exception is held.
    """
    found = []
    for commit, path, blob in list_versions(root):
        content = _run(root, "cat-file", "blob", blob)
        name = f"{commit}:{path}"
        own = looker.look(name, content) + find_strangers(name, content)
        found += [(each, content) for each in own]
    return found


def _run(root, *arguments):
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, check=True)
    return done.stdout
