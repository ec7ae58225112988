"""Compare a run with the record: results, tables, files and inputs."""

import csv
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.errors import DataError
from analysis.review.digests import describe_difference
from analysis.review.evidence import Evidence
from analysis.review.sources import CHECKSUMS, compare_checksums, read_checksums
from analysis.review.verdict import Level, Verdict
from analysis.run.fingerprint import RAW_PREFIX
from analysis.run.state import list_changes
from analysis.study import load_study

EXCEPTIONS = "exceptions.csv"
RELATIVE = 1e-9
# An absolute tolerance, since a relative one has no meaning for a result of zero.
NEAR_ZERO = 1e-12


@dataclass(frozen=True)
class Differences:
    """How two sets of results differ.

    Parameters
    ----------
    gone, new
        Keys that only the first or only the second set has.
    moved
        Columns that differ, by key.
    """

    gone: tuple[str, ...]
    new: tuple[str, ...]
    moved: dict[str, tuple[str, ...]]


def compare_frames(
    before: pd.DataFrame,
    now: pd.DataFrame,
    *,
    tolerances: Mapping[str, float] | None = None,
    near_zero: float = NEAR_ZERO,
) -> Differences:
    """Compare two sets of results by `result_id`, their index.

    Parameters
    ----------
    before, now
        With the same columns. The number in `value` may differ a little, nothing else.
    tolerances
        The relative tolerance of a result, where it is not `RELATIVE`.
    near_zero
        The absolute tolerance.
    """
    wider = tolerances or {}
    common = before.index.intersection(now.index)
    columns = list(before.columns)
    moved = {}
    rows: Iterable[tuple[str, Any, Any]] = zip(
        common,
        before.loc[common].itertuples(index=False),
        now.loc[common, columns].itertuples(index=False),
        strict=True,
    )
    for key, old, new in rows:
        close = math.isclose(
            old.value, new.value, rel_tol=wider.get(key, RELATIVE), abs_tol=near_zero
        )
        moved[key] = tuple(
            column
            for column, one, other in zip(columns, old, new, strict=True)
            if not _is_same(one, other) and not (column == "value" and close)
        )
    return Differences(
        gone=tuple(before.index.difference(now.index)),
        new=tuple(now.index.difference(before.index)),
        moved={key: differing for key, differing in moved.items() if differing},
    )


def compare_results(
    record: pd.DataFrame, fresh: pd.DataFrame, *, exceptions: Mapping[str, float] | None = None
) -> Level:
    """Compare two results tables: every value, every printed text, every other column.

    `exceptions` are declared tolerances, as `read_exceptions` returns them. Of the results that
    moved, the mean changes come first, in the order of the plan.
    """
    wider = exceptions or {}
    first, second = (frame.set_index("result_id") for frame in (record, fresh))
    unknown = sorted({*wider} - {*first.index})
    if unknown:
        raise DataError(f"no result is called {unknown[0]}", file=EXCEPTIONS)
    found = compare_frames(first, second, tolerances=wider)
    differing = [f"{name} is gone" for name in found.gone]
    differing += [f"{name} is new" for name in found.new]
    for name in _sort_by_weight(found.moved):
        columns = found.moved[name]
        old, new = (frame.loc[name].to_dict() for frame in (first, second))
        if "value" in columns:
            differing.append(f"{name}: {_describe_move(old['value'], new['value'])}")
        elif not (name in wider and columns == ("text",)):
            column = columns[0]
            texts = [repr(v) if isinstance(v := row[column], str) else v for row in (old, new)]
            differing.append(f"{name}: {column} was {texts[0]}, is {texts[1]}")
    return Level("results", len(first.index.union(second.index)), tuple(differing))


def compare_evidence(
    record: Evidence,
    fresh: Evidence,
    *,
    exceptions: Mapping[str, float] | None = None,
    bytes_decide: bool = False,
    raw_changes: tuple[str, ...] = (),
) -> Verdict:
    """Compare a clean run with the record.

    Results (to a relative 1e-9) and tables (to 10 digits) decide. Text is compared if the same
    renderer made it, and decides if Python and packages are the same as well, since the documents
    name them. Files have to be the same to the byte only if `bytes_decide`. `raw_changes` are the
    changes of the export that `analysis.review.cells` describes.
    """
    levels = [
        compare_results(record.results, fresh.results, exceptions=exceptions),
        compare_parts("processed tables", record.tables, fresh.tables, describe=_describe_cells),
    ]
    causes, notes = _find_causes(record, fresh, raw_changes), []
    surroundings = causes["packages"] or record.platform["Python"] != fresh.platform["Python"]
    renderer = fresh.renderer
    if renderer in record.texts:
        level = f"texts of the documents by {renderer}"
        texts = record.texts[renderer], fresh.texts[renderer]
        levels.append(compare_parts(level, *texts, decides=not surroundings))
    else:
        notes.append(f"The record has no documents by {renderer}: their text was not compared.")
    before, now = record.files, fresh.files
    if renderer != record.renderer:
        before, now = (
            {name: each for name, each in files.items() if not name.startswith("report/_output/")}
            for files in (before, now)
        )
    levels.append(
        compare_parts("published files, byte for byte", before, now, decides=bytes_decide)
    )
    if exceptions:
        notes.append(f"{len(exceptions)} results have a wider tolerance, declared in {EXCEPTIONS}.")
    return Verdict(tuple(levels), causes, tuple(notes))


