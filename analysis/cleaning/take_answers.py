"""Take the answers of a returned sheet into OUT/answers; the export itself is only read."""

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pandas as pd

from analysis.cleaning.clean import clean_export
from analysis.cleaning.corrections import (
    ANSWER_COLUMNS,
    CELL_KEY,
    NOT_DONE_REASON,
    UNCORRECTABLE,
    chain_lines,
    check_log,
)
from analysis.cleaning.decode import decode_text, parse_table
from analysis.cleaning.export import ANSWERS, CORRECTIONS, PROVENANCE_FILE, Origins, read_export
from analysis.cleaning.logs import hide_origins, show_origins
from analysis.cleaning.query_sheet import list_questions, name_cells
from analysis.cleaning.returned_sheet import Answer, read_returned_sheet
from analysis.cleaning.structure import KEY_COLUMNS
from analysis.errors import DataError, MissingError
from analysis.provenance import parse_delegation
from analysis.study import load_study

ANSWERS_FOLDER = "answers"
RETURNED_FOLDER = "returned"
_SAID = ["query_id", "binding"]
# What has to be the same in an answer that is given twice.
_REPEATED = ("answer", "new_value", "source_document", "reason", "name", "answered_at", "standing")
# Without these nobody knows whose a row is.
_NAMING = {"record_id", *(name for names in KEY_COLUMNS.values() for name in names)}


def take_answers(
    raw: Path,
    out: Path,
    sheet: Path,
    *,
    study: Path | None = None,
    tell: Callable[[str], None] = print,
) -> None:
    """Read a returned sheet, and write what it changes into the folder answers below OUT.

    corrections.csv there holds the lines of the export's and the new ones, answers.csv the log,
    returned/ every sheet as it came, under its hash. The same sheet again changes nothing.

    Parameters
    ----------
    raw, out
        Folder of the export, and root of what is written.
    sheet
        The returned queries.xlsx.
    study
        study.yml, the project's where none is given.
    tell
        Shows a line.

    Raises
    ------
    DataError
        An answer is refused: each is shown by its row, and nothing is taken.
    """
    if not sheet.is_file():
        raise MissingError("there is no such sheet", file=sheet, hint="Give it as ANSWERS=")
    plan, export = load_study(study), read_export(raw)
    about, _ = decode_text((raw / PROVENANCE_FILE).read_bytes(), file=raw / PROVENANCE_FILE)
    delegation = parse_delegation(about, file=raw / PROVENANCE_FILE)
    cleaned = clean_export(export, plan)
    questions = list_questions(cleaned, [visit.name for visit in plan.visits])
    content, folder = sheet.read_bytes(), out / ANSWERS_FOLDER
    number = plan.publication.hospital_number.value
    returned = read_returned_sheet(content, questions, delegation, hospital_number=number)
    log = join_logs(export.tables.get(ANSWERS), _read_kept(folder / ANSWERS))
    kept = _read_kept(folder / CORRECTIONS)
    before = join_corrections(export.tables[CORRECTIONS], kept, cleaned.raw, cleaned.origins)
    said = {tuple(line[name] for name in _SAID): line for line in log.to_dict("records")}
    digest = hashlib.sha256(content).hexdigest()
    lines, refused = [], list(returned.refused)
    new: list[Answer] = []
    for answer in returned.answers:
        line = describe_answer(answer, delegation[answer.name], digest)
        earlier = said.get((answer.query_id, answer.binding))
        if earlier is None:
            lines.append(line)
            new.append(answer)
        elif any(earlier[name] != line[name] for name in _REPEATED):
            refused.append(f"query {answer.query_id}: the log holds another answer")
    asked = show_origins(cleaned.asked, cleaned.origins)
    corrections, conflicts = add_corrections(before, new, asked, delegation)
    refused += conflicts + list(_find_altered_sheets(folder / RETURNED_FOLDER))
    if refused:
        for each in refused:
            tell(f"Refused: {each}")
        raise DataError(
            f"{len(refused)} things are wrong with it, and nothing was taken",
            file=sheet,
            hint="Ask the site to put them right, and to send the sheet again",
        )
    last = log["chain"].iloc[-1] if len(log) else ""
    added = pd.DataFrame(chain_lines(lines, last), columns=list(ANSWER_COLUMNS), dtype="str")
    _write(folder / RETURNED_FOLDER / f"{digest}.xlsx", content)
    _write_table(pd.concat([log, added], ignore_index=True), folder / ANSWERS)
    _write_table(corrections, folder / CORRECTIONS)
    for text in _report(returned.stale, new, raw=raw, folder=folder):
        tell(text)


