"""Personal data in an export stop the run; the place is named, the text never."""

import pandas as pd

from analysis.errors import DataError

# Nothing shorter holds one of these.
SHORTEST = 3
# Looked for in every cell: numbers that are a person's and nothing else's.
EVERYWHERE = {
    "a resident registration number": (
        r"(?<!\d)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\s?-?\s?[1-8]\d{6}(?!\d)"
    ),
    "a mobile phone number": r"(?<!\d)(?:\+82[ -]?|0)1[016789][ .-]?\d{3,4}[ .-]?\d{4}(?!\d)",
    "an e-mail address": r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}\.[A-Za-z]{2,}",
    "a name or chart number": (
        r"(?i)(?:환자명|성명|이름|등록번호|차트번호|주민(?:등록)?번호|patient name"
        r"|chart n(?:o|umber)|\bMRN)\s{0,3}[:#=.]\s{0,3}\S"
    ),
}


def check_privacy(tables, fields):
    """Stop if any cell of any file holds personal data.

    Parameters
    ----------
    tables : dict of str to pandas.DataFrame
        Raw files by name.
    fields : dict of str to Field
        Of the REDCap export; a field that the dictionary flags as identifier may hold nothing.

    Raises
    ------
    DataError
        With file, participant, visit and field, never with the text.
    """
    for file, frame in tables.items():
        # Every different text of a file is looked at once; codes and counts are short.
        told = {text for column in frame.columns for text in frame[column].unique()}
        values = pd.Series(sorted(text for text in told if len(text) > SHORTEST), dtype="str")
        for what, pattern in EVERYWHERE.items():
            found = values[values.str.contains(pattern)]
            for column in frame.columns if len(found) else ():
                if frame[column].isin(found).any():
                    raise _stop(frame, column, frame[column].isin(found), what, file)
        for column in frame.columns:
            if column in fields and fields[column].identifier:
                filled = frame[column].str.strip() != ""
                if filled.any():
                    raise _stop(frame, column, filled, "an identifier of the dictionary", file)


def _stop(frame, column, where, what, file):
    row = frame.loc[where].iloc[0]

    def tell(key):
        return ascii(row.get(key, "")[:40])[1:-1] if key != column else ""

    return DataError(
        f"the cell seems to hold {what}",
        file=file,
        line=int(where.to_numpy().argmax()) + 2,
        participant=tell("record_id"),
        visit=tell("redcap_event_name"),
        field=column,
        hint="Remove it at the source, export again, and keep this file out of version control",
    )
