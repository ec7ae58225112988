"""Give every raw row its key, and stop where a file is not as described."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from analysis.cleaning.export import (
    CAPILLAROSCOPY,
    DIARY,
    DICTIONARY,
    REDCAP,
    RawExport,
)
from analysis.cleaning.fields import Field
from analysis.cleaning.state import CleaningState, SourceFile
from analysis.errors import DataError, suggest_name
from analysis.study import Study

EVENT, FORM, INSTANCE = "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance"
ID = "record_id"
# REDCap ends the unique name of an event by its arm.
ARM = r"_arm_[0-9]+[a-z]?$"
SYSTEM_COLUMNS = (ID, EVENT, FORM, INSTANCE)
GROUP = "redcap_data_access_group"
OPTIONAL_COLUMNS = (GROUP, "redcap_survey_identifier")
# Of the data dictionary; a form may hold nothing but text to be read.
FORM_NAME = "Form Name"
# What REDCap exports beside the fields of a form, which may be a survey.
FORM_STATES = ("complete", "timestamp", "return_code")
# What every diary and every file of readings has, whatever a site adds: who, when, which finger.
FILE_KEYS = {
    DIARY: (
        Field("record_id", DIARY, "notes"),
        Field("entry_date", DIARY, "date"),
        Field("entry_time", DIARY, "time"),
    ),
    CAPILLAROSCOPY: (
        Field("record_id", CAPILLAROSCOPY, "notes"),
        Field("event", CAPILLAROSCOPY, "notes"),
        Field("image_id", CAPILLAROSCOPY, "notes"),
        Field("reader", CAPILLAROSCOPY, "text"),
        Field("hand", CAPILLAROSCOPY, "choice", choices=(("R", "Right"), ("L", "Left"))),
        Field("finger", CAPILLAROSCOPY, "integer", low=1, high=5),
        Field("field", CAPILLAROSCOPY, "integer", low=1, high=99),
    ),
}
# Words that a spreadsheet writes under or over its records.
_SUMMARY_WORDS = {
    "total", "sum", "mean", "average", "median", "sd", "n", "count", "min", "max", "record_id",
    "participant", "subject", "합계", "총계", "평균", "계",
}  # fmt: skip
KEY_COLUMNS = {file: tuple(field.name for field in keys) for file, keys in FILE_KEYS.items()}
_AGAIN = (
    "Export it again with this column, or state in provenance.yml what was left out "
    "(free_text_removed, filters)"
)


def is_summary(frame: pd.DataFrame) -> pd.Series:
    """Return which rows have a word for a sum or a heading in place of a record."""
    words = frame[ID].str.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}").str.strip()
    return words.str.casefold().isin(_SUMMARY_WORDS)


def show_text(text: str) -> str:
    return ascii(text[:40])[1:-1]


def key_rows(
    export: RawExport, fields: dict[str, dict[str, Field]], study: Study
) -> dict[str, SourceFile]:
    """Return the raw files of an export by name, each row under its key.

    Rows of the REDCap export are keyed ``record|event|form#instance``, of the diary
    ``record|date|time`` (its visit is found later), of the readings ``image|reader``. A key that
    occurs twice gets ``~2`` in the order of the rows' content, so that the order of the rows in
    the file means nothing.

    Raises
    ------
    DataError
        A column that is absent or described nowhere, line breaks in a cell that has none in
        REDCap, a row without record, an event or a
        repeating form that does not exist, an instance that is no number, a form status other
        than 0, 1 or 2, a checkbox other than 0 or 1.
    """
    main, diary, readings = (export.tables[file] for file in (REDCAP, DIARY, CAPILLAROSCOPY))
    visits = name_visit(main[EVENT], study) if EVENT in main else pd.Series(dtype="str")
    forms = sorted({*export.tables[DICTIONARY][FORM_NAME]} - {""})
    records = ~is_summary(main) if ID in main else slice(None)
    _check_export(main[records], fields[REDCAP], forms, visits[records])
    _check_file(diary, fields[DIARY], DIARY)
    _check_file(readings, fields[CAPILLAROSCOPY], CAPILLAROSCOPY)
    for source in fields:
        _check_line_breaks(export.tables[source], fields[source], source)
    taken = name_visit(readings["event"], study)
    _check_choices(readings, "event", is_summary(readings) | (taken != ""), "event", CAPILLAROSCOPY)
    return {
        REDCAP: _key_export(main, visits, study.unscheduled),
        DIARY: _key_file(diary, DIARY, ["record_id", "entry_date", "entry_time"], ""),
        CAPILLAROSCOPY: _key_file(readings, CAPILLAROSCOPY, ["image_id", "reader"], taken),
    }


def name_visit(event: pd.Series, study: Study) -> pd.Series:
    """Return the visits of event names, "" where study.yml lists no such event.

    A readers' sheet may name the visit itself. An event that a visit has in another arm is that
    visit's (and is asked about, as `other_arm`).
    """
    names = {visit.name: visit.name for visit in study.visits}
    names |= {event: visit.name for visit in study.visits for event in visit.events}
    plain = pd.DataFrame({"event": names.keys(), "visit": names.values()})
    plain["event"] = plain["event"].str.replace(ARM, "", regex=True)
    plain = plain[plain["event"] != ""].drop_duplicates().drop_duplicates("event", keep=False)
    arms = event.where(event.str.contains(ARM)).str.replace(ARM, "", regex=True)
    arms = arms.map(plain.set_index("event")["visit"])
    return event.map(names).fillna(arms).fillna("").astype("str")


def place_corrected(state: CleaningState) -> CleaningState:
    """Put readings whose event was corrected to its visit; stop if that is none of study.yml."""
    file = state.files[CAPILLAROSCOPY]
    event, visit = file.frame["event"], name_visit(file.frame["event"], state.study)
    known = (visit != "") | (event == file.raw["event"])
    _check_choices(file.frame, "event", known, "event", CAPILLAROSCOPY)
    moved = replace(file, keys=file.keys.assign(visit=visit))
    return replace(state, files=state.files | {CAPILLAROSCOPY: moved})


def list_designated(export: RawExport, study: Study) -> pd.DataFrame:
    """Return which forms belong to which visit (bool), empty where the site has no such list.

    Raises
    ------
    DataError
        study.yml lists an event that the site's list does not have.
    """
    events = export.events
    if events.empty:
        return pd.DataFrame()
    named = [event for visit in study.visits for event in visit.events]
    unknown = sorted(set(named) - set(events["event"]))
    if unknown and set(named) & set(events["event"]):
        raise DataError(
            f"the site's list of events has no {unknown[0]!r}",
            file="study.yml",
            field="visits",
            hint=suggest_name(unknown[0], sorted(set(events["event"]))),
        )
    if "form" not in events:
        return pd.DataFrame()
    pairs = events.assign(visit=name_visit(events["event"], study))
    pairs = pairs[pairs["visit"] != ""]
    return pd.crosstab(pairs["visit"], pairs["form"]) > 0


def _key_export(frame: pd.DataFrame, visits: pd.Series, unscheduled: str) -> SourceFile:
    repeat = frame[FORM] + frame[INSTANCE].where(frame[INSTANCE] == "", "#" + frame[INSTANCE])
    parts = {
        "participant": frame["record_id"],
        "visit": visits,
        "form": repeat,
        # A planned visit takes place once, though its event may repeat; unscheduled ones are many.
        "instance": frame[INSTANCE].where((frame[FORM] != "") | (visits == unscheduled), ""),
    }
    key = frame["record_id"] + "|" + frame[EVENT] + "|" + repeat
    raw, keys = _set_keys(frame, key, parts)
    return SourceFile(REDCAP, raw, raw, keys)


def _key_file(
    frame: pd.DataFrame, source: str, columns: Sequence[str], visit: str | pd.Series
) -> SourceFile:
    key = frame[columns[0]]
    for column in columns[1:]:
        key = key + "|" + frame[column]
    parts = {"participant": frame["record_id"], "visit": visit, "form": "", "instance": ""}
    raw, keys = _set_keys(frame, key, parts)
    # A query about such a row names the row where one about a form names the form.
    return SourceFile(source, raw, raw, keys.assign(form=source + "#" + keys.index.to_series()))


def _set_keys(
    frame: pd.DataFrame, key: pd.Series, parts: Mapping[str, str | pd.Series]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    keys = pd.DataFrame(parts, index=frame.index).astype("str")
    repeated = key[key.duplicated(keep=False)]
    if len(repeated):
        content = frame.loc[repeated.index].agg("\x1f".join, axis=1)
        by_content = pd.DataFrame({"key": repeated, "content": content}).sort_values(
            ["key", "content"], kind="stable"
        )
        order = by_content.groupby("key").cumcount() + 1
        later = order[order > 1]
        mark = "~" + later.astype("str")
        key = key.copy()
        key.loc[later.index] = key.loc[later.index] + mark
        keys.loc[later.index, "form"] = keys.loc[later.index, "form"] + mark
    index = pd.Index(key, dtype="str", name="row")
    raw = frame.set_axis(index, axis=0).sort_index()
    return raw, keys.set_axis(index, axis=0).loc[raw.index]


def _check_export(
    frame: pd.DataFrame, fields: dict[str, Field], forms: list[str], visits: pd.Series
) -> None:
    _require_columns(frame, SYSTEM_COLUMNS[:2], REDCAP)
    added = [f"{form}_{end}" for form in forms for end in FORM_STATES]
    known = [*fields, *SYSTEM_COLUMNS, *OPTIONAL_COLUMNS, *added]
    _check_known(frame, known, REDCAP, "the dictionary")
    _require_columns(frame, (*fields, *SYSTEM_COLUMNS), REDCAP)
    _check_filled(frame, "record_id", REDCAP)
    _check_choices(frame, FORM, frame[FORM].isin(["", *forms]), "form")
    number = frame[INSTANCE].str.fullmatch(r"|[1-9][0-9]{0,8}")
    _check_choices(frame, INSTANCE, number, "instance")
    for column in frame.columns.intersection([f"{form}_complete" for form in forms]):
        _check_choices(frame, column, frame[column].isin(["", "0", "1", "2"]), "form status")
    for field in fields.values():
        if field.kind == "checkbox":
            ticked = frame[field.name].isin(["", "0", "1"])
            _check_choices(frame, field.name, ticked, "state of a checkbox")
    _check_choices(frame, EVENT, visits != "", "event")


def _check_file(frame: pd.DataFrame, fields: dict[str, Field], source: str) -> None:
    _require_columns(frame, fields, source)
    _check_known(frame, list(fields), source, "fields.csv")
    _check_filled(frame, "record_id", source)


def _check_line_breaks(frame: pd.DataFrame, fields: dict[str, Field], source: str) -> None:
    """Stop where a quote that does not close has swallowed lines; only notes have line breaks."""
    breaks = pd.DataFrame(
        {name: frame[name].str.count("\n|\r(?!\n)") for name in frame}, index=frame.index
    )
    notes = [name for name, field in fields.items() if field.kind == "notes"]
    keys = (ID, "event", "image_id")
    wrong = breaks.drop(columns=[name for name in notes if name in breaks and name not in keys])
    rows = wrong.sum(axis=1).gt(0).to_numpy()
    if rows.any():
        row = int(rows.argmax())
        raise DataError(
            "a quote swallows line breaks in a field that holds no notes",
            file=source,
            line=2 + row + int(breaks.iloc[:row].sum().sum()),
            field=str(wrong.columns[wrong.iloc[row].gt(0).to_numpy()][0]),
            hint="Close the quote at the source, or export the file again",
        )


def _require_columns(frame: pd.DataFrame, columns: Iterable[str], source: str) -> None:
    absent = [name for name in columns if name not in frame.columns]
    if absent:
        raise DataError("the column is absent", file=source, field=absent[0], hint=_AGAIN)


def _check_known(frame: pd.DataFrame, known: list[str], source: str, where: str) -> None:
    unknown = sorted(set(frame.columns) - set(known))
    if unknown:
        hint = suggest_name(unknown[0], known, otherwise=f"Describe it in {where}")
        if "___" in unknown[0]:
            hint += "; a missing-data code of the project goes to missing_codes in provenance.yml"
        raise DataError(
            f"{where} does not know this column", file=source, field=unknown[0], hint=hint
        )


def _check_filled(frame: pd.DataFrame, column: str, source: str) -> None:
    empty = frame[column].str.strip() == ""
    if empty.any():
        raise DataError(
            "the row has no participant",
            file=source,
            line=int(empty.to_numpy().argmax()) + 2,
            field=column,
            hint="Correct it at the source, and export it again",
        )


def _check_choices(
    frame: pd.DataFrame, column: str, known: pd.Series, what: str, source: str = REDCAP
) -> None:
    if not known.all():
        row = frame.loc[~known].iloc[0]
        value = re.sub(r"\s+", " ", row[column])[:40]
        raise DataError(
            f"{value!r} is no {what} here",
            file=source,
            participant=show_text(row["record_id"]),
            visit=show_text(row.get(EVENT, "")) if column != EVENT else "",
            field=column,
            hint="Correct it at the source, or describe it in the dictionary or in study.yml "
            "(an event under `events:` of its visit)",
        )
