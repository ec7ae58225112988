"""What a run leaves behind to know later whether its outputs still hold."""

import contextlib
import errno
import fcntl
import functools
import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

MISSING = "missing"
# A link in a circle leads to no file either.
ABSENT = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)


@dataclass(frozen=True)
class Record:
    """What was published by a step, and from what.

    Parameters
    ----------
    fingerprint
        Content hashes of all that the step depends on, by name; empty while it publishes.
    files
        Content hashes of the published files, by path below OUT.
    """

    fingerprint: dict[str, str]
    files: dict[str, str]

    @property
    def finished(self):
        """Whether all was published that had to be."""
        return bool(self.fingerprint)


@functools.cache
def hash_file(path):
    """Return the SHA-256 of a file, or ``missing``; kept until `forget_hashes`."""
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        if error.errno not in ABSENT:
            raise
        return MISSING


def forget_hashes():
    """Read files anew from now on."""
    hash_file.cache_clear()


def list_changes(
    before: Mapping[str, Any],
    now: Mapping[str, Any],
    *,
    describe: Callable[[str, Any, Any], str] = lambda name, *_: f"{name} has changed",
) -> list[str]:
    """Return what is gone, new or changed between two sets of named contents, sorted by name.

    `describe` makes the phrase of what has changed, of its name and its two contents.
    """
    return [
        f"{name} is gone"
        if now.get(name) in (None, MISSING)
        else f"{name} is new"
        if before.get(name) in (None, MISSING)
        else describe(name, before[name], now[name])
        for name in sorted({*before, *now})
        if before.get(name) != now.get(name)
    ]


def read_record(outputs, name):
    """Return the record of a step, or None where there is no whole one."""
    told = read_state(_record_path(outputs, name))
    return Record(**told) if told else None


def write_record(outputs, name, record):
    """Write the record of a step."""
    write_state(_record_path(outputs, name), asdict(record))


def fingerprint_path(outputs, name):
    """Return the file on which the step's rule in the Makefile depends."""
    return outputs.state / "fingerprints" / f"{name}.json"


def read_fingerprint(outputs, name):
    """Return the fingerprint of a step as last written, empty where there is none."""
    return read_state(fingerprint_path(outputs, name)) or {}


def write_fingerprint(outputs, name, fingerprint):
    """Write a fingerprint where it differs from the one there."""
    path = fingerprint_path(outputs, name)
    if read_state(path) != fingerprint:
        write_state(path, fingerprint)
    return path


def read_state(path):
    """Return what `write_state` wrote, or None where there is no such file or it was altered.

    A spoiled file that still could be read, as with one letter of a name changed, would hide
    for good that something is outdated.
    """
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return told["content"] if told["sha256"] == _hash_content(told["content"]) else None
    except (OSError, ValueError, TypeError, KeyError):
        return None


def write_state(path, content):
    """Write what can be JSON, with a checksum of its own, whole or not at all."""
    replace_text(path, _dump({"content": content, "sha256": _hash_content(content)}))


def replace_text(path, text):
    """Write a small file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.partial")
    partial.write_text(text, encoding="utf-8", newline="\n")
    os.replace(partial, path)


@contextlib.contextmanager
def hold_lock(outputs, name, *, on_wait=lambda: None):
    """Let one process at a time do something below OUT; a killed one holds nothing.

    `on_wait` is called once if another process has the lock.
    """
    path = outputs.state / "locks" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            on_wait()
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _record_path(outputs, name):
    return outputs.state / "records" / f"{name}.json"


def _dump(content):
    return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _hash_content(content):
    return hashlib.sha256(_dump(content).encode()).hexdigest()
