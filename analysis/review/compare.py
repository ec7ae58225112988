"""Hold a fresh run against the results of record, at three levels."""

import csv
import math
from dataclasses import dataclass, field

import pandas as pd

from analysis.errors import DataError
from analysis.review.digests import describe_difference
from analysis.run.fingerprint import RAW_PREFIX
from analysis.tables import read_table

EXCEPTIONS = "exceptions.csv"
RELATIVE = 1e-9
# Where a result is zero, noise is no multiple of it.
NEAR_ZERO = 1e-12


@dataclass(frozen=True)
class Level:
    """One level of comparison.

    Parameters
    ----------
    name
        What was compared.
    compared
        How many.
    differing
        One phrase for each that differs.
    decides
        Whether a difference is the verdict, or is only reported.
    """

    name: str
    compared: int
    differing: tuple[str, ...]
    decides: bool = True


@dataclass(frozen=True)
class Verdict:
    """What came of a comparison.

    Parameters
    ----------
    levels
        What was compared, at which level.
    causes
        What differs in that which went in: raw cells, code, packages, platform.
    notes
        What else a reader has to know.
    """

    levels: tuple[Level, ...]
    causes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def agrees(self):
        """Whether nothing that decides differs."""
        return not any(level.decides and level.differing for level in self.levels)


def compare_evidence(record, fresh, *, exceptions=(), bytes_decide=False):
    """Compare a fresh run with the record.

    Parameters
    ----------
    record, fresh : analysis.review.evidence.Evidence
    exceptions : dict of float
        As `read_exceptions` returns it.
    bytes_decide : bool
        Whether files have to be the same to the byte.

    Returns
    -------
    Verdict
        Results to a relative 1e-9 and tables to 10 digits decide. Text is compared if the
        same renderer made it, and decides if Python and packages are the same as well,
        since the documents name them.
    """
    levels = [
        compare_results(record.results, fresh.results, exceptions=dict(exceptions)),
        _compare_parts(
            "processed tables", record.tables, fresh.tables, describe=describe_difference
        ),
    ]
    causes, notes = find_causes(record, fresh), []
    surroundings = causes["packages"] or record.platform["Python"] != fresh.platform["Python"]
    renderer = fresh.renderer
    if renderer in record.texts:
        levels.append(
            _compare_parts(
                f"texts of the documents by {renderer}",
                record.texts[renderer],
                fresh.texts[renderer],
                decides=not surroundings,
            )
        )
    else:
        notes.append(f"The record has no documents by {renderer}: their text was not compared.")
    levels.append(_compare_files(record, fresh, decides=bytes_decide))
    if exceptions:
        notes.append(f"{len(exceptions)} results have a wider tolerance, declared in {EXCEPTIONS}.")
    return Verdict(tuple(levels), causes, tuple(notes))


def compare_results(record, fresh, *, exceptions=None):
    """Compare two results tables by `result_id`: every value, every printed text, every note.

    Returns
    -------
    Level
    """
    exceptions = exceptions or {}
    first, second = (frame.set_index("result_id") for frame in (record, fresh))
    unknown = sorted({*exceptions} - {*first.index})
    if unknown:
        raise DataError(f"no result is called {unknown[0]}", file=EXCEPTIONS)
    differing = [f"{name} is gone" for name in first.index.difference(second.index)]
    differing += [f"{name} is new" for name in second.index.difference(first.index)]
    common = first.index.intersection(second.index)
    columns = list(first.columns)
    for name, old, new in zip(
        common,
        first.loc[common].itertuples(index=False),
        second.loc[common].itertuples(index=False),
        strict=True,
    ):
        moved = [
            column
            for column, before, now in zip(columns, old, new, strict=True)
            if not _same(before, now, exceptions.get(name, RELATIVE) if column == "value" else 0)
        ]
        if "value" in moved:
            differing.append(f"{name}: {_describe_move(old.value, new.value)}")
        elif moved and not (name in exceptions and moved == ["text"]):
            old, new = (
                repr(told) if isinstance(told := getattr(row, moved[0]), str) else told
                for row in (old, new)
            )
            differing.append(f"{name}: {moved[0]} was {old}, is {new}")
    return Level("results", len(first.index.union(second.index)), tuple(differing))


