"""Digests of tables that tell which cells differ, without holding the cells."""

import csv
import hashlib
import io
import json
from collections import Counter

from analysis.tables import table_schemas

DIGITS = 10
# How the rows of the raw files are named, as in data/raw/README.md; else by the first column.
RAW_KEYS = (
    ("record_id", "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance"),
    ("image_id", "reader"),
    ("record_id", "entry_date", "entry_time"),
)
PERSON = "participant_id"
_LENGTH = 12


def digest_raw(content):
    """Return the digests of a raw CSV file by row and by column; None if it is no table.

    Parameters
    ----------
    content : bytes
        UTF-8, with or without a byte order mark, or CP949.

    Returns
    -------
    dict of dict of str, or None
        ``rows`` by key, ``columns`` by name. The order of rows does not matter. Where one
        cell differs, one row and one column do.
    """
    for encoding in ("utf-8-sig", "cp949"):
        try:
            return _digest_rows(*_read_rows(content.decode(encoding)), keys=RAW_KEYS)
        except (UnicodeDecodeError, csv.Error, StopIteration):
            continue
    return None


def digest_table(content, name):
    """Return the digests of a processed table, by participant and by column.

    Numbers count to 10 significant digits, so that noise of the platform in the last ones
    is no difference; the order of rows does not matter.

    Parameters
    ----------
    content : bytes
    name : str
        A table of datapackage.json.
    """
    schema = table_schemas()[name]
    header, rows = _read_rows(content.decode("utf-8"))
    numbers = {f["name"] for f in schema["fields"] if f["type"] == "number"}
    places = [index for index, column in enumerate(header) if column in numbers]
    for row in rows:
        for index in places:
            row[index] = row[index] and f"{float(row[index]):.{DIGITS}g}"
    return _digest_rows(header, rows, keys=((PERSON,), tuple(schema["primaryKey"])), group=True)


def describe_difference(before, now):
    """Return which cells differ between two digests: one phrase, "" if none.

    Parameters
    ----------
    before, now : dict of dict of str
        As `digest_raw` and `digest_table` return them.
    """
    rows, columns = (_differing(before[part], now[part]) for part in ("rows", "columns"))
    gone, new = ({*a["rows"]} - {*b["rows"]} for a, b in ((before, now), (now, before)))
    if gone or new:
        parts = [f"without {_name(gone)}" if gone else "", f"with new {_name(new)}" if new else ""]
        return "; ".join(part for part in parts if part)
    return f"{_name(columns)} in {_name(rows)}" if rows or columns else ""


def _read_rows(text):
    reader = csv.reader(io.StringIO(text, newline=""))
    header = next(reader)
    return header, [row for row in reader if row]


def _digest_rows(header, rows, *, keys, group=False):
    key = next((key for key in keys if set(key) <= set(header)), tuple(header[:1]))
    places = [header.index(name) for name in key]
    rows = sorted(rows)
    named, seen = {}, Counter()
    for row in rows:
        name = "|".join(row[index] for index in places if index < len(row))
        seen[name] += 1
        if group:
            named.setdefault(name, []).append(row)
        else:
            named[name if seen[name] == 1 else f"{name}~{seen[name]}"] = row
    order = [named[name] for name in sorted(named)]
    if group:
        order = [row for several in order for row in several]
    columns = {
        column: _digest([row[index : index + 1] for row in order])
        for index, column in enumerate(header)
    }
    return {"rows": {name: _digest(named[name]) for name in sorted(named)}, "columns": columns}


def _digest(cells):
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()[:_LENGTH]


def _differing(before, now):
    return [name for name in {**before, **now} if before.get(name) != now.get(name)]


def _name(names, most=3):
    names = sorted(names)
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
