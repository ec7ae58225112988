"""Bytes of a raw file to a table of text, as provenance.yml states how they are written.

Anything that is not a clean table is an error.
"""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.errors import DataError
from analysis.records import read_yaml

# What is sent in place of CSV, by its first bytes.
_OTHER_FILES = {b"PK\x03\x04": "a workbook or ZIP file", b"\xd0\xcf\x11\xe0": "an old workbook"}
# By its first words.
_OTHER_FORMATS = {
    "<?xml": "an ODM file (REDCap's XML)",
    "<odm": "an ODM file (REDCap's XML)",
    "<!doctype": "a web page, as of a login",
    "<html": "a web page, as of a login",
    "[": "a JSON file",
    "{": "a JSON file",
}
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
# What Korean and Western programs write beside UTF-8; each accepts most bytes of the other.
_GUESSES = ("cp949", "cp1252")
_AGAIN = "Export it again as UTF-8"
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
# A table as wide has no note with so many separators in one line.
_WIDE = 20
_EXAMPLES = {"encoding": "cp949", "delimiter": '";"', "decimal": '","'}


@dataclass(frozen=True)
class FileFormat:
    """How a file is written; an empty encoding is detected where the bytes prove it."""

    encoding: str = ""
    delimiter: str = ","
    decimal: str = "."


def parse_formats(text: str, *, file: str | Path = "provenance.yml") -> dict[str, FileFormat]:
    """Return what provenance.yml states under `encoding`, `delimiter` and `decimal`, by file name.

    Raises
    ------
    DataError
        No readable YAML, no mapping of file names, an unknown encoding, or a character that
        separates nothing.
    """
    written = read_yaml(text, file=file)
    stated: dict[str, dict[str, str]] = {}
    for key, is_known in _KNOWN.items():
        for name, value in _list_stated(written, key, file).items():
            if not is_known(value):
                raise _wrong(f"{value!r} is no {key} for {name}", key, file)
            stated.setdefault(name, {})[key] = value
    return {name: FileFormat(**values) for name, values in stated.items()}


def _list_stated(written: Any, key: str, file: str | Path) -> dict[str, str]:
    given = written.get(key) if isinstance(written, dict) else None
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise _wrong(f"{key} names no files", key, file)
    return {str(name): str(value) for name, value in given.items()}


def _is_encoding(name: str) -> bool:
    try:
        b"a".decode(name)
    except (LookupError, UnicodeError):
        return name.casefold().replace("_", "-").startswith("utf-16")
    return True


_KNOWN: dict[str, Callable[[str], bool]] = {
    "encoding": _is_encoding,
    "delimiter": lambda sign: sign in DELIMITERS,
    "decimal": lambda sign: sign in (".", ","),
}


def _wrong(problem: str, key: str, file: str | Path) -> DataError:
    example = f"`{key}: {{redcap_export.csv: {_EXAMPLES[key]}}}`"
    return DataError(problem, file=file, field=key, hint=f"Write it for each file, as {example}")


def decode_text(data: bytes, *, file: str | Path, encoding: str = "") -> tuple[str, str]:
    """Return the text of a raw file and the encoding it was in.

    A byte order mark and valid non-ASCII UTF-8 are certain. Other bytes are in the encoding that
    provenance.yml states (`encoding`), or in the only one of CP949 and Windows-1252 that fits.

    Raises
    ------
    DataError
        A workbook, bytes of no such encoding or of two that read differently, another encoding
        than the stated one, a NUL, or replacement characters (a file that lost letters before it
        came here).
    """
    for start, what in _OTHER_FILES.items():
        if data.startswith(start):
            hint = "Save it as CSV UTF-8, or export it again as CSV"
            raise DataError(f"this is {what}, and no text", file=file, hint=hint)
    certain = _find_certain(data)
    if certain and encoding and not data.isascii() and _family(encoding) != _family(certain):
        raise DataError(
            f"the file is in {certain}, and provenance.yml states {encoding}",
            file=file,
            hint="Correct `encoding`, or leave this file out of it",
        )
    text, found = _decode(data, certain or encoding, file)
    for bad, name in (("\0", "a NUL byte"), ("\N{REPLACEMENT CHARACTER}", "lost letters (U+FFFD)")):
        if bad in text:
            line = text[: text.index(bad)].count("\n") + 1
            raise DataError(f"there is {name}", file=file, line=line, hint="Export it again")
    return text, found


