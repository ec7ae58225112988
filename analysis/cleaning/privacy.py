"""Personal data in an export stop the run; the place is named, the text never."""

from analysis.errors import DataError
from analysis.privacy.kinds import DIRECT, find_in_texts


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
        # Every different text of a file is looked at once.
        told = {text for column in frame.columns for text in frame[column].unique()}
        found = find_in_texts(told, kinds=DIRECT)
        for column in frame.columns if found else ():
            held = frame[column].isin(found)
            if held.any():
                what = found[frame[column][held].iloc[0]]
                raise _stop(frame, column, held, what, file)
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
