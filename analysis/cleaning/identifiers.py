"""Stop where a cell names a person; fields that REDCap flags are allowed from a closed list."""

import pandas as pd

from analysis.cleaning.export import MAP
from analysis.cleaning.fields import Field
from analysis.cleaning.structure import EVENT, show_text
from analysis.errors import DataError
from analysis.privacy.kinds import DIRECT, find_in_texts

# What the analysis may need of the fields that REDCap flags as identifiers, beside dates.
NEEDED = {("participants", name) for name in ("participant_id", "age", "birth_year", "site")}
_REMOVE = "Remove it at the source, export again, and keep this file out of version control"
_REMOVE_OR_ALLOW = (
    "Leave it out of the export; a record id, a date, an age or a site that the analysis needs is "
    f"allowed by a reason and a name in {MAP} (allowed, approved_by)"
)
_DATES = ("date", "partial_date", "datetime")


def check_allowed(fields: dict[str, Field]) -> None:
    """Stop unless every allowed identifier is one that the analysis may need, and is approved.

    Raises
    ------
    DataError
        A field that is allowed and is no record id, date, age or site, or that nobody approved.
    """
    for field in fields.values():
        place = field.place
        if not place.allowed.strip():
            continue
        dated = bool(place.table) and field.kind in _DATES
        if not dated and (place.table, place.column) not in NEEDED:
            raise DataError(
                "this field is no record id, date, age or site, and cannot be allowed",
                file=MAP,
                field=field.name,
                hint="Leave it out of the export, and its reason out of `allowed`",
            )
        if not place.approved_by.strip():
            raise DataError(
                "nobody has approved that the analysis may have this identifier",
                file=MAP,
                field=field.name,
                hint="Name in `approved_by` who has",
            )


def check_privacy(tables: dict[str, pd.DataFrame], fields: dict[str, Field]) -> None:
    """Stop if any cell of any file holds personal data; the place is named, the text never.

    Parameters
    ----------
    tables
        Raw files by name.
    fields
        Of the REDCap export; a field that the dictionary flags as identifier may hold nothing,
        unless fields.csv allows it.

    Raises
    ------
    DataError
        With file, participant, visit and field, never with the text.
    """
    for file, frame in tables.items():
        # Every different text of a file is looked at once.
        texts = {text for column in frame.columns for text in frame[column].unique()}
        found = find_in_texts(texts, kinds=DIRECT)
        for column in frame.columns if found else ():
            held = frame[column].isin(found)
            if held.any():
                what = found[frame[column][held].iloc[0]]
                raise _name_place(frame, column, held, what, file)
        for column in frame.columns:
            field = fields.get(column)
            if field and field.identifier and not field.place.allowed.strip():
                filled = frame[column].str.strip() != ""
                if filled.any():
                    what = "an identifier of the dictionary"
                    raise _name_place(frame, column, filled, what, file, _REMOVE_OR_ALLOW)


def _name_place(
    frame: pd.DataFrame, column: str, held: pd.Series, what: str, file: str, hint: str = _REMOVE
) -> DataError:
    row = frame.loc[held].iloc[0]

    def show(key: str) -> str:
        return show_text(row.get(key, "")) if key != column else ""

    return DataError(
        f"the cell seems to hold {what}",
        file=file,
        line=int(held.to_numpy().argmax()) + 2,
        participant=show("record_id"),
        visit=show(EVENT),
        field=column,
        hint=hint,
    )