def _find_certain(data: bytes) -> str:
    """Return the encoding that the bytes prove, "" where they prove none."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding
    # UTF-16 without a mark: every other byte of ASCII text is 0.
    for start, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        half = data[start::2]
        if len(data) > 3 and half.count(0) > 0.8 * len(half) and data.count(0) == half.count(0):
            return encoding
    return "utf-8-sig" if _fits(data, "utf-8-sig") else ""


def _decode(data: bytes, encoding: str, file: str | Path) -> tuple[str, str]:
    if encoding:
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError as error:
            raise DataError(
                f"these bytes are no text in {encoding}",
                file=file,
                line=data[: error.start].count(b"\n") + 1,
                hint="State its encoding in provenance.yml, or export it again as UTF-8",
            ) from None
    texts = {data.decode(guess): guess for guess in reversed(_GUESSES) if _fits(data, guess)}
    if not texts:
        problem = "these bytes are no text in UTF-8, CP949 or Windows-1252"
        raise DataError(problem, file=file, hint=_AGAIN)
    if len(texts) > 1:
        name = Path(file).name
        first = next(at for at, byte in enumerate(data) if byte > 127)
        hint = (
            f"Say which in provenance.yml, as `encoding: {{{name}: cp949}}` or `{{{name}: cp1252}}`"
        )
        raise DataError(
            "these bytes are letters in CP949 and other letters in Windows-1252",
            file=file,
            line=data[:first].count(b"\n") + 1,
            hint="Save it as UTF-8" if name.endswith(".yml") else hint,
        )
    return next(iter(texts.items()))


def _fits(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _family(encoding: str) -> str:
    """Return one name for the spellings of an encoding, with or without byte order mark."""
    plain = encoding.casefold().replace("_", "-").removesuffix("-sig")
    return (
        {"utf8": "utf-8", "utf16": "utf-16"}.get(plain, plain)
        .removesuffix("-le")
        .removesuffix("-be")
    )


def parse_table(text: str, *, file: str | Path, form: FileFormat | None = None) -> pd.DataFrame:
    """Parse CSV text as a table in which every cell is text, "" where it is empty.

    Raises
    ------
    DataError
        ODM, JSON or a web page, another delimiter than `form` states, no header, a repeated or
        empty column name, rows of unequal length, quotes that do not close.
    """
    begins, delimiter = text[:20].lstrip().casefold(), (form or FileFormat()).delimiter
    for start, what in _OTHER_FORMATS.items():
        if begins.startswith(start):
            hint = "Export it again as CSV with raw data (codes and field names)"
            raise DataError(f"this is {what}, and no CSV", file=file, hint=hint)
    _check_delimiter(text, delimiter, file)
    _check_names(_check_rows(text, delimiter, file), file)
    try:
        return pd.read_csv(
            io.StringIO(text), sep=delimiter, dtype="str", keep_default_na=False, na_filter=False
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise _not_rectangular(" ".join(str(error).split()), file) from None


def _check_names(header: list[str], file: str | Path) -> None:
    """Stop if two columns have one name, or a column has none."""
    for number, name in enumerate(header, 1):
        if not name:
            hint = "Name it, or take it away where all of it is empty"
            raise DataError(f"column {number} has no name", file=file, line=1, hint=hint)
        if header.count(name) > 1:
            hint = "Give every column a name of its own"
            raise DataError(f"two columns are called {name!r}", file=file, line=1, hint=hint)


def _check_delimiter(text: str, delimiter: str, file: str | Path) -> None:
    """Stop if the header falls apart at another delimiter and not at the stated one."""
    first = next(iter(text.splitlines()), "")
    if first.startswith("sep="):
        hint = "Take this line away"
        raise DataError("the first line is a spreadsheet's", file=file, line=1, hint=hint)
    parts = {sign: len(next(csv.reader([first], delimiter=sign), [])) for sign in DELIMITERS}
    found = max(parts, key=lambda sign: parts[sign])
    if parts.get(delimiter, 1) == 1 and parts[found] > 1:
        name, sign = Path(file).name, "\\t" if found == "\t" else found
        raise DataError(
            f"this file is separated by {DELIMITERS[found]}",
            file=file,
            line=1,
            hint=f'Say so in provenance.yml, as `delimiter: {{{name}: "{sign}"}}`',
        )


def _check_rows(text: str, delimiter: str, file: str | Path) -> list[str]:
    """Return the header after checking that all rows are as long; pandas would pad short ones."""
    limit = csv.field_size_limit(len(text) + 1)
    rows = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=delimiter)
    try:
        header = next(rows, [])
        if not any(header):
            raise DataError("the file is empty", file=file, hint="Export it again")
        before = rows.line_num
        for row in rows:
            if rows.line_num > before + 1 and _holds_rows(row, delimiter):
                raise DataError(
                    "a quote swallows rows of the table",
                    file=file,
                    line=before + 1,
                    hint="Close the quote at the source, or export the file again",
                )
            before = rows.line_num
            if row and len(row) != len(header):
                fault = "fewer" if len(row) < len(header) else "more"
                raise DataError(
                    f"a row has {fault} cells than the header",
                    file=file,
                    line=rows.line_num,
                    hint="Export it again",
                )
    except csv.Error as error:
        raise _not_rectangular(str(error), file, rows.line_num) from None
    finally:
        csv.field_size_limit(limit)
    return header


def _holds_rows(row: list[str], delimiter: str) -> bool:
    """Say whether a cell of a wide table holds a line with as many cells as the table."""
    lines = (line for cell in row for line in cell.splitlines())
    return any(len(row) >= _WIDE and line.count(delimiter) >= len(row) - 1 for line in lines)


def _not_rectangular(fault: str, file: str | Path, line: int | None = None) -> DataError:
    return DataError(
        f"this is no rectangular table ({fault})", file=file, line=line, hint="Export it again"
    )
