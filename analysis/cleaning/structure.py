"""Give every raw row its key, and stop where a file is not what it says or names a person."""

import re
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from analysis.cleaning.export import (
    CAPILLAROSCOPY,
    DIARY,
    REDCAP,
    RawExport,
)
from analysis.cleaning.fields import Field
from analysis.cleaning.state import SourceFile
from analysis.errors import DataError, suggest_name
from analysis.study import Study

EVENT, FORM, INSTANCE = "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance"
SYSTEM_COLUMNS = ("record_id", EVENT, FORM, INSTANCE)
OPTIONAL_COLUMNS = ("redcap_data_access_group", "redcap_survey_identifier")
_AGAIN = "Export it again with this column"


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
        A column that is absent or described nowhere, a row without record, an event or a
        repeating form that does not exist, an instance that is no number, a form status other
        than 0, 1 or 2, a checkbox other than 0 or 1.
    """
    main, diary, readings = (export.tables[file] for file in (REDCAP, DIARY, CAPILLAROSCOPY))
    visits = name_visit(main[EVENT], study) if EVENT in main else pd.Series(dtype="str")
    _check_export(main, fields[REDCAP], visits)
    _check_file(diary, fields[DIARY], DIARY)
    _check_file(readings, fields[CAPILLAROSCOPY], CAPILLAROSCOPY)
    taken = name_visit(readings["event"], study)
    _check_choices(readings, "event", taken != "", "event", CAPILLAROSCOPY)
    return {
        REDCAP: _key_export(main, visits, study.unscheduled),
        DIARY: _key_file(diary, DIARY, ["record_id", "entry_date", "entry_time"], ""),
        CAPILLAROSCOPY: _key_file(readings, CAPILLAROSCOPY, ["image_id", "reader"], taken),
    }


def name_visit(event: pd.Series, study: Study) -> pd.Series:
    """Return the visits of event names, "" where study.yml lists no such event.

    A readers' sheet may name the visit itself.
    """
    names = {visit.name: visit.name for visit in study.visits}
    names |= {event: visit.name for visit in study.visits for event in visit.events}
    return event.map(names).fillna("").astype("str")


def _key_export(frame: pd.DataFrame, visits: pd.Series, unscheduled: str) -> SourceFile:
    repeat = frame[FORM] + frame[INSTANCE].where(frame[INSTANCE] == "", "#" + frame[INSTANCE])
    parts = {
        "participant": frame["record_id"],
        "visit": visits,
        "form": repeat,
        # A visit takes place once, though its event may repeat; the unscheduled one holds many.
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


def _check_export(frame: pd.DataFrame, fields: dict[str, Field], visits: pd.Series) -> None:
    _require_columns(frame, SYSTEM_COLUMNS[:2], REDCAP)
    forms = {field.form for field in fields.values()}
    added = [f"{form}_{end}" for form in forms for end in ("complete", "timestamp")]
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


def _require_columns(frame: pd.DataFrame, columns: Iterable[str], source: str) -> None:
    absent = [name for name in columns if name not in frame.columns]
    if absent:
        raise DataError("the column is absent", file=source, field=absent[0], hint=_AGAIN)


def _check_known(frame: pd.DataFrame, known: list[str], source: str, where: str) -> None:
    unknown = sorted(set(frame.columns) - set(known))
    if unknown:
        raise DataError(
            f"{where} does not know this column",
            file=source,
            field=unknown[0],
            hint=suggest_name(unknown[0], known, otherwise=f"Describe it in {where}"),
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
