"""Small exports of other sites, written out in full: a dictionary, rows, and where they go."""

import csv
import io

import pandas as pd

from analysis.cleaning import clean_export
from analysis.cleaning.export import (
    CAPILLAROSCOPY,
    CORRECTIONS,
    DIARY,
    DICTIONARY,
    MAP,
    RAW_COLUMNS,
    REDCAP,
    RawExport,
)
from analysis.provenance import Provenance
from analysis.study import load_study

HEADER = (
    "Variable / Field Name", "Form Name", "Field Type", "Field Label",
    "Choices, Calculations, OR Slider Labels", "Text Validation Type OR Show Slider Number",
    "Text Validation Min", "Text Validation Max", "Identifier?",
    "Branching Logic (Show field only if...)", "Required Field?", "Field Annotation",
)  # fmt: skip
SHORT = dict(
    zip(
        ("field", "form", "type", "label", "choices", "validation", "low", "high", "identifier",
         "branching", "required", "annotation"),
        HEADER,
        strict=True,
    )
)  # fmt: skip
PLACES = (
    *("field", "table", "column", "values", "instrument", "item", "location", "occasion", "unit"),
    *("codes", "best", "worst", "confirmed_by", "visit"),
)
# What every export has here: who, when, and the day of the procedure.
CORE = [
    {"field": "record_id", "form": "visit", "table": "participants", "column": "participant_id"},
    {"field": "visit_date", "form": "visit", "validation": "date_ymd",
     "table": "visits", "column": "visit_date"},
    {"field": "anaesthesia_start", "form": "procedure", "validation": "datetime_ymd",
     "table": "procedures", "column": "anaesthesia_start"},
]  # fmt: skip


def make_site(rows, *fields, core=CORE, **changes):
    """Return an export: `rows` is CSV text, `fields` are the dictionary and fields.csv in one."""
    described = [*core, *fields]
    dictionary = pd.DataFrame(
        [
            {
                name: each.get(short, "text" if short == "type" else "")
                for short, name in SHORT.items()
            }
            for each in described
            if each.get("type") != "column"
        ],
        dtype="str",
    )
    placed = [each for each in described if each.keys() & {"table", "instrument"}]
    places = pd.DataFrame(
        [{name: each.get(name, "") for name in PLACES} for each in placed], dtype="str"
    )
    tables = {
        REDCAP: read_text(rows),
        DICTIONARY: dictionary,
        MAP: places,
        **{
            name: pd.DataFrame(columns=list(RAW_COLUMNS[name]), dtype="str")
            for name in (DIARY, CAPILLAROSCOPY, CORRECTIONS)
        },
    }
    provenance = Provenance("site", "2022-12-20", "test", True, "absent")
    given = {"tables": tables | changes.pop("tables", {})} | changes
    return RawExport(
        "site", encodings=dict.fromkeys(tables, "utf-8"), hashes={}, provenance=provenance, **given
    )


def read_text(text):
    """Return literal CSV as a table of text; spaces around a cell are for the reader."""
    rows = [
        [cell.strip() for cell in row]
        for row in csv.reader(io.StringIO(text.strip()), skipinitialspace=True)
    ]
    return pd.DataFrame(rows[1:], columns=rows[0], dtype="str")


def clean_site(rows, *fields, study=None, **changes):
    return clean_export(make_site(rows, *fields, **changes), study or load_study())


def list_items(cleaned, instrument):
    """Return value or text of the items of an instrument by participant, visit and item."""
    items = cleaned.tables["items"]
    items = items[items["instrument"] == instrument]
    shown = items["value"].astype("object").where(items["value"].notna(), items["text"])
    keys = zip(items["participant_id"], items["visit"], items["item"], strict=True)
    return dict(zip(keys, shown, strict=True))
