"""The state that a run keeps, to know later whether its outputs are still up to date."""

import contextlib
import errno
import fcntl
import functools
import hashlib
import inspect
import itertools
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from analysis.paths import Outputs

MISSING = "missing"
# A circular link counts as a missing file too.
ABSENT = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)
_Kind = TypeVar("_Kind")


@dataclass(frozen=True)
class Record:
    """The files that a step has published, and what they were made from.

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
    def finished(self) -> bool:
        """Whether everything was published."""
        return bool(self.fingerprint)


@functools.cache
def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file, or ``missing``; kept until `forget_hashes`."""
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        if error.errno not in ABSENT:
            raise
        return MISSING


def forget_hashes() -> None:
    """Read files again from now on."""
    hash_file.cache_clear()


def hash_content(content: Any) -> str:
    """Return the SHA-256 of content that can be written as JSON."""
    return hashlib.sha256(_dump(content).encode()).hexdigest()


def list_changes(
    before: Mapping[str, Any],
    now: Mapping[str, Any],
    *,
    describe: Callable[[str, Any, Any], str] = lambda name, *_: f"{name} has changed",
) -> list[str]:
    """Return what is gone, new or changed between two sets of named contents, sorted by name.

    `describe` makes the phrase for a change from the name and both contents.
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


def read_record(outputs: Outputs, name: str) -> Record | None:
    """Return the record of a step, or None if there is no intact one of this version."""
    return read_fields(_record_path(outputs, name), Record)


def write_record(outputs: Outputs, name: str, record: Record) -> None:
    """Write the record of a step."""
    write_state(_record_path(outputs, name), asdict(record))


def list_records(outputs: Outputs) -> list[str]:
    """Return the names of the steps that have a record."""
    return sorted(path.stem for path in (outputs.state / "records").glob("*.json"))


def remove_record(outputs: Outputs, name: str) -> None:
    """Remove the record of a step."""
    _record_path(outputs, name).unlink(missing_ok=True)


def read_state(path: Path) -> Any:
    """Return what `write_state` wrote, or None if there is no such file or it was altered.

    A damaged file that can still be read, say with one letter of a name changed, would hide
    for good that something is outdated.
    """
    try:
        written = json.loads(path.read_text(encoding="utf-8"))
        content = written["content"]
        return content if written["sha256"] == hash_content(content) else None
    except (OSError, ValueError, TypeError, KeyError):
        return None


def read_fields(path: Path, kind: type[_Kind]) -> _Kind | None:
    """Return what `write_state` wrote of a dataclass, None if it has other fields by now."""
    content, names = read_state(path), inspect.signature(kind).parameters.keys()
    return kind(**content) if isinstance(content, dict) and content.keys() == names else None


def write_state(path: Path, content: Any) -> None:
    """Write content as JSON with its checksum, completely or not at all."""
    replace_text(path, _dump({"content": content, "sha256": hash_content(content)}))


def replace_text(path: Path, text: str) -> None:
    """Write a small file completely or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.partial")
    partial.write_text(text, encoding="utf-8", newline="\n")
    os.replace(partial, path)


@contextlib.contextmanager
def hold_lock(
    path: Path, *, on_wait: Callable[[], None] | None = None, inherited: bool = False
) -> Iterator[None]:
    """Hold a lock that one process can have at a time; a killed process releases it.

    `on_wait` is called once if another process has the lock; without it, a BlockingIOError is
    raised instead of waiting. If `inherited`, child processes hold the lock too.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w") as file:
        os.set_inheritable(file.fileno(), inherited)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if on_wait is None:
                raise
            on_wait()
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def lock_path(outputs: Outputs, name: str) -> Path:
    """Return the lock file of a name for the runs below OUT."""
    return outputs.state / "locks" / name


@contextlib.contextmanager
def open_stage(outputs: Outputs, name: str) -> Iterator[Path]:
    """Give a step a new folder on the file system of OUT, and remove it afterwards.

    Its name is new each time: the kernel of a killed run may still be writing into the old one.
    """
    stages = outputs.state / "stage"
    stages.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=stages))
    try:
        yield folder
    finally:
        clear_folder(folder)


def remove_written(root: Path, files: Mapping[str, str]) -> list[str]:
    """Remove files below a folder that have not changed, and folders left empty.

    Parameters
    ----------
    files
        Their hashes when written, by path below `root`.

    Returns
    -------
        The files that have changed since they were written: they stay.
    """
    stay = []
    for name, content in files.items():
        path = root / name
        if hash_file(path) == content:
            path.unlink()
            for folder in path.relative_to(root).parents:
                with contextlib.suppress(OSError):  # It is not empty, or it is the root.
                    (root / folder).rmdir()
        elif path.exists():
            stay.append(name)
    return stay


def find_free_name(path: Path) -> Path:
    """Return a path, with the first free number added if there is such a file."""
    numbers = itertools.count(2)
    free = path
    while free.exists():
        free = path.with_stem(f"{path.stem}_{next(numbers)}")
    return free


def sweep_stages(outputs: Outputs) -> None:
    """Remove the stages left by killed runs: those of steps that no run is working on."""
    for folder in (outputs.state / "stage").glob("*-*"):
        lock = lock_path(outputs, folder.name.rpartition("-")[0])
        with contextlib.suppress(BlockingIOError), hold_lock(lock):
            clear_folder(folder)


def clear_folder(folder: Path) -> None:
    """Remove a folder with its contents, if it exists."""
    shutil.rmtree(folder, ignore_errors=True)


def _record_path(outputs: Outputs, name: str) -> Path:
    return outputs.state / "records" / f"{name}.json"


def _dump(content: Any) -> str:
    return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
