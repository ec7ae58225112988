"""The two books of the cleaning: the questions to the site, and every changed cell."""

import hashlib

import numpy as np
import pandas as pd

from analysis.cleaning.rules import RULES

QUERY_KEY = ("participant_id", "visit", "form", "field", "rule", "raw_value")
_SILENT = {rule.id for rule in RULES.values() if not rule.severity}
_KEEPS = {rule.id for rule in RULES.values() if rule.action == "kept"}


def list_queries(sheets, fields, others):
    """Return the table of queries.

    Parameters
    ----------
    sheets : dict of str to Sheet
    fields : dict of str to dict of str to Field
        By file, then by column.
    others : pandas.DataFrame
        What belongs to no row: `participant_id, visit, form, field, rule, raw_value, detail`.

    Returns
    -------
    pandas.DataFrame
        Columns of the table queries; equal questions are asked once.
    """
    parts = [_locate(sheet, fields[source]) for source, sheet in sheets.items()]
    told = pd.concat([*parts, others], ignore_index=True)
    told = told[~told["rule"].isin(_SILENT)]
    rules = told["rule"].map(RULES)
    told = told.assign(
        query_id=hash_queries(told),
        severity=rules.map(lambda rule: rule.severity),
        action=rules.map(lambda rule: rule.action),
        message=(rules.map(lambda rule: rule.sentence) + " " + told["detail"]).str.strip(),
    )
    return told.drop_duplicates("query_id")[
        [*QUERY_KEY, "query_id", "severity", "message", "action"]
    ]


def hash_queries(told):
    """Return the id of every query: 12 hexadecimal digits of a hash of what it asks about."""
    joined = told[QUERY_KEY[0]].str.cat([told[name] for name in QUERY_KEY[1:]], sep="\x1f")
    return joined.map(lambda text: hashlib.sha256(text.encode()).hexdigest()[:12])


def list_changes(sheets, fields):
    """Return the table of changes: every cell that differs from the raw one, and rows set aside."""
    parts = []
    for source, sheet in sheets.items():
        parts += [_changed_cells(sheet), _rows_aside(sheet)]
        told = _locate(sheet, fields[source])
        told = told[~told["rule"].isin(_SILENT)]
        told = told.assign(query_id=hash_queries(told)).drop_duplicates(
            ["row", "field"], keep="last"
        )
        both = pd.concat(parts[-2:], ignore_index=True)
        both = both.merge(told[["row", "field", "query_id"]], on=["row", "field"], how="left")
        parts[-2:] = [both.assign(source=source)]
    return pd.concat(parts, ignore_index=True).fillna("")


def differing_cells(raw, frame):
    """Return the cells that differ between two frames of one shape: `row, field`, old and new."""
    parts = []
    for name in raw.columns:
        differs = (raw[name] != frame[name]).to_numpy()
        if differs.any():
            parts.append(
                pd.DataFrame(
                    {
                        "row": raw.index[differs],
                        "field": name,
                        "raw_value": raw[name].to_numpy()[differs],
                        "clean_value": frame[name].to_numpy()[differs],
                    },
                    dtype="object",
                )
            )
    empty = pd.DataFrame(
        {n: [] for n in ("row", "field", "raw_value", "clean_value")}, dtype="object"
    )
    return pd.concat([empty, *parts], ignore_index=True)


def _changed_cells(sheet):
    changed = differing_cells(sheet.raw.drop(sheet.aside), sheet.kept)
    told = sheet.entries()
    told = told[~told["rule"].isin(_KEEPS) & (told["field"] != "")]
    told = told.groupby(["row", "field"]).agg({"rule": ";".join, "reason": "last"}).reset_index()
    changed = changed.merge(told, on=["row", "field"], how="left")
    reason = changed["reason"].where(changed["clean_value"] == "", "")
    return changed.drop(columns="reason").assign(missing_reason=reason)


def _rows_aside(sheet):
    told = sheet.entries()
    told = told[(told["field"] == "") & told["row"].isin(sheet.aside)]
    told = told.groupby("row")["rule"].agg(";".join).reset_index()
    return told.assign(field="", raw_value="", clean_value="", missing_reason="")


def _locate(sheet, fields):
    """Put participant, visit, form and raw value beside everything that was found in a sheet."""
    told = sheet.entries()
    keys = sheet.keys.loc[told["row"]]
    forms = {name: field.form for name, field in fields.items()}
    forms |= {f"{form}_complete": form for form in set(forms.values())}
    form = told["field"].map(forms).fillna("")
    within = keys["form"].reset_index(drop=True)
    instance = within.str.extract(r"([#~].*)$")[0].fillna("")
    named = pd.Series(np.where(form == "", within, form + instance), dtype="object")
    in_file = within.str.contains(".csv#", regex=False)
    raw = pd.Series("", index=told.index, dtype="object")
    for name, part in told[told["field"] != ""].groupby("field"):
        raw.loc[part.index] = sheet.raw.loc[part["row"], name].to_numpy()
    return pd.DataFrame(
        {
            "participant_id": keys["participant"].to_numpy(),
            "visit": keys["visit"].to_numpy(),
            "form": named.where(~in_file, within).to_numpy(),
            "field": told["field"].to_numpy(),
            "rule": told["rule"].to_numpy(),
            "raw_value": raw.to_numpy(),
            "detail": told["detail"].to_numpy(),
            "row": told["row"].to_numpy(),
        },
        dtype="object",
    )