def describe_answer(answer: Answer, role: str, digest: str) -> dict[str, str]:
    """Return an answer as a line of the log, without its chain."""
    values = (
        *(answer.query_id, answer.binding, answer.kind, answer.value, answer.document),
        *(answer.reason, answer.name, role, answer.at, answer.standing, digest),
    )
    return dict(zip(ANSWER_COLUMNS[:-1], values, strict=True))


def join_logs(of_export: pd.DataFrame | None, of_folder: pd.DataFrame | None) -> pd.DataFrame:
    """Return the longer of the export's log and the one in OUT, of which the other is the start.

    Raises
    ------
    DataError
        A line was changed or taken away, or each holds what the other does not.
    """
    empty = pd.DataFrame(columns=list(ANSWER_COLUMNS), dtype="str")
    logs = [empty if log is None else log for log in (of_export, of_folder)]
    for log in logs:
        check_log(log)
    shorter, longer = sorted(logs, key=len)
    if list(shorter["chain"]) != list(longer["chain"])[: len(shorter)]:
        hint = "Give the OUT that its answers were taken into"
        raise DataError("OUT and the export hold different answers", file=ANSWERS, hint=hint)
    return longer[list(ANSWER_COLUMNS)]


def join_corrections(
    of_export: pd.DataFrame,
    of_folder: pd.DataFrame | None,
    raw: dict[str, pd.DataFrame],
    origins: Origins | None = None,
) -> pd.DataFrame:
    """Return the corrections of the export, and those in OUT that are still to be placed there.

    A line in OUT whose old value the export (`raw`, by file) no longer holds was put right at the
    source.

    Raises
    ------
    DataError
        Both correct one cell, and not to the same value.
    """
    if of_folder is None:
        return of_export
    waiting = of_folder.reindex(columns=of_export.columns, fill_value="")
    held = hide_origins(waiting, origins or {})
    places = held[[*CELL_KEY, "old_value"]].itertuples(index=False, name=None)
    fits = [
        field in raw[source] and row in raw[source].index and raw[source].at[row, field] == old
        for source, row, field, old in places
    ]
    both = pd.concat([of_export, waiting[fits]]).drop_duplicates(ignore_index=True)
    for line in both[both.duplicated(CELL_KEY)].to_dict("records"):
        raise DataError(
            f"OUT and the export correct {line['field']} of {line['row']} differently",
            file=CORRECTIONS,
            hint="Take one of the two lines away",
        )
    return both


def add_corrections(
    before: pd.DataFrame, answers: Iterable[Answer], asked: pd.DataFrame, roles: dict[str, str]
) -> tuple[pd.DataFrame, list[str]]:
    """Add the lines of new answers to the corrections.

    A confirmed cell gets a line whose new value is the old one, unless it has a line already.

    Parameters
    ----------
    asked
        The cells of every query, as `Cleaned.asked`.

    Returns
    -------
    corrections
        The lines before, then the new ones.
    refused
        Answers that cannot be a line, or that contradict another one, a phrase each.
    """
    held = {tuple(line[name] for name in CELL_KEY): line for line in before.to_dict("records")}
    new: dict[tuple[str, ...], dict[str, str]] = {}
    refused = []
    for answer in answers:
        open_cells = (asked["query_id"] == answer.query_id) & ~asked["field"].isin(UNCORRECTABLE)
        cells = name_cells(asked[open_cells])
        values, problem = _choose_values(answer, cells)
        refused += [f"query {answer.query_id}: {problem}"] if problem else []
        for name, value in values.items():
            cell = cells[name]
            key, confirms = tuple(cell[each] for each in CELL_KEY), answer.kind == "confirmed"
            line = held.get(key) or new.get(key)
            if line is None:
                new[key] = _make_line(answer, cell, value, roles[answer.name])
            elif line["new_value"] != (cell["value"] if confirms else value):
                refused.append(
                    f"query {answer.query_id}: {CORRECTIONS} or another answer has another value"
                    f" for {name}"
                )
    added = pd.DataFrame(list(new.values()), columns=list(before.columns), dtype="str")
    return pd.concat([before, added.fillna("")], ignore_index=True), refused


