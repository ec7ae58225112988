"""Corrections and confirmations of the site; they come before every rule."""

import re
from collections.abc import Collection
from dataclasses import replace
from typing import Any

import pandas as pd

from analysis.cleaning.export import CORRECTIONS, RAW_COLUMNS, REDCAP
from analysis.cleaning.state import Finding, SourceFile
from analysis.errors import DataError

CORRECTION_COLUMNS = RAW_COLUMNS[CORRECTIONS]
# A wrong event or instance is a wrong row, which only the site can put right.
UNCORRECTABLE = ("redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance")
# So begins the reason of a line that empties a cell for good, and not until a value is known.
NOT_DONE_REASON = "not done:"


def apply_corrections(
    files: dict[str, SourceFile], corrections: pd.DataFrame, calculated: Collection[str] = ()
) -> tuple[dict[str, SourceFile], pd.DataFrame]:
    """Put the corrected values in place of the raw ones, and note which values are confirmed.

    A line whose new value is the old one confirms it, as long as the export holds that value.

    Parameters
    ----------
    files
        As received.
    corrections
        One row per cell; `row` is the key of the row (as in `changes`).
    calculated
        Fields of the REDCap export that REDCap fills, which nobody corrects.

    Returns
    -------
    files
        Corrected.
    unused
        The corrections whose row is not in the export.

    Raises
    ------
    DataError
        A raw value that is neither the old nor the new one, a correction without reason, person
        or date, two of one cell, or one of a file, field or key that cannot be corrected.
    """
    _check(corrections, files, calculated)
    unused = []
    for source, file in files.items():
        meant = corrections.loc[corrections["source"] == source, list(CORRECTION_COLUMNS)]
        findings, confirmed = [], set()
        for correction in meant.itertuples(index=False):
            row = _find_row(file, correction)
            if str(correction.new_value) == str(correction.old_value):
                confirmed |= {(row, str(correction.field))} if row else set()
            elif row is None:
                unused.append(correction)
            elif str(file.raw.loc[row, str(correction.field)]) == correction.new_value:
                where = f"corrections.csv: {correction.reason} ({correction.by}, {correction.date})"
                findings.append(
                    Finding("correction_done", str(correction.field), pd.Index([row]), detail=where)
                )
            else:
                findings.append(
                    Finding(
                        "correction",
                        str(correction.field),
                        pd.Index([row]),
                        correction.new_value,
                        reason=_explain_empty(correction),
                        detail=f"{correction.reason} ({correction.by}, {correction.date})",
                    )
                )
        files = files | {source: replace(file.apply(findings), confirmed=frozenset(confirmed))}
    return files, pd.DataFrame(unused, columns=list(CORRECTION_COLUMNS), dtype="str")


def _find_row(file: SourceFile, correction: Any) -> str | None:
    rows = file.raw.index
    rows = rows[(rows == correction.row) | rows.str.match(re.escape(correction.row) + r"~[0-9]+$")]
    if not len(rows):
        return None
    held = file.raw.loc[rows, correction.field]
    matching = held.index[held == correction.old_value]
    if not len(matching):
        # A confirmation holds no longer; of a correction the site may have changed its database.
        if correction.new_value == correction.old_value:
            return None
        matching = held.index[held == correction.new_value]
    if not len(matching):
        raise _wrong(correction, "the export holds neither the old value nor the new one")
    return matching[0]


def _explain_empty(correction: Any) -> str:
    if correction.new_value:
        return ""
    return "not_done" if correction.reason.startswith(NOT_DONE_REASON) else "unknown"


def _check(
    corrections: pd.DataFrame, files: dict[str, SourceFile], calculated: Collection[str]
) -> None:
    for column in CORRECTION_COLUMNS:
        if column not in corrections.columns:
            hint = f"Its columns: {', '.join(CORRECTION_COLUMNS)}"
            raise DataError("the column is absent", file=CORRECTIONS, field=column, hint=hint)
    for correction in corrections.itertuples(index=False):
        if correction.source not in files:
            raise _wrong(correction, f"there is no file {correction.source!r} to correct")
        known = files[str(correction.source)].raw.columns
        if correction.field not in known or correction.field in UNCORRECTABLE:
            raise _wrong(correction, "this field cannot be corrected")
        if correction.source == REDCAP and correction.field in calculated:
            raise _wrong(correction, "REDCap fills this field; correct what it is computed from")
        if not all(getattr(correction, name).strip() for name in ("reason", "by", "date")):
            raise _wrong(correction, "a correction needs a reason, a person and a date")
    twice = corrections[corrections.duplicated(["source", "row", "field"])]
    for correction in twice.itertuples(index=False):
        raise _wrong(correction, "the cell is corrected twice")


def _wrong(correction: Any, problem: str) -> DataError:
    return DataError(
        problem,
        file=CORRECTIONS,
        participant=correction.row.partition("|")[0],
        visit=correction.row.partition("|")[2],
        field=f"{correction.source}:{correction.field}",
        hint="Ask the site whether the correction still stands",
    )
