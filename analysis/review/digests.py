"""Digests of tables that show which cells differ, without containing the cells."""

import csv
import hashlib
import io
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from analysis.tables import table_schemas

# Hashes by "rows" and "columns", then by name.
Digest = dict[str, dict[str, str]]

DIGITS = 10
# The keys of the rows of raw files, as in data/raw/README.md; otherwise the first column.
RAW_KEYS = (
    ("record_id", "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance"),
    ("image_id", "reader"),
    ("record_id", "entry_date", "entry_time"),
)
_PERSON = "participant_id"
_LENGTH = 12


def digest_raw(content: bytes) -> Digest | None:
    """Return the digests of a raw CSV file by row and by column; None if it is not a table.

    Parameters
    ----------
    content
        UTF-8, with or without a byte order mark, or CP949.

    Returns
    -------
    Digest
        ``rows`` by key, ``columns`` by name. The order of rows does not matter. If one cell
        differs, one row and one column differ.
    """
    table = _read_raw(content)
    return _digest_rows(*table, keys=RAW_KEYS) if table else None


def name_rows(content: bytes) -> dict[str, dict[str, str]]:
    """Return the cells of a raw CSV file by row and column; empty if it is not a table."""
    header, rows = _read_raw(content) or ([], [])
    named = _name_rows(header, rows, keys=RAW_KEYS)
    return {name: dict(zip(header, several[0], strict=False)) for name, several in named.items()}


def digest_table(content: bytes, name: str) -> Digest:
    """Return the digests of a processed table, by participant and by column.

    Numbers are rounded to 10 significant digits, so that platform noise in the last ones makes
    no difference; the order of rows does not matter.
    """
    schema = table_schemas()[name]
    header, rows = _parse_rows(content.decode("utf-8"))
    numbers = {f["name"] for f in schema["fields"] if f["type"] == "number"}
    places = [index for index, column in enumerate(header) if column in numbers]
    for row in rows:
        for index in places:
            row[index] = row[index] and f"{float(row[index]):.{DIGITS}g}"
    return _digest_rows(header, rows, keys=((_PERSON,), tuple(schema["primaryKey"])), group=True)


def describe_difference(before: Digest, now: Digest) -> str:
    """Return a phrase on which cells differ between two digests, "" if none."""
    rows, columns = (_find_differing(before[part], now[part]) for part in ("rows", "columns"))
    gone, new = ({*a["rows"]} - {*b["rows"]} for a, b in ((before, now), (now, before)))
    if gone or new:
        parts = [f"without {_join(gone)}" if gone else "", f"with new {_join(new)}" if new else ""]
        return "; ".join(part for part in parts if part)
    return f"{_join(columns)} in {_join(rows)}" if rows or columns else ""


def _read_raw(content: bytes) -> tuple[list[str], list[list[str]]] | None:
    for encoding in ("utf-8-sig", "cp949"):
        try:
            return _parse_rows(content.decode(encoding))
        except (UnicodeDecodeError, csv.Error, StopIteration):
            continue
    return None


def _parse_rows(text: str) -> tuple[list[str], list[list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""))
    header = next(reader)
    return header, [row for row in reader if row]


def _name_rows(
    header: list[str],
    rows: list[list[str]],
    *,
    keys: Sequence[tuple[str, ...]],
    group: bool = False,
) -> dict[str, list[list[str]]]:
    """Return rows by their key; with `group`, all rows of one key together."""
    key = next((key for key in keys if set(key) <= set(header)), tuple(header[:1]))
    places = [header.index(name) for name in key]
    named: dict[str, list[list[str]]] = {}
    seen: Counter[str] = Counter()
    for row in sorted(rows):
        name = "|".join(row[index] for index in places if index < len(row))
        seen[name] += 1
        if not group and seen[name] > 1:
            name = f"{name}~{seen[name]}"
        named.setdefault(name, []).append(row)
    return named


def _digest_rows(
    header: list[str],
    rows: list[list[str]],
    *,
    keys: Sequence[tuple[str, ...]],
    group: bool = False,
) -> Digest:
    named = _name_rows(header, rows, keys=keys, group=group)
    order = [row for name in sorted(named) for row in named[name]]
    columns = {
        column: _hash_cells([row[index : index + 1] for row in order])
        for index, column in enumerate(header)
    }
    digests = {
        name: _hash_cells(several if group else several[0])
        for name, several in sorted(named.items())
    }
    return {"rows": digests, "columns": columns}


def _hash_cells(cells: Sequence[object]) -> str:
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()[:_LENGTH]


def _find_differing(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    return [name for name in {**before, **now} if before.get(name) != now.get(name)]


def _join(names: Iterable[str], most: int = 3) -> str:
    ordered = sorted(names)
    more = f" and {len(ordered) - most} more" if len(ordered) > most else ""
    return ", ".join(ordered[:most]) + more