def find_causes(record, fresh):
    """Return what differs in what went in, by kind; an empty tuple where nothing does."""
    raw, code = [], []
    for name in sorted({*record.inputs, *fresh.inputs}):
        before, now = record.inputs.get(name), fresh.inputs.get(name)
        if before == now:
            continue
        phrase = f"{name} is gone" if now is None else f"{name} is new" if before is None else ""
        if not name.startswith(RAW_PREFIX):
            code.append(phrase or name)
        elif name in record.raw and name in fresh.raw:
            cells = describe_difference(record.raw[name], fresh.raw[name])
            raw.append(f"{name}: {cells or 'the same cells, written otherwise'}")
        else:
            raw.append(phrase or name)
    return {
        "raw data": tuple(raw),
        "code, plan and words": tuple(code),
        "packages": _list_changes(record.packages, fresh.packages),
        "platform": _list_changes(record.platform, fresh.platform),
    }


def read_exceptions(folder):
    """Return the declared tolerances by `result_id`; none without the file.

    Raises
    ------
    DataError
        An exception without a reason, or one that is no number.
    """
    path = folder / EXCEPTIONS
    if not path.exists():
        return {}
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if not (row.get("reason") or "").strip():
            raise DataError("this exception has no reason", file=path, field=row["result_id"])
    try:
        return {row["result_id"]: float(row["relative"]) for row in rows}
    except (KeyError, ValueError):
        raise DataError(
            "it has the columns result_id, relative (a number) and reason", file=path
        ) from None


def list_moves(folder, results):
    """Return which results a new record moves: as `compare_results`, all new if none is there."""
    there = (folder / "results.csv").exists()
    before = read_table("results", folder) if there else results.head(0)
    return compare_results(before, results).differing


def _same(before, now, relative):
    if pd.isna(before) or pd.isna(now):
        return pd.isna(before) and pd.isna(now)
    if relative and not isinstance(before, str):
        return math.isclose(before, now, rel_tol=relative, abs_tol=NEAR_ZERO)
    return before == now


def _describe_move(old, new):
    if pd.isna(old) or pd.isna(new):
        return f"value was {_show(old)}, is {_show(new)}"
    share = f", {(new - old) / abs(old):+.2g} of it" if old else ""
    return f"value was {_show(old)}, is {_show(new)} (moved by {new - old:+.3g}{share})"


def _show(value):
    return "empty" if pd.isna(value) else f"{value:.12g}"


def _compare_parts(name, before, now, *, describe=None, decides=True):
    differing = [
        f"{part} is gone"
        if part not in now
        else f"{part} is new"
        if part not in before
        else ": ".join(filter(None, [part, describe(before[part], now[part]) if describe else ""]))
        for part in sorted({*before, *now})
        if before.get(part) != now.get(part)
    ]
    return Level(name, len({*before, *now}), tuple(differing), decides)


def _compare_files(record, fresh, *, decides):
    """Compare bytes; documents only if the same renderer made them."""
    same = fresh.renderer == record.renderer
    before, now = (
        {name: digest for name, digest in files.items() if same or not _is_document(name)}
        for files in (record.files, fresh.files)
    )
    return _compare_parts("published files, byte for byte", before, now, decides=decides)


def _is_document(name):
    return name.startswith("report/_output/")


def _list_changes(before, now):
    return tuple(
        f"{name} is {now.get(name, 'not there')}, in the record {before.get(name, 'not there')}"
        for name in sorted({*before, *now})
        if before.get(name) != now.get(name)
    )
