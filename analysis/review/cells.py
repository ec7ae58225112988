"""Describe the raw cells that differ from the record: old value, new value, affected outcomes."""

import csv
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from analysis import paths
from analysis.cleaning.export import MAP
from analysis.review.digests import describe_difference, digest_raw, name_rows
from analysis.review.evidence import Evidence
from analysis.review.sources import CHECKSUMS, RAW_FOLDER, read_tracked
from analysis.run.fingerprint import RAW_PREFIX, raw_files
from analysis.run.state import list_changes
from analysis.study import load_study


def describe_raw_changes(record: Evidence, raw: Path) -> tuple[str, ...]:
    """Return the differences between an export and the recorded one, one phrase for each cell.

    The list of checksums, which differs whenever a cell does, comes last.

    Values are given if the recorded file is still available, in the export that the repository
    ships or in git; otherwise only row and column are.
    """
    before = {name: each for name, each in record.inputs.items() if name.startswith(RAW_PREFIX)}
    now = {f"{RAW_PREFIX}{path.relative_to(raw).as_posix()}": path for path in raw_files(raw)}
    contents = {name: path.read_bytes() for name, path in now.items()}
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    outcomes = _list_outcomes(contents.get(f"{RAW_PREFIX}{MAP}", b""))

    def describe(name: str, sha256: str, _: str) -> str:
        if not name.endswith(".csv"):
            return name
        new, old = name_rows(contents[name]), name_rows(_find_recorded(name, sha256))
        file = name.removeprefix(RAW_PREFIX)
        if new and old and (cells := list(_list_cells(file, old, new, outcomes))):
            return "\n".join(cells)
        digest = digest_raw(contents[name])
        if digest is None or name not in record.raw:
            return name
        cells_by_name = describe_difference(record.raw[name], digest)
        return f"{name}: {cells_by_name or 'the same cells, written otherwise'}"

    phrases = "\n".join(list_changes(before, hashes, describe=describe)).splitlines()
    return tuple(sorted(phrases, key=lambda phrase: phrase == f"{RAW_PREFIX}{CHECKSUMS}"))


def _find_recorded(name: str, sha256: str) -> bytes:
    """Return the content of a raw file as recorded, empty if it is no longer available."""
    file = paths.RAW / name.removeprefix(RAW_PREFIX)
    shipped = file.read_bytes() if file.is_file() else None
    tracked = read_tracked(paths.ROOT, f"{RAW_FOLDER}{name.removeprefix(RAW_PREFIX)}")
    found = (each for each in (shipped, tracked) if each is not None)
    return next((each for each in found if hashlib.sha256(each).hexdigest() == sha256), b"")


def _list_cells(
    file: str,
    old: dict[str, dict[str, str]],
    new: dict[str, dict[str, str]],
    outcomes: dict[str, str],
) -> Iterator[str]:
    for row in sorted({*old, *new}):
        if row not in new or row not in old:
            yield f"{file}: row {row} is {'new' if row in new else 'gone'}"
            continue
        for column in {**old[row], **new[row]}:
            values = [rows[row].get(column) for rows in (old, new)]
            if values[0] != values[1]:
                was, now = ("absent" if each is None else repr(each) for each in values)
                outcome = outcomes.get(column) or outcomes.get(f"{file}:{column}")
                whose = f" ({outcome})" if outcome else ""
                yield f"{file}, {column} in {row}: was {was}, is {now}{whose}"


def _list_outcomes(content: bytes) -> dict[str, str]:
    """Return the labels of the outcomes that use each raw field, by the field's name."""
    rows: Iterable[dict[str, str]] = csv.DictReader(
        content.decode("utf-8-sig", "replace").splitlines()
    )
    labels: dict[str, list[str]] = {}
    for outcome in load_study().outcomes:
        labels.setdefault(outcome.instrument, []).append(outcome.label)
    return {
        row.get("field") or "": ", ".join(labels.get(row.get("instrument") or "", ()))
        for row in rows
    }
