"""Whether an export may be read: whose data, exported how, and that no cell names anyone."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from pathlib import Path

import pandas as pd

from analysis import paths
from analysis.cleaning.export import (
    CHECKSUMS_FILE,
    DICTIONARY,
    MAP,
    PARTICIPANT_FILES,
    PROVENANCE_FILE,
    REDCAP,
    RawExport,
    list_checksums,
)
from analysis.cleaning.fields import Field
from analysis.cleaning.structure import EVENT, show_text
from analysis.errors import DataError
from analysis.privacy.kinds import DIRECT, find_in_texts
from analysis.provenance import ALL, Manner
from analysis.study import Study

# How `analysis.demo` calls whom it invents.
SIMULATED_ID = "SIM-"
# What an export of labels holds in place of 0, 1 and 2.
STATUS_LABELS = ("Incomplete", "Unverified", "Complete")
BOX_LABELS = ("Checked", "Unchecked")
_CHOICES = ["Variable / Field Name", "Choices, Calculations, OR Slider Labels"]
_AS_CODES = "Export it again as CSV with raw data (codes and field names), not labels"
# What the analysis may need of the fields that REDCap flags as identifiers, beside dates.
NEEDED = {("participants", name) for name in ("participant_id", "age", "birth_year", "site")}
_REMOVE = "Remove it at the source, export again, and keep this file out of version control"
_REMOVE_OR_ALLOW = (
    "Leave it out of the export; a record id, a date, an age or a site that the analysis needs is "
    f"allowed by a reason and a name in {MAP} (allowed, approved_by)"
)
_DATES = ("date", "partial_date", "datetime")


def check_origin(export: RawExport, study: Study) -> None:
    """Stop if data that claim to be real could be simulated, or lack what a real export needs.

    Raises
    ------
    DataError
        Not simulated, and a participant file equals one that the repository ships, or the
        ethics statement, the export date or the responsible person is empty.
    """
    provenance = export.provenance
    if provenance.simulated:
        return
    # The archive of a real trial carries its de-identified export in the repository's own place.
    in_place = Path(export.folder).resolve() == paths.RAW.resolve()
    shipped = set() if in_place else set(list_checksums(paths.RAW / CHECKSUMS_FILE).values())
    invented = in_place and export.tables[REDCAP]["record_id"].str.startswith(SIMULATED_ID).any()
    for name in PARTICIPANT_FILES:
        if invented or export.hashes.get(name) in shipped:
            raise DataError(
                "simulated is false, but this file equals the simulated one of the repository",
                file=f"{export.folder}/{name}",
                hint="Keep the real export in a folder of its own and give it as RAW",
            )
    for value, file, field in (
        (provenance.exported_on, f"{export.folder}/{PROVENANCE_FILE}", "exported_on"),
        (study.governance.ethics, "study.yml", "governance.ethics"),
        (study.governance.responsible_person, "study.yml", "governance.responsible_person"),
    ):
        if not value.strip():
            raise DataError(
                "a real export needs this statement", file=file, field=field, hint="Fill it in"
            )


def check_manner(export: RawExport) -> None:
    """Stop where the way of exporting leaves data that do not fit each other, or cannot be read.

    Raises
    ------
    DataError
        Labels in place of codes, a real export that does not say how it was exported, dates
        shifted or record ids hashed in some files and not in the others.
    """
    file = f"{export.folder}/{PROVENANCE_FILE}"
    manner = export.provenance.manner
    if manner is None:
        if not export.provenance.simulated:
            raise DataError(
                "a real export states how it was exported",
                file=file,
                field="export",
                hint="`make draft` writes these lines, to be filled in",
            )
        manner = Manner()
    if manner.values == "labels":
        message = "labels were exported, which differ from form to form, and not codes"
        raise DataError(message, file=file, field="export: values", hint=_AS_CODES)
    _refuse_labels(export)
    for name, what, hint in (
        ("dates_shifted", "dates are shifted", "Export without shifting, or shift every file"),
        ("identifiers_hashed", "record ids are hashed", "Export without hashing, or hash all"),
    ):
        _check_same_in_all(export, getattr(manner, name), name, what, hint)


def _refuse_labels(export: RawExport) -> None:
    frame, labelled = export.tables[REDCAP], _list_labelled(export)
    names = set(export.tables[DICTIONARY].reindex(columns=_CHOICES)[_CHOICES[0]])
    if not names & {column.partition("___")[0] for column in frame.columns[1:]}:
        problem = "no column bears the name of a field of the dictionary"
        raise DataError(problem, file=REDCAP, line=1, hint=_AS_CODES)
    if EVENT in frame and frame[EVENT].str.contains(r"\(Arm [0-9]+: .*\)$").any():
        raise DataError("this is an export of labels", file=REDCAP, field=EVENT, hint=_AS_CODES)
    for column in frame.columns:
        labels = BOX_LABELS if "___" in column else STATUS_LABELS
        marked = "___" in column or column.endswith("_complete")
        if column in labelled or (marked and frame[column].isin(labels).any()):
            raise DataError(
                "this is an export of labels", file=REDCAP, field=column, hint=_AS_CODES
            )


def _list_labelled(export: RawExport) -> list[str]:
    """Return the fields that hold labels alone, where several do and none holds a code."""
    frame, found = export.tables[REDCAP], []
    choices = export.tables[DICTIONARY].reindex(columns=_CHOICES, fill_value="")
    for name, text in choices.itertuples(index=False):
        pairs = [part.partition(",") for part in text.split("|")]
        codes, labels = ({pair[at].strip() for pair in pairs} for at in (0, 2))
        cells = set(frame[name]) - {""} if name in frame else set()
        if cells & (codes - labels):
            return []
        if cells and cells <= labels - codes:
            found.append(name)
    return found if len(found) > 2 else []


def _check_same_in_all(
    export: RawExport, named: Iterable[str], name: str, what: str, hint: str
) -> None:
    """Stop unless something was done to every file of participants that has rows, or to none."""
    file = f"{export.folder}/{PROVENANCE_FILE}"
    held = {each for each in PARTICIPANT_FILES if len(export.tables[each])}
    done = set(PARTICIPANT_FILES) if ALL in named else set(named)
    for unknown in sorted(done - set(PARTICIPANT_FILES)):
        raise DataError(
            f"{unknown} holds no participants",
            file=file,
            field=f"export: {name}",
            hint=f"Known: {', '.join(PARTICIPANT_FILES)}, or {ALL}",
        )
    others = sorted(held - done)
    if done & held and others:
        raise DataError(
            f"{what} in {', '.join(sorted(done & held))} and not in {', '.join(others)}, "
            "which can then not be joined",
            file=file,
            field=f"export: {name}",
            hint=hint,
        )


def leave_out_removed(
    fields: dict[str, Field], columns: Collection[str], manner: Manner
) -> dict[str, Field]:
    """Return the fields of the REDCap export without those that the export has left out.

    Their columns are absent: of identifiers; of free text where that was removed; of fields
    without a place where there was a filter. Any other absent column is missed later. Free text
    that was emptied is not required.
    """
    kept = {}
    for name, field in fields.items():
        removed = manner.free_text_removed and field.kind in ("text", "notes")
        placed = field.place.table or field.place.instrument
        filtered = bool(manner.filters) and not placed
        if name in columns or not (field.identifier or removed or filtered):
            kept[name] = replace(field, required=field.required and not removed)
    return kept


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
        flagged = [name for name in map(str, frame) if name in fields and fields[name].identifier]
        flagged = [name for name in flagged if not fields[name].place.allowed.strip()]
        held = frame[flagged].apply(lambda column: column.str.strip() != "")
        if held.any(axis=None):
            what = "an identifier of the dictionary"
            raise _name_place(frame, held, what, file, _REMOVE_OR_ALLOW)
        # Every different text of a file is looked at once.
        texts = {text for column in frame.columns for text in frame[column].unique()}
        found = find_in_texts(texts, kinds=DIRECT)
        if found:
            held = frame.isin(list(found))
            first = held.columns[held.any()][0]
            what = found[frame.loc[held[first], first].iloc[0]]
            raise _name_place(frame, held, what, file)


def _name_place(
    frame: pd.DataFrame, held: pd.DataFrame, what: str, file: str, hint: str = _REMOVE
) -> DataError:
    """Return the error that names the first of the cells that are `held`, and all their columns."""
    column, *others = map(str, held.columns[held.any()])
    row = frame.loc[held[column]].iloc[0]
    more = f" (look into {', '.join(others)} as well)" if others else ""

    def show(key: str) -> str:
        return show_text(row.get(key, "")) if key != column else ""

    return DataError(
        f"the cell seems to hold {what}{more}",
        file=file,
        line=int(held[column].to_numpy().argmax()) + 2,
        participant=show("record_id"),
        visit=show(EVENT),
        field=column,
        hint=hint,
    )
