"""Bytes of a raw file to a table of text; whatever is no clean table stops here."""

import csv
import io
from pathlib import Path

import pandas as pd

from analysis.errors import DataError

# REDCap and most programs write UTF-8, Korean Excel writes CP949; nothing else is tried,
# because a single-byte encoding would accept any bytes and show wrong letters.
ENCODINGS = ("utf-8-sig", "cp949")


def decode_text(data: bytes, *, file: str | Path) -> tuple[str, str]:
    """Return the text of a raw file and the encoding it was in.

    Raises
    ------
    DataError
        Bytes of neither encoding, a NUL, or replacement characters (a file that lost letters
        before it came here).
    """
    for encoding in ENCODINGS:
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise DataError(
            "these bytes are no text in UTF-8 or CP949", file=file, hint="Export it again as UTF-8"
        )
    for bad, name in (("\0", "a NUL byte"), ("\N{REPLACEMENT CHARACTER}", "lost letters (U+FFFD)")):
        if bad in text:
            line = text[: text.index(bad)].count("\n") + 1
            raise DataError(f"there is {name}", file=file, line=line, hint="Export it again")
    return text, encoding


def parse_table(text: str, *, file: str | Path) -> pd.DataFrame:
    """Parse CSV text as a table in which every cell is text, "" where it is empty.

    Raises
    ------
    DataError
        No header, a repeated or empty column name, rows of unequal length, quotes that do
        not close.
    """
    header = _check_rows(text, file)
    repeated = sorted({name for name in header if not name or header.count(name) > 1})
    if repeated:
        raise DataError(
            f"column {repeated[0]!r} is empty or stands there twice",
            file=file,
            line=1,
            hint="Give every column a name of its own",
        )
    try:
        return pd.read_csv(io.StringIO(text), dtype="str", keep_default_na=False, na_filter=False)
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise _not_rectangular(" ".join(str(error).split()), file) from None


def _check_rows(text: str, file: str | Path) -> list[str]:
    """Return the header, having seen that every row is as long; pandas would fill a short one."""
    before = csv.field_size_limit(len(text) + 1)
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(rows, [])
        if not any(header):
            raise DataError("the file is empty", file=file, hint="Export it again")
        for row in rows:
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
        csv.field_size_limit(before)
    return header


def _not_rectangular(fault: str, file: str | Path, line: int | None = None) -> DataError:
    return DataError(
        f"this is no rectangular table ({fault})", file=file, line=line, hint="Export it again"
    )