def _choose_values(answer: Answer, cells: dict[str, pd.Series]) -> tuple[dict[str, str], str]:
    """Return the new value of each cell that an answer gives a line, and why it can be none."""
    raw = {name: str(cell["raw_value"]) for name, cell in cells.items()}
    if answer.kind == "confirmed":
        return {name: value for name, value in raw.items() if value}, ""
    if answer.kind == "not_done":
        if _NAMING & {cell["field"] for cell in cells.values()}:
            return {}, "the value identifies whose row it is; correct it at the source"
        return {name: "" for name, value in raw.items() if value}, ""
    if answer.kind != "correct_to":
        return {}, ""
    if not cells:
        return {}, "it asks about no single value; correct it at the source"
    values = {next(iter(cells)): answer.value}
    if len(cells) > 1:
        parts = [line.partition("=") for line in answer.value.splitlines() if line.strip()]
        values = {name.strip(): value.strip() for name, _, value in parts}
        if len(values) < len(parts) or not all(sign and value for _, sign, value in parts):
            return {}, "Correct value needs a line `name = value` for each cell, each cell once"
    if values.keys() - cells.keys():
        return {}, "Correct value names a cell that the query is not about"
    if any(raw[name] == value for name, value in values.items()):
        return {}, "the correct value is the one received: that is 'confirmed'"
    return values, ""


def _make_line(answer: Answer, cell: pd.Series, value: str, role: str) -> dict[str, str]:
    why = {
        "confirmed": f"confirmed: {answer.reason}",
        "not_done": f"{NOT_DONE_REASON} {answer.reason}",
    }.get(answer.kind, f"{answer.document}: {answer.reason}")
    return {
        **{name: cell[name] for name in CELL_KEY},
        "old_value": cell["raw_value"],
        "new_value": value,
        "reason": why,
        "by": f"{answer.name}, {role} ({answer.standing})",
        "date": answer.at,
    }


def _find_altered_sheets(folder: Path) -> Iterator[str]:
    for path in sorted(folder.glob("*.xlsx")):
        if hashlib.sha256(path.read_bytes()).hexdigest() != path.stem:
            yield f"the kept sheet {path.name} is not as it came"


def _report(stale: Iterable[str], new: list[Answer], *, raw: Path, folder: Path) -> Iterator[str]:
    """Yield what was taken, what was not, and how to place it."""
    for each in stale:
        yield f"Without effect: {each}"
    kinds = Counter(answer.kind for answer in new)
    counted = ", ".join(f"{n} {kind.replace('_', ' ')}" for kind, n in sorted(kinds.items()))
    yield f"{len(new)} new answers{f' ({counted})' if counted else ''}: {folder / ANSWERS}"
    if "corrected_at_source" in kinds:
        yield "What was corrected at the source closes with the next export."
    if new:
        yield (
            f"Nothing has changed in {raw}. To use them, look at {folder / CORRECTIONS}, then:\n"
            f"    cp {folder / CORRECTIONS} {folder / ANSWERS} {raw}/\n    make seal RAW={raw}"
        )


def _read_kept(path: Path) -> pd.DataFrame | None:
    if not path.exists():
        return None
    text, _ = decode_text(path.read_bytes(), file=path)
    return parse_table(text, file=path)


def _write_table(frame: pd.DataFrame, path: Path) -> None:
    _write(path, frame.to_csv(index=False, lineterminator="\n").encode())


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_bytes(content)
    os.replace(partial, path)
