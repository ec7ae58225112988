"""Corrections and confirmations, which come before every rule, and the log of answers."""

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from analysis.cleaning.export import ANSWERS, CORRECTIONS, RAW_COLUMNS, REDCAP
from analysis.cleaning.logs import make_questions
from analysis.cleaning.rules import CLEANING_RULES
from analysis.cleaning.state import Finding, SourceFile
from analysis.errors import DataError

CORRECTION_COLUMNS = RAW_COLUMNS[CORRECTIONS]
# A wrong event or instance is a wrong row, which only the site can put right.
UNCORRECTABLE = ("redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance")
# The reason of a line that empties a cell for good begins with this.
NOT_DONE_REASON = "not done:"
# Name of an answer in the log, by its wording in the sheet.
ANSWER_KINDS = {
    "corrected at source": "corrected_at_source",
    "confirmed": "confirmed",
    "correct to": "correct_to",
    "not done": "not_done",
    "cannot answer": "cannot_answer",
}
# These answers close a query; a correction closes it through the new value.
CLOSING = ("confirmed", "not_done", "cannot_answer")
ANSWER_COLUMNS = (
    *("query_id", "binding", "answer", "new_value", "source_document", "reason"),
    *("name", "role", "answered_at", "standing", "sheet_sha256", "chain"),
)
CELL_KEY = ["source", "row", "field"]


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
        # A confirmation is void then; after a correction the site may have changed its database.
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


def ask_unused(unused: pd.DataFrame) -> pd.DataFrame:
    """Return a question for every correction whose row is not in the export."""
    return make_questions(
        "correction_unused",
        pd.DataFrame(
            {
                "participant_id": unused["row"].str.replace(r"\|.*", "", regex=True),
                "form": unused["source"] + "#" + unused["row"],
                "field": unused["field"],
                "raw_value": unused["old_value"],
            }
        ),
    )


def locate_cells(
    cells: pd.DataFrame,
    received: Mapping[str, SourceFile],
    corrected: Mapping[str, SourceFile],
    cleaned: Mapping[str, SourceFile],
) -> pd.DataFrame:
    """Put beside every asked cell its value as received, as corrected and as cleaned.

    The value of a whole row (field "") is everything in it.
    """
    stages = {"raw_value": received, "value": corrected, "clean_value": cleaned}
    located = cells.assign(**dict.fromkeys(stages, ""))
    for (source, field), part in cells.groupby(["source", "field"]):
        for name, files in stages.items():
            frame, rows = files[str(source)].frame, part["row"]
            values = frame[field].loc[rows] if field else frame.loc[rows].agg("\x1f".join, axis=1)
            located.loc[part.index, name] = values.to_numpy()
    return located


def bind_questions(queries: pd.DataFrame, cells: pd.DataFrame) -> pd.Series:
    """Return by query what an answer holds for, as 12 hexadecimal digits.

    It changes with the cells that are asked about, their values (corrected ones as such), the
    version of the rule and the words of the question.
    """
    ordered = cells.sort_values(["query_id", *CELL_KEY], kind="stable")
    ordered = ordered[["query_id", *CELL_KEY, "value"]]
    held: dict[str, list[str]] = {}
    for query, *cell in ordered.itertuples(index=False, name=None):
        held.setdefault(query, []).append("\x1f".join(cell))
    asked = zip(queries["query_id"], queries["rule"], queries["message"], strict=True)
    bindings = {
        query: _hash(
            "\x1f".join((query, CLEANING_RULES[rule].version, message, *held.get(query, ())))
        )
        for query, rule, message in asked
    }
    return pd.Series({query: binding[:12] for query, binding in bindings.items()}, dtype="object")


def mark_answers(
    queries: pd.DataFrame, cells: pd.DataFrame, bindings: pd.Series, log: pd.DataFrame | None
) -> pd.DataFrame:
    """Return the queries with the `answer` that holds for each; one that is open has none.

    A cell that a confirmation kept is said to be kept.

    Raises
    ------
    DataError
        A line of the log was changed or taken away.
    """
    given: dict[tuple[str, str], str] = {}
    if log is not None:
        check_log(log)
        closing = log[log["answer"].isin(CLOSING)]
        keys = zip(closing["query_id"], closing["binding"], strict=True)
        given = dict(zip(keys, closing["answer"], strict=True))
    keys = zip(queries["query_id"], queries["query_id"].map(bindings), strict=True)
    emptied = cells[(cells["field"] == "") | (cells["clean_value"] == "")]["query_id"]
    kept = queries["query_id"].isin(set(cells["query_id"]) - set(emptied))
    kept &= queries["action"] == "set_missing"
    return queries.assign(
        answer=[given.get(key, "") for key in keys],
        action=queries["action"].mask(kept, "kept"),
    )


def check_log(log: pd.DataFrame, *, file: object = ANSWERS) -> None:
    """Raise a DataError where a log of answers is not as it was written.

    The end of every line is a hash of it and of the line before.
    """
    absent = [name for name in ANSWER_COLUMNS if name not in log.columns]
    if absent:
        hint = f"Its columns: {', '.join(ANSWER_COLUMNS)}"
        raise DataError("the column is absent", file=file, field=absent[0], hint=hint)
    texts = log[list(ANSWER_COLUMNS)].itertuples(index=False, name=None)
    lines = [dict(zip(ANSWER_COLUMNS, map(str, line), strict=True)) for line in texts]
    for number, (line, due) in enumerate(zip(lines, chain_lines(lines), strict=True), 2):
        if line["chain"] != due["chain"]:
            raise DataError(
                "this line, or one before it, is not as `make answers` wrote it",
                file=file,
                line=number,
                hint="Put back the log; what was answered is only ever added to",
            )


def chain_lines(lines: Iterable[Mapping[str, str]], last: str = "") -> list[dict[str, str]]:
    """Return lines of the log, each with a hash of it and of the line before."""
    chained = []
    for line in lines:
        last = _hash("\x1f".join((last, *(line[name] for name in ANSWER_COLUMNS[:-1]))))
        chained.append({**line, "chain": last})
    return chained


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
