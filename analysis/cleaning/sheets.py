"""Give every raw row its key, and stop where the structure of a file is not what it says."""

import re

import pandas as pd

from analysis.cleaning.export import CAPILLAROSCOPY, DIARY, REDCAP
from analysis.cleaning.sheet import Sheet
from analysis.errors import DataError, suggest_name

AGAIN = "Export it again with this column"
EVENT, FORM, INSTANCE = "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance"
SYSTEM = ("record_id", EVENT, FORM, INSTANCE)
OPTIONAL = ("redcap_data_access_group", "redcap_survey_identifier")


def make_redcap_sheet(frame, fields, study):
    """Return the REDCap export as a sheet keyed ``record|event|form#instance``.

    A key that occurs twice gets ``~2`` in the order of the rows' content, so that the order
    of the rows in the file means nothing.

    Raises
    ------
    DataError
        A column that is absent or that the dictionary does not know, a row without record,
        an event or a repeating form that does not exist, an instance that is no number, a
        form status other than 0, 1 or 2, a checkbox other than 0 or 1.
    """
    _check_columns(frame, fields)
    _check_structure(frame, fields)
    event = name_visit(frame[EVENT])
    _check_choices(frame, EVENT, event.isin([visit.name for visit in study.visits]), "event")
    repeat = frame[FORM] + frame[INSTANCE].where(frame[INSTANCE] == "", "#" + frame[INSTANCE])
    raw, keys = _set_keys(
        frame,
        frame["record_id"] + "|" + frame[EVENT] + "|" + repeat,
        participant=frame["record_id"],
        visit=event,
        form=repeat,
        instance=frame[INSTANCE],
    )
    return Sheet(REDCAP, raw, raw, keys)


def make_diary_sheet(frame, fields):
    """Return the diary as a sheet keyed ``record|date|time``; the visit is found later.

    Raises
    ------
    DataError
        A column that is absent or has no place in fields.csv, a row without record.
    """
    _check_file(frame, fields, DIARY)
    keys = (frame["record_id"], frame["entry_date"], frame["entry_time"])
    return _make_file_sheet(frame, DIARY, keys, visit="")


def make_readings_sheet(frame, fields, study):
    """Return the readings of images as a sheet keyed ``image|reader``.

    Raises
    ------
    DataError
        As `make_diary_sheet`, or an event that does not exist.
    """
    _check_file(frame, fields, CAPILLAROSCOPY)
    visit = name_visit(frame["event"])
    known = visit.isin([visit.name for visit in study.visits])
    _check_choices(frame, "event", known, "event", CAPILLAROSCOPY)
    return _make_file_sheet(
        frame, CAPILLAROSCOPY, (frame["image_id"], frame["reader"]), visit=visit
    )


def name_visit(event):
    """Return the visits of REDCap's event names: ``week_12_arm_1`` is week_12."""
    return event.str.replace(r"_arm_[0-9]+$", "", regex=True)


def _check_file(frame, fields, source):
    absent = [name for name in fields if name not in frame.columns]
    if absent:
        raise DataError("the column is absent", file=source, field=absent[0], hint=AGAIN)
    _stop_at_unknown(frame, list(fields), source, "fields.csv")
    _check_filled(frame, "record_id", source)


def _make_file_sheet(frame, source, keys, *, visit):
    first, *others = keys
    raw, keys = _set_keys(
        frame,
        first.str.cat(others, sep="|"),
        participant=frame["record_id"],
        visit=visit,
        form="",
        instance="",
    )
    # A query about such a row names the row where one about a form names the form.
    return Sheet(source, raw, raw, keys.assign(form=source + "#" + keys.index.to_series()))


def _set_keys(frame, key, **parts):
    keys = pd.DataFrame(parts, index=frame.index)
    keys = keys.astype("str")
    repeated = key[key.duplicated(keep=False)]
    if len(repeated):
        content = frame.loc[repeated.index].agg("\x1f".join, axis=1)
        by_content = pd.DataFrame({"key": repeated, "content": content}).sort_values(
            ["key", "content"], kind="stable"
        )
        order = by_content.groupby("key").cumcount() + 1
        later = order[order > 1]
        key = key.copy()
        key.loc[later.index] = key.loc[later.index] + "~" + later.astype("str")
        keys.loc[later.index, "form"] = keys.loc[later.index, "form"] + "~" + later.astype("str")
    raw = frame.set_axis(pd.Index(key, dtype="str", name="row"), axis=0).sort_index()
    return raw, keys.set_axis(pd.Index(key, dtype="str", name="row"), axis=0).loc[raw.index]


def _check_columns(frame, fields):
    for column in SYSTEM[:2]:
        if column not in frame.columns:
            raise DataError("the column is absent", file=REDCAP, field=column, hint=AGAIN)
    forms = {field.form for field in fields.values()}
    extra = [f"{form}_{end}" for form in forms for end in ("complete", "timestamp")]
    known = [*fields, *SYSTEM, *OPTIONAL, *extra]
    _stop_at_unknown(frame, known, REDCAP, "the dictionary")
    absent = [name for name in (*fields, *SYSTEM) if name not in frame.columns]
    if absent:
        raise DataError("the column is absent", file=REDCAP, field=absent[0], hint=AGAIN)


def _stop_at_unknown(frame, known, source, where):
    unknown = sorted(set(frame.columns) - set(known))
    if unknown:
        raise DataError(
            f"{where} does not know this column",
            file=source,
            field=unknown[0],
            hint=suggest_name(unknown[0], known, otherwise=f"Describe it in {where}"),
        )


def _check_structure(frame, fields):
    _check_filled(frame, "record_id", REDCAP)
    forms = {field.form for field in fields.values()}
    _check_choices(frame, FORM, frame[FORM].isin(["", *forms]), "form")
    number = frame[INSTANCE].str.fullmatch(r"|[1-9][0-9]{0,8}")
    _check_choices(frame, INSTANCE, number, "instance")
    for column in frame.columns.intersection([f"{form}_complete" for form in forms]):
        _check_choices(frame, column, frame[column].isin(["", "0", "1", "2"]), "form status")
    for field in fields.values():
        if field.kind == "checkbox":
            known = frame[field.name].isin(["", "0", "1"])
            _check_choices(frame, field.name, known, "state of a checkbox")


def _check_filled(frame, column, source):
    empty = frame[column].str.strip() == ""
    if empty.any():
        line = int(empty.to_numpy().argmax()) + 2
        raise DataError(
            "the row has no participant",
            file=source,
            line=line,
            field=column,
            hint="Correct it at the source, and export it again",
        )


def _check_choices(frame, column, known, what, source=REDCAP):
    if not known.all():
        row = frame.loc[~known].iloc[0]
        value = re.sub(r"\s+", " ", row[column])[:40]
        raise DataError(
            f"{value!r} is no {what} here",
            file=source,
            participant=ascii(row["record_id"][:40])[1:-1],
            visit=ascii(row.get(EVENT, "")[:40])[1:-1] if column != EVENT else "",
            field=column,
            hint="Correct it at the source, or describe it in the dictionary or study.yml",
        )
