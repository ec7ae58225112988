"""What the site has answered: a log that only grows, and for how long an answer holds."""

import hashlib
from collections.abc import Iterable, Mapping

import pandas as pd

from analysis.cleaning.export import ANSWERS
from analysis.cleaning.rules import CLEANING_RULES
from analysis.cleaning.state import SourceFile
from analysis.errors import DataError

# What an answer is called in the log, by the words of the sheet.
ANSWER_KINDS = {
    "corrected at source": "corrected_at_source",
    "confirmed": "confirmed",
    "correct to": "correct_to",
    "not done": "not_done",
    "cannot answer": "cannot_answer",
}
# After these there is nothing left to ask; a correction closes its query by the new value.
CLOSING = ("confirmed", "not_done", "cannot_answer")
ANSWER_COLUMNS = (
    *("query_id", "binding", "answer", "new_value", "source_document", "reason"),
    *("name", "role", "answered_at", "standing", "sheet_sha256", "chain"),
)
_CELL = ["source", "row", "field"]


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
    ordered = cells.sort_values(["query_id", *_CELL], kind="stable")
    held: dict[str, list[str]] = {}
    for query, *cell in ordered[["query_id", *_CELL, "value"]].itertuples(index=False, name=None):
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
