"""What a run leaves behind to know later whether its outputs still hold."""

import contextlib
import fcntl
import functools
import hashlib
import json
import os
from dataclasses import asdict, dataclass

MISSING = "missing"


@dataclass(frozen=True)
class Record:
    """What was published by a step, and from what.

    Parameters
    ----------
    fingerprint
        Content hashes of all that the step depends on, by name.
    files
        Content hashes of the published files, by path below OUT.
    """

    fingerprint: dict[str, str]
    files: dict[str, str]


@functools.cache
def hash_file(path):
    """Return the SHA-256 of a file, or ``missing``; kept until `forget_hashes`."""
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (FileNotFoundError, NotADirectoryError):
        return MISSING


def forget_hashes():
    """Read files anew from now on."""
    hash_file.cache_clear()


def read_record(outputs, name):
    """Return the record of a step, or None where there is no whole one."""
    try:
        return Record(**json.loads(_record_path(outputs, name).read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def write_record(outputs, name, record):
    """Write the record of a step."""
    replace_text(_record_path(outputs, name), _dump(asdict(record)))


def fingerprint_path(outputs, name):
    """Return the file on which the step's rule in the Makefile depends."""
    return outputs.state / "fingerprints" / f"{name}.json"


def read_fingerprint(outputs, name):
    """Return the fingerprint of a step as last written, empty where there is none."""
    try:
        return json.loads(fingerprint_path(outputs, name).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}


def write_fingerprint(outputs, name, fingerprint):
    """Write a fingerprint where it differs from the one there."""
    path, text = fingerprint_path(outputs, name), _dump(fingerprint)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        replace_text(path, text)
    return path


def replace_text(path, text):
    """Write a small file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
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