def compare_parts(
    name: str,
    before: Mapping[str, Any],
    now: Mapping[str, Any],
    *,
    describe: Callable[[str, Any, Any], str] = lambda part, old, new: part,
    decides: bool = True,
) -> Level:
    """Compare contents by name; `describe` writes the phrase for a difference."""
    differing = list_changes(before, now, describe=describe)
    return Level(name, len({*before, *now}), tuple(differing), decides)


def compare_hashes(name: str, before: dict[str, str], now: dict[str, str]) -> Level:
    """Compare the hashes of files by name."""
    return compare_parts(name, before, now, describe=lambda file, *_: f"{file} has other bytes")


def check_raw(raw: Path, *, whole: bool = False) -> list[Level]:
    """Compare an export with its checksums, if any; with `whole`, unlisted files differ too."""
    if not (raw / CHECKSUMS).exists():
        return []
    listed = len(read_checksums(raw / CHECKSUMS))
    differing = compare_checksums(raw, whole=whole, beside=("README.md",))
    return [Level("raw files against their checksums", listed, tuple(differing))]


def _sort_by_weight(names: Iterable[str]) -> list[str]:
    """Put mean changes first, that of the primary outcome before all, as long lists are cut."""
    outcomes = sorted(load_study().outcomes, key=lambda outcome: outcome.role != "primary")
    ranks = {f"efficacy.{each.name}.mean_change": rank for rank, each in enumerate(outcomes)}
    return sorted(names, key=lambda name: ranks.get(name, len(ranks)))


def _find_causes(
    record: Evidence, fresh: Evidence, raw_changes: Sequence[str] = ()
) -> dict[str, tuple[str, ...]]:
    """Return the differences in the inputs by kind; an empty tuple where there are none."""

    def select_code(evidence: Evidence) -> dict[str, str]:
        inputs = evidence.inputs.items()
        return {name: each for name, each in inputs if not name.startswith(RAW_PREFIX)}

    def describe_version(name: str, old: str, new: str) -> str:
        return f"{name} is {new}, in the record {old}"

    code = list_changes(*map(select_code, (record, fresh)), describe=lambda name, *_: name)
    causes = {"raw data": raw_changes, "code, plan and words": code}
    for kind in ("packages", "platform"):
        before, now = getattr(record, kind), getattr(fresh, kind)
        absent = dict.fromkeys({*before, *now}, "not there")
        causes[kind] = list_changes(absent | before, absent | now, describe=describe_version)
    return {kind: tuple(phrases) for kind, phrases in causes.items()}


def read_exceptions(folder: Path) -> dict[str, float]:
    """Return the declared tolerances by `result_id`; none if there is no file.

    Raises
    ------
    DataError
        An exception has no reason, or its tolerance is not a number.
    """
    path = folder / EXCEPTIONS
    if not path.exists():
        return {}
    try:
        rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
        tolerances = {row["result_id"]: float(row["relative"]) for row in rows}
    except (KeyError, ValueError, TypeError, csv.Error):
        raise DataError(
            "it has the columns result_id, relative (a number) and reason", file=path
        ) from None
    for row in rows:
        if not (row.get("reason") or "").strip():
            raise DataError("this exception has no reason", file=path, field=row["result_id"])
    return tolerances


def _is_same(before: Any, now: Any) -> bool:
    if pd.isna(before) or pd.isna(now):
        return bool(pd.isna(before) and pd.isna(now))
    return bool(before == now)


def _describe_cells(name: str, before: Any, now: Any) -> str:
    cells = describe_difference(before, now)
    return f"{name}: {cells}" if cells else name


def _describe_move(old: float, new: float) -> str:
    numbers = ["empty" if pd.isna(number) else f"{number:.12g}" for number in (old, new)]
    phrase = f"value was {numbers[0]}, is {numbers[1]}"
    if "empty" in numbers:
        return phrase
    share = f", {(new - old) / abs(old):+.2g} of it" if old else ""
    return f"{phrase} (moved by {new - old:+.3g}{share})"
