"""Bytes of a raw file to a table of text; whatever is no clean table stops here."""

import csv
import io

import pandas as pd

from analysis.errors import DataError

# REDCap and most programs write UTF-8, Korean Excel writes CP949; nothing else is tried,
# because a single-byte encoding would accept any bytes and show wrong letters.
ENCODINGS = ("utf-8-sig", "cp949")


def decode_text(data, *, file):
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


def parse_table(text, *, file):
    """Read CSV text as a table in which every cell is text, "" where it is empty.

    Raises
    ------
    DataError
        No header, a repeated or empty column name, rows of unequal length.
    """
    try:
        header = next(csv.reader(io.StringIO(text)), [])
    except csv.Error as error:
        raise DataError(f"the header is not readable ({error})", file=file, line=1) from None
    if not any(header):
        raise DataError("the file is empty", file=file, hint="Export it again")
    repeated = sorted({name for name in header if header.count(name) > 1})
    if repeated:
        raise DataError(f"column {repeated[0]!r} stands there twice", file=file, line=1)
    try:
        frame = pd.read_csv(
            io.StringIO(text), dtype="str", keep_default_na=False, na_filter=True, index_col=False
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        told = " ".join(str(error).split())
        raise DataError(f"this is no rectangular table ({told})", file=file) from None
    except pd.errors.ParserWarning:
        raise DataError("a row has more cells than the header", file=file, line=2) from None
    if frame.isna().to_numpy().any():
        line = int(frame.isna().any(axis=1).to_numpy().argmax()) + 2
        raise DataError("a row has fewer cells than the header", file=file, line=line)
    return frame
